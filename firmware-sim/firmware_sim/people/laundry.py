"""Washing hung up to dry indoors."""

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import SLOT_MIN
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.people.timetable import laid

_WATER_KG = (1.6, 3.0)  # left in five kilograms after spinning
_HUNG_UP_MIN = (540.0, 1200.0)
_GOOD_DRYING_C, _GOOD_DRYING_MM = 13.0, 1.0
_INDOORS_ANYWAY_SHARE = 0.35  # of those who dry indoors, on a good drying day
# Quick while it is wet, slow while it is damp: share of the water, and the minutes it takes.
_QUICK_SHARE, _QUICK_MIN, _SLOW_MIN = 0.65, 300.0, 540.0


def drying_kg_s(
    day: int, homes: Homes, *, seed: int, mean_outdoor_c: Floats, rain_mm: Floats
) -> Floats:
    """Vapour of the household's own laundry through a day, (slots, homes).

    `mean_outdoor_c` and `rain_mm` (homes,) are that day's mean and sum.
    """
    household = homes.household
    share = shares(seed, Subject.LAUNDRY, homes.indices, (4,), day=day)
    good = (mean_outdoor_c > _GOOD_DRYING_C) & (rain_mm < _GOOD_DRYING_MM)
    indoors = household.dries_indoors_share * np.where(good, _INDOORS_ANYWAY_SHARE, 1.0)
    hung_up = (share[:, 0] < household.loads_week / 7.0) & (share[:, 1] < indoors)
    hung_up &= household.people > 0
    water = np.where(hung_up, _WATER_KG[0] + (_WATER_KG[1] - _WATER_KG[0]) * share[:, 2], 0.0)
    start = _HUNG_UP_MIN[0] + (_HUNG_UP_MIN[1] - _HUNG_UP_MIN[0]) * share[:, 3]
    minutes = np.array([_QUICK_MIN, _SLOW_MIN])
    parts = np.array([_QUICK_SHARE / _QUICK_MIN, (1.0 - _QUICK_SHARE) / _SLOW_MIN]) / 60.0
    starts = np.stack((start, start + _QUICK_MIN), axis=1)
    rates = water[:, None] * parts
    given_off = laid(starts, np.broadcast_to(minutes, starts.shape), rates, step_min=SLOT_MIN)
    return np.maximum(given_off, 0.0)
