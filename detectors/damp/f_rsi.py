"""The temperature factor of a room's coldest surface: fitted, registered, or assumed and said."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.damp.vapour import Z90
from detectors.frame import Frame
from detectors.surface import F_RSI_ASSUMED
from detectors.windows import ratio, trailing_known_sum

WINDOW_DAYS = 28
HOURS_MIN = 72  # of a wall sensor with weather: three days (own)
WARMER_MIN_K = 5.0  # indoors than outdoors in the mean: with less the factor is all noise (own)
CORRELATED_H = 12.0  # a wall follows the weather hours late: hours are no independent samples (own)
SENSOR_K = 0.4  # offsets of two good sensors against each other; no fit averages them away (own)
REGISTERED_WITHIN = 0.08  # a survey's ±0.05, and a room may differ from its home (own)
ASSUMED_WITHIN = 0.13  # corners of old homes 0.5 to 0.65, insulated ones 0.9 (detection.md 1.3)
LOWEST, HIGHEST = 0.2, 0.99


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Factor:
    """The factor and half its 90 % interval, (rows, days); always known, at least as assumed."""

    f_rsi: Floats
    within: Floats
    fitted: Booleans
    assumed: Booleans


def factor(frame: Frame, registered: Floats) -> Factor:
    """By the wall sensor's last WINDOW_DAYS, else as registered (rows,), else F_RSI_ASSUMED.

    Least squares through the origin of (surface - outdoor) on (air - outdoor), hour by hour.
    """
    names = ("damp_wall_h", "damp_wall_xx_k2", "damp_wall_xy_k2", "damp_wall_yy_k2")
    hours, xx, xy, yy = (trailing_known_sum(frame[n], WINDOW_DAYS) for n in names)
    fitted = (hours >= HOURS_MIN) & (xx >= hours * WARMER_MIN_K**2)
    slope = ratio(xy, xx, where=fitted)
    left_k2 = ratio(np.maximum(yy - np.nan_to_num(slope) * xy, 0.0), hours, where=fitted)
    noise = ratio(left_k2 * CORRELATED_H, xx, where=fitted)
    offset = ratio(SENSOR_K**2 * hours, xx, where=fitted)
    own = np.broadcast_to(registered[:, np.newaxis], hours.shape)
    assumed = ~fitted & np.isnan(own)
    by_hand = np.where(np.isnan(own), F_RSI_ASSUMED, own)
    doubt = np.where(assumed, ASSUMED_WITHIN, REGISTERED_WITHIN)
    return Factor(
        f_rsi=np.where(fitted, np.clip(slope, LOWEST, HIGHEST), by_hand),
        within=np.where(fitted, Z90 * np.sqrt(noise + offset), doubt),
        fitted=fitted,
        assumed=assumed,
    )
