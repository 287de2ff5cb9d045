"""High heat loss: a home that needs much more heat for the same warmth than it did last month.

Heat that goes in goes out again, so the heat that radiators give by how much warmer it is indoors
than out is the home's heat loss; and a home that loses more cools faster by night. Its own past is
the measure, and its neighbours': wind and sun, which nobody measures, change the heat of a street.
`docs/detectors/high_heat_loss.md` explains it and says what a tenant is told.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.warmth.heat_line import (
    PAST_DAYS,
    RECENT_DAYS,
    HeatLine,
    beside_the_street,
    cooling_over,
    heat_line,
)
from detectors.warmth.lived_in import WEEK_DAYS, lived_in
from detectors.windows import delayed, ratio, trailing_count, trailing_mean

NAME = "high_heat_loss"

WEEKS = 2  # before recent and past days, in which hot water tells what is usual
RECENT_MIN = 7  # days of the recent ones that tell of the loss (own)
DIFFERENCE_MIN_K = 9.0  # indoors over outdoors; on milder days sun and people heat the home (own)
EMITTED_MIN = 15.0  # K^1.3, past mean: a home that is hardly heated has no loss to speak of (own)
FIRED_MIN_PCT = 3.0  # of the burner's power, likewise (own)
QUICK_DAYS = 3
COLDER_MAX_K = 1.0  # an open window cools a room so that the home's mean falls: a day more (own)
NIGHTS = 3  # beside a verdict on three days (own)
MORE_NIGHTS, MORE_NIGHTS_MIN = 5, 2  # beside one on ten; older ones may be of before (own)
DAY_OVER = 0.1  # and on most of ten days there is an excess: not one open window (own)
DAYS_SHARE_MIN = 0.6
T_MIN = 3.0  # the ten days' excess is so many times its standard error (own)
CORRELATED_DAYS = 2.0  # what is unexplained of a day lasts about so long: visitors, airing (own)
DAYS_ERROR = math.sqrt(CORRELATED_DAYS * (1 / RECENT_DAYS + 1 / PAST_DAYS))
SPREAD_MIN = 0.05  # no day is known better (own)
HIGH_OVER = 0.47  # of ten days: 60 % more heat (own)
HOLD_OVER = 0.1  # an alert goes on (own)
EVEN_OVER = 0.12  # at so much it is even money (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=14),
    lookback=timedelta(days=RECENT_DAYS + PAST_DAYS + WEEKS * WEEK_DAYS + 1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Least:
    """From where on a home is losing, as logarithms; all own, found on simulated homes.

    Heat and cooling must both say so. Where no night tells, heat must be `alone`.
    """

    heat: float
    cooling: float
    alone: float

    def met(self, heat: Floats, cooling: Floats) -> Booleans:
        said = np.where(np.isnan(cooling), heat >= self.alone, cooling >= self.cooling)
        met: Booleans = (heat >= self.heat) & said
        return met


THREE_DAYS = _Least(heat=0.3, cooling=0.25, alone=0.45)  # on each of them: no window is, so long
TEN_DAYS = _Least(heat=0.2, cooling=0.2, alone=0.35)
TEN_DAYS_MAYBE = _Least(heat=0.2, cooling=0.15, alone=0.3)
ALONE = _Least(heat=0.45, cooling=0.35, alone=0.6)  # a stormy fortnight makes 0.3 of heat
ALONE_MAYBE = _Least(heat=0.4, cooling=0.3, alone=0.5)
ALONE_DAY = 0.3  # on each of the last three days: storms pass


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Over:
    """How much more than before, as logarithms, (rows, days): on each of the last days, and ten."""

    three: Floats
    four: Floats
    ten: Floats
    often: Floats
    """Share of the ten days that lie above DAY_OVER."""
    t: Floats
    """The ten days' in standard errors."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """Which homes lose more than they did, (rows, days), by how much and over how many days."""

    maybe: Booleans
    sure: Booleans
    high: Booleans
    known: Booleans
    over: Floats
    days: Integers


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on boilers; UNKNOWN without enough cold days now and in the past.

    By the radiators' excess temperature, where the burner's power is known by that as well, and by
    how fast the home cools by night: all that is known must say so, for a hot pipe, a bad sensor
    or a new timetable shows in one alone. Rows with the same weather are neighbours; where too few
    of them are known, the home's own past alone must say it, by what no storm does, and a smaller
    excess is UNKNOWN.
    """
    outdoor = frame["warmth_outdoor_c"]
    difference_k = (frame["warmth_indoor_c"] - outdoor).astype(np.float64)
    usable = _usable(frame, difference_k)
    emitted = heat_line(frame["warmth_emitted"], difference_k, usable, heat_min=EMITTED_MIN)
    fired = heat_line(frame["warmth_fired_pct"], difference_k, usable, heat_min=FIRED_MIN_PCT)
    cooling = frame["warmth_cooling_1_h"]
    nights = cooling_over(cooling, NIGHTS, least=1)
    longer = cooling_over(cooling, MORE_NIGHTS, least=MORE_NIGHTS_MIN)
    beside = _beside(
        _least_of(_over(emitted, outdoor), _over(fired, outdoor)),
        beside_the_street(nights, outdoor),
        beside_the_street(longer, outdoor),
        last_night=beside_the_street(cooling_over(cooling, 1, least=1), outdoor),
        colder_k=_colder_k(frame["warmth_indoor_c"], usable),
    )
    alone = _alone(_least_of(_over(emitted), _over(fired)), longer)
    found = _where(beside.known, beside, alone)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=_severity(found),
        holds=found.over >= HOLD_OVER,
        confidence=_confidence(found),
        onset=np.maximum(np.arange(frame.steps) - found.days + 1, 0),
        evidence={
            "extra_heat_pct": 100 * np.expm1(found.over),
            "faster_cooling_pct": 100
            * np.expm1(np.where(found.days < RECENT_DAYS, nights, longer)),
            "days": found.days.astype(np.float64),
            "beside_neighbours": beside.known.astype(np.float64),
            "indoor_above_outdoor_k": trailing_mean(difference_k, RECENT_DAYS),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    days = evidence["days"]
    beside = ", and its neighbours do not" if evidence["beside_neighbours"] else ""
    text = (
        f"Over the last {days:.0f} days this home took about {evidence['extra_heat_pct']:.0f} % "
        f"more heat for the same warmth than it did last month{beside}: warmth is getting out "
        "somewhere, such as through wet or missing insulation or a gap."
    )
    if days < RECENT_DAYS:
        return f"{text} A window that does not shut would do so too."
    return text if beside else f"{text} A long storm may have a part in it."


def _usable(frame: DayFrame, difference_k: Floats) -> Booleans:
    """Days that tell of the loss: cold, lived in, and after one that was."""
    hot_water = frame["warmth_hot_water_min"]
    lived = lived_in(hot_water, weeks=WEEKS) | np.isnan(hot_water)
    settled: Booleans = lived & (delayed(lived.astype(np.float32), 1) != 0)
    return settled & (difference_k >= DIFFERENCE_MIN_K)


def _over(line: HeatLine, outdoor_c: Floats | None = None) -> _Over:
    """By one measure of heat; beside the street's where the weather is given."""
    day, ten = line.over(1, least=1), line.over(RECENT_DAYS, least=RECENT_MIN)
    if outdoor_c is not None:
        day, ten = beside_the_street(day, outdoor_c), beside_the_street(ten, outdoor_c)
    known = trailing_count(~np.isnan(day), RECENT_DAYS)
    three = np.minimum(np.minimum(day, delayed(day, 1)), delayed(day, 2))
    return _Over(
        three=three,
        four=np.minimum(three, delayed(day, 3)),
        ten=ten,
        often=ratio(trailing_count(day > DAY_OVER, RECENT_DAYS), known, where=known > 0),
        t=ten / (np.maximum(line.spread, SPREAD_MIN) * DAYS_ERROR),
    )


