"""Parts of a table: one file a home, kept open while its rows come in, in Parquet or as CSV."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

_CSV_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Part(Protocol):
    """A file to which rows of one table are added in their order."""

    def write_table(self, table: pa.Table) -> None:
        """Add these rows."""
        ...

    def close(self) -> None:
        """No more rows come."""
        ...


OpenPart = Callable[[Path, pa.Schema], Part]


def parquet_part(path: Path, schema: pa.Schema) -> Part:
    """A Parquet file; instants, which only ever climb, are kept as differences.

    Words come back as plain strings, whatever the reader: each file has a dictionary of its own.
    """
    instants = [field.name for field in schema if pa.types.is_timestamp(field.type)]
    part: Part = pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[field.name for field in schema if field.name not in instants],
        column_encoding=dict.fromkeys(instants, "DELTA_BINARY_PACKED"),
        write_statistics=instants,
        store_schema=False,
    )
    return part


class CsvPart:
    """A CSV file without its header: the parts of a table come together below one."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        """Open `path` for rows of this schema."""
        self._schema = pa.schema([pa.field(one.name, _csv_type(one.type)) for one in schema])
        options = pyarrow.csv.WriteOptions(include_header=False, quoting_style="none")
        self._writer = pyarrow.csv.CSVWriter(path, self._schema, write_options=options)

    def write_table(self, table: pa.Table) -> None:
        """Add these rows, with their instants as ISO 8601."""
        columns = [_as_text(column) for column in table.columns]
        self._writer.write_table(pa.Table.from_arrays(columns, schema=self._schema))

    def close(self) -> None:
        """No more rows come."""
        self._writer.close()


def write_table(path: Path, table: pa.Table, opens: OpenPart) -> None:
    """Write a table that is one part."""
    part = opens(path, table.schema)
    part.write_table(table)
    part.close()


def join_csv(place: Path, schema: pa.Schema) -> None:
    """Make one file with a header, `place`.csv, of the parts in the folder `place`.

    Or of that file itself, where the table was one part.
    """
    whole, joined = place.with_suffix(".csv"), place.with_suffix(".csv.joined")
    parts = sorted(place.iterdir()) if place.is_dir() else [whole]
    with joined.open("wb") as file:
        file.write((",".join(schema.names) + "\n").encode())
        for part in parts:
            with part.open("rb") as rows:
                shutil.copyfileobj(rows, file)
            part.unlink()
    if place.is_dir():
        place.rmdir()
    joined.rename(whole)


def _csv_type(kind: pa.DataType) -> pa.DataType:
    plain = pa.types.is_timestamp(kind) or pa.types.is_dictionary(kind)
    return pa.string() if plain else kind


def _as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    if pa.types.is_timestamp(column.type):
        return pc.strftime(column, format=_CSV_INSTANT)
    if pa.types.is_dictionary(column.type):
        return column.cast(pa.string())
    return column
