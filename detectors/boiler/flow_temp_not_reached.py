"""Flow temperature not reached: the burner gives its most, and the water stays cooler than asked.

`docs/detectors/flow_temp_not_reached.md` explains the thresholds and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.daily import DAY_S, DayFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules
from detectors.windows import (
    delayed,
    ratio,
    trailing_count,
    trailing_known_sum,
    trailing_mean,
    trailing_median,
)

NAME = "flow_temp_not_reached"

WITHIN_DAYS = 3
SHORT_MIN = 30.0  # minutes beyond the twentieth of a burn, in that time (own)
SHORT_SHARE = 0.3  # of such minutes: a cold home that warms up takes one burn in the morning (own)
HOLD_SHARE = 0.1

GIVEN_DAYS = (1, 2)  # a day alone, and two where a day holds too little
STEADY_MIN = 30.0  # steady minutes of these days, to compare what the burner gives (own)
BEFORE_DAYS = 35  # with its own weeks before, which end BEFORE_GAP_DAYS ago (45 days in all)
BEFORE_GAP_DAYS = 10
BEFORE_STEADY_MIN = 200.0
BEFORE_DAY_MIN, BEFORE_DAYS_KNOWN = 10.0, 4  # of a day, and days, for the middling one (own)
WEAK = 0.75  # of the heat that a hundredth of its power gave: sound ones stay above 0.9 (own)
HOLD_WEAK = 0.87
SENSORS_MOVED_K = 1.0  # apart at rest: sound pairs wander 0.4 (own)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(0),
    clear=timedelta(days=3),
    lookback=timedelta(days=45),
)


_GIVEN = ("burner_spread_k_min", "burner_modulation_pct_min", "burner_steady_min")


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN where the last days hold too little heating to tell.

    By the minutes in which the flow was short, or by a burner that warms the water less than it
    used to at the same share of its power.
    """
    long = trailing_known_sum(frame["burner_long_min"], WITHIN_DAYS)
    short = trailing_known_sum(frame["burner_short_min"], WITHIN_DAYS)
    share = ratio(short, long, where=long > 0)
    missed = (short >= SHORT_MIN) & (share >= SHORT_SHARE)
    given = _given_of_before(frame)
    weak = (given < WEAK) & ~_sensors_moved(frame)
    known = (long >= SHORT_MIN) | ~np.isnan(given)
    severity = np.where(known, np.int8(NOTHING), np.int8(UNKNOWN))
    severity[missed | weak] = Severity.MEDIUM
    columns = np.arange(severity.shape[1])
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=((share >= HOLD_SHARE) & (short > 0)) | (given < HOLD_WEAK),
        confidence=np.where(missed, np.float32(0.95), np.float32(0.8)),
        onset=np.broadcast_to(np.maximum(columns - WITHIN_DAYS, 0), severity.shape),
        evidence={
            "short_min": short,
            "short_share": share,
            "heat_given_of_before": given,
        },
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    given, share = evidence.get("heat_given_of_before"), evidence.get("short_share", 0.0)
    if share >= SHORT_SHARE or given is None:
        return (
            f"The heating water stays cooler than asked for ({share:.0%} of the time once warmed "
            "up) though the burner gives its most: the boiler's gas and air need looking at."
        )
    return (
        f"The burner warms the water only {given:.0%} as much as it did some weeks ago at the same "
        "setting: the boiler's gas and air need looking at."
    )


def _given_of_before(frame: DayFrame) -> Floats:
    """What a hundredth of the burner's power gives, of what it gave before; NaN: not known.

    The greater of two: as the sensors read, and less what they differ by at rest, so that neither
    a sensor that reads wrong nor a pipe that stays warm looks like a weak burner.
    """
    before = _given_before(frame)
    ratios = []
    for days in GIVEN_DAYS:
        now = _given(frame, days, STEADY_MIN)
        ratios.append(np.maximum(now[0] / before[0], now[1] / before[1]))
    alone, together = ratios
    return np.where(np.isnan(alone), together, alone)


def _sensors_moved(frame: DayFrame) -> Booleans:
    """Where flow and return at rest have parted from what they read apart in the weeks before.

    On the day on which a sensor goes wrong, its rest tells but a part of it.
    """
    apart_k = frame["burner_rest_spread_k"]
    before_k = delayed(trailing_mean(apart_k, BEFORE_DAYS), BEFORE_GAP_DAYS)
    moved: Booleans = np.abs(trailing_mean(apart_k, max(GIVEN_DAYS)) - before_k) >= SENSORS_MOVED_K
    return moved


def _given_before(frame: DayFrame) -> tuple[Floats, Floats]:
    """Kelvins for each per cent of modulation on a middling day of the weeks before.

    Not their mean: a pump that hardly moved for some of them made the water hotter, and a burner
    that comes back to what it was is not weak.
    """
    steady = frame["burner_steady_min"]
    enough = trailing_known_sum(steady, BEFORE_DAYS) >= BEFORE_STEADY_MIN
    told = []
    for each in _given(frame, 1, BEFORE_DAY_MIN):
        middling = trailing_median(each, BEFORE_DAYS, at_least=BEFORE_DAYS_KNOWN)
        told.append(delayed(np.where(enough, middling, np.nan), BEFORE_GAP_DAYS))
    as_read, less_rest = told
    return as_read, less_rest


def _given(frame: DayFrame, days: int, least_min: float) -> tuple[Floats, Floats]:
    """Kelvins for each per cent of modulation of late: as read, and less those at rest."""
    known = ~np.isnan(sum(frame[name] for name in _GIVEN))
    spread, modulation, steady = (
        trailing_known_sum(np.where(known, frame[name], np.nan), days) for name in _GIVEN
    )
    apart_k = frame["burner_rest_spread_k"]
    rested = trailing_count(~np.isnan(apart_k), days)
    at_rest_k = trailing_known_sum(apart_k, days) / np.maximum(rested, 1.0)
    enough = (steady >= least_min) & (modulation > 0.0)
    as_read = _share(spread, modulation, enough)
    less_rest = _share(spread - at_rest_k * steady, modulation, enough)
    return as_read, less_rest


def _share(above: Floats, below: Floats, enough: Booleans) -> Floats:
    return ratio(above, below, where=enough & (above > 0.0))
