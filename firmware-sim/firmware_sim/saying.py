"""Readings put into the words of the devices that took them, each with the instant it goes out."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import SLOT_MIN
from firmware_sim.devices import Device, Devices
from firmware_sim.dialects.speech import BoilerRow, RoomRow, Said
from firmware_sim.kinds import Bools, Floats, Ints, Singles
from firmware_sim.sensing.readings import BoilerReadings, Readings, RoomReadings, WeatherReadings
from firmware_sim.trace import Stretch

Column = list[Any]
_NAN = float("nan")
_BOILER_COLUMNS = (*BoilerRow._fields[1:-1], "fault_code")
_CLOCK_WRONG_S = 60.0
"""A device whose clock is further off does not speak when it says it did."""


class Uttered(NamedTuple):
    """One message on its way out."""

    at_s: float
    """When, in seconds since 1970-01-01 UTC by a clock that goes right."""
    block: int
    said: Said


def utter(
    readings: Readings, stretch: Stretch, devices: Devices, *, sampled: Bools, every_min: int = 1
) -> list[Uttered]:
    """All messages of a stretch, in order.

    Of boilers, and of the room sensors in `sampled` (homes, rooms), only the readings of minutes
    that `every_min` divides.
    """
    slots, minutes = stretch.rooms.minute, stretch.boilers.minute
    said: list[Uttered] = []
    for rows in (
        _rooms(readings.rooms, slots, devices, slots % every_min == 0, sampled),
        _boilers(readings.boilers, minutes, devices, minutes % every_min == 0),
        _weather(readings.weather, devices),
    ):
        for at_s, copies, device, row in rows:
            for one in device.says(row):
                said += [Uttered(at_s, device.block, one)] * copies
    said.sort(key=lambda one: (one.at_s, one.said.topic))
    return said


_Rows = Iterator[tuple[float, int, Device, RoomRow | BoilerRow]]


def _rooms(
    readings: RoomReadings, slots: Ints, devices: Devices, wanted: Bools, sampled: Bools
) -> _Rows:
    mask = readings.sent & (wanted | ~sampled[..., None])
    home, room, _ = np.nonzero(mask)
    at_s = _goes_out_s(readings.measured_ms, readings.late_s, slots, SLOT_MIN)
    columns = [getattr(readings, name) for name in RoomRow._fields[1:]]
    rows = zip(*_picked([readings.measured_ms / 1000.0, *columns], mask), strict=True)
    for first, second, when, copies, row in zip(
        home.tolist(),
        room.tolist(),
        *_picked([at_s, readings.copies], mask),
        map(RoomRow._make, rows),
        strict=True,
    ):
        yield when, copies, devices.rooms[first][second], row


def _boilers(readings: BoilerReadings, minutes: Ints, devices: Devices, wanted: Bools) -> _Rows:
    mask = readings.sent & wanted
    home, _ = np.nonzero(mask)
    at_s = _goes_out_s(readings.measured_ms, readings.late_s, minutes, 1)
    columns = [getattr(readings, name) for name in _BOILER_COLUMNS]
    rows = zip(*_picked([readings.measured_ms / 1000.0, *columns], mask), strict=True)
    for first, when, copies, row in zip(
        home.tolist(),
        *_picked([at_s, readings.copies], mask),
        map(BoilerRow._make, rows),
        strict=True,
    ):
        yield when, copies, devices.boilers[first], row


def _weather(readings: WeatherReadings, devices: Devices) -> _Rows:
    area, _ = np.nonzero(readings.sent)
    arrays: list[NDArray[Any]] = [
        readings.measured_ms / 1000.0,
        readings.air_temp_c,
        readings.rel_humidity_pct,
    ]
    for first, measured_s, temp_c, humidity_pct in zip(
        area.tolist(), *_picked(arrays, readings.sent), strict=True
    ):
        row = RoomRow(measured_s, temp_c, humidity_pct, _NAN, _NAN, 100.0)
        yield measured_s, 1, devices.weather[first], row


def _goes_out_s(measured_ms: Ints, late_s: Singles, minutes: Ints, span_min: int) -> Floats:
    """When each message goes out; where a clock is wrong, at the beginning of its row's time.

    Rows, the last axis, begin at `minutes` and last `span_min` minutes.
    """
    begins_s = 60.0 * minutes
    measured_s = measured_ms / 1000.0
    into_s = measured_s - begins_s
    right = (into_s > -_CLOCK_WRONG_S) & (into_s < 60.0 * span_min + _CLOCK_WRONG_S)
    out_s: Floats = np.where(right, measured_s, begins_s) + late_s
    return out_s


def _picked(arrays: Sequence[NDArray[Any]], mask: Bools) -> list[Column]:
    """Each array where the mask holds, as plain Python numbers."""
    return [array[mask].tolist() for array in arrays]
