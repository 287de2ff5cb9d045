"""Readings as columns, on their way into a table. Pure.

A row is a device at an instant. A cell that was not measured is NaN in a column of numbers and None
in one of text; a quantity that was measured in no row has no column at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.quantities import QUANTITIES, Form, Kind

Row = tuple[Any, ...]
"""(device_id, measured_at in Unix milliseconds, then a cell for every quantity of the kind)."""

Column = NDArray[Any]
"""float64 for real numbers, counts, and no and yes as 0 and 1; objects for texts."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Rows of one kind: `columns` has one for every quantity of the kind, None where it is empty.

    `device_ids` (rows,) int32; `times_ms` (rows,) int64, Unix milliseconds.
    """

    kind: Kind
    device_ids: NDArray[np.int32]
    times_ms: NDArray[np.int64]
    columns: tuple[Column | None, ...]

    def __len__(self) -> int:
        return len(self.times_ms)

    def take(self, rows: NDArray[Any]) -> "Block":
        """Some of the rows, by index or by mask; a copy."""
        return Block(
            self.kind,
            self.device_ids[rows],
            self.times_ms[rows],
            tuple(None if column is None else column[rows] for column in self.columns),
        )

    def row(self, index: int) -> Row:
        """One row with cells as they were given, None for what was not measured."""
        cells = [
            None if column is None else _cell(quantity.form, column[index])
            for quantity, column in zip(QUANTITIES[self.kind], self.columns, strict=True)
        ]
        return (int(self.device_ids[index]), int(self.times_ms[index]), *cells)


def block_of(kind: Kind, rows: Sequence[Row]) -> Block:
    """Rows as a block. Cells must fit their quantities."""
    turned = list(zip(*rows, strict=True)) or [()] * (2 + len(QUANTITIES[kind]))
    return Block(
        kind,
        np.array(turned[0], dtype=np.int32),
        np.array(turned[1], dtype=np.int64),
        tuple(
            column_of(quantity.form, cells)
            for quantity, cells in zip(QUANTITIES[kind], turned[2:], strict=True)
        ),
    )


def column_of(form: Form, cells: Sequence[Any]) -> Column | None:
    """Cells as a column; None when nothing was measured."""
    if cells.count(None) == len(cells):
        return None
    return np.array(cells, dtype=np.object_ if form is Form.TEXT else np.float64)


def joined(kind: Kind, blocks: Sequence[Block]) -> Block:
    """The rows of several blocks of this kind, one block after the other."""
    if len(blocks) == 1:
        return blocks[0]
    lengths = [len(block) for block in blocks]
    columns = zip(*(block.columns for block in blocks), strict=True)
    return Block(
        kind,
        np.concatenate([block.device_ids for block in blocks], dtype=np.int32),
        np.concatenate([block.times_ms for block in blocks], dtype=np.int64),
        tuple(
            _joined_column(quantity.form, parts, lengths)
            for quantity, parts in zip(QUANTITIES[kind], columns, strict=True)
        ),
    )


def unmeasured(column: Column) -> NDArray[np.bool_]:
    """Where a column says nothing."""
    if column.dtype == np.object_:
        return np.fromiter((cell is None for cell in column), np.bool_, len(column))
    return np.isnan(column)


def _cell(form: Form, cell: Any) -> Any:
    if form is Form.TEXT:
        return cell
    if np.isnan(cell):
        return None
    return {Form.REAL: float, Form.BOOLEAN: bool, Form.COUNTER: int}[form](cell)


def _joined_column(
    form: Form, parts: Sequence[Column | None], lengths: Sequence[int]
) -> Column | None:
    if all(part is None for part in parts):
        return None
    empty = None if form is Form.TEXT else np.nan
    dtype = np.object_ if form is Form.TEXT else np.float64
    return np.concatenate(
        [
            np.full(length, empty, dtype=dtype) if part is None else part
            for part, length in zip(parts, lengths, strict=True)
        ]
    )
