"""Vapour excess: how much more water the air of a room holds than the air outdoors.

The excess falls as it gets milder, because people open windows; so rooms and seasons are compared
by what it would be at 5 °C outdoors (Oreszczyn, Ridley, Hong and Wilkinson 2006, 1,604 homes).
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Floats
from detectors.regression import scatter
from detectors.windows import ratio, trailing_sum

REFERENCE_OUTDOOR_C = 5.0
COLD_DAY_C = 15.0  # the same: only days below this say what a home does with its windows shut
WINDOW_DAYS = 28
DAYS_MIN = 14  # the same
CLOSED_UPTO_C = 20.0  # ISO 13788, annex A: no class has any excess from here on
CLASS_PA = 270.0  # the same: the width of a class at 0 °C and below
CLASSES = 5
# A month of even weather tells no slope: the class's own fall then counts like days whose outdoor
# temperatures vary by 3 K (own).
SLOPE_WEIGHT_K2 = DAYS_MIN * 3.0**2
Z90 = 1.645  # normal quantile: nine of ten lie within
SPREAD_MIN_PA = 20.0  # days in a room differ by that at least (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Excess:
    """The excess at REFERENCE_OUTDOOR_C [Pa] and half its 90 % interval; (rows, days).

    NaN where the last WINDOW_DAYS hold fewer than DAYS_MIN cold days. `slope_pa_k` is its change
    with the outdoor temperature.
    """

    at_5_c_pa: Floats
    within_pa: Floats
    slope_pa_k: Floats
    days: Floats


def regressed_excess(excess_pa: Floats, outdoor_temp_c: Floats) -> Excess:
    """The regression line of the days so far, at 5 °C; both (rows, days), NaN where not known.

    Least squares on outdoor temperature, drawn towards the fall of the humidity classes where the
    weather was too even to tell a slope.
    """
    use = ~(np.isnan(excess_pa) | np.isnan(outdoor_temp_c))
    use &= np.nan_to_num(outdoor_temp_c, nan=CLOSED_UPTO_C) < COLD_DAY_C
    days = scatter(
        outdoor_temp_c, excess_pa, use, lambda a: trailing_sum(a, WINDOW_DAYS), least=DAYS_MIN
    )
    usual = -np.maximum(days.mean_y, 0.0) / np.maximum(CLOSED_UPTO_C - days.mean_x, 1.0)
    slope = days.slope(usual, SLOPE_WEIGHT_K2)
    away_k = REFERENCE_OUTDOOR_C - days.mean_x
    spread = np.maximum(np.sqrt(days.left(slope) / np.maximum(days.n, 1.0)), SPREAD_MIN_PA)
    unsure = 1.0 / np.maximum(days.n, 1.0) + away_k**2 / (days.xx + SLOPE_WEIGHT_K2)
    return Excess(
        at_5_c_pa=days.mean_y + slope * away_k,
        within_pa=Z90 * spread * np.sqrt(unsure),
        slope_pa_k=slope,
        days=days.n,
    )


def class_limit_pa(humidity_class: int | Floats, outdoor_temp_c: Floats | float) -> Floats:
    """The upper limit of an ISO 13788 humidity class [Pa]; any shape, NaN in, NaN out.

    >>> class_limit_pa(3, np.array([-5.0, 0.0, 10.0, 25.0]))
    array([810., 810., 405.,   0.])
    """
    share = np.clip((CLOSED_UPTO_C - np.asarray(outdoor_temp_c)) / CLOSED_UPTO_C, 0.0, 1.0)
    limit: Floats = CLASS_PA * humidity_class * share
    return limit


def humidity_class(excess_pa: Floats, outdoor_temp_c: Floats | float) -> Floats:
    """The ISO 13788 humidity class, 1 to 5, of an excess [Pa] at an outdoor temperature.

    1 is a store, 2 an office or a dwelling with usual ventilation, 3 a dwelling of few people, 4 of
    many, 5 a laundry. NaN from 20 °C on, where classes say nothing, and where something is NaN.

    >>> humidity_class(np.array([100.0, 600.0, 1500.0]), 0.0)
    array([1., 3., 5.])
    """
    width = class_limit_pa(1, np.broadcast_to(outdoor_temp_c, excess_pa.shape))
    known = (width > 0) & ~np.isnan(excess_pa)
    classes = np.clip(np.ceil(ratio(excess_pa, width, where=known)), 1.0, float(CLASSES))
    return np.where(known, classes, np.nan)
