"""Frames: what was measured, as arrays of homes by times, NaN where nothing was measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self, TypeVar

import numpy as np

from core.quantities import QUANTITIES, Kind
from detectors.arrays import Floats, Integers

HOUR_S = 3600


class Row(NamedTuple):
    """Whose line of a frame it is: a home of a landlord, and the room or `boiler`."""

    landlord_id: str
    home_id: str
    place: str


class NotHourly(ValueError):
    """The frame cannot be cut into whole hours: its start or its step does not fit them."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """Rows by times at a fixed step; the value at a step is the nearest sample within half of it.

    `start` is the UTC instant of the first of `steps` columns. `values` holds a (rows, steps)
    array for each quantity that was measured anywhere, by its name in `core.quantities`; booleans
    are 0 and 1, codes whole numbers. Raises ValueError when shapes do not agree.
    """

    start: datetime
    step_s: int
    steps: int
    rows: tuple[Row, ...]
    values: Mapping[str, Floats]

    def __post_init__(self) -> None:
        if self.start.utcoffset() != timedelta(0):
            raise ValueError(f"a frame starts at a UTC instant, not at {self.start!r}")
        for name, array in self.values.items():
            self._require(name, array)

    def __getitem__(self, quantity: str) -> Floats:
        """The array of a quantity; all NaN (and read-only) when it was measured nowhere."""
        array = self.values.get(quantity)
        return np.broadcast_to(np.float32(np.nan), self.shape) if array is None else array

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and steps."""
        return len(self.rows), self.steps

    @property
    def times(self) -> list[datetime]:
        """The instant of every column."""
        return [self.instant(step) for step in range(self.steps)]

    @property
    def steps_per_hour(self) -> int:
        """How many columns an hour has; NotHourly when hours and columns do not fit."""
        if HOUR_S % self.step_s or self.start.timestamp() % HOUR_S:
            raise NotHourly(
                f"a frame from {self.start.isoformat()} in steps of {self.step_s} s has no whole "
                "hours; start on the hour with a step that divides it"
            )
        return HOUR_S // self.step_s

    def instant(self, step_index: int) -> datetime:
        """The UTC instant of a column; it may lie before or after the frame."""
        return self.start + timedelta(seconds=self.step_s * step_index)

    def part(self, *, rows: Sequence[int] | None = None, steps: slice = slice(None)) -> Self:
        """These rows (None: all) in these steps, a slice without a stride; views where it can be.

        Rows that are a `range` of all that lie in between are views. The part begins at the first
        of its steps, an empty one where it would have begun.
        """
        begin, end, _ = steps.indices(self.steps)
        which = _places(rows)
        owners = self.rows if rows is None else tuple(self.rows[row] for row in rows)
        beside: dict[str, Any] = {
            one.name: array[which, steps] if array.shape == self.shape else array[which]
            for one in fields(self)
            if isinstance(array := getattr(self, one.name), np.ndarray)
        }
        return replace(
            self,
            start=self.instant(begin),
            steps=max(end - begin, 0),
            rows=owners,
            values={name: array[which, steps] for name, array in self.values.items()},
            **beside,
        )

    def joined(self, later: Self) -> Self:
        """This frame and one of the same rows that begins where it ends, as one.

        What stands beside rows alone (`f_rsi`, `codes`) is that of `later`. ValueError where they
        do not follow one another.
        """
        if later.rows != self.rows or later.step_s != self.step_s:
            raise ValueError("frames of other rows or steps cannot be joined")
        if later.start != self.instant(self.steps):
            raise ValueError(f"a frame that ends at {self.instant(self.steps)} is not followed")
        beside: dict[str, Any] = {
            one.name: np.hstack([getattr(self, one.name), array])
            for one in fields(self)
            if isinstance(array := getattr(later, one.name), np.ndarray)
            and array.shape == later.shape
        }
        names = sorted({*self.values, *later.values})
        return replace(
            later,
            start=self.start,
            steps=self.steps + later.steps,
            values={name: np.hstack([self[name], later[name]]) for name in names},
            **beside,
        )

    def _require(self, name: str, array: Floats) -> None:
        if array.shape != self.shape:
            raise ValueError(f"{name} has shape {array.shape}; this frame has {self.shape}")


