"""Low pressure: a heating system with too little water in it.

`docs/detectors/low_pressure.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.fault_codes import CodeClass, Condition, are_of_class, conditions_of, shown
from detectors.boiler.groups import GROUP_S, per_group
from detectors.boiler.sealed_system import (
    SealedSystem,
    colder_bar,
    head_bar,
    known_count,
    mean_of,
    over_last,
    sealed_system,
)
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.windows import last_where

NAME = "low_pressure"

LOW_BAR = 1.0  # normal when cold: 1.0 to 1.5 (squotipedia); warning of konradmakosa/vaillant
MEDIUM_BAR = 0.8  # alarm of OTGW-firmware (SATtypes.h) and konradmakosa/vaillant
HIGH_BAR = 0.5  # a Vaillant boiler stops below it with F.22 (inplumbing.co.uk)
HOLD_BAR = 1.05  # half a gauge step above LOW_BAR, so that a flicker of 0.1 does not clear (own)
ROUNDING_BAR = 0.001  # 0.8 as a float32 mean is not below 0.8
SPREAD_BAR = 0.1  # the gauge's step: a pressure so far past a threshold is certain

NOW_GROUPS, NOW_MIN = 2, 3.0  # ten minutes, of which three are known: hot water soon fails (own)
LONG_GROUPS, LONG_KNOWN = 24, 6  # information alone can wait for the mean of two hours (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(minutes=5),
    clear=timedelta(hours=6),
    lookback=LEAD,
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every five minutes on the pressure of the system, were it cold and at rest.

    Where that cannot be told (hot water draws), the gauge itself is taken, which shows no less.
    UNKNOWN where nothing was read in the last ten minutes and no code is shown.
    """
    system = sealed_system(frame)
    cold, gauge = _cold_bar(system), _gauge_bar(system)
    level = np.where(np.isnan(cold), gauge, cold)
    long = _long_mean(cold)
    code = _code_shown(frame)
    lowest = np.where(level < MEDIUM_BAR - ROUNDING_BAR, level, np.fmax(long, level))
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        severity=_severity(lowest, code),
        holds=code | (level < HOLD_BAR - ROUNDING_BAR),
        confidence=_confidence(lowest, code),
        onset=last_where(level >= HOLD_BAR) + 1,
        evidence={
            "cold_pressure_bar": level,
            "gauge_pressure_bar": gauge,
            "low_water_code": code.astype(np.float64),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    pressure = evidence.get("cold_pressure_bar")
    stopped = evidence.get("low_water_code") == 1
    if pressure is None:
        return "The boiler reports that there is too little water in the heating, and has stopped."
    text = f"The boiler's water pressure is {pressure:.1f} bar when cold; 1.0 to 1.5 is usual"
    if stopped:
        return f"{text}, and the boiler has stopped for want of water in the heating."
    if pressure < HIGH_BAR:
        return f"{text}, and so low the heating may stop."
    if pressure < MEDIUM_BAR:
        return f"{text}, and many boilers stop a little below this."
    return f"{text}."


def _cold_bar(system: SealedSystem) -> Floats:
    """At rest in the last ten minutes, else with the pump running."""
    rest = colder_bar(mean_of(system.rest, NOW_GROUPS, NOW_MIN), 0.0)
    head = head_bar(system.rest, system.running)
    running = colder_bar(mean_of(system.running, NOW_GROUPS, NOW_MIN), head)
    return np.where(np.isnan(rest), running, rest)


def _gauge_bar(system: SealedSystem) -> Floats:
    minutes = known_count(over_last(system.gauge_minutes, NOW_GROUPS), NOW_MIN)
    return over_last(system.gauge_bar, NOW_GROUPS) / minutes


def _long_mean(level: Floats) -> Floats:
    """The mean of the last two hours; NaN where less than half an hour of them is known."""
    known = ~np.isnan(level)
    count = known_count(over_last(known, LONG_GROUPS), LONG_KNOWN)
    return over_last(np.where(known, level, np.float32(0.0)), LONG_GROUPS) / count


def _code_shown(frame: BoilerFrame) -> Booleans:
    """Whether the boiler itself says that it stands still for want of water."""
    wanted = conditions_of(frame.codes) == Condition.LOW_PRESSURE
    wanted &= are_of_class(frame.codes, (CodeClass.LOCKOUT, CodeClass.ERROR))
    return np.asarray(per_group(shown(frame, wanted)) > 0)


def _severity(level: Floats, code: Booleans) -> Severities:
    severity = np.full(level.shape, NOTHING, dtype=np.int8)
    severity[level < LOW_BAR - ROUNDING_BAR] = Severity.LOW
    severity[level < MEDIUM_BAR - ROUNDING_BAR] = Severity.MEDIUM
    severity[(level < HIGH_BAR - ROUNDING_BAR) | code] = Severity.HIGH
    severity[np.isnan(level) & ~code] = UNKNOWN
    return severity


def _confidence(level: Floats, code: Booleans) -> Floats:
    """From 0.5 at the threshold passed to 0.99 a step of the gauge and more beyond it."""
    passed = np.select([level < HIGH_BAR, level < MEDIUM_BAR], [HIGH_BAR, MEDIUM_BAR], LOW_BAR)
    past = np.clip(0.5 + 0.5 * np.nan_to_num(passed - level) / SPREAD_BAR, 0.5, 0.99)
    return np.where(code, 0.99, past)
