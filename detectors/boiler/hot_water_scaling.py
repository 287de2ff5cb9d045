"""Hot-water scaling: over weeks the flow must be ever hotter than the water it warms.

`docs/detectors/hot_water_scaling.md` explains the physics and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.boiler.days import LOOKBACK_DAYS, pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import ratio

NAME = "hot_water_scaling"

RECENT_DAYS = 10
MIDDLE_DAYS, MIDDLE_AGO = 10, 16  # days 16 to 25 ago
FIRST_DAYS, FIRST_AGO = 10, 31  # days 31 to 40 ago
SETTLED_MIN = 12.0  # minutes of settled draws in each, before a ratio is believed (own)
UNPAIRED_MIN = 80.0  # where only flow and hot water are known: draws differ more (own)

RISE = 0.08  # of the resistance in a month: sound exchangers wander by 0.03 (own)
MEDIUM_RISE = 0.15
UNPAIRED_RISE = 0.30
RISE_MAX = 0.9  # no scale grows faster: the valve or the pump has gone wrong (own)
STEP_SHARE = 0.15  # of the rise lies in each half: scale grows, a sensor or a pump steps (own)
SENSORS_MOVED_K = 0.5  # apart at rest, one window to another: the sensors changed, not the plate
REST_MIN = 60.0
HOLD_SHARE = 0.5

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(days=3),
    clear=timedelta(days=30),
    lookback=timedelta(days=LOOKBACK_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where hot water of now and of a month ago is not known.

    The resistance of the exchanger is the flow's excess over hot water for each kelvin between
    flow and return, at a pump that moves as much as before. Needs `hot_water_day`.
    """
    now, middle, first = _resistances(frame)
    rise = ratio(now - first, first, where=first > 0.0)
    paired = ~np.isnan(now)
    over_now, over_middle, over_first = _approaches(frame)
    over_rise = ratio(over_now - over_first, over_first, where=over_first > 0.0)
    grows = _grows(first, middle, now)
    over_grows = _grows(over_first, over_middle, over_now) & ~paired
    low = grows & (rise >= RISE) & (rise <= RISE_MAX)
    doubted = _sensors_moved(frame)
    low &= ~doubted
    medium = (low & (rise >= MEDIUM_RISE)) | (over_grows & (over_rise >= UNPAIRED_RISE))
    known = ~np.isnan(rise) | ~np.isnan(over_rise)
    severity = np.where(known, NOTHING, UNKNOWN).astype(np.int8)
    severity[low] = Severity.LOW
    severity[medium] = Severity.MEDIUM
    told = np.where(paired, rise, over_rise)
    days = np.arange(frame.steps)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=(rise >= HOLD_SHARE * RISE) | (~paired & (over_rise >= HOLD_SHARE * UNPAIRED_RISE)),
        confidence=np.where(paired, 0.85, 0.6),
        onset=np.broadcast_to(np.maximum(days - FIRST_AGO, 0), severity.shape),
        evidence={
            "resistance_rise_pct": 100.0 * told,
            "flow_over_hot_water_k": over_now,
            "flow_over_hot_water_before_k": over_first,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        "Within a month the boiler's hot-water exchanger has come to pass heat on "
        f"{evidence['resistance_rise_pct']:.0f} % worse: scale is growing in it. Hot water is "
        "still hot, but takes more gas and may in the end run cooler."
    )


def _grows(first: Floats, middle: Floats, now: Floats) -> Booleans:
    """Whether a part of the rise lies in each half of the time."""
    part = STEP_SHARE * (now - first)
    grows: Booleans = (middle - first >= part) & (now - middle >= part)
    return grows


def _sensors_moved(frame: DayFrame) -> Booleans:
    """Whether flow and return have come to disagree at rest within the same time."""
    now, middle, first = _thrice(frame["rest_difference_k"], frame["rest_min"], REST_MIN)
    moved: Booleans = np.abs(now - first) >= SENSORS_MOVED_K
    return moved | (np.abs(middle - first) >= SENSORS_MOVED_K)


def _resistances(frame: DayFrame) -> tuple[Floats, Floats, Floats]:
    """Now, in the middle and first: approach over drop, dimensionless."""
    minutes = np.where(np.isnan(frame["hot_water_drop_k"]), np.nan, frame["hot_water_min"])
    above = _thrice(frame["hot_water_approach_k"], minutes, SETTLED_MIN)
    below = _thrice(frame["hot_water_drop_k"], minutes, SETTLED_MIN)
    now, middle, first = (ratio(a, b, where=b > 0.0) for a, b in zip(above, below, strict=True))
    return now, middle, first


def _approaches(frame: DayFrame) -> tuple[Floats, Floats, Floats]:
    return _thrice(frame["hot_water_approach_k"], frame["hot_water_min"], UNPAIRED_MIN)


def _thrice(values: Floats, minutes: Floats, least: float) -> tuple[Floats, Floats, Floats]:
    return (
        pooled(values, minutes, days=RECENT_DAYS, least=least),
        pooled(values, minutes, days=MIDDLE_DAYS, least=least, ago=MIDDLE_AGO),
        pooled(values, minutes, days=FIRST_DAYS, least=least, ago=FIRST_AGO),
    )
