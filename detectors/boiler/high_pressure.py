"""High pressure: a heating system so full that its relief valve is near to opening.

`docs/detectors/high_pressure.md` explains the thresholds and what is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.boiler.cold_pressure import cold_levels_bar
from detectors.boiler.sealed_system import LEAST_HEAD_BAR, MOST_HEAD_BAR
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import last_where

NAME = "high_pressure"

COLD_BAR = 2.0  # more when cold is a fault (squotipedia, boiler pressure too high)
HOT_BAR = 2.6  # a step of the gauge past the 2.5 when hot of the same, the pump's head taken off
RELIEF_BAR = 2.95  # of the gauge, pump included: the relief valve opens at 3.0 (squotipedia)
HOLD_BELOW_BAR = 0.1  # a step of the gauge below these an alert goes on (own)
SPREAD_BAR = 0.2  # two steps past a threshold it is certain (own)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=2),
    lookback=timedelta(days=45),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts at the end of each day; UNKNOWN where its pressure is not known."""
    cold, head = cold_levels_bar(frame)
    highest = frame["pressure_highest_bar"].astype(np.float64)
    hot = highest - np.clip(head, LEAST_HEAD_BAR, MOST_HEAD_BAR)
    past = np.fmax(np.fmax(cold - COLD_BAR, hot - HOT_BAR), highest - RELIEF_BAR)
    severity = np.select(
        [(past > 0) & (highest >= RELIEF_BAR), past > 0],
        [int(Severity.HIGH), int(Severity.MEDIUM)],
        NOTHING,
    )
    severity[np.isnan(past)] = UNKNOWN
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(days=1),
        step_s=DAY_S,
        severity=severity.astype(np.int8),
        holds=past > -HOLD_BELOW_BAR,
        confidence=np.clip(np.nan_to_num(0.6 + 0.35 * past / SPREAD_BAR), 0.5, 0.95),
        onset=last_where(past <= -HOLD_BELOW_BAR) + 1,
        evidence={
            "cold_pressure_bar": cold,
            "highest_pressure_bar": highest,
            "pump_head_bar": head,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    cold, highest = evidence.get("cold_pressure_bar"), evidence.get("highest_pressure_bar")
    parts = []
    if cold is not None:
        parts.append(f"would stand at {cold:.1f} bar when cold")
    if highest is not None:
        parts.append(f"reaches {highest:.1f} bar")
    return (
        f"The boiler's water pressure {' and '.join(parts)}; up to 2.0 cold and 2.5 hot is usual. "
        "At 3 bar a safety valve lets water out, which does no harm but should not go on."
    )
