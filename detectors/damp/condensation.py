"""Condensation: surfaces of a dry room that are wet for hours, day after day.

`docs/detectors/condensation.md` explains the physics and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Floats
from detectors.daily import DAY_S, DayFrame
from detectors.damp.f_rsi import factor
from detectors.damp.sentences import wet_sentence
from detectors.humidity import dew_point_c, rel_humidity_pct
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.room_names import wet_rooms
from detectors.windows import last_where, trailing_mean, trailing_sum

NAME = "condensation"
DAYS = 7
KNOWN_DAYS_MIN = 4  # of the last week; with less nothing is said (own)

WET_DAY_H = 4.0  # a shower or a meal wets a surface for less (own)
DRY_DAY_H = 1.0  # the trouble began after the last day with less (own)
WET_DAYS_LOW = 5  # of the last seven: not one cold snap and not a wash day (own)
SOAKED_DAY_H = 8.0  # wet for a third of the day: it does not dry in between (own)
SOAKED_DAYS_MEDIUM = 6
WET_ROOM_DAY_H = 12.0  # a room made for water dries, if slowly: half the day is too long (own)
HOLD_DAYS = 2  # it goes on while so many of the last seven days were wet (own)
COLD_ROOM_C = 17.0  # colder: first of all it is too cold, and `excess_cold` tells it (own)

CONFIDENCE = 0.9  # with fRsi fitted or surveyed (own)
CONFIDENCE_ASSUMED = 0.6  # the assumed factor decides whether a surface is wet or nearly so (own)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=3),
    lookback=timedelta(days=45),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN with fewer than KNOWN_DAYS_MIN days of the last week."""
    wet_h = frame["damp_wet_h"]
    known = ~np.isnan(wet_h)
    hours = np.where(known, wet_h, 0.0)
    wet_days = trailing_sum(hours >= WET_DAY_H, DAYS)
    known_days = trailing_sum(known, DAYS)
    by = factor(frame, frame.f_rsi)
    severity = _severity(frame, hours, wet_days)
    severity[~known | (known_days < KNOWN_DAYS_MIN)] = UNKNOWN
    certainty = np.where(by.assumed, CONFIDENCE_ASSUMED, CONFIDENCE)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=wet_days >= HOLD_DAYS,
        confidence=certainty * np.minimum(known_days / DAYS, 1),
        onset=last_where(known & (hours < DRY_DAY_H)) + 1,
        evidence=_evidence(frame, hours, wet_days, by.f_rsi, by.assumed.astype(np.float64)),
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    return wet_sentence(evidence, wet_h=WET_DAY_H, span_days=DAYS)


def _severity(frame: DayFrame, hours: Floats, wet_days: Floats) -> Severities:
    wet_room = wet_rooms(frame.rows)[:, np.newaxis]
    least_h = np.where(wet_room, WET_ROOM_DAY_H, SOAKED_DAY_H)
    soaked = trailing_sum(hours >= least_h, DAYS) >= SOAKED_DAYS_MEDIUM
    told = (wet_days >= WET_DAYS_LOW) & (~wet_room | soaked)
    severity = np.where(told, int(Severity.LOW), NOTHING)
    cold = trailing_mean(frame["damp_air_temp_c"], DAYS) < COLD_ROOM_C
    return np.where(soaked & ~cold, int(Severity.MEDIUM), severity).astype(np.int8)


def _evidence(
    frame: DayFrame, hours: Floats, wet_days: Floats, f_rsi: Floats, assumed: Floats
) -> dict[str, Floats]:
    air_c = trailing_mean(frame["damp_air_temp_c"], DAYS)
    humidity = rel_humidity_pct(air_c, trailing_mean(frame["damp_vapour_pa"], DAYS))
    return {
        "wet_hours_day": hours,
        "wet_days": wet_days,
        "surface_humidity_pct": trailing_mean(frame["damp_surface_pct"], DAYS),
        "rel_humidity_pct": humidity,
        "air_temp_c": air_c,
        "dew_point_c": dew_point_c(air_c, humidity),
        "f_rsi": f_rsi,
        "f_rsi_assumed": assumed,
    }
