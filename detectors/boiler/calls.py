"""Calls for heat by five minutes: what rooms asked for, and whether the boiler answered."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.groups import per_group
from detectors.frame import BoilerFrame

COLD_FLOW_K = 8.0  # below its target: burners light again 3 to 6 K below (EMS-ESP: 6 K)
WARMED_K = 8.0  # above the rooms: "demand, no heat" keeps within it (WO2018/073590)
ROOM_C = 20.0  # where the rooms are not known
TARGET_MIN_C = 25.0  # controllers ask for less (5 °C, 0 °C) when they want no heat
HOME_COLD_C = 16.0  # a room below it is what tenants notice (interfaces.md); harms health below 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calls:
    """Minutes of heat being called for, in each group of five."""

    called: Integers
    unanswered: Integers
    """The flow is COLD_FLOW_K below its target without a flame, or the pump stands.

    Where no adapter tells of the flame the flow must be within WARMED_K of the rooms as well: after
    a summer a sound boiler takes an hour to bring its water near the target.
    """
    dark: Integers
    """Unanswered, and known to have no flame."""
    answered: Integers
    """A flame, or water nearly as hot as asked for."""
    known: Booleans
    """Whether anything is known of the call."""


def calls(frame: BoilerFrame) -> Calls:
    """Calls for rooms while no hot water is made, and what came of them."""
    demand, flow_c, target_c = frame["heat_demand"], frame["flow_temp_c"], frame["flow_target_c"]
    called = (demand == 1) & (frame["hot_water_demand"] != 1) & ~(target_c < TARGET_MIN_C)
    flame = frame["flame_on"] == 1
    cold = flow_c < target_c - np.float32(COLD_FLOW_K)
    cold &= ~np.isnan(frame["flame_on"]) | ~(flow_c > _rooms_c(frame) + np.float32(WARMED_K))
    unanswered = called & ~flame & (cold | (frame["pump_on"] == 0))
    answered = called & (flame | (~unanswered & ~np.isnan(flow_c)))
    return Calls(
        called=per_group(called),
        unanswered=per_group(unanswered),
        dark=per_group(unanswered & (frame["flame_on"] == 0)),
        answered=per_group(answered),
        known=per_group(demand >= 0) > 0,
    )


def _rooms_c(frame: BoilerFrame) -> Floats:
    return np.where(np.isnan(frame.indoor_temp_c), np.float32(ROOM_C), frame.indoor_temp_c)
