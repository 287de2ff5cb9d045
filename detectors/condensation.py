"""Condensation: surfaces that are wet, day after day, because they are colder than the dew point.

`docs/detectors/condensation.md` explains the physics and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Floats
from detectors.frame import HOUR_S, RoomFrame
from detectors.humidity import dew_point_c
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.surface import SurfaceHours, assumed_words, surface_hours
from detectors.windows import delayed, last_where, trailing_mean, trailing_sum

NAME = "condensation"
DAY_H = 24
DAYS = 7
WEEK_H = DAYS * DAY_H

SURFACE_HUMIDITY_PCT = 100.0  # ISO 13788: water forms where the surface is at the dew point
WET_DAY_H = 4.0  # a shower or a meal wets a surface for less (own)
WET_DAYS_MEDIUM = 3  # of the last seven: not one cold snap or one wash day (own)
SOAKED_DAY_H = 12.0  # wet for half the day does not dry in between (own)
SOAKED_DAYS_HIGH = 5  # of the last seven (own)
HOLD_H = 4.0  # it goes on while the last three days had this many wet hours in all (own)
HOLD_WINDOW_H = 3 * DAY_H
KNOWN_HOURS_MIN = 24  # of the last week; with less nothing is said (own)

CONFIDENCE = 0.9  # with fRsi or a wall sensor known (own)
CONFIDENCE_ASSUMED = 0.6  # the assumed factor decides whether a surface is wet or nearly so (own)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(hours=2),
    clear=timedelta(hours=48),
    lookback=timedelta(days=DAYS) + timedelta(hours=48),
)


def judge(frame: RoomFrame) -> Judgement:
    """Verdicts by the hour; UNKNOWN where the surface is. Raises NotHourly."""
    surface = surface_hours(frame)
    known = ~np.isnan(surface.humidity_pct)
    wet = surface.humidity_pct >= SURFACE_HUMIDITY_PCT
    wet_day_h = trailing_sum(wet, DAY_H)
    known_hours = trailing_sum(known, WEEK_H)
    still_wet = trailing_sum(wet, HOLD_WINDOW_H) >= HOLD_H
    severity = np.where(still_wet, _severity(wet_day_h), np.int8(NOTHING))
    severity[~known | (known_hours < KNOWN_HOURS_MIN)] = UNKNOWN
    guessed = surface.assumed[:, np.newaxis] & ~surface.measured
    certainty = np.where(guessed, CONFIDENCE_ASSUMED, CONFIDENCE)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=HOUR_S),
        step_s=HOUR_S,
        severity=severity,
        holds=still_wet,
        confidence=certainty * np.minimum(known_hours / WEEK_H, 1),
        onset=last_where((trailing_sum(wet, WEEK_H) < 1) & known) + 1,
        evidence=_evidence(surface, wet_day_h, guessed.astype(np.float32)),
        sentence=sentence,
    )


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    days = round(evidence["wet_days"])
    which_days = f"every one of the last {DAYS} days"
    if days < DAYS:
        which_days = f"{days} of the last {DAYS} days"
    text = (
        f"Water probably formed on the coldest surfaces here in {evidence['wet_hours_day']:.0f} of "
        f"the last 24 hours, and for {WET_DAY_H:.0f} hours or more on {which_days}: with "
        f"{evidence['rel_humidity_pct']:.0f} % humidity in the air, anything colder than "
        f"{evidence['dew_point_c']:.0f} °C gets wet."
    )
    return f"{text} {assumed_words(evidence['f_rsi'])}" if evidence["f_rsi_assumed"] else text


def _severity(wet_day_h: Floats) -> Severities:
    severity = np.where(wet_day_h >= WET_DAY_H, int(Severity.LOW), NOTHING)
    medium = _days_with(wet_day_h, WET_DAY_H) >= WET_DAYS_MEDIUM
    high = _days_with(wet_day_h, SOAKED_DAY_H) >= SOAKED_DAYS_HIGH
    severity = np.where(medium, int(Severity.MEDIUM), severity)
    return np.where(high, int(Severity.HIGH), severity).astype(np.int8)


def _days_with(wet_day_h: Floats, least_h: float) -> Floats:
    """How many of the last seven days, counted back from each hour, had so many wet hours."""
    days = [delayed(wet_day_h, DAY_H * day) >= least_h for day in range(DAYS)]
    count: Floats = np.sum(days, axis=0, dtype=np.float64)
    return count


def _evidence(surface: SurfaceHours, wet_day_h: Floats, guessed: Floats) -> dict[str, Floats]:
    air_c = trailing_mean(surface.hours["air_temp_c"], DAY_H)
    humidity = trailing_mean(surface.hours["rel_humidity_pct"], DAY_H)
    return {
        "wet_hours_day": wet_day_h,
        "wet_days": _days_with(wet_day_h, WET_DAY_H),
        "surface_humidity_pct": trailing_mean(surface.humidity_pct, DAY_H),
        "rel_humidity_pct": humidity,
        "air_temp_c": air_c,
        "dew_point_c": dew_point_c(air_c, humidity),
        "f_rsi": np.broadcast_to(surface.f_rsi[:, np.newaxis], wet_day_h.shape),
        "f_rsi_assumed": guessed,
    }
