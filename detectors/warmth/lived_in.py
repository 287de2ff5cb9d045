"""Whether anybody lived in a home on a day, by its hot water: a home that is left is cold too."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.windows import delayed, trailing_mean

LIVED_IN_SHARE = 0.6  # of the usual hot water: a cylinder alone is kept warm with less (own)
WEEK_DAYS = 7


def lived_in(hot_water_min: Floats, *, weeks: int) -> Booleans:
    """Days on which hot water was used as usual in these weeks, (rows, days).

    `hot_water_min` (rows, days) in minutes. The usual is the best weekly mean of the last `weeks`
    weeks, so that a holiday does not become usual as long as it is shorter. False where nothing is
    known. A day's answer rests on it and the `weeks` before.
    """
    weekly = trailing_mean(hot_water_min, WEEK_DAYS)
    past = [weekly, *(delayed(weekly, WEEK_DAYS * week) for week in range(1, weeks))]
    usual = np.fmax.reduce(past)
    used: Booleans = (hot_water_min >= LIVED_IN_SHARE * usual) & (usual > 0)
    return used
