"""Mould risk: a room whose coldest surfaces stay damp enough, long enough, for mould to grow.

`docs/detectors/mould_risk.md` explains the physics, the score and what a tenant is told.
"""

from collections.abc import Mapping
from datetime import timedelta

import numpy as np

from core.findings import Severity
from detectors.arrays import Booleans, Floats
from detectors.frame import HOUR_S, RoomFrame
from detectors.judgement import NOTHING, UNKNOWN, Judgement, Rules, Severities
from detectors.mould import SENSITIVITIES, MouldState, grow, growing
from detectors.surface import SurfaceHours, assumed_words, surface_hours
from detectors.windows import held, last_where, ratio, trailing_mean, trailing_sum

NAME = "mould_risk"
MATERIAL = "sensitive"  # wallpaper and gypsum board, the usual inner surface of a home
DECLINE = 0.25  # the same: relatively low decline
DAY_H = 24
WEEK_H = 7 * DAY_H
KNOWN_HOURS_MIN = 24  # of the last week; with less nothing is said (own)

SCORE_INDEX = (0.0, 1.0, 3.0, 6.0)  # VTT: 1 seen under a microscope, 3 first seen by eye
SCORE = (0.0, 40.0, 70.0, 100.0)  # LOW < 40 <= MEDIUM < 70 <= HIGH
DORMANT_SCORE_MAX = 39.0  # mould too small to be seen and not growing is information (own)
VISIBLE_INDEX = 3.0
AHEAD_WEEKS = 2.0  # the score is that of the index so far ahead, if the last week goes on (own)
AHEAD_INDEX_MIN = 0.5  # below it a damp week alone is not carried forward (own)
GROWTH_SHARE_LOW = 0.25  # of the week's hours: growth conditions persist (own)
GROWTH_SHARE_MIN = 0.02  # about three hours in a week: fewer count as none (own)
ONSET_INDEX = 0.1  # growth is taken to have begun when it last rose through this (own)
HOLD_INDEX = 0.8  # an alert goes on while the index ahead is above this and mould grows (own)
HOLD_VISIBLE_INDEX = 2.7  # visible mould does not go by drying (own)
WEEKS_MAX = 26.0  # no season lasts longer: growth that slow has no date (own)

CONFIDENCE = 0.9  # with fRsi or a wall sensor known
CONFIDENCE_ASSUMED = 0.7  # VTT from air alone agrees with surveys in about 70 % (Menneer 2022)

RULES = Rules(
    raise_from=Severity.MEDIUM,
    dwell=timedelta(hours=24),
    clear=timedelta(days=14),
    lookback=timedelta(days=7) + timedelta(days=14),
)


def judge(frame: RoomFrame) -> Judgement:
    """Verdicts by the hour on surfaces that were clean when the frame began; raises NotHourly."""
    return judge_from(frame, MouldState.clean(len(frame.rows)), checkpoint_hours=0)[0]


def judge_from(
    frame: RoomFrame, before: MouldState, *, checkpoint_hours: int
) -> tuple[Judgement, MouldState]:
    """Verdicts that take up the index where `before`, at the frame's first instant, left it.

    Also gives the state after the frame's first `checkpoint_hours` hours, with which a frame that
    begins there goes on. Hours without weather, temperature or humidity are UNKNOWN, and so is
    everything until KNOWN_HOURS_MIN of a week's hours are known. Raises NotHourly, and ValueError
    for a checkpoint outside the frame's whole hours.
    """
    surface = surface_hours(frame)
    measured_index, checkpoint = _indices(surface, before, checkpoint_hours)
    known = ~np.isnan(measured_index)
    known_hours = trailing_sum(known, WEEK_H)
    index, rise = _held_index_and_rise(measured_index, before)
    share = _growth_share(surface, known_hours)
    ahead = np.where(index >= AHEAD_INDEX_MIN, index + AHEAD_WEEKS * np.maximum(rise, 0), index)
    score = _score(index, ahead, share)
    severity = _severity(score, share)
    severity[~known | (known_hours < KNOWN_HOURS_MIN)] = UNKNOWN
    grows_on = (ahead >= HOLD_INDEX) & (share >= GROWTH_SHARE_MIN)
    judgement = Judgement(
        detector=NAME,
        rows=frame.rows,
        start=frame.start + timedelta(seconds=HOUR_S),
        step_s=HOUR_S,
        severity=severity,
        holds=grows_on | (index >= HOLD_VISIBLE_INDEX),
        confidence=_confidence(surface, known_hours),
        onset=last_where(index < ONSET_INDEX) + 1,
        evidence=_evidence(surface, index, score, share, rise),
        sentence=sentence,
    )
    return judgement, checkpoint