FrameT = TypeVar("FrameT", bound=Frame)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoomFrame(Frame):
    """One row for each room, beside it the weather of its area.

    `rain_mm` is what the station told at that step: the rain since its reading before. It is NaN at
    a step without a reading, for a sum is not carried on; left out it is known nowhere. `f_rsi`
    (rows,) is the temperature factor of the home's coldest surfaces, NaN where unknown.
    """

    outdoor_temp_c: Floats
    outdoor_rel_humidity_pct: Floats
    f_rsi: Floats
    rain_mm: Floats = field(default_factory=lambda: np.empty((0, 0)))

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        _require_known(self.values, Kind.ROOM)
        if not self.rain_mm.size:
            object.__setattr__(self, "rain_mm", np.broadcast_to(np.float32(np.nan), self.shape))
        for name in ("outdoor_temp_c", "outdoor_rel_humidity_pct", "rain_mm"):
            self._require(name, getattr(self, name))
        if self.f_rsi.shape != (len(self.rows),):
            raise ValueError(f"f_rsi has shape {self.f_rsi.shape}; one value a row is needed")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoilerFrame(Frame):
    """One row for each boiler, beside it what surrounds it.

    `outdoor_temp_c` is that of the home's area, `indoor_temp_c` the mean of the home's rooms, both
    (rows, steps) and NaN where not known; left out they are known nowhere. `values["fault_code"]`
    holds places in `codes`, NaN where no code was present.
    """

    outdoor_temp_c: Floats = field(default_factory=lambda: np.empty((0, 0)))
    indoor_temp_c: Floats = field(default_factory=lambda: np.empty((0, 0)))
    codes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        _require_known(self.values, Kind.BOILER)
        for name in ("outdoor_temp_c", "indoor_temp_c"):
            if not getattr(self, name).size:
                object.__setattr__(self, name, np.broadcast_to(np.float32(np.nan), self.shape))
            self._require(name, getattr(self, name))


def align_rows(
    sample_rows: Integers,
    sample_times_ms: Integers,
    values: Floats,
    start_ms: int,
    step_ms: int,
    shape: tuple[int, int],
) -> Floats:
    """Samples on a grid of `shape` (rows, steps): the nearest sample within half a step.

    A step at instant s takes samples of [s - half, s + half), of two equally near ones the
    earlier; NaN samples are none. The three sample arrays are equally long, in any order;
    `sample_rows` says which row a sample belongs to. Samples outside the grid are left out; the
    answer has the dtype of `values`.

    >>> row, times_ms, values = np.zeros(2, int), np.array([0, 590_000]), np.array([1.5, 2.5])
    >>> align_rows(row, times_ms, values, 0, 600_000, (1, 3))
    array([[1.5, 2.5, nan]])
    """
    rows, steps = shape
    offset_ms = sample_times_ms - start_ms
    step = (offset_ms + step_ms // 2) // step_ms
    use = (step >= 0) & (step < steps) & ~np.isnan(values)
    step, offset_ms = step[use], offset_ms[use]
    past_ms = offset_ms - step * step_ms
    cell = sample_rows[use] * steps + step
    best = _nearest(cell, 2 * np.abs(past_ms) + (past_ms > 0))
    cells = np.full(rows * steps, np.nan, dtype=values.dtype)
    cells[cell[best]] = values[use][best]
    grid: Floats = cells.reshape(rows, steps)
    return grid


def align_columns(
    sample_rows: Integers,
    sample_times_ms: Integers,
    columns: Mapping[str, Floats],
    start_ms: int,
    step_ms: int,
    shape: tuple[int, int],
) -> dict[str, Floats]:
    """`align_rows` for several quantities of the same samples; those known nowhere are left out.

    Samples that have a step to themselves, nearly all, are put there without being compared.
    """
    rows, steps = shape
    step = (sample_times_ms - start_ms + step_ms // 2) // step_ms
    use = (step >= 0) & (step < steps) & (sample_rows >= 0)
    if not use.all():
        sample_rows, sample_times_ms, step = sample_rows[use], sample_times_ms[use], step[use]
        columns = {name: values[use] for name, values in columns.items()}
    cell = sample_rows * steps + step
    meets = np.bincount(cell, minlength=rows * steps)[cell] > 1
    crowded, alone = np.flatnonzero(meets), np.flatnonzero(~meets)
    alone_cell = cell[alone]
    found: dict[str, Floats] = {}
    for name, values in columns.items():
        if np.isnan(values).all():
            continue
        if len(crowded):
            grid = align_rows(
                sample_rows[crowded],
                sample_times_ms[crowded],
                values[crowded],
                start_ms,
                step_ms,
                shape,
            ).reshape(rows * steps)
            grid[alone_cell] = values[alone]
        else:
            grid = np.full(rows * steps, np.nan, dtype=values.dtype)
            grid[cell] = values
        found[name] = grid.reshape(shape)
    return found


def _places(rows: Sequence[int] | None) -> slice | list[int]:
    """What picks these rows of an array, as a slice where that can be."""
    if rows is None:
        return slice(None)
    if isinstance(rows, range) and rows.step == 1 and rows.start >= 0:
        return slice(rows.start, rows.stop)
    return list(rows)


def _nearest(cell: Integers, distance: Integers) -> Integers:
    """Of the samples that meet in a cell the nearest, of equally near ones the first."""
    if np.any(cell[1:] < cell[:-1]):  # where samples come in order no sorting is needed
        order = np.argsort(cell, kind="stable")
        return order[_nearest(cell[order], distance[order])]
    if not len(cell):
        return np.empty(0, dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], cell[1:] != cell[:-1]]))
    position = np.arange(len(cell))
    return np.minimum.reduceat(distance * len(cell) + position, first) % len(cell)


def _require_known(values: Mapping[str, Floats], kind: Kind) -> None:
    known = {quantity.name for quantity in QUANTITIES[kind]}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such quantity of kind {kind.value}")
