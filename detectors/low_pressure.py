"""Low pressure: a heating system with too little water in it.

`docs/detectors/low_pressure.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Floats
from detectors.frame import HOUR_S, BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.windows import grouped_mean, last_where, trailing_windows

NAME = "low_pressure"

LOW_BAR = 1.0  # normal when cold: 1.0 to 1.5 (squotipedia); warning of konradmakosa/vaillant
MEDIUM_BAR = 0.8  # alarm of OTGW-firmware (SATtypes.h) and konradmakosa/vaillant
HIGH_BAR = 0.5  # a Vaillant boiler stops below it with F.22 (inplumbing.co.uk)
HOLD_BAR = (
    1.05  # half a sensor quantum above LOW_BAR, so that a flicker of 0.1 does not clear (own)
)
ROUNDING_BAR = 0.001  # 0.8 as a float32 mean is not below 0.8

DAY_H = 24
LOWEST = 4  # the fourth lowest hour of a day: what the system rests at, without stray samples (own)
QUIET_HOURS_MIN = 6  # of a day with the pump off, to look at these alone (own)
KNOWN_HOURS_MIN = 8  # of a day; with less nothing is said (own)
SPREAD_BAR = 0.1  # the sensor's quantum: a pressure so far past a threshold is certain

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(hours=2),
    clear=timedelta(hours=6),
    lookback=timedelta(days=2),
)


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts by the hour on the pressure that a boiler rests at; UNKNOWN in hours without it.

    Raises NotHourly.
    """
    size = frame.steps_per_hour
    pressure = frame["pressure_bar"]
    hourly = grouped_mean(pressure, size)
    quiet = grouped_mean(np.where(frame["pump_on"] == 1, np.nan, pressure), size)
    rest = _resting(hourly, KNOWN_HOURS_MIN)
    quiet_rest = _resting(quiet, QUIET_HOURS_MIN)
    rest = np.where(np.isnan(quiet_rest), rest, quiet_rest)
    severity = _severity(rest)
    severity[np.isnan(hourly) | np.isnan(rest)] = UNKNOWN
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=HOUR_S),
        step_s=HOUR_S,
        severity=severity,
        holds=rest < HOLD_BAR - ROUNDING_BAR,
        confidence=_confidence(rest, severity),
        onset=last_where(hourly >= HOLD_BAR) + 1,
        evidence={"pressure_bar": rest, "pressure_now_bar": hourly},
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    pressure = evidence["pressure_bar"]
    text = f"The boiler's water pressure rests at {pressure:.1f} bar; 1.0 to 1.5 is usual"
    if pressure < HIGH_BAR:
        return f"{text}, and so low the heating may stop."
    if pressure < MEDIUM_BAR:
        return f"{text}, and many boilers stop a little below this."
    return f"{text}."


def _resting(hourly: Floats, known_min: int) -> Floats:
    """The LOWESTth lowest of each last 24 hours; NaN where fewer than `known_min` are known."""
    days = trailing_windows(hourly, DAY_H, before=np.nan)
    lowest = np.partition(days, LOWEST - 1, axis=2)[:, :, LOWEST - 1]
    known = (~np.isnan(days)).sum(axis=2)
    return np.where(known >= known_min, lowest, np.nan)


def _severity(rest: Floats) -> Severities:
    severity = np.full(rest.shape, NOTHING, dtype=np.int8)
    severity[rest < LOW_BAR - ROUNDING_BAR] = Severity.LOW
    severity[rest < MEDIUM_BAR - ROUNDING_BAR] = Severity.MEDIUM
    severity[rest < HIGH_BAR - ROUNDING_BAR] = Severity.HIGH
    return severity


def _confidence(rest: Floats, severity: Severities) -> Floats:
    """From 0.5 at the threshold passed to 0.99 a quantum and more beyond it."""
    passed = np.select(
        [severity == Severity.HIGH, severity == Severity.MEDIUM], [HIGH_BAR, MEDIUM_BAR], LOW_BAR
    )
    return np.clip(0.5 + 0.5 * np.abs(passed - rest) / SPREAD_BAR, 0.5, 0.99)
