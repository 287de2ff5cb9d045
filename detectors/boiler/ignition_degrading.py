"""Ignition degrading: the burner needs ever more attempts to light, or its flame signal fades.

`docs/detectors/ignition_degrading.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.days import pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import ratio, trailing_known_sum

NAME = "ignition_degrading"

FAILED_SHARE = 0.04  # of attempts; sound burners light at once but for one in 170 or less (own)
FAILED_MIN = 10.0  # attempts: chance brings so many to one sound home in thousands a year (own)
WINDOWS_DAYS = (3, 7, 14)  # short ones see fast wear soon, long ones wear of boilers lit seldom
ATTEMPTS_MIN = 20.0
HOLD_SHARE = 0.015
FROST_MIN = 240.0  # a day with so much frost is left out: a frozen drain fails every attempt

CURRENT_DAYS = 3
CURRENT_MIN = 60.0  # minutes of flame in them
BEFORE_DAYS = 31  # of its own weeks before, which end BEFORE_GAP_DAYS ago (45 days in all)
BEFORE_GAP_DAYS = 14
BEFORE_MIN = 300.0
FADED = 0.85  # of what it was; a flame at its least conducts some 10 % less than the mean (own)
HOLD_FADED = 0.92
WEAK_UA = 5.0  # a sound flame conducts more (Viessmann: above 5 uA)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=7),
    lookback=timedelta(days=45),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day, by failed attempts or by flame current, whichever the adapter has.

    UNKNOWN where it has neither, or too little of it.
    """
    failed, share, failing = _attempts(frame)
    current_ua, of_before = _current(frame)
    fading = (of_before < FADED) | (current_ua < WEAK_UA)
    known = ~np.isnan(share) | ~np.isnan(current_ua)
    severity = np.where(known, np.int8(NOTHING), np.int8(UNKNOWN))
    severity[failing | fading] = Severity.MEDIUM
    columns = np.arange(severity.shape[1])
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=(share >= HOLD_SHARE) | (of_before < HOLD_FADED) | (current_ua < WEAK_UA),
        confidence=np.where(failing & fading, np.float32(0.97), np.float32(0.9)),
        onset=np.broadcast_to(np.maximum(columns - WINDOWS_DAYS[-1], 0), severity.shape),
        evidence={
            "failed_attempts": failed,
            "failed_share": share,
            "flame_current_ua": current_ua,
            "flame_current_of_before": of_before,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    share = evidence.get("failed_share", 0.0)
    if share >= FAILED_SHARE:
        return (
            f"The burner does not light in {share:.0%} of its attempts, where less than 1% is "
            "usual: its electrodes need looking at before it stops."
        )
    return (
        f"The flame signal of the burner has faded to {evidence['flame_current_ua']:.0f} µA: its "
        "electrodes need looking at before it stops."
    )


def _attempts(frame: DayFrame) -> tuple[Floats, Floats, Booleans]:
    """Failed attempts and their share, over the longest window, and where any window tells."""
    frosty = frame["burner_frost_min"] >= FROST_MIN
    failures = np.where(frosty, np.nan, frame["burner_ignition_failures"])
    starts = np.where(frosty | np.isnan(failures), np.nan, frame["burner_starts"])
    failing = np.zeros(frame.shape, dtype=np.bool_)
    told, told_share = np.full(frame.shape, np.nan), np.full(frame.shape, np.nan)
    for days in reversed(WINDOWS_DAYS):
        failed = trailing_known_sum(failures, days)
        attempts = failed + trailing_known_sum(starts, days)
        enough = attempts >= ATTEMPTS_MIN
        share = ratio(failed, attempts, where=enough)
        tells = (failed >= FAILED_MIN) & (share >= FAILED_SHARE)
        replaced = tells | np.isnan(told_share)
        told, told_share = np.where(replaced, failed, told), np.where(replaced, share, told_share)
        failing |= tells
    return np.where(np.isnan(told_share), np.nan, told), told_share, failing


def _current(frame: DayFrame) -> tuple[Floats, Floats]:
    """Mean flame current of the last days, and its share of what it was; NaN: not known."""
    current_ua, minutes = frame["burner_flame_current_ua"], frame["burner_flame_min"]
    now = pooled(current_ua, minutes, days=CURRENT_DAYS, least=CURRENT_MIN)
    before = pooled(current_ua, minutes, days=BEFORE_DAYS, least=BEFORE_MIN, ago=BEFORE_GAP_DAYS)
    return now, now / before
