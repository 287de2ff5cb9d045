"""From samples of devices to frames of homes: who stands in which row, and since when it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detectors.arrays import Floats, Integers
from detectors.frame import BoilerFrame, Frame, RoomFrame, Row, align_columns, align_rows
from detectors.windows import held

ROOM_STEP_S = 300  # battery sensors report every five to ten minutes
BOILER_STEP_S = 60  # burners start and stop within minutes
WEATHER_STEP_S = 600  # stations report every ten minutes
STEP_S = 600  # for whether a device is heard at all: the slowest of the above
HELD = timedelta(hours=1)
"""For so long what is known outdoors and in the home's rooms is carried on: a forecast service
speaks once an hour. Their samples count from so long before a frame."""
DEAD_C = 0.0
"""To the last digit: what a room's sensor answers that measures nothing any more."""


class Samples(Protocol):
    """Samples of some devices, in any order: equally long arrays, NaN for not measured."""

    @property
    def device_ids(self) -> npt.NDArray[np.int32]:
        """Which device took each sample."""

    @property
    def times_ms(self) -> npt.NDArray[np.int64]:
        """When, in milliseconds since 1970-01-01 UTC."""

    @property
    def values(self) -> Mapping[str, npt.NDArray[np.float32]]:
        """What was measured, by quantity; a text as its place in `codes`."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The texts that `values["fault_code"]` holds places of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A device in a row of a frame: its samples in [since, until) belong there."""

    row: Row
    device_id: int
    weather_device_id: int | None
    f_rsi: float | None
    since: datetime
    until: datetime | None


