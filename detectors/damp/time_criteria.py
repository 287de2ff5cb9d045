"""Moisture criteria by time: the day, the week and the month that a surface may be damp.

Approved Document F (England) since 2010, after Altamirano-Medina: moving averages of the humidity
of the air and of the coldest surface. A flag, not an alert: they fail many homes without mould.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.windows import trailing_mean, trailing_sum

DAY, WEEK, MONTH = 1, 7, 30
AIR_PCT = {MONTH: 65.0, WEEK: 75.0, DAY: 85.0}
SURFACE_PCT = {MONTH: 75.0, WEEK: 85.0, DAY: 95.0}
KNOWN_SHARE_MIN = 0.7  # of the days of a span; with less its mean is not known (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TimeCriteria:
    """Moving averages [%] and whether each is above its limit, by days of the span."""

    mean_pct: dict[int, Floats]
    above: dict[int, Booleans]

    @property
    def failed(self) -> Floats:
        """How many of the three are failed, 0 to 3; those not known count as kept."""
        count: Floats = np.sum(list(self.above.values()), axis=0, dtype=np.float64)
        return count


def air_criteria(rel_humidity_pct: Floats) -> TimeCriteria:
    """The criteria of the room air, from means of days (rows, days)."""
    return _criteria(rel_humidity_pct, AIR_PCT)


def surface_criteria(surface_humidity_pct: Floats) -> TimeCriteria:
    """The criteria of the coldest surface, from means of days (rows, days)."""
    return _criteria(surface_humidity_pct, SURFACE_PCT)


def _criteria(daily_pct: Floats, limits: dict[int, float]) -> TimeCriteria:
    means = {days: _mean(daily_pct, days) for days in limits}
    return TimeCriteria(
        mean_pct=means,
        above={days: means[days] > limit for days, limit in limits.items()},
    )


def _mean(daily: Floats, days: int) -> Floats:
    known = trailing_sum(~np.isnan(daily), days)
    return np.where(known >= KNOWN_SHARE_MIN * days, trailing_mean(daily, days), np.nan)
