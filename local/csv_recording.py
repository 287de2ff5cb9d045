"""A CSV recording as samples of devices, by its column map."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from core.wire import SAMPLES_MAX, Cell, Samples
from local.column_map import ColumnMap, NotAColumnMap, cell_reader, instant_reader

_MISSING = frozenset({"", "na", "nan", "null", "none"})
_PROBLEMS_KEPT = 20  # enough to see what is wrong with a file


@dataclass(slots=True)
class Problems:
    """Cells that could not be read: how many, and the first of them in words."""

    count: int = 0
    first: list[str] = field(default_factory=list)

    def note(self, words: str) -> None:
        """Count one."""
        self.count += 1
        if len(self.first) < _PROBLEMS_KEPT:
            self.first.append(words)


def read_csv(
    path: Path, column_map: ColumnMap, problems: Problems
) -> Iterator[tuple[str, Samples]]:
    """Device and samples, at most SAMPLES_MAX at a time, all devices advancing together.

    A device's sample is left out where none of its quantities was measured. A cell that is no value
    counts as not measured and is noted; a row without a readable time is noted and left out. Raises
    NotAColumnMap when the file lacks a column of the map or is no CSV file.
    """
    # Bytes that are no UTF-8 spoil the cell they stand in, and only a cell of the map is looked at.
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        rows = _rows(path, file)
        _, header = next(rows, (1, []))
        plan = _plan(path, column_map, header)
        read_instant = instant_reader(column_map)
        block: list[_Line] = []
        for line, row in rows:
            text = row[plan.time].strip() if plan.time < len(row) else ""
            try:
                block.append((line, read_instant(text), row))
            except ValueError:
                problems.note(f"line {line}: {text[:40]!r} is no time")
            if len(block) == SAMPLES_MAX:
                yield from _block_samples(plan, block, problems)
                block.clear()
        yield from _block_samples(plan, block, problems)


_Line = tuple[int, int, list[str]]
"""Number of the line in the file, instant in epoch milliseconds, cells."""


def _rows(path: Path, file: TextIO) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold something, with the number of the line in which each ends."""
    reader = csv.reader(file)
    try:
        for row in reader:
            if row:
                yield reader.line_num, row
    except csv.Error as error:
        raise NotAColumnMap(
            f"{path} is no CSV file from line {reader.line_num} on: {error}"
        ) from error


_Column = tuple[str, int, str, Callable[[str], Any]]
"""Quantity, position in the row, name in the file, and what reads a cell."""


@dataclass(frozen=True, slots=True)
class _Plan:
    time: int
    devices: dict[str, list[_Column]]


def _plan(path: Path, column_map: ColumnMap, header: list[str]) -> _Plan:
    if column_map.time is None:
        raise NotAColumnMap("a map for a CSV file needs time = { column = ... }")
    empty = [name for name, device in column_map.devices.items() if not device.columns]
    if empty:
        raise NotAColumnMap(f"the map names no columns of {', '.join(empty)}")

    def place(column: str) -> int:
        if column not in header:
            raise NotAColumnMap(f"{path} has no column {column!r}; it has: {', '.join(header)}")
        if header.count(column) > 1:
            raise NotAColumnMap(f"{path} has {header.count(column)} columns {column!r}")
        return header.index(column)

    return _Plan(
        place(column_map.time.column),
        {
            name: [
                (
                    quantity,
                    place(source.column),
                    source.column,
                    cell_reader(quantity, device.kind, source),
                )
                for quantity, source in device.columns.items()
            ]
            for name, device in column_map.devices.items()
        },
    )


def _block_samples(
    plan: _Plan, block: list[_Line], problems: Problems
) -> Iterator[tuple[str, Samples]]:
    for device, columns in plan.devices.items():
        times: list[int] = []
        cells: dict[str, list[Cell]] = {quantity: [] for quantity, *_ in columns}
        for line, instant_ms, row in block:
            values = [_cell(line, row, column, problems) for column in columns]
            if any(value is not None for value in values):
                times.append(instant_ms)
                for (quantity, *_), value in zip(columns, values, strict=True):
                    cells[quantity].append(value)
        if times:
            yield device, Samples(times, cells)


def _cell(line: int, row: list[str], column: _Column, problems: Problems) -> Cell:
    _, position, name, read = column
    text = row[position].strip() if position < len(row) else ""
    if text.lower() in _MISSING:
        return None
    try:
        value: Cell = read(text)
    except ValueError:
        problems.note(f"line {line}, column {name}: {text[:40]!r} is no value")
        return None
    return value
