"""Slow leak: a heating system that loses water day by day (`docs/detectors/slow_leak.md`).

Heat and the pump are taken out of each day's pressure, top-ups are cut out as steps, and straight
lines are laid through what is left.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.cold_pressure import absolute_bar, cold_levels_bar, day_before, swinging
from detectors.boiler.expansion_vessel import vessel_explains
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.windows import ratio, trailing_count, trailing_sum, trailing_windows

NAME = "slow_leak"

FALL_BAR_PER_DAY = 0.02  # a real leak: 0.070 +- 0.006, the same home sound: 0.005 +- 0.002
SMALL_FALL_BAR_PER_DAY = 0.005  # eight times what glands and vents of a sound system lose (own)
T_MIN = 4.0  # the fall is at least four times its standard error (with the first)
EVEN_T = 2.0  # at two standard errors it is even money: confidence 0.5, at four 0.8 (own)
HIGH_FALL_BAR_PER_DAY = 0.1  # from 1.4 bar to a stopped boiler in nine days (own)
LINES_DAYS = (5, 7, 10, 14, 21, 28)  # short ones see a new leak soon, long ones a small one at all
KNOWN_SHARE = 0.7  # of a line's days (own)
RECENT_DAYS = 5
GOES_ON_SHARE = 0.3  # of the line's slope, in its last days (own)

FALL_MIN_BAR = 0.06  # where heat moves the gauge across its steps (own)
FALL_MIN_STILL_BAR = 0.2  # where it does not: two steps of a 0.1 bar gauge
LEVEL_ERROR_BAR, LEVEL_ERROR_STILL_BAR = 0.012, 0.04  # of a day's level, at least (own)
STILL_SHARE = 0.5  # of a line's days without a swing make it a still one (own)
TWO_DAYS_SHARE = 0.6  # of the fall in two days: more is a step, such as a bled radiator (own)
SHOWN_SHARE = 0.5  # of the fall shows on the gauge itself, heat left in it (own)
TOP_UP_BAR = 0.12  # more in a day than a step of the gauge

TOP_UPS_DAYS = 45

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=7),
    lookback=timedelta(days=45),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A straight line through the last days, at every day: (rows, days)."""

    slope: Floats  # bar a day; NaN where too little is known
    t: Floats
    days: Floats
    alarming: Booleans


