"""Rooms with pipes that have become moist within days: what a leak into a wall does.

A leak is noticed when litres have run out, which takes days; ten of them, as `moister` wants, are
too many. A step of two days is told only of rooms made for water and of kitchens: there the pipes
are, the sources are the same every day, and nobody sleeps or dries a big wash.
`docs/detectors/mould_risk.md` gives the figures.
"""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import mean_of_others
from detectors.damp.vapour import COLD_DAY_C
from detectors.frame import Frame
from detectors.room_names import piped_rooms
from detectors.windows import delayed, ratio, trailing_sum

STEP_DAYS = 2  # a bath or a visit is over then
BASE_DAYS = 28
BASE_MIN = 14  # known days
STEP_PA = 120.0  # beside the other rooms: 0.9 g/m³ (own)
MILD_STEP_PA = 170.0  # on days of COLD_DAY_C and more, when windows decide: 1.25 g/m³ (own)
SPREADS = 3.0  # beyond what days of this room vary by (own)
SPREAD_MIN_PA = 20.0  # a humidity sensor resolves no less (1 % at 20 °C: 23 Pa)
EACH_PA = 60.0  # by day, by night, against its own past, and on each of the days (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sudden:
    """(rows, days): whether a room has suddenly become moister, and by what beside the others."""

    told: Booleans
    step_pa: Floats


def sudden(frame: Frame, home: Integers) -> Sudden:
    """Rooms with pipes on their last days against the weeks before; False where unknown.

    A home of one room has nothing to be held against.
    """
    piped = np.flatnonzero(piped_rooms(frame.rows))
    day, night = (
        frame[name].astype(np.float64) for name in ("damp_excess_pa", "damp_night_excess_pa")
    )
    owns = [(values - mean_of_others(values, home))[piped] for values in (day, night)]
    whole = (owns[0] + owns[1]) / 2.0
    usual_pa, spread_pa = _before(whole)
    step_pa = _recent(whole) - usual_pa
    mild = frame["damp_outdoor_temp_c"][piped] >= COLD_DAY_C
    found = step_pa >= np.where(mild, MILD_STEP_PA, STEP_PA)
    found &= step_pa >= SPREADS * np.maximum(spread_pa, SPREAD_MIN_PA)
    some = np.flatnonzero(found.any(axis=1))  # few rooms: only these are looked at more closely
    for days_ago in range(STEP_DAYS):
        found[some] &= delayed(whole[some], days_ago) - usual_pa[some] >= EACH_PA
    for values in (owns[0][some], owns[1][some], day[piped[some]], night[piped[some]]):
        found[some] &= _recent(values) - _before(values)[0] >= EACH_PA
    told, steps_pa = np.zeros(frame.shape, dtype=np.bool_), np.full(frame.shape, np.nan)
    told[piped], steps_pa[piped] = found, step_pa
    return Sudden(told=told, step_pa=steps_pa)


def _recent(values: Floats) -> Floats:
    """Mean of the last STEP_DAYS; NaN unless all are known."""
    known = trailing_sum(~np.isnan(values), STEP_DAYS)
    return ratio(trailing_sum(np.nan_to_num(values), STEP_DAYS), known, where=known == STEP_DAYS)


def _before(values: Floats) -> tuple[Floats, Floats]:
    """Mean and standard deviation of the BASE_DAYS before; NaN with fewer than BASE_MIN known."""
    filled = np.nan_to_num(values)
    count, total, square = (
        trailing_sum(a, BASE_DAYS) for a in (~np.isnan(values), filled, filled * filled)
    )
    enough = count >= BASE_MIN
    mean = ratio(total, count, where=enough)
    spread = np.sqrt(np.maximum(ratio(square, count, where=enough) - mean * mean, 0.0))
    return delayed(mean, STEP_DAYS), delayed(spread, STEP_DAYS)