def steps_between(start: datetime, end: datetime, step_s: int = STEP_S) -> int:
    """How many steps from `start` have all their samples by `end`."""
    return max(int((end - start).total_seconds() - step_s / 2) // step_s + 1, 0)


def room_frame(
    stays: Sequence[Stay],
    rooms: Samples,
    weather: Samples,
    start: datetime,
    steps: int,
    *,
    step_s: int,
) -> RoomFrame:
    """Rooms with the weather of their areas, NaN where a home's area has none."""
    rows = _rows(stays)
    by_row = {one.row: one for one in stays}
    outdoors = [by_row[row].weather_device_id for row in rows]
    grid = _Grid(start, steps, step_s)
    return RoomFrame(
        start=start,
        step_s=step_s,
        steps=steps,
        rows=rows,
        values=_aligned(stays, rows, rooms, grid),
        outdoor_temp_c=_outdoor(weather, "air_temp_c", outdoors, grid),
        outdoor_rel_humidity_pct=_outdoor(weather, "rel_humidity_pct", outdoors, grid),
        f_rsi=np.array([_or_nan(by_row[row].f_rsi) for row in rows], dtype=np.float64),
        rain_mm=_rain(weather, outdoors, grid),
    )


def boiler_frame(
    stays: Sequence[Stay],
    boilers: Samples,
    start: datetime,
    steps: int,
    *,
    step_s: int,
    weather: Samples | None = None,
    rooms: RoomFrame | None = None,
) -> BoilerFrame:
    """Boilers, one row each, with what surrounds them as far as it is given.

    `rooms` are rooms of the same homes from HELD before `start` on; without them it is not known
    how warm it is indoors.
    """
    rows = _rows(stays)
    by_row = {one.row: one for one in stays}
    grid = _Grid(start, steps, step_s)
    nowhere = np.broadcast_to(np.float32(np.nan), (len(rows), steps))
    outdoors = [by_row[row].weather_device_id for row in rows]
    return BoilerFrame(
        start=start,
        step_s=step_s,
        steps=steps,
        rows=rows,
        values=_aligned(stays, rows, boilers, grid),
        outdoor_temp_c=(
            nowhere if weather is None else _outdoor(weather, "air_temp_c", outdoors, grid)
        ),
        indoor_temp_c=nowhere if rooms is None else indoor_temp_c(rooms, rows, grid.instants_ms),
        codes=boilers.codes,
    )


def presence_frame(stays: Sequence[Stay], table: Samples, start: datetime, steps: int) -> Frame:
    """Rooms or boilers, to see when they were heard at all."""
    rows = _rows(stays)
    values = _aligned(stays, rows, table, _Grid(start, steps, STEP_S))
    return Frame(start=start, step_s=STEP_S, steps=steps, rows=rows, values=values)


def indoor_temp_c(rooms: RoomFrame, rows: Sequence[Row], instants_ms: Integers) -> Floats:
    """The mean of each row's home's rooms at these instants, (rows, instants).

    The last mean known, for at most HELD; NaN before the rooms' first step and in other homes. A
    room at DEAD_C is left out: what else is not believed takes the reading that follows to know.
    """
    line = {(row.landlord_id, row.home_id): number for number, row in enumerate(rows)}
    of_row = [line.get((row.landlord_id, row.home_id), len(rows)) for row in rooms.rows]
    home = np.array(of_row, dtype=np.int64)
    air_c = rooms["air_temp_c"]
    known = ~np.isnan(air_c) & (air_c != DEAD_C)
    total = np.zeros((len(rows) + 1, rooms.steps), dtype=np.float32)
    count = np.zeros((len(rows) + 1, rooms.steps), dtype=np.float32)
    np.add.at(total, home, np.where(known, air_c, 0))
    np.add.at(count, home, known)
    mean = np.where(count > 0, total / np.maximum(count, 1), np.float32(np.nan))
    kept = held(mean, limit=int(HELD.total_seconds()) // rooms.step_s).astype(np.float32)
    return _at(kept[: len(rows)], epoch_ms(rooms.start), rooms.step_s * 1000, instants_ms)


def epoch_ms(at: datetime) -> int:
    """UTC epoch milliseconds of an instant."""
    return round(at.timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class _Grid:
    start: datetime
    steps: int
    step_s: int

    @property
    def step_ms(self) -> int:
        return self.step_s * 1000

    @property
    def instants_ms(self) -> Integers:
        return epoch_ms(self.start) + np.arange(self.steps, dtype=np.int64) * self.step_ms


def _rows(stays: Iterable[Stay]) -> tuple[Row, ...]:
    return tuple(sorted({one.row for one in stays}))


def _aligned(
    stays: Sequence[Stay], rows: tuple[Row, ...], table: Samples, grid: _Grid
) -> dict[str, Floats]:
    row_of_sample = _row_of_sample(stays, {row: i for i, row in enumerate(rows)}, table)
    return align_columns(
        row_of_sample,
        table.times_ms,
        table.values,
        epoch_ms(grid.start),
        grid.step_ms,
        (len(rows), grid.steps),
    )


def _row_of_sample(
    stays: Sequence[Stay], positions: Mapping[Row, int], table: Samples
) -> npt.NDArray[np.int64]:
    """The row that each sample belongs to; -1 for one taken while its device stood elsewhere."""
    found = np.full(len(table.device_ids), -1, dtype=np.int64)
    for turn in _turns(stays):
        devices = sorted(turn)
        if not devices or not len(found):
            continue
        nth = np.minimum(np.searchsorted(devices, table.device_ids), len(devices) - 1)
        mine = np.array(devices)[nth] == table.device_ids
        chosen = [turn[device] for device in devices]
        mine &= table.times_ms >= np.array([epoch_ms(one.since) for one in chosen])[nth]
        mine &= table.times_ms < np.array([_until_ms(one) for one in chosen])[nth]
        found[mine] = np.array([positions[one.row] for one in chosen])[nth][mine]
    return found


def _turns(stays: Sequence[Stay]) -> list[dict[int, Stay]]:
    """The first stay of every device, then the second of those that have one, and so on."""
    turns: list[dict[int, Stay]] = []
    for one in stays:
        free = next((turn for turn in turns if one.device_id not in turn), None)
        if free is None:
            turns.append(free := {})
        free[one.device_id] = one
    return turns


def _until_ms(stay: Stay) -> int:
    return int(np.iinfo(np.int64).max) if stay.until is None else epoch_ms(stay.until)


def _outdoor(
    weather: Samples, quantity: str, device_of_row: Sequence[int | None], grid: _Grid
) -> Floats:
    """What a row's station said last at each step, for at most HELD."""
    devices = sorted({device for device in device_of_row if device is not None})
    step_ms, held_steps = WEATHER_STEP_S * 1000, int(HELD.total_seconds()) // WEATHER_STEP_S
    start_ms = (epoch_ms(grid.start) // step_ms - held_steps) * step_ms
    steps = held_steps + -(-grid.steps * grid.step_ms // step_ms) + 1
    known = np.isin(weather.device_ids, devices)
    stations = align_rows(
        np.searchsorted(devices, weather.device_ids[known]),
        weather.times_ms[known],
        weather.values[quantity][known],
        start_ms,
        step_ms,
        (len(devices) + 1, steps),  # the last line stays NaN: no weather
    )
    kept = held(stations, limit=held_steps).astype(np.float32)
    return _at(kept, start_ms, step_ms, grid.instants_ms)[_lines(devices, device_of_row)]


def _rain(weather: Samples, device_of_row: Sequence[int | None], grid: _Grid) -> Floats:
    """The rain that a row's station told at each step, NaN where it told none.

    Readings that meet in a step add up, for each tells what fell since the one before; the same
    reading twice counts once.
    """
    devices = sorted({device for device in device_of_row if device is not None})
    shape = (len(devices) + 1, grid.steps)  # the last line stays NaN: no weather
    told_mm = weather.values.get("rain_mm")
    if told_mm is None or not devices:
        return np.full((len(device_of_row), grid.steps), np.nan, dtype=np.float32)
    step = (weather.times_ms - epoch_ms(grid.start) + grid.step_ms // 2) // grid.step_ms
    use = np.isin(weather.device_ids, devices) & ~np.isnan(told_mm)
    use &= (step >= 0) & (step < grid.steps)
    line = np.searchsorted(devices, weather.device_ids[use])
    reading = np.stack([line, weather.times_ms[use]])
    _, once = np.unique(reading, axis=1, return_index=True)
    cell = line[once] * grid.steps + step[use][once]
    cells = shape[0] * shape[1]
    total = np.bincount(cell, weights=told_mm[use][once], minlength=cells)
    counts = np.bincount(cell, minlength=cells)
    stations = np.where(counts > 0, total, np.nan).astype(np.float32).reshape(shape)
    return stations[_lines(devices, device_of_row)]


def _lines(devices: Sequence[int], device_of_row: Sequence[int | None]) -> list[int]:
    """Each row's place among the devices, the one after the last for a row without any."""
    line = {device: number for number, device in enumerate(devices)}
    return [len(devices) if device is None else line[device] for device in device_of_row]


def _at(values: Floats, start_ms: int, step_ms: int, instants_ms: Integers) -> Floats:
    """The value of the step at or before each instant; NaN outside."""
    step = (instants_ms - start_ms) // step_ms
    inside = (step >= 0) & (step < values.shape[1])
    picked = values[:, np.clip(step, 0, max(values.shape[1] - 1, 0))] if values.size else None
    if picked is None:
        return np.full((values.shape[0], len(instants_ms)), np.nan, dtype=np.float32)
    return np.where(inside, picked, np.float32(np.nan))


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
