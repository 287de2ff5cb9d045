"""How fast what people put into the air of a room leaves it again."""

import numpy as np

from detectors.arrays import Floats
from detectors.windows import ratio

DECAY_H = 2  # a fall is read over so long: one hour is noise, in three people come back (own)
LEFT_SHARE = 0.15  # of the peak: what is nearly gone says nothing of how fast it went (own)


def decay_1_h(excess: Floats, *, peak_above: float) -> Floats:
    """How fast the excess over outdoors falls in the steepest DECAY_H hours of the day [1/h].

    `excess` is (rows, hours), of vapour or of carbon dioxide; the answer (rows,). What no longer
    comes in leaves with the air: the logarithm of the excess falls by the air change rate, for
    vapour by about half of it, because walls and furnishings give back what they took up. NaN
    where the excess never reaches `peak_above` or never falls. People who stay slow the fall, so
    it is a lower bound.
    """
    high, low = excess[:, :-DECAY_H], excess[:, DECAY_H:]
    told = (high >= peak_above) & (low >= LEFT_SHARE * high) & (low < high)
    fall = np.log(ratio(high, low, where=told)) / DECAY_H
    steepest: Floats = np.where(np.isnan(fall), -np.inf, fall).max(axis=1, initial=-np.inf)
    return np.where(np.isfinite(steepest), steepest, np.nan)
