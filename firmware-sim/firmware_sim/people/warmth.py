"""What the room thermostat is set to."""

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import SLOT_MIN, weekend
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.people.comings import Comings
from firmware_sim.people.presence import clock_ahead_min
from firmware_sim.people.timetable import laid

OFF_C = 7.0
"""A heating that is turned off for the summer still keeps the frost out."""
_COLD_DAY_C = 3.0
_TURNS_UP_SHARE = (0.04, 0.12)  # of days: usual ones, cold ones
_TURNED_UP_K = 1.5

# (on, minutes), twice a day, by `Heating` and the household's own clock.
_WEEKDAY_MIN = np.array(
    [
        [[375, 135], [960, 375]],  # twice
        [[375, 570], [945, 405]],  # all day
        [[0, 720], [720, 720]],
        [[405, 75], [1020, 270]],  # thrifty
    ],
    dtype=np.float64,
)
_WEEKEND_MIN = np.array(
    [
        [[435, 465], [900, 450]],
        [[435, 465], [900, 465]],
        [[0, 720], [720, 720]],
        [[480, 120], [960, 360]],
    ],
    dtype=np.float64,
)


def set_points_c(
    day: int, homes: Homes, *, seed: int, mean_outdoor_c: Floats, comings: Comings
) -> Floats:
    """Set-point through a day, (slots, homes); `mean_outdoor_c` (homes,) is that day's mean."""
    household = homes.household
    programme = (_WEEKEND_MIN if weekend(day) else _WEEKDAY_MIN)[household.heating]
    start = programme[:, :, 0] - clock_ahead_min(day, homes)[:, None]
    on = laid(start, programme[:, :, 1], np.ones_like(start), step_min=SLOT_MIN) > 0.5
    share = shares(seed, Subject.WARMTH, homes.indices, (1,), day=day)[:, 0]
    turns_up = share < np.where(mean_outdoor_c < _COLD_DAY_C, *_TURNS_UP_SHARE[::-1])
    wanted = household.set_point_c + np.where(turns_up, _TURNED_UP_K, 0.0)
    summer = mean_outdoor_c > household.summer_off_c
    high, low = np.where(summer, OFF_C, wanted), np.where(summer, OFF_C, household.set_back_c)
    set_point = np.where(on, high, low)
    return np.where(comings.away, np.minimum(set_point, household.holiday_set_back_c), set_point)
