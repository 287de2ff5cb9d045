"""The files of a table, in whatever form they come, as pieces that fit into memory."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from detectors.offline.csv_parts import csv_pieces
from detectors.offline.tables import ColumnForm, FolderUnreadable, Rows, Table


class Piece(Protocol):
    """Some rows of a table that can be read alone."""

    @property
    def columns(self) -> Sequence[str]:
        """Which columns are there."""

    def read(self, table: str, columns: Mapping[str, ColumnForm]) -> Rows:
        """Its rows, of these columns those that are there. Raises FolderUnreadable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTable:
    """A table as it lies in the folder; without pieces when it is not there."""

    table: Table
    pieces: tuple[Piece, ...]

    @property
    def absent(self) -> bool:
        """Whether the folder has no such table."""
        return not self.pieces

    @property
    def missing_columns(self) -> tuple[str, ...]:
        """Columns that would be read and that some or all of its files lack."""
        if self.absent:
            return ()
        everywhere = set.intersection(*(set(piece.columns) for piece in self.pieces))
        return tuple(name for name in self.table.columns if name not in everywhere)

    def read(self, number: int, columns: Sequence[str] | None = None) -> Rows:
        """The rows of one piece; of the columns named, or of all."""
        names = self.table.columns if columns is None else columns
        wanted = {name: self.table.columns[name] for name in names}
        return self.pieces[number].read(self.table.name, wanted)


def stored_table(folder: Path, table: Table) -> StoredTable:
    """Find a table in the folder, look at its files and cut them into pieces.

    Raises FolderUnreadable where it is there in two forms, a file cannot be read, or a column is
    missing without which its rows mean nothing.
    """
    files = _files(folder, table.name)
    pieces: list[Piece] = []
    for file in files:
        try:
            pieces += csv_pieces(file) if file.suffix == ".csv" else _parquet_pieces(file)
        except OSError as error:
            raise FolderUnreadable(f"{file} cannot be read: {error.strerror or error}") from error
    for piece in pieces:
        for key in table.keys:
            if key not in piece.columns:
                raise FolderUnreadable(
                    f"{table.name} has no column {key}, without which its rows mean nothing"
                )
    return StoredTable(table=table, pieces=tuple(pieces))


def _files(folder: Path, name: str) -> list[Path]:
    if not folder.is_dir():
        raise FolderUnreadable(f"{folder} is not there, or no folder: name an estate folder")
    forms = [folder / f"{name}.parquet", folder / name, folder / f"{name}.csv"]
    there = [form for form in forms if form.exists()]
    if len(there) > 1:
        raise FolderUnreadable(
            f"{name} is there twice, as {there[0].name} and as {there[1].name}: keep one of them"
        )
    if not there:
        return []
    return sorted(there[0].glob("*.parquet")) if there[0].is_dir() else there


def _parquet_pieces(file: Path) -> Sequence[Piece]:
    try:
        from detectors.offline.parquet_parts import parquet_pieces
    except ModuleNotFoundError as error:
        if error.name != "pyarrow":
            raise
        raise FolderUnreadable(
            f"{file} is Parquet, and pyarrow, which reads it, is not installed: "
            "pip install 'homewell[analyse]', or give the tables as CSV"
        ) from error
    return parquet_pieces(file)
