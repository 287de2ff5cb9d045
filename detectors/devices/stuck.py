"""Stuck: a room's sensor that repeats one value, though it goes on speaking.

`docs/detectors/stuck.md` explains the threshold and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.devices.verdicts import highest_of_days, judged, spoken
from detectors.judgement import NOTHING, Judgement, Rules

NAME = "stuck"

STOOD_H = 14.0  # a real home (UCI), read to 0.1 K and 1 %, stood for 12 h at the longest (own)
HOLD_H = 8.0
HOLD_DAYS = 3  # one that moves for a day between two standstills is not mended (own)
CONFIDENCE = 0.97

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=1),
    lookback=timedelta(days=HOLD_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; needs `device_stood_h`. Temperature and humidity must both stand."""
    stood_h = frame["device_stood_h"]
    return judged(
        frame,
        detector=NAME,
        severity=np.where(stood_h >= STOOD_H, int(Severity.MEDIUM), NOTHING),
        known=spoken(frame),
        holds=highest_of_days(stood_h, HOLD_DAYS) >= HOLD_H,
        confidence=np.array(CONFIDENCE),
        since_days=np.array(1),
        evidence={"unchanged_h": stood_h},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The sensor here has reported exactly the same temperature and humidity for "
        f"{evidence['unchanged_h']:.0f} hours: it is probably stuck and needs a look. Until then "
        "nothing is concluded from it."
    )
