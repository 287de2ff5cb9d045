"""Detectors as simple as can be, to see what a runner makes of what detectors say.

A room's damp index grows by a tenth on a humid day whose weather is known and falls on a dry one; a
boiler leaks when it has lost 0.1 bar in five days; its pressure is low under 0.8 bar for an hour.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.daily import (
    BoilerParts,
    DayFrame,
    Features,
    RoomParts,
    without_lead,
)
from detectors.frame import BoilerFrame, Frame, RoomFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.registry import Detectors
from detectors.watch import GROUP_S, Daily, Fast

DAY = timedelta(days=1)
HUMID_PCT = 70.0
GROWN, DRIED, INDEX_MAX = 0.1, 0.06, 3.0
INDEX_RAISED, INDEX_HELD = 0.95, 0.8
LOST_BAR, LOST_DAYS = 0.09, 5
LOW_BAR = 0.8
GROUP_STEPS = GROUP_S // 60


def damp_day(frame: RoomFrame, before: Features) -> Features:
    """The damp index, carried on from the day before, and a score for it."""
    index = before.get("damp_index", np.zeros(len(frame.rows)))
    humid = _mean(without_lead(frame["rel_humidity_pct"], frame))
    weather = ~np.isnan(_mean(without_lead(frame.outdoor_temp_c, frame)))
    grown = np.where(humid >= HUMID_PCT, GROWN, -DRIED)
    known = ~np.isnan(humid) & weather
    new = np.clip(np.nan_to_num(index) + np.where(known, grown, 0.0), 0.0, INDEX_MAX)
    return {"damp_index": new, "damp_score": np.minimum(new * 40.0, 100.0)}


def pressure_day(frame: BoilerFrame) -> Features:
    """The day's mean pressure, and how warm it was around the boiler."""
    return {
        "pressure_bar": _mean(without_lead(frame["pressure_bar"], frame)),
        "indoor_temp_c": _mean(without_lead(frame.indoor_temp_c, frame)),
    }


def judge_damp(frame: DayFrame) -> Judgement:
    """MEDIUM from an index of nearly 1 on."""
    index = frame["damp_index"]
    return judgement(
        frame,
        "mould_risk",
        start=frame.start + DAY,
        step_s=frame.step_s,
        raised=index >= INDEX_RAISED,
        holds=index >= INDEX_HELD,
        known=~np.isnan(index),
        evidence={"mould_index": index},
    )


def judge_leak(frame: DayFrame) -> Judgement:
    """MEDIUM where so much was lost in LOST_DAYS."""
    pressure = frame["pressure_bar"]
    earlier = np.full(pressure.shape, np.nan, dtype=np.float32)
    earlier[:, LOST_DAYS:] = pressure[:, : max(pressure.shape[1] - LOST_DAYS, 0)]
    lost = earlier - pressure
    return judgement(
        frame,
        "slow_leak",
        start=frame.start + DAY,
        step_s=frame.step_s,
        raised=lost >= LOST_BAR,
        holds=lost >= LOST_BAR / 2,
        known=~np.isnan(lost),
        evidence={"lost_bar": lost},
    )


def judge_low(frame: BoilerFrame) -> Judgement:
    """MEDIUM where the mean of a group of minutes is below LOW_BAR."""
    groups = frame.steps // GROUP_STEPS
    blocks = frame["pressure_bar"][:, : groups * GROUP_STEPS]
    mean = _mean(blocks.reshape(len(frame.rows), groups, GROUP_STEPS))
    return judgement(
        frame,
        "low_pressure",
        start=frame.start + timedelta(seconds=GROUP_S),
        step_s=GROUP_S,
        raised=mean < LOW_BAR,
        holds=mean < LOW_BAR + 0.2,
        known=~np.isnan(mean),
        evidence={"pressure_bar": mean},
    )


def judgement(
    frame: Frame,
    detector: str,
    *,
    start: datetime,
    step_s: int,
    raised: Booleans,
    holds: Booleans,
    known: Booleans,
    evidence: Mapping[str, Floats],
) -> Judgement:
    """MEDIUM where `raised`, UNKNOWN where not `known`."""
    severity = np.where(raised, Severity.MEDIUM, NOTHING)
    severity = np.where(known, severity, UNKNOWN).astype(np.int8)
    columns = np.arange(raised.shape[1])
    return Judgement(
        detector=detector,
        rows=frame.rows,
        start=start,
        step_s=step_s,
        severity=severity,
        holds=holds & known,
        confidence=np.full(raised.shape, 0.9),
        onset=np.broadcast_to(columns, raised.shape),
        evidence=evidence,
        sentence=lambda numbers: ", ".join(sorted(numbers)),
    )


def _mean(values: Floats) -> Floats:
    known = ~np.isnan(values)
    count = known.sum(axis=-1)
    total = np.where(known, values, 0.0).sum(axis=-1, dtype=np.float64)
    mean: Floats = np.divide(total, count, where=count > 0, out=np.full(total.shape, np.nan))
    return mean


def rules(dwell: timedelta, clear: timedelta) -> Rules:
    """Rules of these spans, over as many days as any."""
    return Rules(raise_from=Severity.LOW, dwell=dwell, clear=clear, lookback=45 * DAY)


SIMPLE = Detectors(
    rooms=RoomParts(others=(damp_day,)),
    boilers=BoilerParts(others=(pressure_day,)),
    room_days=(Daily("mould_risk", judge_damp, rules(DAY, 2 * DAY)),),
    boiler_days=(Daily("slow_leak", judge_leak, rules(DAY, DAY)),),
    boiler_minutes=(
        Fast(
            "low_pressure",
            judge_low,
            rules(timedelta(minutes=60), timedelta(minutes=60)),
        ),
    ),
)
