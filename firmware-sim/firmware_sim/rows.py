"""The rows of a stretch: set aside before it is lived, filled as it goes."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.climate.day import WeatherDay
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.effects import Effects
from firmware_sim.trace import BoilerTrace, OutdoorTrace, RoomTrace, Stretch

_BOILERS: dict[str, type[np.generic]] = {
    "flow_temp_c": np.float32,
    "return_temp_c": np.float32,
    "hot_water_temp_c": np.float32,
    "flow_target_c": np.float32,
    "hot_water_target_c": np.float32,
    "pressure_bar": np.float32,
    "modulation_pct": np.float32,
    "flame_current_ua": np.float32,
    "flame_on": np.bool_,
    "pump_on": np.bool_,
    "heat_demand": np.bool_,
    "hot_water_demand": np.bool_,
    "burner_starts": np.int32,
    "ignition_failures": np.int32,
    "fault_code": np.int8,
}
_ROOMS = ("air_temp_c", "vapour_kg_m3", "carbon_dioxide_ppm", "surface_temp_c")

Row = Mapping[str, NDArray[Any]]


class Rows:
    """Empty rows for the boilers of every minute, and for the rooms where `rooms_every` divides."""

    def __init__(
        self, first: int, minutes: int, *, rooms_every: int, homes: tuple[int, int]
    ) -> None:
        """`homes`: how many, and rooms in each."""
        self._minute = np.arange(first, first + minutes)
        self._room_minute = self._minute[self._minute % rooms_every == 0]
        self._boilers = {
            name: np.empty((minutes, homes[0]), dtype=kind) for name, kind in _BOILERS.items()
        }
        shape = (self._room_minute.size, *homes)
        self._rooms = {name: np.empty(shape, dtype=np.float32) for name in _ROOMS}
        self._effects: list[tuple[int, Effects]] = []
        self._rooms_written = 0

    def put_boilers(self, minute: int, values: Row) -> None:
        """The boilers' row of a minute, by name of `BoilerTrace`."""
        at = minute - int(self._minute[0])
        for name, rows in self._boilers.items():
            rows[at] = values[name]

    def put_rooms(self, values: Row) -> None:
        """The next row of the rooms, by name of `RoomTrace`."""
        for name, rows in self._rooms.items():
            rows[self._rooms_written] = values[name]
        self._rooms_written += 1

    def put_effects(self, minute: int, effects: Effects) -> None:
        """What is in force from this minute on."""
        self._effects.append((minute, effects))

    def stretch(self, weather: WeatherDay) -> Stretch:
        """All rows together, with the outdoors of these minutes of `weather`."""
        first = int(self._minute[0]) % MINUTES_A_DAY
        span = slice(first, first + self._minute.size)
        return Stretch(
            boilers=BoilerTrace(minute=self._minute, **self._boilers),
            rooms=RoomTrace(minute=self._room_minute, **self._rooms),
            outdoors=OutdoorTrace(
                minute=self._minute,
                air_temp_c=weather.air_temp_c[span],
                vapour_kg_m3=weather.vapour_kg_m3[span],
                rain_mm=weather.rain_mm[span],
            ),
            effects=tuple(self._effects),
        )
