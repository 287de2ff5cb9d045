"""Flapping: a room's sensor that comes and goes, again and again.

`docs/detectors/flapping.md` explains the thresholds and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.daily import DayFrame
from detectors.devices.verdicts import judged, spoken
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, trailing_known_sum, trailing_mean, trailing_sum

NAME = "flapping"

GAPS_A_DAY = 6.0  # of 20 minutes and more, where its own days have next to none (own)
USUAL_GAPS_MAX = 1.0  # one that speaks on change or every half hour has many: they tell nothing
USUAL_SHARE = 0.5  # of the days of four weeks
USUAL_DAYS = 28
USUAL_KNOWN_MIN = 5  # days before it is known what is usual (own)
READINGS_A_GAP = 3.0  # while it is there it speaks as often as ever; one that was changed for a
# sensor that speaks every half hour, or on change, has one or two (own)
LONG_GAPS = 5.0  # of 65 minutes and more in LONG_DAYS, which no sound sensor has (own)
LONG_DAYS = 2
HOLD_GAPS, HOLD_LONG_GAPS = 3.0, 2.0
STEADY_DAYS = 3  # before the last days it must have been known: not a device just being fitted
CONFIDENCE = 0.95

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(
        days=1
    ),  # the day on which a sensor is changed for another kind is half and half
    clear=timedelta(days=1),
    lookback=timedelta(days=USUAL_DAYS + STEADY_DAYS),
    doubts_from=None,  # what is there is true
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; needs `device_gaps`, `device_long_gaps` and `device_readings`."""
    gaps, long_gaps = frame["device_gaps"], trailing_known_sum(frame["device_long_gaps"], LONG_DAYS)
    bursts = frame["device_readings"] >= READINGS_A_GAP * gaps
    short = (gaps >= GAPS_A_DAY) & bursts & _seldom(gaps)
    coming_and_going = short | (long_gaps >= LONG_GAPS)
    holds = ((gaps >= HOLD_GAPS) & bursts & _seldom(gaps)) | (long_gaps >= HOLD_LONG_GAPS)
    return judged(
        frame,
        detector=NAME,
        severity=np.where(coming_and_going, int(Severity.MEDIUM), NOTHING),
        known=spoken(frame),
        holds=holds,
        confidence=np.array(CONFIDENCE),
        since_days=np.where(short, 1, LONG_DAYS),
        evidence={"gaps_a_day": gaps, "long_gaps_in_2_days": long_gaps},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The sensor here went quiet and came back {evidence['gaps_a_day']:.0f} times within a "
        "day: its radio probably reaches the gateway only just. Moving the one or the other a "
        "little may be enough."
    )


def _seldom(gaps: Floats) -> Booleans:
    """Whether gaps were seldom in the weeks before the last days."""
    few = np.where(np.isnan(gaps), np.nan, gaps <= USUAL_GAPS_MAX)
    known = trailing_sum(~np.isnan(gaps), USUAL_DAYS) >= USUAL_KNOWN_MIN
    seldom = np.where(known, trailing_mean(few, USUAL_DAYS), np.nan)
    return delayed(seldom, STEADY_DAYS) >= USUAL_SHARE
