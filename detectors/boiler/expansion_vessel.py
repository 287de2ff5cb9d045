"""Expansion vessel: its gas is going, and the pressure swings ever wider with the heat.

`docs/detectors/expansion_vessel.md` explains the thresholds and what is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.cold_pressure import (
    absolute_bar,
    cold_levels_bar,
    day_before,
    day_squeeze,
)
from detectors.boiler.sealed_system import USUAL_SQUEEZE
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import delayed, last_where, ratio, trailing_count, trailing_median

NAME = "expansion_vessel"

DOUBLED = 2.0 * USUAL_SQUEEZE  # k_T doubled (detection.md 3.1), whatever it was before
RISEN = 1.5  # times its own of a month before (own)
RISEN_LEAST = 1.5 * USUAL_SQUEEZE  # and beyond what sound vessels show (own)
HIGH_SQUEEZE = 4.0 * USUAL_SQUEEZE  # a quarter of the gas: the relief valve opens in any cold spell
HOLD_SHARE = 0.8
RECENT_DAYS = 7
BEFORE_DAYS = 10
BEFORE_LAG_DAYS = 24  # a vessel fails over weeks
KNOWN_DAYS = 4  # of the recent, and of those before (own)
SWELL_SQUARE_MIN = 700.0  # of a day, per mille squared times minutes: for its squeeze to count
SWING_BAR = 0.03  # root mean square: what steps of 0.1 bar do to a gauge by themselves
STEADY_BAR = 0.1  # a day that was filled or lost more says nothing of the vessel (own)
RELIEF_BAR = 2.85  # a gauge that comes so near to the valve's 3 bar (detection.md 3.1: 2.8-3.0)
EXPLAINS = 1.35 * USUAL_SQUEEZE  # from here on falls are the vessel's matter, not a leak's (own)
EXPLAINS_DAYS = 14

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(days=2),
    clear=timedelta(days=14),
    lookback=timedelta(days=45),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts at the end of each day; UNKNOWN where the last week saw too little heat."""
    squeeze = recent_squeeze(frame)
    before = delayed(_enough(_counted(frame), BEFORE_DAYS), BEFORE_LAG_DAYS)
    rise = squeeze / before
    risen = (rise >= RISEN) & (squeeze >= RISEN_LEAST)
    failing = (risen | (squeeze >= DOUBLED)) & (_swing_bar(frame, squeeze) >= SWING_BAR)
    high = squeeze >= HIGH_SQUEEZE
    severity = np.select(
        [failing & high, failing], [int(Severity.HIGH), int(Severity.MEDIUM)], NOTHING
    )
    severity[np.isnan(squeeze)] = UNKNOWN
    level, head = cold_levels_bar(frame)
    times = squeeze / USUAL_SQUEEZE
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(days=1),
        step_s=DAY_S,
        severity=severity.astype(np.int8),
        holds=(squeeze >= HOLD_SHARE * DOUBLED) | (rise >= HOLD_SHARE * RISEN),
        confidence=np.clip(np.nan_to_num(0.5 + 0.4 * (times - 1.0)), 0.5, 0.95),
        onset=last_where(squeeze < RISEN_LEAST) + 1,
        evidence={
            "pressure_rise_times_usual": times,
            "pressure_rise_times_own_before": rise,
            "highest_pressure_bar": frame["pressure_highest_bar"],
            "cold_pressure_bar": level,
            "pump_head_bar": head,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    times = evidence["pressure_rise_times_usual"]
    return (
        f"The boiler's water pressure rises {times:.1f} times as much as usual when the heating "
        "warms up: its expansion vessel seems to be losing its air, which an engineer can check "
        "and pump up."
    )


def recent_squeeze(frame: DayFrame) -> Floats:
    """The median squeeze of the last RECENT_DAYS; NaN with fewer than KNOWN_DAYS of them warm."""
    return _enough(_counted(frame), RECENT_DAYS)


def _swing_bar(frame: DayFrame, squeeze: Floats) -> Floats:
    """How far heat moves the pressure on a middling day of the last RECENT_DAYS, by that squeeze.

    Root mean square. A swing within the rounding of the gauge gives a squeeze that is as wrong day
    after day, for the pressure stands at the same place between two steps.
    """
    minutes = frame["pressure_rest_min"] + frame["pressure_running_min"]
    counts = ~np.isnan(_counted(frame))
    swell = np.sqrt(ratio(frame["pressure_swell_square"], minutes, where=counts & (minutes > 0)))
    return trailing_median(absolute_bar(frame) ** 2 * swell, RECENT_DAYS) * squeeze


def vessel_explains(frame: DayFrame) -> Booleans:
    """Where a failing vessel, or a relief valve that opened, explains that pressure falls."""
    squeeze = np.nan_to_num(recent_squeeze(frame))
    near = np.nan_to_num(frame["pressure_highest_bar"]) >= RELIEF_BAR
    return np.asarray(trailing_count((squeeze >= EXPLAINS) | near, EXPLAINS_DAYS) > 0)


def _counted(frame: DayFrame) -> Floats:
    level, _ = cold_levels_bar(frame)
    steady = ~(np.abs(level - day_before(level)) > STEADY_BAR)
    counts = steady & (frame["pressure_swell_square"] >= SWELL_SQUARE_MIN)
    return np.where(counts, day_squeeze(frame, 0.0), np.nan)


def _enough(squeeze: Floats, days: int) -> Floats:
    return trailing_median(squeeze, days, at_least=KNOWN_DAYS)
