"""Days pooled by how much each of them told: what has been of late, and what was before."""

import numpy as np

from detectors.arrays import Floats
from detectors.windows import delayed, ratio, trailing_known_sum, trailing_sum, trailing_windows

LOOKBACK_DAYS = 45
"""No verdict on days rests on more; what was before is compared within it."""


def pooled(values: Floats, weights: Floats, *, days: int, least: float, ago: int = 0) -> Floats:
    """Weighted mean of the last `days` days that told something, `ago` days earlier; (rows, days).

    NaN where their weights come to less than `least`. A day without value or weight tells nothing.
    """
    known = ~(np.isnan(values) | np.isnan(weights))
    weight = trailing_sum(np.where(known, weights, 0.0), days)
    total = trailing_known_sum(values * weights, days)
    return delayed(ratio(total, weight, where=weight >= max(least, 1e-6)), ago)


def lowest(values: Floats, *, days: int, least: int, ago: int = 0) -> Floats:
    """Smallest of the last `days` days, `ago` days earlier; NaN where fewer than `least` tell."""
    windows = trailing_windows(values, days, before=np.nan)
    known = np.count_nonzero(~np.isnan(windows), axis=2)
    smallest = np.fmin.reduce(windows, axis=2, initial=np.nan)
    return delayed(np.where(known >= least, smallest, np.nan), ago)
