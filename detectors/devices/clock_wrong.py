"""Clock wrong: a device whose readings carry the wrong time.

Rooms of one home warm and cool together, and they warm when the boiler's water is hot. A device
that tells of the same hours earlier or later has its clock wrong. `docs/detectors/clock_wrong.md`
explains what of it can be seen and what cannot.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.daily import DayFrame
from detectors.devices.verdicts import judged
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, trailing_count, trailing_median

NAME = "clock_wrong"

DAYS = 7
DAYS_MIN = 6  # that tell, of the last DAYS (own)
BOILER_ALIKE_MIN = 0.45  # of a boiler, which in summer heats water and no rooms (own)
ALIKE_MIN = 0.4  # of a room: a correlation of less is no likeness: the day does not tell (own)
FAINT_DAYS = 14  # a device that has little in common with the others is watched for longer …
FAINT_MIN = 9  # … and so many of its days have to say the same: by chance one in seventeen does …
FAINT_ALIKE_MIN, BOILER_FAINT_ALIKE_MIN = 0.2, 0.3  # … each but faintly, and by hours (own)
COLD_C = 12.0  # a mean day outdoors: on milder ones the sun comes to rooms by turns (own)
TOLERANCE_H = 0.375  # more than the quarter of an hour in which lags are read (own)
WRONG_H = 0.875  # an hour as it is read by the quarter; rooms follow by a half (own)
VISIT_H = 1.5  # such as two time zones; what is less hardly moves a day (own)
MILD_WRONG_H, MILD_VISIT_H = 1.5, 2.5  # where most of the days are mild (own)
HOLD_H = 0.5
ROOMS_FOLLOW_H = -0.25  # the water is hot a quarter of an hour before rooms are seen to warm (own)
CONFIDENCE, CONFIDENCE_FAINT = 0.9, 0.7

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=2),
    lookback=timedelta(days=FAINT_DAYS),
    doubts_from=Severity.MEDIUM,  # an hour hardly moves a day
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on rooms; needs `beside_lag_h`, `beside_alike`, `beside_outdoor_c`."""
    return _judged(
        frame,
        frame["beside_lag_h"],
        frame["beside_alike"],
        alike_min=(ALIKE_MIN, FAINT_ALIKE_MIN),
        cold=frame["beside_outdoor_c"] < COLD_C,
    )


def judge_boilers(frame: DayFrame) -> Judgement:
    """Verdicts by the day on boilers; needs `telemetry_lag_h`, `telemetry_alike`,
    `warmth_outdoor_c`.
    """
    return _judged(
        frame,
        frame["telemetry_lag_h"] - ROOMS_FOLLOW_H,
        frame["telemetry_alike"],
        alike_min=(BOILER_ALIKE_MIN, BOILER_FAINT_ALIKE_MIN),
        cold=frame["warmth_outdoor_c"] < COLD_C,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    minutes = round(abs(evidence["clock_behind_h"]) * 60)
    span = f"{minutes} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
    way = "late" if evidence["clock_behind_h"] < 0 else "early"
    return (
        f"What this device tells seems to happen about {span} too {way}, beside the rest of the "
        "home: its clock is probably wrong."
    )


def _judged(
    frame: DayFrame,
    lag_h: Floats,
    alike: Floats,
    *,
    alike_min: tuple[float, float],
    cold: Booleans,
) -> Judgement:
    """A reading that is said to be late has a clock ahead of the others: behind is less than 0."""
    clear_h = np.where(alike >= alike_min[0], lag_h, np.nan)
    faint_h = np.where(cold & (alike >= alike_min[1]), lag_h, np.nan)
    middle_h, agreed = _agreed(clear_h, DAYS, DAYS_MIN)
    is_clear = ~np.isnan(middle_h)
    faint_middle_h, faint_agreed = _faint(faint_h)
    off_h = np.abs(middle_h)
    mild = trailing_count(~cold, DAYS) > DAYS / 2
    wrong_h, visit_h = np.where(mild, MILD_WRONG_H, WRONG_H), np.where(mild, MILD_VISIT_H, VISIT_H)
    low = (agreed & (off_h >= wrong_h)) | (~is_clear & faint_agreed)
    severity = np.where(low, int(Severity.LOW), NOTHING)
    faint_known = trailing_count(~np.isnan(faint_h), FAINT_DAYS)
    faint_holds = trailing_count(np.abs(faint_h) >= HOLD_H, FAINT_DAYS) >= FAINT_MIN
    return judged(
        frame,
        detector=NAME,
        severity=np.where(agreed & (off_h >= visit_h), int(Severity.MEDIUM), severity),
        known=is_clear | (faint_known >= FAINT_MIN),
        holds=np.where(is_clear, off_h >= HOLD_H, faint_holds),
        confidence=np.where(is_clear, CONFIDENCE, CONFIDENCE_FAINT),
        since_days=np.where(is_clear, trailing_count(~np.isnan(clear_h), DAYS), faint_known),
        evidence={"clock_behind_h": -np.where(is_clear, middle_h, faint_middle_h)},
        sentence=sentence,
    )


def _faint(lag_h: Floats) -> tuple[Floats, Booleans]:
    """The middle of a fortnight's lags where it is VISIT_H and more and most of them agree."""
    far = trailing_count(np.abs(lag_h) >= VISIT_H - TOLERANCE_H, FAINT_DAYS) >= FAINT_MIN
    some = np.flatnonzero(far.any(axis=1))  # few rooms
    middle_h, agreed = np.full(lag_h.shape, np.nan), np.zeros(lag_h.shape, dtype=np.bool_)
    middle_h[some], agreed[some] = _agreed(lag_h[some], FAINT_DAYS, FAINT_MIN)
    return middle_h, agreed & (np.abs(middle_h) >= VISIT_H)


def _agreed(lag_h: Floats, days: int, at_least: int) -> tuple[Floats, Booleans]:
    """The middle of some days' lags, NaN with too few of them, and where so many agree with it."""
    middle_h = trailing_median(lag_h, days, at_least=at_least)
    near = [np.abs(delayed(lag_h, day) - middle_h) <= TOLERANCE_H for day in range(days)]
    return middle_h, np.sum(near, axis=0) >= at_least
