"""Slow leak: a heating system that loses water day by day.

Heat and the pump move the pressure more in an hour than a leak does in a week, so both are taken
out first; topping up and bleeding are cut out as steps; a straight line through what is left is
the leak. `docs/detectors/slow_leak.md` explains it and says what a tenant is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations_with_replacement

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.frame import HOUR_S, BoilerFrame, epoch_hour
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.windows import delayed, grouped_mean, trailing_mean, trailing_sum, trailing_windows

NAME = "slow_leak"

FALL_BAR_PER_DAY = 0.02  # a real leak: 0.070 +- 0.006, the same home sound: 0.005 +- 0.002
T_MIN = 4.0  # the fall is at least four times its standard error (with the line above)
EVEN_T = 2.0  # at two standard errors it is even money: confidence 0.5, at four 0.8 (own)
HIGH_FALL_BAR_PER_DAY = 0.1  # from 1.4 bar to a stopped boiler in nine days (own)
HOLD_FALL_BAR_PER_DAY = 0.01  # half the alarm: an alert goes on while the last days fall so (own)
WINDOWS_DAYS = (5, 7, 10, 14)  # short ones see a new leak soon, long ones a small one at all
SPAN_MIN_DAYS = 4.75  # 5 days, less a few hours without samples
KNOWN_HOURS_MIN = 60  # of a window: half of five days (own)

QUANTUM_BAR = 0.1  # of the usual pressure sensor
SWING_MIN_BAR = 0.08  # a daily swing of this spread carries the sensor across its steps (own)
FALL_MIN_BAR = 0.1  # a fall of less than one step of the sensor is none (own)
FALL_MIN_STILL_BAR = 0.2  # without a swing one step looks like a fall of 1.5 steps (own)
# of the fall in one day: more is a step, such as a bled radiator, and no leak (own)
DAY_SHARE_MAX = 0.5
DAY_KNOWN_H = 12  # of a day, for its mean
CORRELATED_H = 6.0  # what heat and pump leave unexplained lasts about so long (own)

BAR_PER_K = 0.0061  # a real combination boiler: 1.38 + 0.0061 (flow - 20) + 0.38 [pump on] bar
PUMP_BAR = 0.38
BAR_PER_K_SPREAD = 0.004  # homes differ by so much from these (own): 60 l 0.009, 100 l 0.018 bar/K
PUMP_SPREAD_BAR = 0.15
RESIDUAL_BAR = 0.08  # root mean square error of that fit
REFERENCE_TEMP_C = 20.0
RESPONSE_WINDOW_H = 14 * 24
HEAT_WEIGHT = (RESIDUAL_BAR / BAR_PER_K_SPREAD) ** 2  # what the usual response counts beside data
PUMP_WEIGHT = (RESIDUAL_BAR / PUMP_SPREAD_BAR) ** 2

STEP_MIN_BAR = 0.15  # a top-up is more than 0.3 bar, bleeding a radiator takes a little less (own)
STEP_MAX_BAR = 0.3
STEP_SPREADS = 4.0  # in between: so many times what the level of this boiler usually jumps (own)
STEP_DOUBTS = 3.0  # and so many standard errors more of what heat and pump explain meanwhile (own)
STEP_MEAN_H = 3
STEP_KNOWN_H = 2
SETTLED_AFTER_H = 6  # by then it is known whether an hour held a step
EVERY_H = 6

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(hours=6),
    clear=timedelta(hours=24),
    lookback=timedelta(days=30),  # 14 days of line, 14 before for the response, and some to settle
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Line:
    """A straight line through the last days, at every evaluation: (rows, evaluations)."""

    slope: Floats  # bar a day; NaN where too little is known
    t: Floats
    days: Floats
    alarming: Booleans


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Response:
    """How a boiler's pressure answers to heat and pump, with standard errors: (rows, hours)."""

    bar_per_k: Floats
    pump_bar: Floats
    bar_per_k_error: Floats
    pump_bar_error: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Hours:
    """Hours in which steps are told already, (rows, hours), shifted to when they are."""

    level: Floats  # pressure less the usual response to heat and pump, and less steps
    day_fall: Floats  # from the mean of the day before to that of the last 24 hours, NaN: unknown
    warmth_k: Floats  # of the flow above REFERENCE_TEMP_C
    pump: Floats
    pressure: Floats


