"""What the physics did over a stretch of time, before any sensor looks at it.

Time comes first, so that a step writes one row.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.kinds import Bools, Floats, Ints, Singles


@dataclass(frozen=True, slots=True, kw_only=True)
class BoilerTrace:
    """Boilers, a row a minute: (minutes, homes). `fault_code` indexes `heating.codes.CODES`."""

    minute: Ints
    flow_temp_c: Singles
    return_temp_c: Singles
    hot_water_temp_c: Singles
    flow_target_c: Singles
    hot_water_target_c: Singles
    pressure_bar: Singles
    modulation_pct: Singles
    flame_current_ua: Singles
    flame_on: Bools
    pump_on: Bools
    heat_demand: Bools
    hot_water_demand: Bools
    burner_starts: NDArray[np.int32]
    ignition_failures: NDArray[np.int32]
    fault_code: NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomTrace:
    """Rooms, a row a slot: (slots, homes, rooms)."""

    minute: Ints
    air_temp_c: Singles
    vapour_kg_m3: Singles
    carbon_dioxide_ppm: Singles
    surface_temp_c: Singles
    """Of the coldest surface."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutdoorTrace:
    """Outdoors, a row a minute: (minutes, areas)."""

    minute: Ints
    air_temp_c: Floats
    vapour_kg_m3: Floats
    rain_mm: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """A stretch of minutes within one day, and the effects that were in force in it."""

    boilers: BoilerTrace
    rooms: RoomTrace
    outdoors: OutdoorTrace
    effects: "tuple[tuple[int, Any], ...]"
    """(minute, faults.effects.Effects): each from its minute on; the first from the beginning."""
