"""Frames: what was measured, as arrays of homes by times, NaN where nothing was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import numpy as np

from core.quantities import QUANTITIES, Kind
from detectors.arrays import Floats, Integers
from detectors.humidity import rel_humidity_pct, vapour_pressure_pa
from detectors.windows import grouped_mean

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

    def _require(self, name: str, array: Floats) -> None:
        if array.shape != self.shape:
            raise ValueError(f"{name} has shape {array.shape}; this frame has {self.shape}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoomFrame(Frame):
    """One row for each room, beside it the weather of its area.

    `f_rsi` (rows,) is the temperature factor of the home's coldest surfaces, NaN where unknown.
    """

    outdoor_temp_c: Floats
    outdoor_rel_humidity_pct: Floats
    f_rsi: Floats

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        _require_known(self.values, Kind.ROOM)
        self._require("outdoor_temp_c", self.outdoor_temp_c)
        self._require("outdoor_rel_humidity_pct", self.outdoor_rel_humidity_pct)
        if self.f_rsi.shape != (len(self.rows),):
            raise ValueError(f"f_rsi has shape {self.f_rsi.shape}; one value a row is needed")

    def hourly(self) -> "RoomFrame":
        """The same rooms hour by hour; a column is the hour that begins at its instant.

        Temperatures are averaged; humidity is averaged as vapour pressure and turned back at the
        mean temperature (never above 100 %). One sample makes an hour known: battery sensors may
        report as seldom as that, and damp moves in hours. A last hour that is not full is left
        out, because later samples would change it. Raises NotHourly.
        """
        size = self.steps_per_hour
        means = {name: grouped_mean(array, size) for name, array in self.values.items()}
        temp = means.get("air_temp_c")
        if temp is not None and "rel_humidity_pct" in means:
            means["rel_humidity_pct"] = _mean_humidity(
                self["air_temp_c"], self["rel_humidity_pct"], temp, size
            )
        outdoor_c = grouped_mean(self.outdoor_temp_c, size)
        return RoomFrame(
            start=self.start,
            step_s=HOUR_S,
            steps=self.steps // size,
            rows=self.rows,
            values=means,
            outdoor_temp_c=outdoor_c,
            outdoor_rel_humidity_pct=_mean_humidity(
                self.outdoor_temp_c, self.outdoor_rel_humidity_pct, outdoor_c, size
            ),
            f_rsi=self.f_rsi,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BoilerFrame(Frame):
    """One row for each boiler."""

    def __post_init__(self) -> None:
        Frame.__post_init__(self)
        _require_known(self.values, Kind.BOILER)


def align(sample_times_ms: Integers, values: Floats, start_ms: int, step_ms: int, n: int) -> Floats:
    """Samples of one row on a grid of `n` steps: (n,); the nearest sample within half a step.

    A step at instant s takes samples of [s - half, s + half), of two equally near ones the
    earlier; NaN samples are none. Samples may come in any order.

    >>> align(np.array([0, 590_000]), np.array([1.5, 2.5]), 0, 600_000, 3)
    array([1.5, 2.5, nan])
    """
    rows = np.zeros(len(sample_times_ms), dtype=np.int64)
    grid = align_rows(rows, sample_times_ms, values, start_ms, step_ms, (1, n))
    return grid.reshape(n)


def align_rows(
    sample_rows: Integers,
    sample_times_ms: Integers,
    values: Floats,
    start_ms: int,
    step_ms: int,
    shape: tuple[int, int],
) -> Floats:
    """`align` for many rows at once: `sample_rows` says which row a sample belongs to.

    The three sample arrays are equally long; `shape` is (rows, steps) of the answer, which has the
    dtype of `values`. Samples outside the grid are left out.
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


def epoch_hour(start: datetime) -> int:
    """Whole hours from 1970-01-01 to `start`, UTC."""
    return int(start.astimezone(UTC).timestamp()) // HOUR_S


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


def _mean_humidity(temp_c: Floats, humidity: Floats, mean_temp_c: Floats, size: int) -> Floats:
    pressure = grouped_mean(vapour_pressure_pa(temp_c, humidity), size)
    return np.minimum(rel_humidity_pct(mean_temp_c, pressure), 100.0)


def _require_known(values: Mapping[str, Floats], kind: Kind) -> None:
    known = {quantity.name for quantity in QUANTITIES[kind]}
    unknown = sorted(values.keys() - known)
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such quantity of kind {kind.value}")