def judge(frame: DayFrame) -> Judgement:
    """Verdicts at the end of each day; UNKNOWN where the last days are not known.

    NOTHING where a failing expansion vessel explains the falls.
    """
    cold, _ = cold_levels_bar(frame)
    still = ~swinging(frame)
    change = cold - day_before(cold)
    topped_up = change >= TOP_UP_BAR
    filled = np.cumsum(np.where(topped_up, change, 0.0), axis=1)
    level, gauge = cold - filled, absolute_bar(frame) - filled
    falls = np.nan_to_num(_two_days(level))
    lines = [_line(level, gauge, falls, still, days) for days in LINES_DAYS]
    best = _surest(lines)
    recent = lines[0].slope
    known = ~np.isnan(best.slope)
    leaking = best.alarming & ~vessel_explains(frame)
    leaking &= ~(recent > GOES_ON_SHARE * best.slope)
    t = np.nan_to_num(best.t)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(days=1),
        step_s=DAY_S,
        severity=_severity(best, leaking, known),
        holds=known & (best.slope < -0.5 * SMALL_FALL_BAR_PER_DAY) & (best.t < -T_MIN / 2),
        confidence=t**2 / (t**2 + EVEN_T**2),
        onset=_onset(best),
        evidence={
            "pressure_fall_bar_per_day": -best.slope,
            "days": best.days,
            "t_statistic": -best.t,
            "cold_pressure_bar": cold,
            "top_ups": trailing_sum(topped_up, TOP_UPS_DAYS),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    fall = evidence["pressure_fall_bar_per_day"]
    text = (
        f"The boiler's water pressure falls by {fall:.{2 if fall >= 0.01 else 3}f} bar a day, seen "
        f"over {evidence['days']:.0f} days with heat and pump taken out"
    )
    top_ups = round(evidence["top_ups"])
    if top_ups:
        times = "once" if top_ups == 1 else f"{top_ups} times"
        text += f"; in the last weeks it was topped up {times}"
    return f"{text}: the heating is losing water somewhere."


def _two_days(level: Floats) -> Floats:
    """How far the level fell to each day from the known day before it, or the one before that."""
    before = day_before(level)
    return np.fmax(before - level, day_before(before) - level)


def _line(level: Floats, gauge: Floats, falls: Floats, still: Booleans, days: int) -> _Line:
    """Least squares of the level on time over the last `days` days, steady falls only."""
    known = ~np.isnan(level)
    windows = trailing_windows(np.where(known, level, 0.0), days, before=0.0)
    weight = trailing_windows(known.astype(np.float64), days, before=0.0)
    day = np.arange(days, dtype=np.float64)
    n = np.maximum(weight.sum(axis=2), 1.0)
    mean_day, mean = weight @ day / n, windows.sum(axis=2) / n
    tt = weight @ day**2 - n * mean_day**2
    tl = windows @ day - n * mean_day * mean
    ll = np.einsum("rdw,rdw->rd", windows, windows) - n * mean**2
    enough = (n >= KNOWN_SHARE * days) & (tt > 0)
    slope = ratio(tl, tt, where=enough)
    unexplained = np.maximum(ll - np.nan_to_num(slope) * tl, 0.0) / np.maximum(n - 2, 1)
    quiet = trailing_count(still & known, days) >= STILL_SHARE * n
    error = np.where(quiet, LEVEL_ERROR_STILL_BAR, LEVEL_ERROR_BAR)
    t = slope / np.sqrt(np.maximum(unexplained, error**2) / np.maximum(tt, 1.0))
    span = np.sqrt(12.0 * np.maximum(tt, 0.0) / n)
    fall = -slope * span
    steps = trailing_windows(falls, days - 1, before=0.0).max(axis=2)
    steady = steps <= TWO_DAYS_SHARE * fall
    shown = trailing_windows(np.where(known, gauge, 0.0), days, before=0.0)
    shown_tl = shown @ day - mean_day * shown.sum(axis=2)
    steady &= shown_tl <= SHOWN_SHARE * tl
    fall_min = np.where(quiet, FALL_MIN_STILL_BAR, FALL_MIN_BAR)
    alarming = (slope < -SMALL_FALL_BAR_PER_DAY) & (t < -T_MIN) & (fall >= fall_min) & steady
    return _Line(slope=slope, t=t, days=np.where(enough, span, np.nan), alarming=alarming)


def _surest(lines: list[_Line]) -> _Line:
    """At each day the surest line of those that alarm; if none does, the surest of all."""
    t = np.stack([line.t for line in lines])
    alarming = np.stack([line.alarming for line in lines])
    usable = alarming | ~alarming.any(axis=0)
    best = np.argmin(np.where(usable & ~np.isnan(t), t, np.inf), axis=0)[np.newaxis]

    def pick(arrays: list[Floats]) -> Floats:
        picked: Floats = np.take_along_axis(np.stack(arrays), best, axis=0)[0]
        return picked

    return _Line(
        slope=pick([line.slope for line in lines]),
        t=pick([line.t for line in lines]),
        days=pick([line.days for line in lines]),
        alarming=np.asarray(alarming.any(axis=0)),
    )


def _severity(best: _Line, leaking: Booleans, known: Booleans) -> Severities:
    severity = np.select(
        [
            leaking & (best.slope < -HIGH_FALL_BAR_PER_DAY),
            leaking & (best.slope < -FALL_BAR_PER_DAY),
            leaking,
        ],
        [int(Severity.HIGH), int(Severity.MEDIUM), int(Severity.LOW)],
        NOTHING,
    )
    return np.where(known, severity, UNKNOWN).astype(np.int8)


def _onset(best: _Line) -> Integers:
    """The day at the beginning of the line that was believed."""
    days = np.rint(np.nan_to_num(best.days)).astype(np.int64)
    begun: Integers = np.maximum(np.arange(days.shape[1]) - days, 0)
    return begun
