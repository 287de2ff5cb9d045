"""Parquet files in pieces of whole row groups. The only module that needs pyarrow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from detectors.offline.tables import (
    ABSENT,
    NO_INSTANT_MS,
    ColumnForm,
    FolderUnreadable,
    Rows,
    Words,
)

PIECE_ROWS = 25_000
"""Row groups are read together up to so many rows: two weeks of a boiler, 2 MB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParquetPiece:
    """Some row groups of a file."""

    file: Path
    groups: tuple[int, ...]
    columns: tuple[str, ...]

    def read(self, table: str, columns: Mapping[str, ColumnForm]) -> Rows:
        """The rows of these groups, of the columns those that are there."""
        names = [name for name in columns if name in self.columns]
        try:
            with pq.ParquetFile(self.file) as file:
                read = file.read_row_groups(self.groups, columns=names, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise FolderUnreadable(f"{self.file} cannot be read: {_one_line(error)}") from error
        words, instants, numbers = {}, {}, {}
        for name in names:
            column = _Column(table, name, columns[name], read.column(name).combine_chunks())
            if column.form is ColumnForm.WORD:
                words[name] = column.words()
            elif column.form is ColumnForm.INSTANT:
                instants[name] = column.instants()
            else:
                numbers[name] = column.numbers()
        return Rows(count=read.num_rows, words=words, instants=instants, numbers=numbers)


def parquet_pieces(file: Path) -> Sequence[ParquetPiece]:
    """A file's row groups in pieces of about PIECE_ROWS; one without groups where it is empty."""
    try:
        with pq.ParquetFile(file) as opened:
            sizes = [
                opened.metadata.row_group(number).num_rows
                for number in range(opened.num_row_groups)
            ]
            columns = tuple(opened.schema_arrow.names)
    except pa.ArrowException as error:
        raise FolderUnreadable(f"{file} cannot be read: {_one_line(error)}") from error
    pieces: list[list[int]] = [[]]
    rows = 0
    for number, size in enumerate(sizes):
        if rows and rows + size > PIECE_ROWS:
            pieces.append([])
            rows = 0
        pieces[-1].append(number)
        rows += size
    return [ParquetPiece(file=file, groups=tuple(one), columns=columns) for one in pieces]


@dataclass(frozen=True, slots=True)
class _Column:
    table: str
    name: str
    form: ColumnForm
    array: Any

    def words(self) -> Words:
        kind = self.array.type
        plain = kind.value_type if pa.types.is_dictionary(kind) else kind
        if pa.types.is_null(kind):
            return Words(np.full(len(self.array), ABSENT, dtype=np.int32), ())
        self._require(pa.types.is_string(plain) or pa.types.is_large_string(plain))
        coded = self.array if pa.types.is_dictionary(kind) else self.array.dictionary_encode()
        places = coded.indices.fill_null(ABSENT).to_numpy(zero_copy_only=False).astype(np.int32)
        words = tuple(coded.dictionary.to_pylist())
        if "" in words:
            places[places == words.index("")] = ABSENT
        return Words(places, words)

    def instants(self) -> npt.NDArray[np.int64]:
        kind = self.array.type
        self._require(pa.types.is_timestamp(kind) and kind.tz is not None)
        since_1970 = self.array.cast(pa.timestamp("ms", tz=kind.tz), safe=False).cast(pa.int64())
        filled = since_1970.fill_null(NO_INSTANT_MS).to_numpy(zero_copy_only=False)
        instants: npt.NDArray[np.int64] = filled
        return instants

    def numbers(self) -> npt.NDArray[np.float32]:
        kind = self.array.type
        if not pa.types.is_null(kind):
            number = pa.types.is_floating(kind) or pa.types.is_integer(kind)
            flag = pa.types.is_boolean(kind) and self.form is ColumnForm.FLAG
            self._require(number or pa.types.is_decimal(kind) or flag)
        single = pc.cast(self.array, pa.float32(), safe=False).fill_null(float("nan"))
        numbers: npt.NDArray[np.float32] = single.to_numpy(zero_copy_only=False)
        return numbers

    def _require(self, fits: bool) -> None:
        if not fits:
            raise FolderUnreadable(
                f"{self.table}: column {self.name} is of type {self.array.type}, not {self.form}"
            )


def _one_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
