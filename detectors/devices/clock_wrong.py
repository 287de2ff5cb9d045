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
TOLERANCE_H = 0.375  # more than the quarter of an hour in which lags are read (own)
WRONG_H = 0.875  # an hour as it is read by the quarter; rooms follow by a half (own)
VISIT_H = 1.5  # such as two time zones; what is less hardly moves a day (own)
HOLD_H = 0.5
ROOMS_FOLLOW_H = -0.25  # the water is hot a quarter of an hour before rooms are seen to warm (own)
CONFIDENCE = 0.9

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=2),
    lookback=timedelta(days=DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on rooms; needs `beside_lag_h` and `beside_alike`."""
    return _judged(frame, frame["beside_lag_h"], frame["beside_alike"] >= ALIKE_MIN)


def judge_boilers(frame: DayFrame) -> Judgement:
    """Verdicts by the day on boilers; needs `telemetry_lag_h` and `telemetry_alike`."""
    alike = frame["telemetry_alike"] >= BOILER_ALIKE_MIN
    return _judged(frame, frame["telemetry_lag_h"] - ROOMS_FOLLOW_H, alike)


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    minutes = round(abs(evidence["clock_behind_h"]) * 60)
    span = f"{minutes} minutes" if minutes < 90 else f"{minutes / 60:.1f} hours"
    way = "late" if evidence["clock_behind_h"] < 0 else "early"
    return (
        f"What this device tells seems to happen about {span} too {way}, beside the rest of the "
        "home: its clock is probably wrong."
    )


def _judged(frame: DayFrame, lag_h: Floats, alike: Booleans) -> Judgement:
    """A reading that is said to be late has a clock ahead of the others: behind is less than 0."""
    told = np.where(alike, lag_h, np.nan)
    middle = trailing_median(told, DAYS, at_least=DAYS_MIN)
    near = [np.abs(delayed(told, day) - middle) <= TOLERANCE_H for day in range(DAYS)]
    sure = np.sum(near, axis=0) >= DAYS_MIN
    off_h = np.abs(middle)
    severity = np.where(off_h >= WRONG_H, int(Severity.LOW), NOTHING)
    severity = np.where(off_h >= VISIT_H, int(Severity.MEDIUM), severity)
    return judged(
        frame,
        detector=NAME,
        severity=np.where(sure, severity, NOTHING),
        known=~np.isnan(middle),
        holds=off_h >= HOLD_H,
        confidence=np.array(CONFIDENCE),
        since_days=trailing_count(~np.isnan(told), DAYS),
        evidence={"clock_behind_h": -middle},
        sentence=sentence,
    )
