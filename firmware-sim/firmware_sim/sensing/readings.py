"""What devices report over a stretch of time: values as sent, with the devices' own instants.

Arrays are (homes, minutes), (homes, rooms, slots) and (areas, readings), the last by ten minutes.
NaN in a float column, -1 in a flag, a counter or a code is "not in this message".
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.kinds import Bools, Ints, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReadings:
    """Readings of room sensors, (homes, rooms, slots)."""

    sent: Bools
    """Whether there is such a message at all."""
    copies: NDArray[np.int8]
    """How often it is sent: 1, or more for a doubled message."""
    late_s: Singles
    """How long after its instant the message comes out."""
    measured_ms: Ints
    """Since 1970-01-01 UTC by the device's own clock."""
    room: NDArray[np.int8]
    """Index of the room under which it is filed."""
    air_temp_c: Singles
    rel_humidity_pct: Singles
    co2_ppm: Singles
    surface_temp_c: Singles
    battery_pct: Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerReadings:
    """Readings of boilers, (homes, minutes)."""

    sent: Bools
    copies: NDArray[np.int8]
    late_s: Singles
    measured_ms: Ints
    flow_temp_c: Singles
    return_temp_c: Singles
    hot_water_temp_c: Singles
    flow_target_c: Singles
    hot_water_target_c: Singles
    pressure_bar: Singles
    modulation_pct: Singles
    flame_current_ua: Singles
    flame_on: NDArray[np.int8]
    pump_on: NDArray[np.int8]
    heat_demand: NDArray[np.int8]
    hot_water_demand: NDArray[np.int8]
    burner_starts: NDArray[np.int32]
    ignition_failures: NDArray[np.int32]
    fault_code: NDArray[np.int8]
    """Index into `heating.codes.CODES`; -1 for none present."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeatherReadings:
    """Readings of weather stations, (areas, readings)."""

    sent: Bools
    measured_ms: Ints
    air_temp_c: Singles
    rel_humidity_pct: Singles
    rain_mm: Singles
    """Since the last reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """All that the devices of a block of homes reported over a stretch."""

    rooms: RoomReadings
    boilers: BoilerReadings
    weather: WeatherReadings
