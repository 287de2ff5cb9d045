"""CSV files in pieces of whole lines, read with the standard library alone."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.offline.tables import (
    ABSENT,
    NO_INSTANT_MS,
    ColumnForm,
    FolderUnreadable,
    Rows,
    Words,
)

PIECE_BYTES = 8_000_000
"""Read together: some 70,000 rows of a boiler, 150 MB as Python's own strings."""

_FLAGS = {"true": 1.0, "1": 1.0, "false": 0.0, "0": 0.0, "": float("nan")}
_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # some spreadsheets begin a file with it


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvPiece:
    """The lines of a file in some range of bytes; `first_line` counts from 1, the header."""

    file: Path
    begin: int
    size: int
    first_line: int
    columns: tuple[str, ...]

    def read(self, table: str, columns: Mapping[str, ColumnForm]) -> Rows:
        """The rows on these lines, of the columns those that are there."""
        lines = self._lines()
        words, instants, numbers = {}, {}, {}
        for name, form in columns.items():
            if name not in self.columns:
                continue
            place = self.columns.index(name)
            column = _Column(self, table, name, form, [line[place] for line in lines])
            if form is ColumnForm.WORD:
                words[name] = column.words()
            elif form is ColumnForm.INSTANT:
                instants[name] = column.instants()
            else:
                numbers[name] = column.numbers()
        return Rows(count=len(lines), words=words, instants=instants, numbers=numbers)

    def _lines(self) -> list[list[str]]:
        try:
            with self.file.open("rb") as file:
                file.seek(self.begin)
                text = file.read(self.size).decode()
            lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise FolderUnreadable(f"{self.file} cannot be read: {error}") from error
        for number, line in enumerate(lines):
            if line and len(line) != len(self.columns):
                raise FolderUnreadable(
                    f"{self.file}: line {self.first_line + number} has {len(line)} fields, and the "
                    f"header {len(self.columns)}"
                )
        return [line for line in lines if line]  # an empty line at the end is no row


def csv_pieces(file: Path) -> Sequence[CsvPiece]:
    """A file with a header in pieces of about PIECE_BYTES; no field holds a line's end.

    Raises FolderUnreadable where there is no header.
    """
    with file.open("rb") as opened:
        header = opened.readline()
        try:
            names = next(csv.reader([header.decode().lstrip(_BYTE_ORDER_MARK)]), [])
        except (UnicodeDecodeError, csv.Error) as error:
            raise FolderUnreadable(f"{file} cannot be read: {error}") from error
        if not names:
            raise FolderUnreadable(f"{file} is empty: its first line names the columns")
        columns = tuple(name.strip() for name in names)
        return [
            CsvPiece(file=file, begin=begin, size=size, first_line=first_line, columns=columns)
            for begin, size, first_line in _ranges(opened)
        ]


def _ranges(opened: io.BufferedReader) -> Iterator[tuple[int, int, int]]:
    """First byte, size and first line of each piece; an empty one where there are no rows."""
    line, some = 2, False
    while True:
        begin = opened.tell()
        read = opened.read(PIECE_BYTES)
        if not read and some:
            return
        read += opened.readline()
        yield begin, len(read), line
        line, some = line + read.count(b"\n"), True


@dataclass(frozen=True, slots=True)
class _Column:
    piece: CsvPiece
    table: str
    name: str
    form: ColumnForm
    texts: Sequence[str]

    def words(self) -> Words:
        places: dict[str, int] = {}
        column = [places.setdefault(text, len(places)) if text else ABSENT for text in self.texts]
        return Words(np.array(column, dtype=np.int32), tuple(places))

    def instants(self) -> npt.NDArray[np.int64]:
        if all(text.endswith("Z") for text in self.texts):
            try:
                utc = np.array([text[:-1] for text in self.texts], dtype="datetime64[ms]")
                return utc.view(np.int64)
            except ValueError:  # one of them is none: which one is found below
                pass
        return np.array([self._instant(row) for row in range(len(self.texts))], dtype=np.int64)

    def numbers(self) -> npt.NDArray[np.float32]:
        if self.form is ColumnForm.FLAG:
            flags = [_FLAGS.get(text.lower()) for text in self.texts]
            if None in flags:
                raise self._wrong(flags.index(None))
            return np.array(flags, dtype=np.float32)
        try:
            return np.array([text or "nan" for text in self.texts], dtype=np.float32)
        except ValueError:
            raise self._wrong(next(filter(self._is_no_number, range(len(self.texts))))) from None

    def _is_no_number(self, row: int) -> bool:
        try:
            np.float32(self.texts[row] or "nan")
        except ValueError:
            return True
        return False

    def _instant(self, row: int) -> int:
        text = self.texts[row]
        if not text:
            return NO_INSTANT_MS
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            raise self._wrong(row) from None
        if at.tzinfo is None:
            raise self._wrong(row)
        return round(at.astimezone(UTC).timestamp() * 1000)

    def _wrong(self, row: int) -> FolderUnreadable:
        return FolderUnreadable(
            f"{self.table}: column {self.name} holds {self.texts[row]!r} in line "
            f"{self.piece.first_line + row} of {self.piece.file.name}, not {self.form}"
        )
