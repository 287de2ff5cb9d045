"""The outlook of a room: weeks until mould is likely to grow if nothing changes, and how sure."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Floats
from detectors.damp.f_rsi import Factor
from detectors.damp.score import AHEAD_DAYS
from detectors.frame import Frame
from detectors.humidity import saturation_pressure_pa
from detectors.windows import ratio, trailing_mean

DAYS = 14
LIKELY_INDEX = 1.0  # growth seen under a microscope: it has begun
VISIBLE_INDEX = 3.0
WEEKS_MAX = 26.0  # no season lasts longer: growth that slow has no date (own)
GROWTH_POWER = 13.9  # growth goes with that power of the humidity (Hukka and Viitanen 1999)
HUMIDITY_DOUBT = 0.04  # of a surface's humidity, as a share of it: a sensor's ±3 % (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlook:
    """(rows, days); weeks are NaN where no date can be given.

    The weeks are those until index 1, or 3 where it is past 1, with a 90 % interval for what is
    not known of sensor and fRsi. `pace_day` is the rise of the index a day, below 0 in decline.
    """

    score: Floats
    index: Floats
    index_ahead: Floats
    pace_day: Floats
    weeks: Floats
    weeks_least: Floats
    weeks_most: Floats


def outlook(frame: Frame, factor: Factor) -> Outlook:
    """From what the days came to."""
    index, pace_day = (frame[n].astype(np.float64) for n in ("mould_index", "mould_pace_day"))
    goal = np.where(index < LIKELY_INDEX, LIKELY_INDEX, VISIBLE_INDEX)
    rising = (index < goal) & (7.0 * WEEKS_MAX * pace_day >= goal - index)
    weeks = ratio(goal - index, 7.0 * pace_day, where=rising)
    times = _doubt(frame, factor)
    return Outlook(
        score=frame["damp_score"].astype(np.float64),
        index=index,
        index_ahead=index + AHEAD_DAYS * np.maximum(pace_day, 0.0),
        pace_day=pace_day,
        weeks=weeks,
        weeks_least=weeks / times,
        weeks_most=np.minimum(weeks * times, WEEKS_MAX),
    )


def _doubt(frame: Frame, factor: Factor) -> Floats:
    """The factor, 1 and more, by which the pace of growth may be off: a power of the humidity."""
    air_c, outdoor_c = (
        trailing_mean(frame[n], DAYS) for n in ("damp_air_temp_c", "damp_outdoor_temp_c")
    )
    surface_c = outdoor_c + factor.f_rsi * (air_c - outdoor_c)
    off_k = factor.within * np.abs(air_c - outdoor_c)
    drier = saturation_pressure_pa(surface_c + off_k) / saturation_pressure_pa(surface_c) - 1.0
    return np.exp(GROWTH_POWER * np.hypot(np.nan_to_num(drier), HUMIDITY_DOUBT))
