"""Changes: a room that has become moister or colder than it was, by more than weather explains.

The days of the last RECENT_DAYS are held against a line through the BASE_DAYS before them: excess
on outdoor temperature. Most of the recent days have to lie beyond what nearly all of the days
before did, so that a wash day, a visit or a holiday is no change.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Floats
from detectors.regression import scatter
from detectors.windows import delayed, ratio, trailing_sum

RECENT_DAYS = 14  # a slow source takes a fortnight to come, a visit lasts a few days (own)
BASE_DAYS = 30  # with the recent days no more than an engine keeps
RECENT_MIN, BASE_MIN = 9, 14  # known days, of each
SPREADS = 1.2  # beyond so many spreads of the days before: one day in nine of a steady room


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """A step against the days before, (rows, days), in the unit of what was looked at.

    `size` is the mean of the recent days less what the line says, `spread` the standard deviation
    of the days before about it, `share` the part of the recent days beyond `SPREADS` of these and
    `least`. NaN where too few days are known.
    """

    size: Floats
    spread: Floats
    share: Floats


def change(
    values: Floats,
    explained_by: Floats,
    *,
    least: float,
    slope_weight: float,
    usual_slope: Floats | float,
) -> Change:
    """How far the recent days stand above the line through those before; (rows, days) all.

    The line's slope on `explained_by` is drawn towards `usual_slope` with `slope_weight`, in units
    of `explained_by` squared times days. Falls are looked for by turning the sign of `values`.
    """
    use = ~(np.isnan(values) | np.isnan(explained_by))
    x, y = np.where(use, explained_by, 0.0), np.where(use, values, 0.0)
    days = scatter(x, y, use, _before, least=BASE_MIN)
    slope = days.slope(usual_slope, slope_weight)
    spread = np.sqrt(days.left(slope) / np.maximum(days.n, 1.0))
    at_zero = days.mean_y - slope * days.mean_x
    known, recent_x, recent_y = (trailing_sum(a, RECENT_DAYS) for a in (use, x, y))
    beyond = _beyond(
        np.where(use, values, np.nan),
        explained_by,
        slope=slope,
        above=at_zero + np.maximum(SPREADS * spread, least),
    )
    total = recent_y - slope * recent_x - known * at_zero
    enough = (known >= RECENT_MIN) & (days.n >= BASE_MIN)
    return Change(
        size=ratio(total, known, where=enough),
        spread=np.where(enough, spread, np.nan),
        share=ratio(beyond, known, where=enough),
    )


def _beyond(values: Floats, explained_by: Floats, *, slope: Floats, above: Floats) -> Floats:
    """How many of the recent days lie above their line; a day not known does not."""
    steps = values.shape[1]
    earlier = ((0, 0), (RECENT_DAYS - 1, 0))
    y, x = (np.pad(a, earlier, constant_values=np.nan) for a in (values, explained_by))
    count = np.zeros(values.shape)
    for begin in range(RECENT_DAYS):
        day = slice(begin, begin + steps)
        count += y[:, day] - slope * x[:, day] > above
    return count


def _before(values: Floats) -> Floats:
    """Sums over the days before the recent ones; 0 where the days do not reach back so far."""
    return np.nan_to_num(delayed(trailing_sum(values, BASE_DAYS), RECENT_DAYS))
