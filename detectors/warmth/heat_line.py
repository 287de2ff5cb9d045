"""How much more a home takes than its own past lets expect, and what of it its whole street takes.

Quantities are natural logarithms of a share: 0.2 is 22 % more, and what wind does to two measures
of one home adds up the same way.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.regression import scatter
from detectors.windows import delayed, ratio, trailing_count, trailing_mean, trailing_sum

RECENT_DAYS = 10
PAST_DAYS = 20  # before those
PAST_MIN = 12  # days that tell of the heat (own)
PAST_NIGHTS_MIN = 6  # that tell of the cooling (own)
GAINS_K = 4.0  # of the difference, made by people, cooking and sun (CIBSE A base 15.5 °C)
GAINS_SPREAD_K = 1.5  # homes differ by so much from that (own)
NEIGHBOURS_MIN = 10  # homes under the same weather: fewer make no middle to be beside (own)
LEAST = 1e-3  # of a logarithm: a day without any heat


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HeatLine:
    """A line of heat over temperature difference through the past; arrays (rows, days).

    It is drawn towards one that meets no heat at GAINS_K, as firmly as homes are alike. `heat` and
    `difference_k` are 0 on days that are not of `use`.
    """

    heat: Floats
    difference_k: Floats
    use: Booleans
    past_heat: Floats
    past_difference_k: Floats
    slope: Floats
    spread: Floats
    """Of the past days about the line, as a share of their mean."""

    def over(self, days: int, *, least: int) -> Floats:
        """Logarithm of the heat of the last `days` over what the line says they should have taken.

        NaN where fewer than `least` of them, or too few of the past, tell.
        """
        known = trailing_count(self.use, days)
        apart = trailing_sum(self.difference_k, days) - known * self.past_difference_k
        expected = known * self.past_heat + self.slope * apart
        told = (known >= least) & (expected > 0)
        share = ratio(trailing_sum(self.heat, days), expected, where=told)
        return np.log(np.maximum(share, LEAST))


def heat_line(heat: Floats, difference_k: Floats, usable: Booleans, *, heat_min: float) -> HeatLine:
    """The line of each day through its PAST_DAYS before the last RECENT_DAYS, (rows, days) each.

    NaN where fewer than PAST_MIN of them are `usable` and known, or where their mean heat is below
    `heat_min`: a home that is hardly heated has no loss to speak of.
    """
    use = usable & ~np.isnan(heat) & ~np.isnan(difference_k)
    y, x = (np.where(use, array, 0.0).astype(np.float64) for array in (heat, difference_k))

    def past(values: Floats) -> Floats:
        return delayed(trailing_sum(values, PAST_DAYS), RECENT_DAYS)

    before = scatter(x, y, use, past, least=PAST_MIN)
    weight = before.n * GAINS_SPREAD_K**2
    slope = before.slope(before.mean_y / (before.mean_x - GAINS_K), weight)
    variance = before.left(slope) / np.maximum(before.n - 2.0, 1.0)
    return HeatLine(
        heat=y,
        difference_k=x,
        use=use,
        past_heat=np.where(before.mean_y >= heat_min, before.mean_y, np.nan),
        past_difference_k=before.mean_x,
        slope=slope,
        spread=ratio(np.sqrt(variance), before.mean_y, where=before.mean_y > 0),
    )


def cooling_over(cooling_1_h: Floats, days: int, *, least: int) -> Floats:
    """Logarithm of how much faster the home cooled in the last nights than in the past, any shape.

    A mean of logarithms on either side; NaN where fewer than `least` of the recent nights or
    PAST_NIGHTS_MIN of the past tell. A night in which the home grew warmer tells nothing.
    """
    log = np.full(cooling_1_h.shape, np.nan)
    np.log(cooling_1_h, out=log, where=cooling_1_h > 0)
    nights = trailing_count(~np.isnan(log), PAST_DAYS)
    past = np.where(nights >= PAST_NIGHTS_MIN, trailing_mean(log, PAST_DAYS), np.nan)
    recent = np.where(
        trailing_count(~np.isnan(log), days) >= least, trailing_mean(log, days), np.nan
    )
    return recent - delayed(past, RECENT_DAYS)


def beside_the_street(over: Floats, outdoor_c: Floats) -> Floats:
    """What of a logarithm is the home's own; NaN where fewer than NEIGHBOURS_MIN homes are known.

    Neighbours are rows whose day out of doors was the same to the last digit: one station's. Their
    middle is taken off, and where it is above nothing once more: in a storm a leaky home takes up
    to twice as much more as the middle one.
    """
    own = np.full(over.shape, np.nan)
    known = ~np.isnan(over) & ~np.isnan(outdoor_c)
    for day in np.flatnonzero(known.sum(axis=0) >= NEIGHBOURS_MIN):
        rows = np.flatnonzero(known[:, day])
        rows = rows[np.argsort(outdoor_c[rows, day], kind="stable")]
        ends = np.flatnonzero(np.diff(outdoor_c[rows, day])) + 1
        for some in np.split(rows, ends):
            if len(some) >= NEIGHBOURS_MIN:
                middle = np.median(over[some, day])
                own[some, day] = over[some, day] - middle - max(middle, 0.0)
    return own
