"""High heat loss: a home that needs much more heat for the same warmth than it did last month.

Heat that goes in goes out again, so the heat that radiators give over some days, by how much warmer
it is indoors than out, is the home's heat loss. Its own past is the measure, and its neighbours':
wind and sun, which nobody measures, change the heat of a whole street.
`docs/detectors/high_heat_loss.md` explains it and says what a tenant is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.regression import scatter
from detectors.warmth.lived_in import WEEK_DAYS, lived_in
from detectors.windows import delayed, trailing_sum

NAME = "high_heat_loss"

RECENT_DAYS = 10
PAST_DAYS = 20  # before those
WEEKS = 2  # before those, in which hot water tells what is usual
RECENT_MIN, PAST_MIN = 7, 12  # days that tell of the loss, of either (own)
DIFFERENCE_MIN_K = 9.0  # indoors over outdoors; on milder days sun and people heat the home (own)
COLD_MIN_K = 11.0  # on the mean of the recent days (own)
ALIKE_K = 4.0  # recent days are compared with past ones as cold as they, give or take (own)
HEAT_MIN = 15.0  # K^1.3, past mean: a home that is hardly heated has no loss to speak of (own)
GAINS_K = 4.0  # of the difference, made by people, cooking and sun (CIBSE A base 15.5 °C)
GAINS_SPREAD_K = 1.5  # homes differ by so much from that (own)
EXCESS_MIN = 0.25  # more heat than before, beside the neighbours (own)
HOLD_EXCESS = 0.10  # an alert goes on (own)
HIGH_EXCESS = 0.6  # (own)
T_MIN = 3.0  # the excess is so many times its standard error (own)
EVEN_T = 1.5  # at so many it is even money (own)
CORRELATED_DAYS = 2.0  # what is unexplained of a day lasts about so long: wind, visitors (own)
MODEL_SHARE = 0.05  # of the heat: no day is known better (own)
DAY_EXCESS = 0.1  # and on most days there is an excess: not one open window (own)
DAYS_SHARE_MIN = 0.7
NEIGHBOURS_MIN = 10  # homes under the same weather: fewer make no middle to be beside (own)
SPREADS_MIN = 4.0  # the home lies so many of its neighbours' spreads above their middle (own)
SPREAD_FLOOR = 0.05  # neighbours are never more alike (own)
MAD_TO_SPREAD = 1.4826  # of a normal distribution: median absolute deviation, standard deviation

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(days=2),
    clear=timedelta(days=14),
    lookback=timedelta(days=RECENT_DAYS + PAST_DAYS + WEEKS * WEEK_DAYS + 1),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Loss:
    """Recent heat beside what the past lets one expect; (rows, days), NaN where not known."""

    excess: Floats  # share of the heat expected, with the neighbours' taken out
    t: Floats
    spreads: Floats  # above the neighbours
    days_share: Floats
    difference_k: Floats
    past_difference_k: Floats
    past_heat: Floats


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on boilers; UNKNOWN without enough cold days now and in the past.

    By the radiators' excess temperature, and where the burner's power is known by that as well:
    both must say so, for a hot pipe or a bad sensor shows in one alone. Rows with the same weather
    are neighbours: where fewer than NEIGHBOURS_MIN of them are in the frame and known, the home is
    UNKNOWN.
    """
    outdoor = frame["warmth_outdoor_c"]
    difference = (frame["warmth_indoor_c"] - outdoor).astype(np.float64)
    usable = _usable(frame, difference)
    emitted = _loss(frame["warmth_emitted"], difference, usable, outdoor)
    fired = _loss(frame["warmth_fired_pct"], difference, usable, outdoor)
    both = ~np.isnan(fired.t)
    excess = np.where(both, np.minimum(emitted.excess, fired.excess), emitted.excess)
    t = np.where(both, np.minimum(emitted.t, fired.t), emitted.t)
    known_t = np.maximum(np.nan_to_num(t), 0.0)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=_severity(emitted, fired, excess),
        holds=excess >= HOLD_EXCESS,
        confidence=known_t**2 / (known_t**2 + EVEN_T**2),
        onset=_onset(*t.shape),
        evidence={
            "extra_heat_pct": 100 * excess,
            "t_statistic": t,
            "spreads_above_neighbours": emitted.spreads,
            "indoor_above_outdoor_k": emitted.difference_k,
            "indoor_above_outdoor_before_k": emitted.past_difference_k,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return (
        f"For the same warmth this home now takes about {evidence['extra_heat_pct']:.0f} % more "
        "heat than it did last month, and its neighbours do not: warmth is getting out somewhere, "
        "such as through wet or missing insulation or a gap."
    )


def _usable(frame: DayFrame, difference: Floats) -> Booleans:
    """Days that tell of the loss: cold, lived in, and after one that was."""
    hot_water = frame["warmth_hot_water_min"]
    lived = lived_in(hot_water, weeks=WEEKS) | np.isnan(hot_water)
    settled: Booleans = lived & (delayed(lived.astype(np.float32), 1) != 0)
    return settled & (difference >= DIFFERENCE_MIN_K)


def _loss(heat: Floats, difference: Floats, usable: Booleans, outdoor: Floats) -> _Loss:
    """A line of heat over temperature difference through the past, and the recent days beside it.

    The line is drawn towards one that meets no heat at GAINS_K, as firmly as homes are alike.
    """
    use = usable & ~np.isnan(heat)
    y, x = (np.where(use, a, 0.0).astype(np.float64) for a in (heat, difference))

    def past(values: Floats) -> Floats:
        return delayed(trailing_sum(values, PAST_DAYS), RECENT_DAYS)

    before, days = scatter(x, y, use, past, least=PAST_MIN), trailing_sum(use, RECENT_DAYS)
    days = np.where((before.n >= PAST_MIN) & (days >= RECENT_MIN), days, np.nan)
    mean_x, mean_y = before.mean_x, before.mean_y
    weight = before.n * GAINS_SPREAD_K**2
    slope = before.slope(mean_y / (mean_x - GAINS_K), weight)
    variance = before.left(slope) / np.maximum(before.n - 2, 1.0)
    variance = variance + (MODEL_SHARE * mean_y) ** 2
    now_x = trailing_sum(x, RECENT_DAYS) / days
    expected = mean_y + slope * (now_x - mean_x)
    expected = np.where(expected > 0, expected, np.nan)
    excess = trailing_sum(y, RECENT_DAYS) / days / expected - 1.0
    apart = (now_x - mean_x) ** 2 / (before.xx + weight)
    unsure = 1 / days + 1 / np.maximum(before.n, 1.0) + apart
    error = np.sqrt(CORRELATED_DAYS * variance * unsure) / expected
    middle, spread = _neighbours(excess, outdoor)
    own = (1.0 + excess) / (1.0 + middle) - 1.0
    return _Loss(
        excess=own,
        t=own / error,
        spreads=(excess - middle) / spread,
        days_share=_days_above(y, x, use, slope, mean_y - slope * mean_x) / days,
        difference_k=now_x,
        past_difference_k=mean_x,
        past_heat=mean_y,
    )


def _days_above(y: Floats, x: Floats, use: Booleans, slope: Floats, foot: Floats) -> Floats:
    """How many of the recent days took more than DAY_EXCESS above each day's line."""
    above = np.zeros(y.shape)
    for back in range(RECENT_DAYS):
        expected = foot + slope * delayed(x, back)
        above += (delayed(y, back) > (1 + DAY_EXCESS) * expected) & (delayed(use * 1.0, back) == 1)
    return above


def _neighbours(excess: Floats, outdoor: Floats) -> tuple[Floats, Floats]:
    """Middle and spread of what each day's neighbours have; NaN where too few are known.

    Neighbours are rows whose day out of doors was the same to the last digit: one station's.
    """
    middle, spread = np.full(excess.shape, np.nan), np.full(excess.shape, np.nan)
    known = ~np.isnan(excess) & ~np.isnan(outdoor)
    for day in np.flatnonzero(known.sum(axis=0) >= NEIGHBOURS_MIN):
        rows = np.flatnonzero(known[:, day])
        rows = rows[np.argsort(outdoor[rows, day], kind="stable")]
        ends = np.flatnonzero(np.diff(outdoor[rows, day])) + 1
        for some in np.split(rows, ends):
            if len(some) >= NEIGHBOURS_MIN:
                values = excess[some, day]
                middle[some, day] = centre = np.median(values)
                spread[some, day] = MAD_TO_SPREAD * np.median(np.abs(values - centre))
    return middle, np.maximum(spread, SPREAD_FLOOR)


def _severity(emitted: _Loss, fired: _Loss, excess: Floats) -> Severities:
    losing = _losing(emitted) & (_losing(fired) | np.isnan(fired.t))
    losing &= emitted.past_heat >= HEAT_MIN
    severity = np.where(losing, int(Severity.MEDIUM), NOTHING)
    severity = np.where(losing & (excess >= HIGH_EXCESS), int(Severity.HIGH), severity)
    return np.where(np.isnan(emitted.t), UNKNOWN, severity).astype(np.int8)


def _losing(loss: _Loss) -> Booleans:
    much = (loss.excess >= EXCESS_MIN) & (loss.t >= T_MIN) & (loss.spreads >= SPREADS_MIN)
    alike = np.abs(loss.difference_k - loss.past_difference_k) <= ALIKE_K
    steady = loss.days_share >= DAYS_SHARE_MIN
    losing: Booleans = much & alike & steady & (loss.difference_k >= COLD_MIN_K)
    return losing


def _onset(rows: int, days: int) -> Integers:
    """The beginning of the recent days."""
    begun = np.maximum(np.arange(days) - RECENT_DAYS + 1, 0)
    return np.broadcast_to(begun, (rows, days))
