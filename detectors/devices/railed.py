"""Railed: a humidity sensor that stands at the end of its scale.

`docs/detectors/railed.md` explains the thresholds and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.beside import home_of, mean_of_others
from detectors.daily import DayFrame
from detectors.devices.verdicts import highest_of_days, judged, spoken
from detectors.humidity import saturation_pressure_pa
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, ratio, trailing_known_sum

NAME = "railed"

LOW_SHARE = 0.02  # of a day's readings at 1 % or less: no room air is so dry even once (own)
HIGH_SHARE = 0.25  # of two days at 99.5 % or more: no shower and no wash day lasts so long (own)
HIGH_DAY_SHARE = 0.1  # on either of them
NEAR_SHARE_MAX = 0.5  # of those at the rail: a real fog comes and goes through 90 to 99 % (own)
LEAP_SHARE_MIN = 0.5  # of the times it left the high end: wet walls and air dry slowly (own)
LEAPS_MIN = 2  # in two days
ALWAYS_SHARE = 0.95  # of two days: a sensor that hardly ever leaves the end (own)
CLIMB_DAYS = 28  # in which air that is saturated now has climbed there …
CLIMB_SHARE_MAX = 0.1  # … through 90 to 99 %: a sensor that breaks is at its end at once (own)
EXCESS_MIN_PA = 400.0  # above the vapour of the other rooms: air of cold rooms does saturate (own)
READINGS_MIN = 12  # of a day, for a share of them; and so few at the low end are no chance (own)
LOW_READINGS_MIN = 3
HOLD_SHARE = 0.01
HOLD_DAYS = 2
CONFIDENCE_LOW, CONFIDENCE_HIGH = 0.98, 0.9  # a real fog is rare, a real 1 % does not exist (own)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=1),
    lookback=timedelta(days=CLIMB_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; needs the `device_` features of rails and `beside_vapour_pa`.

    A room that is alone in its home has nothing that its vapour could be held against.
    """
    readings = frame["device_readings"]
    enough = readings >= READINGS_MIN
    low_count = np.nan_to_num(frame["device_low_rail"])
    low = ratio(low_count, readings, where=enough)
    high, of_two_days, near = _high(frame, enough)
    stands = (of_two_days >= ALWAYS_SHARE) & ~(_excess_pa(frame) < EXCESS_MIN_PA)
    stands &= ~_climbed(frame)
    is_low = (low >= LOW_SHARE) & (low_count >= LOW_READINGS_MIN)
    is_high = (of_two_days >= HIGH_SHARE) & (high >= HIGH_DAY_SHARE)
    is_high &= (delayed(high, 1) >= HIGH_DAY_SHARE) & (near <= NEAR_SHARE_MAX)
    railed = is_low | (is_high & (_leaps(frame) | stands))
    return judged(
        frame,
        detector=NAME,
        severity=np.where(railed, int(Severity.MEDIUM), NOTHING),
        known=spoken(frame) & enough,
        holds=(highest_of_days(low, HOLD_DAYS) >= HOLD_SHARE)
        | (highest_of_days(high, HOLD_DAYS) >= HIGH_DAY_SHARE),
        confidence=np.where(is_low, CONFIDENCE_LOW, CONFIDENCE_HIGH),
        since_days=np.array(1),
        evidence={"at_low_end_pct": 100.0 * low, "at_high_end_pct": 100.0 * high},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    low, high = evidence["at_low_end_pct"], evidence["at_high_end_pct"]
    end, share = ("bottom", low) if low >= high else ("top", high)
    return (
        f"The humidity sensor here reported the very {end} of its scale in {share:.0f} % of the "
        "day's readings, which room air does not do: it is probably broken and needs changing."
    )


def _high(frame: DayFrame, enough: Booleans) -> tuple[Floats, Floats, Floats]:
    """The share of readings at the high end on the day and on two, and of those near it to it."""
    readings = frame["device_readings"]
    count = np.nan_to_num(frame["device_high_rail"])
    high = ratio(count, readings, where=enough)
    railed, both = trailing_known_sum(count, 2), trailing_known_sum(readings, 2)
    near = trailing_known_sum(frame["device_near_rail"], 2)
    return (
        high,
        ratio(railed, both, where=both > 0),
        ratio(near, railed, where=railed > 0),
    )


def _leaps(frame: DayFrame) -> Booleans:
    """Where humidity mostly leapt from the high end, in two days."""
    leaps = trailing_known_sum(frame["device_rail_leaps"], 2)
    left = trailing_known_sum(frame["device_rail_left"], 2)
    most: Booleans = (leaps >= LEAPS_MIN) & (leaps >= LEAP_SHARE_MIN * left)
    return most


def _climbed(frame: DayFrame) -> Booleans:
    """Where humidity has been near its high end for much of the last weeks."""
    near = trailing_known_sum(frame["device_near_rail"], CLIMB_DAYS)
    readings = trailing_known_sum(frame["device_readings"], CLIMB_DAYS)
    climbed: Booleans = near > CLIMB_SHARE_MAX * readings
    return climbed


def _excess_pa(frame: DayFrame) -> Floats:
    """By how much saturated air of a room has more vapour than the home's other rooms have."""
    others_pa = mean_of_others(frame["beside_vapour_pa"], home_of(frame.rows))
    return saturation_pressure_pa(frame["device_rail_air_c"]) - others_pa