def _least_of(emitted: _Over, fired: _Over) -> _Over:
    """The lesser of both measures; the radiators' alone where the burner's power is not known."""
    return _Over(
        **{
            one.name: _lesser(getattr(emitted, one.name), getattr(fired, one.name))
            for one in fields(_Over)
        }
    )


def _lesser(emitted: Floats, fired: Floats) -> Floats:
    return np.where(np.isnan(fired), emitted, np.minimum(emitted, fired))


def _colder_k(indoor: Floats, usable: Booleans) -> Floats:
    """How much colder the home was on either of the last two days than in the past."""
    past = delayed(trailing_mean(np.where(usable, indoor, np.nan), PAST_DAYS), RECENT_DAYS)
    return past - np.fmin(indoor, delayed(indoor, 1))


def _beside(
    heat: _Over, nights: Floats, longer: Floats, *, last_night: Floats, colder_k: Floats
) -> _Found:
    """By what is the home's own beside its street.

    Of three days the last may be that after a window was shut: then its night was a usual one.
    """
    three = THREE_DAYS.met(heat.three, nights) & THREE_DAYS.met(heat.three, last_night)
    three &= colder_k <= COLDER_MAX_K
    three |= THREE_DAYS.met(heat.four, longer)
    steady = (heat.often >= DAYS_SHARE_MIN) & (heat.t >= T_MIN)
    ten = steady & TEN_DAYS.met(heat.ten, longer)
    quick = three & ~ten
    return _Found(
        maybe=steady & TEN_DAYS_MAYBE.met(heat.ten, longer),
        sure=three | ten,
        high=ten & (heat.ten >= HIGH_OVER),
        known=~np.isnan(heat.three) | ~np.isnan(heat.ten),
        over=np.where(quick, np.fmax(heat.three, heat.ten), heat.ten),
        days=np.where(quick, QUICK_DAYS, RECENT_DAYS),
    )


def _alone(heat: _Over, longer: Floats) -> _Found:
    """By the home's own past, which knows nothing of the wind."""
    lasting = (heat.three >= ALONE_DAY) & (heat.often >= DAYS_SHARE_MIN) & (heat.t >= T_MIN)
    maybe = lasting & ALONE_MAYBE.met(heat.ten, longer)
    return _Found(
        maybe=maybe,
        sure=lasting & ALONE.met(heat.ten, longer),
        high=np.zeros(heat.ten.shape, dtype=np.bool_),
        known=maybe | ((heat.ten < HOLD_OVER) & ~(heat.three >= HOLD_OVER)),
        over=heat.ten,
        days=np.full(heat.ten.shape, RECENT_DAYS),
    )


def _where(which: Booleans, one: _Found, other: _Found) -> _Found:
    return _Found(
        **{
            name.name: np.where(which, getattr(one, name.name), getattr(other, name.name))
            for name in fields(_Found)
        }
    )


def _severity(found: _Found) -> Severities:
    severity = np.where(found.maybe, int(Severity.LOW), NOTHING)
    severity = np.where(found.sure, int(Severity.MEDIUM), severity)
    severity = np.where(found.high, int(Severity.HIGH), severity)
    return np.where(found.known, severity, UNKNOWN).astype(np.int8)


def _confidence(found: _Found) -> Floats:
    over = np.maximum(np.nan_to_num(found.over), 0.0)
    return over**2 / (over**2 + EVEN_OVER**2)
