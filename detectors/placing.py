"""From samples of devices to frames of homes: who stands in which row, and since when it counts."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detectors.arrays import Floats
from detectors.frame import BoilerFrame, Frame, RoomFrame, Row, align_rows

STEP_S = 600  # the usual battery sensor reports every five to ten minutes
STEP_MS = STEP_S * 1000


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
        """What was measured, by quantity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A device in a row of a frame: its samples in [since, until) belong there."""

    row: Row
    device_id: int
    weather_device_id: int | None
    f_rsi: float | None
    since: datetime
    until: datetime | None


def steps_between(start: datetime, end: datetime) -> int:
    """How many steps from `start` have all their samples by `end`."""
    return max(int((end - start).total_seconds() - STEP_S / 2) // STEP_S + 1, 0)


def room_frame(
    stays: Sequence[Stay], rooms: Samples, weather: Samples, start: datetime, steps: int
) -> RoomFrame:
    """Rooms with the weather of their areas, NaN where a home's area has none."""
    rows = _rows(stays)
    shape = (len(rows), steps)
    by_row = {one.row: one for one in stays}
    outdoors = [by_row[row].weather_device_id for row in rows]
    return RoomFrame(
        start=start,
        step_s=STEP_S,
        steps=steps,
        rows=rows,
        values=_aligned(stays, rows, rooms, start, shape),
        outdoor_temp_c=_outdoor(weather, "air_temp_c", outdoors, start, steps),
        outdoor_rel_humidity_pct=_outdoor(weather, "rel_humidity_pct", outdoors, start, steps),
        f_rsi=np.array([_or_nan(by_row[row].f_rsi) for row in rows], dtype=np.float64),
    )


def boiler_frame(
    stays: Sequence[Stay], boilers: Samples, start: datetime, steps: int
) -> BoilerFrame:
    """Boilers, one row each."""
    rows = _rows(stays)
    return BoilerFrame(
        start=start,
        step_s=STEP_S,
        steps=steps,
        rows=rows,
        values=_aligned(stays, rows, boilers, start, (len(rows), steps)),
    )


def presence_frame(stays: Sequence[Stay], table: Samples, start: datetime, steps: int) -> Frame:
    """Rooms or boilers, to see when they were heard at all."""
    rows = _rows(stays)
    values = _aligned(stays, rows, table, start, (len(rows), steps))
    return Frame(start=start, step_s=STEP_S, steps=steps, rows=rows, values=values)


def _rows(stays: Iterable[Stay]) -> tuple[Row, ...]:
    return tuple(sorted({one.row for one in stays}))


def _aligned(
    stays: Sequence[Stay],
    rows: tuple[Row, ...],
    table: Samples,
    start: datetime,
    shape: tuple[int, int],
) -> dict[str, Floats]:
    row_of_sample = _row_of_sample(stays, {row: i for i, row in enumerate(rows)}, table)
    use = row_of_sample >= 0
    start_ms = epoch_ms(start)
    return {
        name: align_rows(
            row_of_sample[use], table.times_ms[use], values[use], start_ms, STEP_MS, shape
        )
        for name, values in table.values.items()
        if not np.isnan(values).all()
    }


def _row_of_sample(
    stays: Sequence[Stay], positions: dict[Row, int], table: Samples
) -> npt.NDArray[np.int64]:
    """The row that each sample belongs to; -1 for one taken while its device stood elsewhere."""
    order = np.argsort(table.device_ids, kind="stable")
    devices = table.device_ids[order]
    found = np.full(len(order), -1, dtype=np.int64)
    for one in stays:
        first, last = np.searchsorted(devices, [one.device_id, one.device_id + 1])
        mine = order[first:last]
        times = table.times_ms[mine]
        inside = times >= epoch_ms(one.since)
        if one.until is not None:
            inside &= times < epoch_ms(one.until)
        found[mine[inside]] = positions[one.row]
    return found


def _outdoor(
    weather: Samples,
    quantity: str,
    device_of_row: Sequence[int | None],
    start: datetime,
    steps: int,
) -> Floats:
    devices = sorted({device for device in device_of_row if device is not None})
    values = weather.values[quantity]
    known = np.isin(weather.device_ids, devices)
    stations = align_rows(
        np.searchsorted(devices, weather.device_ids[known]),
        weather.times_ms[known],
        values[known],
        epoch_ms(start),
        STEP_MS,
        (len(devices) + 1, steps),  # the last line stays NaN: no weather
    )
    return stations[
        [len(devices) if device is None else devices.index(device) for device in device_of_row]
    ]


def epoch_ms(at: datetime) -> int:
    """UTC epoch milliseconds of an instant."""
    return round(at.timestamp() * 1000)


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
