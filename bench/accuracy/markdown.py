"""Tables of a page."""

from collections.abc import Iterator, Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> Iterator[str]:
    """The lines of a table whose first `words` columns hold words and the others figures."""
    yield "| " + " | ".join(heads) + " |"
    yield "|---" * words + "|---:" * (len(heads) - words) + "|"
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"


def cell(value: float | None, form: str) -> str:
    """A figure in that form, a dash where there is none."""
    return "–" if value is None else f"{value:{form}}"