def judge(frame: BoilerFrame) -> Judgement:
    """Verdicts every six hours (UTC 0, 6, 12, 18); UNKNOWN where the last five days are not known.

    Needs pressure, flow temperature and pump state; samples during a hot water draw are left out,
    because the flow is then hot and the system is not. Raises NotHourly.
    """
    pressure, flow_c, pump = _hourly(frame)
    warmth_k = flow_c - REFERENCE_TEMP_C
    response = _response(pressure, warmth_k, pump)
    steps = _steps(pressure, warmth_k, pump, response)
    stepped = np.cumsum(steps, axis=1)
    level = pressure - BAR_PER_K * warmth_k - PUMP_BAR * pump
    own_level = pressure - response.bar_per_k * warmth_k - response.pump_bar * pump
    hours = _Hours(
        level=delayed(level - stepped, SETTLED_AFTER_H),
        day_fall=delayed(_day_fall(own_level - stepped), SETTLED_AFTER_H),
        warmth_k=delayed(warmth_k, SETTLED_AFTER_H),
        pump=delayed(pump, SETTLED_AFTER_H),
        pressure=delayed(pressure, SETTLED_AFTER_H),
    )
    ends = np.arange(pressure.shape[1]) + epoch_hour(frame.start) + 1
    columns = np.flatnonzero(ends % EVERY_H == 0)
    lines = [_line(hours, days, columns) for days in WINDOWS_DAYS]
    recent, best = lines[0], _steepest(lines)
    heard = trailing_sum(~np.isnan(pressure), EVERY_H)[:, columns] > 0
    first = int(columns[0]) if len(columns) else 0
    known_t = np.where(np.isnan(best.t), 0.0, best.t)
    top_ups = trailing_sum(delayed(steps, SETTLED_AFTER_H) > 0, WINDOWS_DAYS[-1] * 24)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=HOUR_S * (first + 1)),
        step_s=EVERY_H * HOUR_S,
        severity=_severity(best, recent, heard),
        holds=recent.slope < -HOLD_FALL_BAR_PER_DAY,
        confidence=known_t**2 / (known_t**2 + EVEN_T**2),
        onset=_onset(best),
        evidence={
            "pressure_fall_bar_per_day": -best.slope,
            "days": best.days,
            "t_statistic": -best.t,
            "pressure_at_20_c_bar": trailing_mean(level, 24)[:, columns],
            "pressure_rise_bar_per_k": response.bar_per_k[:, columns],
            "pump_rise_bar": response.pump_bar[:, columns],
            "top_ups": top_ups[:, columns],
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    text = (
        f"The boiler's water pressure falls by {evidence['pressure_fall_bar_per_day']:.2f} bar a "
        f"day, seen over {evidence['days']:.0f} days"
    )
    top_ups = round(evidence["top_ups"])
    if top_ups:
        text += f" in which it was topped up {'once' if top_ups == 1 else f'{top_ups} times'}"
    return f"{text}: the heating is losing water somewhere."


def _hourly(frame: BoilerFrame) -> tuple[Floats, Floats, Floats]:
    """Pressure, flow temperature and pump share by the hour, from samples that have all three."""
    pressure, flow_c, pump = frame["pressure_bar"], frame["flow_temp_c"], frame["pump_on"]
    whole = ~(np.isnan(pressure) | np.isnan(flow_c) | np.isnan(pump))
    usable = whole & (frame["hot_water_demand"] != 1)
    size = frame.steps_per_hour
    means = [grouped_mean(np.where(usable, x, np.nan), size) for x in (pressure, flow_c, pump)]
    return means[0], means[1], means[2]


def _response(pressure: Floats, warmth_k: Floats, pump: Floats) -> _Response:
    """The boiler's own response to heat and pump, learnt from the two weeks up to each hour.

    Least squares on what departs from the day's own mean, so that neither a leak nor a change in
    the weather is mistaken for a response; drawn towards the usual response where there is little.
    """
    p, f, u = (np.nan_to_num(x - trailing_mean(x, 24)) for x in (pressure, warmth_k, pump))

    def total(product: Floats) -> Floats:
        return trailing_sum(product, RESPONSE_WINDOW_H) / CORRELATED_H

    ff, uu, fu = total(f * f) + HEAT_WEIGHT, total(u * u) + PUMP_WEIGHT, total(f * u)
    fp, up = total(f * p) + HEAT_WEIGHT * BAR_PER_K, total(u * p) + PUMP_WEIGHT * PUMP_BAR
    determinant = ff * uu - fu * fu
    return _Response(
        bar_per_k=(fp * uu - up * fu) / determinant,
        pump_bar=(up * ff - fp * fu) / determinant,
        bar_per_k_error=RESIDUAL_BAR * np.sqrt(uu / determinant),
        pump_bar_error=RESIDUAL_BAR * np.sqrt(ff / determinant),
    )


def _steps(pressure: Floats, warmth_k: Floats, pump: Floats, response: _Response) -> Floats:
    """How far the pressure jumped at each hour [bar] by more than heat and pump can explain.

    0 where it did not. An hour's answer rests on the SETTLED_AFTER_H hours after it and on nothing
    later.
    """
    explained = response.bar_per_k * warmth_k + response.pump_bar * pump
    jump = _jumps(pressure - explained)
    size = np.nan_to_num(np.abs(jump))
    reach = STEP_MEAN_H - 1
    windows = trailing_windows(np.pad(size, ((0, 0), (0, reach))), 2 * reach + 1, before=0.0)
    windows = windows[:, reach:]
    # Of two equal neighbours the earlier is the step.
    peak = (size > windows[:, :, :reach].max(axis=2)) & (size >= windows[:, :, reach:].max(axis=2))
    usual = np.sqrt(delayed(trailing_mean(jump * jump, RESPONSE_WINDOW_H), reach))
    least = np.clip(STEP_SPREADS * np.nan_to_num(usual, nan=np.inf), STEP_MIN_BAR, STEP_MAX_BAR)
    doubt = np.abs(_jumps(warmth_k)) * response.bar_per_k_error
    doubt = np.hypot(doubt, np.abs(_jumps(pump)) * response.pump_bar_error)
    return np.where(peak & (size >= least + STEP_DOUBTS * doubt), jump, 0.0)


def _jumps(values: Floats) -> Floats:
    """Mean of the STEP_MEAN_H hours from each hour on, less that of those before it."""
    known = trailing_sum(~np.isnan(values), STEP_MEAN_H) >= STEP_KNOWN_H
    mean = np.where(known, trailing_mean(values, STEP_MEAN_H), np.nan)
    jumps = np.full(values.shape, np.nan)
    last = max(values.shape[1] - STEP_MEAN_H + 1, 1)
    jumps[:, 1:last] = mean[:, STEP_MEAN_H:] - mean[:, :-STEP_MEAN_H]
    return jumps


def _line(hours: _Hours, days: int, columns: Integers) -> _Line:
    """Least squares of the level on time, with what heat and pump still explain left free.

    These two are held to nothing by the spread of their usual response, so that a week in which
    the pump stopped and the level fell is no proof of a leak.
    """
    known = ~np.isnan(hours.level)
    day = np.arange(hours.level.shape[1]) / 24.0
    x = [np.where(known, a, 0.0) for a in (day, hours.warmth_k, hours.pump, hours.level)]

    def total(product: Floats | Booleans) -> Floats:
        return trailing_sum(product, days * 24)[:, columns]

    n = np.maximum(total(known), 1.0)
    sums = [total(a) for a in x]
    cross = np.empty((*n.shape, 4, 4))
    for i, j in combinations_with_replacement(range(4), 2):
        cross[..., i, j] = cross[..., j, i] = total(x[i] * x[j]) - sums[i] * sums[j] / n
    span = np.sqrt(12.0 * np.maximum(cross[..., 0, 0], 0.0) / n)
    enough = (n >= KNOWN_HOURS_MIN) & (span >= SPAN_MIN_DAYS)
    inverse = np.linalg.inv(
        np.where(enough[..., np.newaxis, np.newaxis], cross[..., :3, :3], np.eye(3)) / CORRELATED_H
        + np.diag([0.0, HEAT_WEIGHT, PUMP_WEIGHT])
    )
    fit = np.einsum("...ij,...j->...i", inverse, cross[..., :3, 3] / CORRELATED_H)
    unexplained = cross[..., 3, 3] - np.einsum("...i,...i->...", fit, cross[..., :3, 3])
    variance = np.maximum(unexplained / np.maximum(n - 4, 1), QUANTUM_BAR**2 / 12)
    slope = np.where(enough, fit[..., 0], np.nan)
    t = slope / np.sqrt(variance * inverse[..., 0, 0])
    raw = np.where(known, hours.pressure, 0.0)
    swing = np.sqrt(np.maximum(total(raw * raw) / n - (total(raw) / n) ** 2, 0.0))
    fall_min = np.where(swing >= SWING_MIN_BAR, FALL_MIN_BAR, FALL_MIN_STILL_BAR)
    fall = -slope * span
    steady = _largest(hours.day_fall[:, columns], days) <= DAY_SHARE_MAX * fall
    alarming = (slope < -FALL_BAR_PER_DAY) & (t < -T_MIN) & (fall >= fall_min) & steady
    return _Line(slope=slope, t=t, days=np.where(enough, span, np.nan), alarming=alarming)


def _day_fall(level: Floats) -> Floats:
    day = np.where(
        trailing_sum(~np.isnan(level), 24) >= DAY_KNOWN_H, trailing_mean(level, 24), np.nan
    )
    return delayed(day, 24) - day


def _largest(day_fall: Floats, days: int) -> Floats:
    """The largest of the evaluations of the last `days` days; 0 where nothing is known."""
    evaluations = trailing_windows(np.nan_to_num(day_fall), days * 24 // EVERY_H, before=0.0)
    largest: Floats = evaluations.max(axis=2)
    return largest


def _steepest(lines: list[_Line]) -> _Line:
    """At each evaluation the surest line of those that alarm; if none does, the surest of all."""
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


def _severity(best: _Line, recent: _Line, heard: Booleans) -> Severities:
    leaking = best.alarming & (recent.slope < -HOLD_FALL_BAR_PER_DAY)
    severity = np.where(leaking, int(Severity.MEDIUM), NOTHING)
    severity = np.where(
        leaking & (best.slope < -HIGH_FALL_BAR_PER_DAY), int(Severity.HIGH), severity
    )
    return np.where(heard & ~np.isnan(recent.slope), severity, UNKNOWN).astype(np.int8)


def _onset(best: _Line) -> Integers:
    """The evaluation at the beginning of the line that was believed."""
    days = np.where(np.isnan(best.days), 0.0, best.days)
    back = np.rint((days * 24 + SETTLED_AFTER_H) / EVERY_H).astype(np.int64)
    begun: Integers = np.maximum(np.arange(days.shape[1]) - back, 0)
    return begun
