"""One block of homes, judged: samples in, episodes and states to remember out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import psycopg

from core.findings import Episode
from core.quantities import Kind
from detectors import mould_risk, silent
from detectors.episodes import episodes
from detectors.frame import BoilerFrame, RoomFrame, Row
from detectors.judgement import Judgement, Rules
from detectors.mould import MouldState
from detectors.placing import STEP_S, boiler_frame, room_frame, steps_between
from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS
from detectors.run.candidates import Candidate
from detectors.run.placed import stay
from detectors.run.windows import Window
from store import frames
from store.alerts import DetectorState, KnownAlert

VERSION = "1"
"""To be raised when a detector's verdicts on the same data change: its states are then void."""


_HALF_STEP = timedelta(seconds=STEP_S / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What one detector says of a block, with its rules for alerts."""

    judgement: Judgement
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockVerdicts:
    """What all detectors say of a block, and what they carry on to the next window."""

    verdicts: tuple[Verdict, ...]
    states: tuple[DetectorState, ...] = ()
    damp_scores: Mapping[tuple[str, str], float]


def judge_rooms(
    conn: psycopg.Connection,
    block: Sequence[Candidate],
    window: Window,
    before: Mapping[Row, DetectorState],
) -> BlockVerdicts:
    """The room detectors over a block of homes; `before` are the mould states at its start."""
    stays = [stay(place, not_before=one.tenancy.began_at) for one in block for place in one.places]
    weather_ids = {one.weather_device_id for one in stays if one.weather_device_id is not None}
    frame = room_frame(
        stays,
        _samples(conn, Kind.ROOM, (one.device_id for one in stays), window),
        _samples(conn, Kind.WEATHER, weather_ids, window),
        window.start,
        steps_between(window.start, window.end),
    )
    checkpoint_h = min(window.checkpoint_h, frame.steps // frame.steps_per_hour)
    judgement, checkpoint = mould_risk.judge_from(
        frame, _mould_state(frame.rows, before), checkpoint_hours=checkpoint_h
    )
    others = (
        Verdict(judgement=detector.judge(frame), rules=detector.rules)
        for detector in ROOM_DETECTORS
        if detector.name not in (mould_risk.NAME, silent.NAME)
    )
    return BlockVerdicts(
        verdicts=(Verdict(judgement=judgement, rules=mould_risk.RULES), *others),
        states=_states_to_keep(frame, checkpoint, window),
        damp_scores=_damp_scores(judgement),
    )


def judge_boilers(
    conn: psycopg.Connection, block: Sequence[Candidate], window: Window
) -> BlockVerdicts:
    """The boiler detectors over a block of homes."""
    stays = [stay(place, not_before=one.tenancy.began_at) for one in block for place in one.places]
    table = _samples(conn, Kind.BOILER, (one.device_id for one in stays), window)
    frame: BoilerFrame = boiler_frame(
        stays, table, window.start, steps_between(window.start, window.end)
    )
    verdicts = tuple(
        Verdict(judgement=detector.judge(frame), rules=detector.rules)
        for detector in BOILER_DETECTORS
        if detector.name != silent.NAME
    )
    return BlockVerdicts(verdicts=verdicts, damp_scores={})


def episodes_by_home(
    verdict: Verdict, known: Iterable[KnownAlert], since: datetime
) -> dict[tuple[str, str], list[Episode]]:
    """What a verdict makes of each home from `since` on, alerts then open going on."""
    judgement, rules = verdict.judgement, verdict.rules
    rows = {row: position for position, row in enumerate(judgement.rows)}
    open_before = {}
    for alert in known:
        told = alert.episode
        row = rows.get(Row(alert.landlord_id, told.home_id, told.place))
        still_open = told.cleared_at is None or told.cleared_at >= since
        if row is not None and told.raised_at < since and still_open and not alert.refuted:
            open_before[row] = replace(told, cleared_at=None)
    found: dict[tuple[str, str], list[Episode]] = {}
    for position, episode in episodes(
        judgement,
        dwell_steps=rules.dwell_steps(judgement.step_s),
        clear_steps=rules.clear_steps(judgement.step_s),
        raise_from=rules.raise_from,
        since_step=_step_at(judgement, since),
        open_before=open_before,
    ):
        owner = judgement.rows[position]
        found.setdefault((owner.landlord_id, owner.home_id), []).append(episode)
    return found


def _step_at(judgement: Judgement, at: datetime) -> int:
    """The first step whose verdict was given at `at` or later."""
    passed_s = (at - judgement.start).total_seconds()
    steps = judgement.severity.shape[1]
    return int(np.clip(-(-passed_s // judgement.step_s), 0, steps))


def _samples(
    conn: psycopg.Connection, kind: Kind, device_ids: Iterable[int], window: Window
) -> frames.SampleTable:
    return frames.samples(
        conn, kind, device_ids, window.start - _HALF_STEP, window.end + _HALF_STEP
    )


def _mould_state(rows: Sequence[Row], before: Mapping[Row, DetectorState]) -> MouldState:
    state = MouldState.clean(len(rows))
    for position, row in enumerate(rows):
        if row in before:
            state.index[position] = before[row].state["index"]
            state.dry_h[position] = before[row].state["dry_h"]
    return state


def _states_to_keep(
    frame: RoomFrame, checkpoint: MouldState, window: Window
) -> tuple[DetectorState, ...]:
    if window.next_start == window.start:
        return ()
    return tuple(
        DetectorState(
            landlord_id=row.landlord_id,
            home_id=row.home_id,
            place=row.place,
            detector=mould_risk.NAME,
            version=VERSION,
            at=window.next_start,
            state={"index": float(index), "dry_h": float(dry_h)},
        )
        for row, index, dry_h in zip(frame.rows, checkpoint.index, checkpoint.dry_h, strict=True)
    )


def _damp_scores(judgement: Judgement) -> dict[tuple[str, str], float]:
    """The worst score among each home's rooms at the last hour in which one was known."""
    worst: dict[tuple[str, str], float] = {}
    scores = np.where(judgement.severity >= 0, judgement.evidence["mould_score"], np.nan)
    for position, row in enumerate(judgement.rows):
        known = np.flatnonzero(~np.isnan(scores[position]))
        if len(known):
            home = (row.landlord_id, row.home_id)
            score = float(scores[position, known[-1]])
            worst[home] = max(worst.get(home, 0.0), score)
    return worst