def sentence(evidence: Mapping[str, float]) -> str:
    """What a person is told for the numbers of an alert."""
    said = []
    share_pct = round(evidence["growth_share_pct"])
    if share_pct > 0:
        time = "all of the last week" if share_pct >= 100 else f"{share_pct} % of the last week"
        said.append(f"The coldest surfaces here were damp enough for mould to grow for {time}.")
    said.append(
        f"The estimated mould index is {evidence['mould_index']:.1f} on a scale to 6, where 1 "
        f"shows only under a microscope and from {VISIBLE_INDEX:.0f} mould can be seen."
    )
    weeks = evidence.get("weeks_to_index_3")
    if weeks is not None:
        about = round(max(weeks, 1))
        span = "a week" if about == 1 else f"{about} weeks"
        said.append(f"If nothing changes, that may be in about {span}.")
    if evidence["f_rsi_assumed"]:
        said.append(assumed_words(evidence["f_rsi"]))
    return " ".join(said)


def _indices(
    surface: SurfaceHours, before: MouldState, checkpoint_hours: int
) -> tuple[Floats, MouldState]:
    if not 0 <= checkpoint_hours <= surface.hours.steps:
        raise ValueError(
            f"no checkpoint after {checkpoint_hours} h; the frame has {surface.hours.steps} h"
        )

    def go_on(state: MouldState, hours: slice) -> tuple[Floats, MouldState]:
        return grow(
            state,
            surface.temp_c[:, hours],
            surface.humidity_pct[:, hours],
            step_h=1.0,
            sensitivity=MATERIAL,
            decline=DECLINE,
        )

    first, checkpoint = go_on(before, slice(0, checkpoint_hours))
    rest, _ = go_on(checkpoint, slice(checkpoint_hours, None))
    return np.hstack([first, rest]), checkpoint


def _held_index_and_rise(measured_index: Floats, before: MouldState) -> tuple[Floats, Floats]:
    """The index with unknown hours filled by the last known, and its rise in the last week.

    In the first week of a frame the rise is that since the frame's start, so too small.
    """
    hours = measured_index.shape[1]
    index = held(np.hstack([before.index[:, np.newaxis], measured_index]), limit=hours)
    week_ago = np.maximum(np.arange(1, hours + 1) - WEEK_H, 0)
    return index[:, 1:], index[:, 1:] - index[:, week_ago]


def _growth_share(surface: SurfaceHours, known_hours: Floats) -> Floats:
    """The share of the week's known hours in which mould grows (0 to 1)."""
    grows = growing(
        surface.temp_c,
        surface.humidity_pct,
        humidity_min_pct=SENSITIVITIES[MATERIAL].humidity_min_pct,
    )
    return trailing_sum(grows, WEEK_H) / np.maximum(known_hours, 1)


def _score(index: Floats, ahead: Floats, share: Floats) -> Floats:
    score = np.interp(ahead, SCORE_INDEX, SCORE)
    dormant = (share < GROWTH_SHARE_MIN) & (index < VISIBLE_INDEX)
    return np.where(dormant, np.minimum(score, DORMANT_SCORE_MAX), score)


def _severity(score: Floats, share: Floats) -> Severities:
    persists = np.where(share >= GROWTH_SHARE_LOW, int(Severity.LOW), NOTHING)
    severity = np.where(score >= SCORE[1], int(Severity.MEDIUM), persists)
    return np.where(score >= SCORE[2], int(Severity.HIGH), severity).astype(np.int8)


def _confidence(surface: SurfaceHours, known_hours: Floats) -> Floats:
    guessed = _guessed(surface)
    return np.where(guessed, CONFIDENCE_ASSUMED, CONFIDENCE) * np.minimum(known_hours / WEEK_H, 1)


def _guessed(surface: SurfaceHours) -> Booleans:
    return surface.assumed[:, np.newaxis] & ~surface.measured


def _evidence(
    surface: SurfaceHours, index: Floats, score: Floats, share: Floats, rise: Floats
) -> dict[str, Floats]:
    hours = surface.hours
    return {
        "mould_index": index,
        "mould_score": score,
        "growth_share_pct": 100.0 * share,
        "surface_humidity_pct": trailing_mean(surface.humidity_pct, WEEK_H),
        "rel_humidity_pct": trailing_mean(hours["rel_humidity_pct"], WEEK_H),
        "air_temp_c": trailing_mean(hours["air_temp_c"], WEEK_H),
        "f_rsi": np.broadcast_to(surface.f_rsi[:, np.newaxis], index.shape),
        "f_rsi_assumed": _guessed(surface).astype(np.float32),
        "weeks_to_index_1": _weeks_to(1.0, index, rise),
        "weeks_to_index_3": _weeks_to(VISIBLE_INDEX, index, rise),
    }


def _weeks_to(goal: float, index: Floats, rise: Floats) -> Floats:
    """Weeks until the index reaches `goal` at the last week's rise; NaN if not within WEEKS_MAX."""
    on_its_way = (index < goal) & (rise * WEEKS_MAX >= goal - index)
    return ratio(goal - index, rise, where=on_its_way)
