"""What devices remember from one stretch to the next."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_sim.kinds import Ints, Singles

BOILER_FLOATS = (
    "flow_temp_c",
    "return_temp_c",
    "hot_water_temp_c",
    "flow_target_c",
    "hot_water_target_c",
    "pressure_bar",
    "modulation_pct",
    "flame_current_ua",
)
BOILER_FLAGS = ("flame_on", "pump_on", "heat_demand", "hot_water_demand")
BOILER_COUNTERS = ("burner_starts", "ignition_failures")
_LONG_AGO_MINUTE = -(10**9)


@dataclass(slots=True, kw_only=True)
class Memory:
    """The last that each device measured or sent; NaN, or -1, where it has not done so yet."""

    temp_c: Singles
    """Last measured, which a stuck sensor keeps to, (homes, rooms)."""
    humidity_pct: Singles
    sent_temp_c: Singles
    """Last spoken by a sensor that speaks on change, (homes, rooms)."""
    sent_humidity_pct: Singles
    sent_minute: Ints
    boiler_floats: Singles
    """The last record of each boiler, which frozen telemetry repeats, (columns, homes)."""
    boiler_flags: NDArray[np.int8]
    boiler_counters: NDArray[np.int32]
    boiler_code: NDArray[np.int8]
    """(homes,)"""
    boiler_known: Ints
    """1 where there is a last record, (homes,)."""
    rain_nm: Ints
    """Rain in each station's bucket that has not tipped it yet, (areas,). [millionths of a mm]"""

    @classmethod
    def empty(cls, *, homes: int, rooms: int, areas: int) -> "Memory":
        """Of devices that have only just been put up."""
        nan = np.full((homes, rooms), np.nan, dtype=np.float32)
        return cls(
            temp_c=nan.copy(),
            humidity_pct=nan.copy(),
            sent_temp_c=nan.copy(),
            sent_humidity_pct=nan.copy(),
            sent_minute=np.full((homes, rooms), _LONG_AGO_MINUTE, dtype=np.int64),
            boiler_floats=np.full((len(BOILER_FLOATS), homes), np.nan, dtype=np.float32),
            boiler_flags=np.full((len(BOILER_FLAGS), homes), -1, dtype=np.int8),
            boiler_counters=np.full((len(BOILER_COUNTERS), homes), -1, dtype=np.int32),
            boiler_code=np.full(homes, -1, dtype=np.int8),
            boiler_known=np.zeros(homes, dtype=np.int64),
            rain_nm=np.zeros(areas, dtype=np.int64),
        )
