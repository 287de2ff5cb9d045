"""Lockout: a boiler that has stopped and says so, or leaves hot water cold.

`docs/detectors/lockout.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.calls import HOME_COLD_C, home_temp_c
from detectors.boiler.fault_codes import (
    CodeClass,
    Condition,
    are_of_class,
    conditions_of,
    conditions_shown,
    shown,
    words_of,
)
from detectors.boiler.groups import (
    GROUP_MIN,
    GROUP_S,
    at_group_ends,
    first_since,
    onsets,
    per_group,
    silences,
    standing,
    unknown_unless,
)
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import Judgement, Rules
from detectors.windows import lasting, trailing_count

NAME = "lockout"

LOCKED_MIN = 3  # of the last ten minutes: one stray record is none (own)
LOCKED_WITHIN_MIN = 10
BLOCKED_MIN = 25  # of the last half hour: a code that clears by itself has had its time (own)
BLOCKED_WITHIN_MIN = 30
OVER_MIN = 30  # without a code for so long it is over

COLD_DRAW_C = 35.0  # tenants notice below 38 °C two minutes into a draw (interfaces.md)
DRAW_MIN = 3  # for so long hot water has been called for, and no flame (own)
COLD_DRAWS_MIN = 6  # minutes of such draws within an hour: two draws or a shower (own)
DRAWS_WITHIN_MIN = 60

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(minutes=30),
    lookback=LEAD,
)

_ELSEWHERE = (Condition.LOW_PRESSURE,)  # has a detector of its own, which reads the gauge


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes; UNKNOWN where neither code nor call is known to be or not.

    A code of class lockout tells within ten minutes, one of class error once it has stood for
    half an hour, a code that we do not know then too, as information.
    """
    heard = _heard(frame)
    silent = silences(heard) if (frame["fault_code"] >= 0).any() else []
    locked = standing(shown(frame, _of_class(frame, CodeClass.LOCKOUT)), silent)
    blocked = standing(shown(frame, _of_class(frame, CodeClass.ERROR)), silent)
    unknown = standing(shown(frame, conditions_of(frame.codes) == Condition.UNKNOWN), silent)
    cold_draws = trailing_count(per_group(_cold_draw(frame)), DRAWS_WITHIN_MIN // GROUP_MIN)
    indoor_c = home_temp_c(frame)
    stands = (trailing_count(locked, LOCKED_WITHIN_MIN // GROUP_MIN) >= LOCKED_MIN) & (locked > 0)
    stands |= _for_long(blocked) | (cold_draws >= COLD_DRAWS_MIN)
    any_code = (locked > 0) | (blocked > 0) | (unknown > 0)
    severity = unknown_unless(per_group(heard) > 0)
    severity[_for_long(unknown)] = Severity.LOW
    severity[stands] = Severity.MEDIUM
    severity[stands & (indoor_c < HOME_COLD_C)] = Severity.HIGH
    troubled = any_code | (cold_draws > 0)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=severity,
        holds=trailing_count(troubled, OVER_MIN // GROUP_MIN) > 0,
        confidence=np.where(any_code, np.float32(0.98), np.float32(0.8)),
        onset=onsets(first_since(troubled, ~troubled)),
        evidence={
            "code_condition": _last_condition(frame),
            "cold_hot_water_min": np.where(cold_draws > 0, cold_draws, np.nan),
            "indoor_temp_c": indoor_c,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    condition = evidence.get("code_condition")
    if condition is None:
        return "Hot water was asked for and stayed cold: the burner does not light."
    if condition == Condition.UNKNOWN:
        return "The boiler shows a code that we do not know; its display and manual tell more."
    return f"The boiler has stopped and shows a code: {words_of(Condition(int(condition)))}."


def _of_class(frame: BoilerFrame, wanted: CodeClass) -> Booleans:
    told: Booleans = ~np.isin(conditions_of(frame.codes), _ELSEWHERE)
    chosen: Booleans = are_of_class(frame.codes, (wanted,)) & told
    return chosen


def _for_long(minutes: Integers) -> Booleans:
    stood = trailing_count(minutes, BLOCKED_WITHIN_MIN // GROUP_MIN)
    long: Booleans = (stood >= BLOCKED_MIN) & (minutes > 0)
    return long


def _cold_draw(frame: BoilerFrame) -> Booleans:
    """Minutes in which hot water has been called for DRAW_MIN, without flame, and is cold."""
    waiting = (frame["hot_water_demand"] == 1) & (frame["flame_on"] == 0)
    cold: Booleans = waiting & (frame["hot_water_temp_c"] < COLD_DRAW_C)
    return cold & lasting(waiting, DRAW_MIN)


def _heard(frame: BoilerFrame) -> Booleans:
    """Whether the boiler said anything: a code's absence is told by the rest of its record."""
    told = (frame["flow_temp_c"] > -np.inf) | (frame["heat_demand"] >= 0)
    heard: Booleans = told | (frame["fault_code"] >= 0)
    return heard


def _last_condition(frame: BoilerFrame) -> Floats:
    """The condition of the last code shown in each group; NaN where there is none."""
    present = conditions_shown(frame).astype(np.float32)
    present[present == Condition.NONE] = np.nan
    present[np.isin(present, _ELSEWHERE)] = np.nan
    return at_group_ends(present)
