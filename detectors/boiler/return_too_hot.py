"""Return too hot: the flow was set hotter, so that the water comes back too warm to condense.

`docs/detectors/return_too_hot.md` explains the physics and what a landlord is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Floats
from detectors.boiler.days import LOOKBACK_DAYS, pooled
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.regression import scatter
from detectors.windows import delayed, last_where, ratio, trailing_sum

NAME = "return_too_hot"

RECENT_DAYS = 4
BEFORE_DAYS, AGO_DAYS = 38, 7
CALLED_RECENT_MIN = 60.0  # minutes of heating; with less nothing is said (own)
CALLED_BEFORE_DAYS = 4  # days with heating before, to know the setting (own)
CALLED_DAY_MIN = 15.0  # minutes of heating that make such a day
RAISED_K = 4.0  # flow target over what it was at that weather (own)
CURVE_BEFORE_DAYS = 14  # to know a curve: a mild week shows only its flat foot (own)
FIXED_K = 0.5  # spread of a setting that does not follow the weather (own)
FIXED_MIN_C = 45.0  # a cooler one that stands still is the foot of a curve, in mild weather (own)
CURVE_KNOWN_K2 = 20.0  # a curve is known once the weather has varied so much in all (own)
UNEXPLAINED = 3.0  # times the spread that the curve leaves unexplained (own)
HOT_SHARE = 0.2  # of burning with the return above 54 °C, where nothing condenses
HOT_OVER_BEFORE = 0.1
HOLD_SHARE = 0.75

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(days=1),
    clear=timedelta(days=14),
    lookback=timedelta(days=LOOKBACK_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where heating of late, or the setting before, is not known.

    A raised setting alone is LOW, information; MEDIUM where burning without condensing came with
    it. Needs `burns_day`.
    """
    raised = _raised_k(frame)
    burnt = frame["rooms_burn_min"]
    hot = pooled(frame["return_hot_share"], burnt, days=RECENT_DAYS, least=CALLED_RECENT_MIN)
    was = pooled(
        frame["return_hot_share"], burnt, days=BEFORE_DAYS, least=CALLED_RECENT_MIN, ago=AGO_DAYS
    )
    severity = np.where(np.isnan(raised), UNKNOWN, NOTHING).astype(np.int8)
    set_hotter = raised >= RAISED_K
    severity[set_hotter] = Severity.LOW
    severity[set_hotter & (hot >= HOT_SHARE) & (hot >= was + HOT_OVER_BEFORE)] = Severity.MEDIUM
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=raised >= HOLD_SHARE * RAISED_K,
        confidence=np.clip(0.7 + 0.03 * np.nan_to_num(raised - RAISED_K), 0.5, 0.95),
        onset=last_where(~set_hotter) + 1,
        evidence={
            "flow_target_raised_k": raised,
            "flow_target_c": _target_c(frame),
            "return_hot_share_pct": 100.0 * hot,
            "return_hot_share_before_pct": 100.0 * was,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    text = (
        f"The heating water is set {evidence['flow_target_raised_k']:.0f} degrees hotter than it "
        "used to be"
    )
    share = evidence.get("return_hot_share_pct")
    if share is None:
        return f"{text}: the boiler condenses less and uses more gas for the same warmth."
    return (
        f"{text}; for {share:.0f} % of its burning the water comes back too hot for the boiler to "
        "condense, which costs gas."
    )


def _target_c(frame: DayFrame) -> Floats:
    return pooled(
        frame["rooms_target_c"],
        frame["rooms_call_min"],
        days=RECENT_DAYS,
        least=CALLED_RECENT_MIN,
    )


def _raised_k(frame: DayFrame) -> Floats:
    """Recent flow target less what it was before at such weather [K]; NaN where not known.

    Before: a fixed setting, or least squares on the outdoor temperature, once that has varied
    enough to know the curve and as far as the curve explains the setting.
    """
    target, outdoor = frame["rooms_target_c"], frame["rooms_outdoor_c"]
    known = ~(np.isnan(target) | np.isnan(outdoor)) & (frame["rooms_call_min"] >= CALLED_DAY_MIN)
    days = scatter(outdoor, target, known, _before, least=CALLED_BEFORE_DAYS)
    fixed = (days.yy <= days.n * FIXED_K**2) & (days.mean_y >= FIXED_MIN_C)
    drawn = (days.xx >= CURVE_KNOWN_K2) & (days.n >= CURVE_BEFORE_DAYS)
    slope = ratio(days.xy, days.xx, where=drawn)
    slope = np.where(fixed, 0.0, slope)
    left = np.sqrt(days.left(slope) / np.maximum(days.n, 1.0))
    recent_o = pooled(
        np.where(known, outdoor, np.nan),
        frame["rooms_call_min"],
        days=RECENT_DAYS,
        least=CALLED_RECENT_MIN,
    )
    raised = _target_c(frame) - (days.mean_y + slope * np.where(fixed, 0.0, recent_o - days.mean_x))
    believed: Floats = np.where(raised >= UNEXPLAINED * left, raised, np.minimum(raised, 0.0))
    return believed


def _before(values: Floats) -> Floats:
    return delayed(trailing_sum(values, BEFORE_DAYS), AGO_DAYS)
