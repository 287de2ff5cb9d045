"""Calls for heat by five minutes: what rooms asked for, and whether the boiler answered."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.groups import GROUP_MIN, at_group_ends, silences, standing
from detectors.frame import BoilerFrame
from detectors.windows import delayed

COLD_FLOW_K = 8.0  # below its target: burners light again 3 to 6 K below (EMS-ESP: 6 K)
WARMED_K = 8.0  # above the rooms: "demand, no heat" keeps within it (WO2018/073590)
ROOM_C = 20.0  # where the rooms are not known
TARGET_MIN_C = 25.0  # controllers ask for less (5 °C, 0 °C) when they want no heat
HOME_TEMP_MIN = 30  # a room's sensor that leaps down among them makes no home cold (own)
HOME_COLD_C = 16.0  # a room below it is what tenants notice (interfaces.md); harms health below 18


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Calls:
    """Minutes of heat being called for, in each group of five.

    Of boilers that are read seldom the minutes between two readings that agree count as well.
    """

    called: Integers
    unanswered: Integers
    """The flow is COLD_FLOW_K below its target without a flame, or the pump stands.

    Where no adapter tells of the flame the flow must be within WARMED_K of the rooms as well: after
    a summer a sound boiler takes an hour to bring its water near the target. So it must after a
    silence, in which a short flame may have been missed.
    """
    dark: Integers
    """Unanswered, and known to have no flame."""
    answered: Integers
    """A flame, or water nearly as hot as asked for."""
    lit: Integers
    unlit: Integers
    """Minutes with a flame and without, called for or not; neither where none is reported."""
    known: Booleans
    """Whether anything is known of the call."""


def calls(frame: BoilerFrame) -> Calls:
    """Calls for rooms while no hot water is made, and what came of them."""
    demand, flow_c, target_c = frame["heat_demand"], frame["flow_temp_c"], frame["flow_target_c"]
    called = (demand == 1) & (frame["hot_water_demand"] != 1) & ~(target_c < TARGET_MIN_C)
    flame, unlit = frame["flame_on"] == 1, frame["flame_on"] == 0
    known = demand >= 0
    silent = silences(known)
    blind = np.isnan(frame["flame_on"])
    blind[:, 1:] |= ~known[:, :-1]
    cold = flow_c < target_c - np.float32(COLD_FLOW_K)
    cold &= ~blind | ~(flow_c > _rooms_c(frame) + np.float32(WARMED_K))
    unanswered = called & ~flame & (cold | (frame["pump_on"] == 0))
    answered = called & (flame | (~unanswered & ~np.isnan(flow_c)))
    return Calls(
        called=standing(called, silent),
        unanswered=standing(unanswered, silent),
        dark=standing(unanswered & unlit, silent),
        answered=standing(answered, silent),
        lit=standing(flame, silent),
        unlit=standing(unlit, silent),
        known=standing(known, silent) > 0,
    )


def home_temp_c(frame: BoilerFrame, of: np.ufunc = np.fmax) -> Floats:
    """The warmest that the home was known to be in the last HOME_TEMP_MIN, by groups of five.

    NaN where nothing is known of it. A sensor that leaps down and back makes no home cold by it;
    with `np.fmin` the coldest, against one that leaps up.
    """
    indoor_c = at_group_ends(frame.indoor_temp_c)
    extreme = indoor_c
    for back in range(1, HOME_TEMP_MIN // GROUP_MIN):
        extreme = of(extreme, delayed(indoor_c, back))
    return extreme


def _rooms_c(frame: BoilerFrame) -> Floats:
    """What the home's rooms are at each minute, ROOM_C where it is not known."""
    return np.where(np.isnan(frame.indoor_temp_c), np.float32(ROOM_C), frame.indoor_temp_c)
