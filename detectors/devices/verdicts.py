"""What every device detector's verdicts on days have in common."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import UNKNOWN, Judgement, Severities
from detectors.windows import trailing_highest


def judged(
    frame: DayFrame,
    *,
    detector: str,
    severity: Severities,
    known: Booleans,
    holds: Booleans,
    confidence: Floats,
    since_days: Floats | Integers,
    evidence: Mapping[str, Floats],
    sentence: Callable[[Mapping[str, float]], str],
) -> Judgement:
    """A judgement of days, given when they are over; UNKNOWN where a day is not `known`.

    `since_days`, of the shape of the frame or a number, says for how many days what is seen has
    been going on, the day itself included.
    """
    days = np.arange(frame.steps)
    return Judgement(
        detector=detector,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=np.where(known, severity, UNKNOWN).astype(np.int8),
        holds=holds,
        confidence=np.broadcast_to(confidence, frame.shape),
        onset=np.broadcast_to(days - np.asarray(since_days), frame.shape).astype(np.int64),
        evidence=evidence,
        sentence=sentence,
    )


def spoken(frame: DayFrame) -> Booleans:
    """The days on which a room's sensor was heard."""
    return frame["device_readings"] > 0


def highest_of_days(values: Floats, days: int) -> Floats:
    """Highest of the last `days` days, unknown ones as nothing."""
    return trailing_highest(np.maximum(np.nan_to_num(values), 0.0), days)
