"""Boiler sensor fault: a temperature sensor in the boiler reads what cannot be.

`docs/detectors/boiler_sensor_fault.md` explains the tests and what a landlord is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans
from detectors.boiler.days import LOOKBACK_DAYS, pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import last_where, trailing_known_sum

NAME = "boiler_sensor_fault"

RECENT_DAYS = 3
BEFORE_DAYS = 37
AGO_DAYS = 7
REST_RECENT_MIN = 60.0  # minutes at rest, before their mean is believed (own)
REST_BEFORE_MIN = 300.0
DEEP_REST_MIN = 120.0  # of a day, for flow over rooms: in frost only warm remains are at rest (own)

SHIFT_K = 0.8  # further apart at rest than they used to be: sound pairs wander 0.4 K (own)
APART_K = 3.0  # apart at rest, whatever was before: 2 to 3 K are allowed (detection.md, 3.2)
OVER_ROOM_SHIFT_K = 5.0  # without a return sensor: of flow over rooms, which warmth moves too (own)
HELD_MIN = 10.0  # minutes in which the flow stood still and cannot have, in RECENT_DAYS (own)
RAILED_MIN = 5.0  # minutes of a day at an end of the scale (own)
HOLD_SHARE = 0.7

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=7),
    lookback=timedelta(days=LOOKBACK_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where neither rest nor movement tells anything of the sensors.

    Needs `sensors_day` and, for sensors at an end of their scale, `rails_day`.
    """
    apart = frame["rest_difference_k"]
    rest = frame["rest_min"]
    now = pooled(apart, rest, days=RECENT_DAYS, least=REST_RECENT_MIN)
    was = pooled(apart, rest, days=BEFORE_DAYS, least=REST_BEFORE_MIN, ago=AGO_DAYS)
    # A pair that comes together again was mended: only what drifts apart counts.
    shift = np.where(np.abs(now) >= np.abs(was), np.abs(now - was), 0.0)
    unpaired = np.isnan(now) & np.isnan(was)
    over = np.where(rest >= DEEP_REST_MIN, frame["rest_over_room_k"], np.nan)
    over_now = pooled(over, rest, days=RECENT_DAYS, least=REST_RECENT_MIN)
    over_was = pooled(over, rest, days=BEFORE_DAYS, least=REST_BEFORE_MIN, ago=AGO_DAYS)
    over_shift = np.where(unpaired, np.abs(over_now - over_was), np.nan)
    held = trailing_known_sum(frame["flow_held_min"], RECENT_DAYS)
    railed = np.nan_to_num(frame["sensor_railed_min"])

    def worst(scale: float) -> Booleans:
        found: Booleans = (
            (shift >= scale * SHIFT_K)
            | (np.abs(now) >= scale * APART_K)
            | (over_shift >= scale * OVER_ROOM_SHIFT_K)
            | (held >= scale * HELD_MIN)
            | (railed >= scale * RAILED_MIN)
        )
        return found

    bad = worst(1.0)
    told = ~np.isnan(now) | ~np.isnan(over_now) | bad
    severity = np.where(told, NOTHING, UNKNOWN).astype(np.int8)
    severity[bad] = Severity.MEDIUM
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=worst(HOLD_SHARE),
        confidence=np.where(railed >= RAILED_MIN, 0.98, 0.9) * np.ones(severity.shape),
        onset=last_where(~bad) + 1,
        evidence={
            "rest_difference_k": now,
            "rest_difference_before_k": was,
            "rest_over_room_change_k": over_shift,
            "flow_held_min": held,
            "sensor_railed_min": railed,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    if evidence.get("sensor_railed_min", 0.0) >= RAILED_MIN:
        return "A temperature sensor of the boiler loses contact at times."
    if evidence.get("flow_held_min", 0.0) >= HELD_MIN:
        return (
            "The boiler's flow sensor showed the very same temperature for minutes in which the "
            "water around it changed."
        )
    apart = evidence.get("rest_difference_k")
    if apart is None:
        change = evidence["rest_over_room_change_k"]
        return (
            "With the boiler at rest its flow sensor comes near the temperature of the home; it "
            f"now reads {change:.1f} degrees away from what it used to."
        )
    return (
        "With the boiler at rest its two water sensors usually agree; they now read "
        f"{abs(apart):.1f} degrees apart."
    )
