"""The damp score of a room, 0 to 100: where mould will stand if nothing changes."""

import numpy as np

from detectors.arrays import Floats

DAYS_REMEMBERED = 10.0  # of pace and surface humidity: a cold week shows, a cold day does not (own)
AHEAD_DAYS = 28.0  # a score says how it stands four weeks on: time to come and look (own)

SCORE_INDEX = (0.0, 0.5, 1.0, 3.0, 6.0)  # VTT: 1 seen under a microscope, 3 first seen by eye
SCORE = (0.0, 30.0, 40.0, 70.0, 100.0)
MEDIUM_SCORE, HIGH_SCORE = 40.0, 70.0  # LOW < 40 <= MEDIUM < 70 <= HIGH
# Where nothing grows yet, how near to it the surface is: less than half an index makes.
NEAR_PCT, NEAR_SCORE = (50.0, 60.0, 70.0, 80.0), (0.0, 5.0, 15.0, 29.0)


def score(index: Floats, pace_day: Floats, surface_pct: Floats) -> Floats:
    """From the mould index, its rise a day and the surface humidity [%]; any one shape.

    Straight lines between the points of SCORE_INDEX, at the index AHEAD_DAYS on. NaN where the
    surface was never known.

    >>> score(np.array([0.0, 0.5, 1.0]), np.array([0.0, 0.0, 0.05]), np.array([60.0, 60.0, 90.0]))
    array([ 5., 30., 61.])
    """
    ahead = index + AHEAD_DAYS * np.maximum(pace_day, 0.0)
    grown = np.interp(np.nan_to_num(ahead), SCORE_INDEX, SCORE)
    near = near_score(surface_pct)
    return np.where(np.isnan(near), np.nan, np.maximum(grown, near))


def near_score(surface_pct: Floats) -> Floats:
    """What the surface humidity alone makes of a score; NaN in, NaN out."""
    near = np.interp(np.nan_to_num(surface_pct), NEAR_PCT, NEAR_SCORE)
    return np.where(np.isnan(surface_pct), np.nan, near)
