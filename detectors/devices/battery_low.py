"""Battery low: a battery that will be empty within weeks.

`docs/detectors/battery_low.md` explains the thresholds and what a person is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.devices.verdicts import highest_of_days, judged
from detectors.judgement import NOTHING, Judgement, Rules
from detectors.windows import delayed, held, ratio

NAME = "battery_low"

LOW_PCT = 15.0  # makers ask for a new one at 10 to 20 %; a cold night costs a good one 5 (own)
HOLD_PCT = 25.0
FALL_PCT = 12.0  # in FALL_DAYS: a sound battery gives so much in two months and more (own)
FALL_DAYS = 5
DAY_SHARE_MAX = 0.7  # of the fall in one day: a coarse gauge falls by a step and stands (own)
LAST_KNOWN_DAYS = 3  # a charge that was told longer ago is not today's (own)
CONFIDENCE = 0.95

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=1),
    lookback=timedelta(days=FALL_DAYS + LAST_KNOWN_DAYS),
    doubts_from=None,  # a sensor tells the truth until its battery is empty
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; needs `device_battery_pct`, and is UNKNOWN for mains sensors."""
    charge = held(frame["device_battery_pct"], limit=LAST_KNOWN_DAYS)
    fall = delayed(charge, FALL_DAYS) - charge
    largest = highest_of_days(delayed(charge, 1) - charge, FALL_DAYS)
    falling = (fall >= FALL_PCT) & (largest <= DAY_SHARE_MAX * fall)
    severity = np.where((charge <= LOW_PCT) | falling, int(Severity.MEDIUM), NOTHING)
    return judged(
        frame,
        detector=NAME,
        severity=severity,
        known=~np.isnan(frame["device_battery_pct"]),
        holds=charge <= HOLD_PCT,
        confidence=np.array(CONFIDENCE),
        since_days=np.where(falling, FALL_DAYS, 1),
        evidence={
            "battery_pct": charge,
            "fall_pct_per_day": fall / FALL_DAYS,
            "days_left": ratio(charge, fall / FALL_DAYS, where=falling),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    text = f"The battery of the sensor here is down to {evidence['battery_pct']:.0f} %"
    days = evidence.get("days_left")
    if days is None:
        return f"{text}: a new one is due."
    left = "a day" if days < 1.5 else f"{days:.0f} days"
    return f"{text} and at this pace will be empty in about {left}: a new one is due."
