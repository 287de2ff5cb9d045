"""Excess cold: a home that is lived in and stays too cold to be healthy, day and night.

`docs/detectors/excess_cold.md` gives the sources and says what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.warmth.lived_in import WEEK_DAYS, lived_in
from detectors.windows import delayed, last_where, trailing_count, trailing_mean

NAME = "excess_cold"

LOW_C = 15.0  # below 16 °C health suffers (HHSRS), less 1 K for sensors: information (own)
FALLEN_C = 16.5  # or below this, by FALLEN_K colder than it was while lived in as before (own)
FALLEN_K = 2.0
MEDIUM_C = 13.5  # no home that is lived in as usual stays so cold, thrifty ones included (own)
HIGH_C = 12.0  # below it blood pressure rises, and with it strokes and heart attacks (HHSRS)
HOLD_C = 16.0  # an alert goes on below it (HHSRS)
HOLD_FALLEN_C, HOLD_FALLEN_K = 17.0, 1.5  # or below this and its best weeks by so much (own)
PAST_DAYS = 12  # before SPAN_DAYS: how warm the home was (own)
PAST_LIVED_MIN = 6
SPAN_DAYS = 5  # one cold day is weather, or a boiler that is being repaired (own)
LIVED_DAYS_MIN = 3  # of them (own)
WEEKS = 4  # in which hot water tells what is usual: most leave for less (own)
EMPTY_DAYS = 21  # cold so long, it is told though nobody may be there: holidays end sooner (own)
EMPTY_COLD_MIN = 18  # of them (own)
IDLE_SHARE_MAX = 0.25  # of their time with heat called for: a set-back of 13 °C in frost (own)
WARMER_K = 10.0  # confidence is all but full so far below a threshold (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=4),
    lookback=timedelta(days=WEEKS * WEEK_DAYS + SPAN_DAYS + PAST_DAYS),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day on boilers' homes; UNKNOWN while nobody seems to live there.

    Judges the mean temperature of all rooms, day and night, over the days of the last five on which
    hot water was used as usual: a home that is left cold over a holiday harms nobody. Where hot
    water says nothing, and where none is used, three weeks of cold are told all the same: as
    information where no heat was called for either, for then the home stands empty.
    """
    indoor = frame["warmth_indoor_c"]
    lived = lived_in(frame["warmth_hot_water_min"], weeks=WEEKS) & ~np.isnan(indoor)
    lived_days = trailing_count(lived, SPAN_DAYS)
    lived_c = _mean_over(indoor, lived, SPAN_DAYS)
    inhabited = lived_days >= LIVED_DAYS_MIN
    known = ~np.isnan(indoor)
    past_c = delayed(_mean_over(indoor, lived, PAST_DAYS), SPAN_DAYS)
    past_known = delayed(trailing_count(lived, PAST_DAYS), SPAN_DAYS) >= PAST_LIVED_MIN
    fallen_k = np.where(inhabited & past_known, past_c - lived_c, np.nan)
    cold = known & (indoor < LOW_C)
    cold_days = trailing_count(cold, EMPTY_DAYS)
    long_c = _mean_over(indoor, cold, EMPTY_DAYS)
    long = ~inhabited & (cold_days >= EMPTY_COLD_MIN)
    mean_c = np.where(inhabited, lived_c, np.where(long, long_c, np.nan))
    among = np.where(inhabited, lived, known)
    hot_water_known = ~np.isnan(trailing_mean(frame["warmth_hot_water_min"], EMPTY_DAYS))
    called_share = _mean_over(frame["warmth_call_share"], cold, EMPTY_DAYS)
    empty = long & hot_water_known & (called_share <= IDLE_SHARE_MAX)
    severity = _severity(mean_c, fallen_k, inhabited, known)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=np.where(empty, np.minimum(severity, np.int8(Severity.LOW)), severity),
        holds=_holds(mean_c, indoor),
        confidence=_confidence(mean_c),
        onset=_onset(indoor),
        evidence={
            "indoor_temp_c": mean_c,
            "colder_than_before_k": fallen_k,
            "outdoor_temp_c": _mean_over(frame["warmth_outdoor_c"], among == 1, SPAN_DAYS),
            "heating_called_pct": 100 * _mean_over(frame["warmth_call_share"], among == 1, 5),
            "days": np.where(inhabited, lived_days, cold_days),
            "lived_in": inhabited.astype(np.float32),
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    text = (
        f"Over {evidence['days']:.0f} days this home was {evidence['indoor_temp_c']:.0f} °C on "
        "average, day and night, which is too cold to stay well in."
    )
    called = evidence.get("heating_called_pct")
    if called is not None:
        text += f" The heating was called for {called:.0f} % of the time."
    if not evidence["lived_in"]:
        text += " Nobody may be at home."
    return f"{text} It is worth asking what would help: repairs, controls, or heating costs."


def _mean_over(values: Floats, among: Booleans, days: int) -> Floats:
    return trailing_mean(np.where(among, values, np.nan), days)


def _severity(mean_c: Floats, fallen_k: Floats, inhabited: Booleans, known: Booleans) -> Severities:
    cold = (mean_c < LOW_C) | ((mean_c < FALLEN_C) & (fallen_k >= FALLEN_K))
    severity = np.where(cold, int(Severity.LOW), NOTHING)
    severity = np.where(mean_c < MEDIUM_C, int(Severity.MEDIUM), severity)
    severity = np.where((mean_c < HIGH_C) & inhabited, int(Severity.HIGH), severity)
    return np.where(known & ~np.isnan(mean_c), severity, UNKNOWN).astype(np.int8)


def _holds(mean_c: Floats, indoor: Floats) -> Booleans:
    """Still cold, or still colder than in the best PAST_DAYS of the weeks looked back on."""
    weeks = trailing_mean(indoor, PAST_DAYS)
    best_c = np.fmax.reduce(
        [delayed(weeks, SPAN_DAYS + WEEK_DAYS * week) for week in range(WEEKS + 1)]
    )
    fallen = (mean_c < HOLD_FALLEN_C) & (best_c - mean_c >= HOLD_FALLEN_K)
    holds: Booleans = (mean_c < HOLD_C) | fallen
    return holds


def _confidence(mean_c: Floats) -> Floats:
    """From 0.5 at the threshold upwards; 0 where nothing is known."""
    below = np.clip(np.nan_to_num(FALLEN_C - mean_c) / WARMER_K, 0.0, 1.0)
    return np.where(np.isnan(mean_c), 0.0, 0.5 + 0.5 * np.sqrt(below))


def _onset(indoor: Floats) -> Integers:
    """The day after the last one that was warm enough."""
    return np.minimum(last_where(indoor >= HOLD_FALLEN_C) + 1, np.arange(indoor.shape[1]))
