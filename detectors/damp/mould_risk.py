"""Mould risk: a room in which mould will grow if nothing changes, and one that has become damp.

`docs/detectors/mould_risk.md` explains the physics, the score and what a tenant is told.
"""

from dataclasses import fields
from datetime import timedelta
from typing import TypeVar

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.beside import home_of
from detectors.daily import DAY_S, DayFrame
from detectors.damp.building import Building, from_building
from detectors.damp.causes import ranked
from detectors.damp.change import RECENT_DAYS
from detectors.damp.evidence import numbers
from detectors.damp.f_rsi import Factor, factor
from detectors.damp.moister import OWN_RISE_PA, Moister, colder, moister
from detectors.damp.outlook import DAYS, LIKELY_INDEX, VISIBLE_INDEX, Outlook, outlook
from detectors.damp.score import HIGH_SCORE, MEDIUM_SCORE
from detectors.damp.sentences import mould_sentence
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.room_names import wet_rooms
from detectors.windows import last_where, trailing_mean, trailing_sum

NAME = "mould_risk"
KNOWN_DAYS_MIN = 4  # of the last fortnight; with less nothing is said (own)
# An index that was there from the start, and that no change explains, is worth a visit where mould
# can be seen, whatever made it. A sensor's ±3 % and ±0.1 of fRsi are about one index up or down
# after a winter, and an assumed factor more; in simulated homes estimates of 3 to 4 had true
# indices of 2 to 3 (own).
CHRONIC_INDEX = VISIBLE_INDEX
CHRONIC_IF_ASSUMED_INDEX = VISIBLE_INDEX + 1.0
CHRONIC_HIGH_INDEX = VISIBLE_INDEX + 2.0  # where fRsi is known; half of a surface is covered
BEGUN_INDEX = 0.5  # half-way to growth seen under a microscope: information (own)
BEGUN_IN_WET_ROOM_INDEX = LIKELY_INDEX  # sound bathrooms are half-way there too often (own)
DAMP_SURFACE_PCT = 70.0  # of the fortnight: on drier walls an old index is no news (own)
NEARLY_GROWING_PCT = 78.0  # mould grows from 80 %; a moister room with drier walls can wait (own)
COLD_ROOM_C = 17.0  # colder: first of all it is too cold, and `excess_cold` tells it (own)
ONSET_INDEX = 0.1  # growth is taken to have begun when the index last rose through this (own)

CONFIDENCE = 0.9  # of an index with fRsi fitted or surveyed (own)
CONFIDENCE_ASSUMED = 0.7  # VTT from air alone agrees with surveys in about 70 % (Menneer 2022)
CONFIDENCE_LOW = 0.5  # of information (own)

Part = TypeVar("Part", Factor, Outlook, Moister, Building)

RULES = Rules(
    raise_from=Severity.LOW,
    dwell=timedelta(0),
    clear=timedelta(days=14),
    lookback=timedelta(days=45),
)


def judge(frame: DayFrame) -> Judgement:
    """Verdicts by the day; UNKNOWN with fewer than KNOWN_DAYS_MIN days of the last fortnight."""
    home = home_of(frame.rows)
    by = factor(frame, frame.f_rsi)
    now = outlook(frame, by)
    change = moister(frame, home)
    is_colder, fall_k = colder(frame, home)
    water = from_building(frame, home)
    severity = _severity(frame, by, now, change, is_colder, water)
    surface = frame["damp_surface_pct"]
    known_days = trailing_sum(~np.isnan(surface), DAYS)
    severity[(known_days < KNOWN_DAYS_MIN) | np.isnan(surface)] = UNKNOWN
    begun = last_where(now.index < ONSET_INDEX) + 1
    changed = np.maximum(np.arange(frame.steps) - RECENT_DAYS, 0)
    return Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=DAY_S),
        step_s=DAY_S,
        severity=severity,
        holds=~np.isnan(water.rain_pa),
        confidence=_confidence(by, change, is_colder, severity) * np.minimum(known_days / DAYS, 1),
        onset=np.select(
            [change.told | is_colder, water.told], [changed, water.began], begun
        ).astype(np.int64),
        evidence=_evidence(
            frame, by, now, change, np.where(is_colder, fall_k, np.nan), water, severity
        ),
        sentence=mould_sentence,
        causes=ranked,
    )


def _severity(
    frame: DayFrame,
    by: Factor,
    now: Outlook,
    change: Moister,
    is_colder: Booleans,
    water: Building,
) -> Severities:
    """LOW: something changed, or mould has half begun. MEDIUM: somebody has to come and look."""
    wet_room = wet_rooms(frame.rows)[:, np.newaxis]
    likely = np.nan_to_num(now.score) >= MEDIUM_SCORE
    surface_pct = np.nan_to_num(frame["damp_fortnight_pct"])
    chronic = ~wet_room & likely & (surface_pct >= DAMP_SURFACE_PCT)
    chronic &= now.index >= np.where(by.assumed, CHRONIC_IF_ASSUMED_INDEX, CHRONIC_INDEX)
    strong = change.strong & (surface_pct >= NEARLY_GROWING_PCT)
    # A room that fell behind its home by a step has that in common with every dry spell since.
    fell = np.nan_to_num(change.own_rise_pa) <= -OWN_RISE_PA
    strong |= water.strong & ~fell & (surface_pct >= DAMP_SURFACE_PCT)
    visit = strong | (change.sure & likely) | chronic
    seen = change.sure | (~by.assumed & (now.index >= CHRONIC_HIGH_INDEX))
    worst = visit & (now.score >= HIGH_SCORE) & seen
    begun = now.index >= np.where(wet_room, BEGUN_IN_WET_ROOM_INDEX, BEGUN_INDEX)
    told = change.told | is_colder | (water.told & ~fell) | (likely & begun)
    severity = np.where(told | visit, int(Severity.LOW), NOTHING)
    severity = np.where(visit, int(Severity.MEDIUM), severity)
    severity = np.where(worst, int(Severity.HIGH), severity)
    cold = trailing_mean(frame["damp_air_temp_c"], DAYS) < COLD_ROOM_C
    return np.where(cold, np.minimum(severity, int(Severity.LOW)), severity).astype(np.int8)


def _confidence(by: Factor, change: Moister, is_colder: Booleans, severity: Severities) -> Floats:
    index = np.where(by.assumed, CONFIDENCE_ASSUMED, CONFIDENCE)
    sure = np.where(change.told, np.maximum(change.certainty, CONFIDENCE_LOW), index)
    low = (severity <= int(Severity.LOW)) | is_colder
    return np.where(low, np.minimum(sure, CONFIDENCE_LOW), sure)


def _evidence(
    frame: DayFrame,
    by: Factor,
    now: Outlook,
    change: Moister,
    fall_k: Floats,
    water: Building,
    severity: Severities,
) -> dict[str, Floats]:
    """Of the rooms of which anything is told; the score of all."""
    told: Integers = np.flatnonzero((severity > NOTHING).any(axis=1))
    part = frame.part(rows=told.tolist())
    found = numbers(
        part,
        _rows(by, told),
        _rows(now, told),
        _rows(change, told),
        fall_k[told],
        _rows(water, told),
    )
    whole = {name: np.full(frame.shape, np.nan) for name in found}
    for name, array in found.items():
        whole[name][told] = array
    whole["mould_score"] = now.score
    return whole


def _rows(of: Part, rows: Integers) -> Part:
    return type(of)(**{one.name: getattr(of, one.name)[rows] for one in fields(of)})
