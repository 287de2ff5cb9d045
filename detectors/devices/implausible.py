"""Implausible: a room's sensor that now and then says what cannot be.

`docs/detectors/implausible.md` explains the thresholds and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.devices.verdicts import judged, spoken
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import trailing_known_sum

NAME = "implausible"

DAYS = 14
IMPOSSIBLE_MIN = 3  # one or two may be a knock or a loose contact while a battery is changed (own)
WITH_PARTS_MIN = 4  # beside one that cannot be, records of which a value was refused count too
PARTS_SHARE_MAX = 0.5  # a sensor that mostly sends its values apart has no records in part (own)
HOLD_MIN = 1
CONFIDENCE = 0.95

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=2),
    lookback=timedelta(days=DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day, on the last DAYS; needs the `device_` counts of readings."""
    impossible = trailing_known_sum(frame["device_impossible"], DAYS)
    apart = frame["device_in_part"] > PARTS_SHARE_MAX * frame["device_readings"]
    in_part = trailing_known_sum(np.where(apart, 0.0, frame["device_in_part"]), DAYS)
    often = impossible >= IMPOSSIBLE_MIN
    beside_parts = (impossible >= 1) & (impossible + in_part >= WITH_PARTS_MIN)
    return judged(
        frame,
        detector=NAME,
        severity=np.where(often | beside_parts, int(Severity.MEDIUM), NOTHING),
        known=spoken(frame),
        holds=impossible >= HOLD_MIN,
        confidence=np.array(CONFIDENCE),
        since_days=np.array(DAYS),
        evidence={
            "impossible_readings": impossible,
            "readings_in_part": in_part,
            "days": np.full(frame.shape, float(DAYS)),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The sensor here has sent {evidence['impossible_readings']:.0f} readings in "
        f"{evidence['days']:.0f} days that cannot be, such as a leap of many degrees and back: it "
        "is probably failing. Those readings are left out."
    )
