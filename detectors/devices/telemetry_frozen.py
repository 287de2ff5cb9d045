"""Telemetry frozen: a boiler's adapter that repeats its last record for hours.

`docs/detectors/telemetry_frozen.md` explains the thresholds and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.devices.verdicts import highest_of_days, judged
from detectors.judgement import NOTHING, Judgement, Rules

NAME = "telemetry_frozen"

FROZEN_H = 3.0  # of a day; a maker's cloud that is away for 37 to 70 minutes may repeat itself so
HOLD_H = 1.0
HOLD_DAYS = 3  # a day without a frozen record between two with them is not mended (own)
READINGS_MIN = 60  # an hour's
CONFIDENCE = 0.97

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=1),
    lookback=timedelta(days=HOLD_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; needs `telemetry_frozen_h` and `telemetry_readings`."""
    frozen_h = frame["telemetry_frozen_h"]
    return judged(
        frame,
        detector=NAME,
        severity=np.where(frozen_h >= FROZEN_H, int(Severity.MEDIUM), NOTHING),
        known=frame["telemetry_readings"] >= READINGS_MIN,
        holds=highest_of_days(frozen_h, HOLD_DAYS) >= HOLD_H,
        confidence=np.array(CONFIDENCE),
        since_days=np.array(1),
        evidence={"frozen_h": frozen_h},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"The boiler's adapter repeated one and the same record for {evidence['frozen_h']:.0f} "
        "hours of the day: how the boiler is doing is not known in those hours. Restarting the "
        "adapter may help."
    )
