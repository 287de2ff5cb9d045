"""The table of all runs, as it is printed and as it stands in docs/reliability.md. Pure."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from statistics import median

from tests.faults.runs import Result

_HEAD = (
    "fault",
    "runs",
    "messages",
    "unsettled",
    "lost",
    "doubled",
    "invented",
    "changed",
    "rejected",
    "peak MB",
    "recovery s (min / median / max)",
    "seeds",
)


def table(results: Iterable[Result]) -> str:
    """One line a fault, in Markdown, and one for all of them."""
    results = sorted(results, key=attrgetter("fault"))
    lines = [_line(fault, list(runs)) for fault, runs in groupby(results, attrgetter("fault"))]
    lines.append([*_line("all", results)[:-1], ""])
    return "\n".join(
        "| " + " | ".join(cells) + " |" for cells in [_HEAD, ["---"] * len(_HEAD), *lines]
    )


def _line(fault: str, runs: Sequence[Result]) -> list[str]:
    recovery = [run.recovery_s for run in runs]
    return [
        fault,
        str(len(runs)),
        _total(run.messages for run in runs),
        _total(run.unsettled for run in runs),
        _total(run.audit.lost for run in runs),
        _total(run.audit.doubled for run in runs),
        _total(run.audit.invented for run in runs),
        _total(run.audit.changed for run in runs),
        _total(run.audit.rejected for run in runs),
        f"{max(run.peak_mb for run in runs):.0f}",
        f"{min(recovery):.1f} / {median(recovery):.1f} / {max(recovery):.1f}",
        ", ".join(str(run.seed) for run in runs),
    ]


def _total(counts: Iterable[int]) -> str:
    return f"{sum(counts):,}"
