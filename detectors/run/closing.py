"""Days that are over: worked out from their readings, kept as numbers, judged with those before."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import psycopg

from core.quantities import Kind
from detectors.arrays import Floats
from detectors.daily import DAY_S, RUN_UP, Features, day_of_boilers, day_of_rooms
from detectors.episodes import Came
from detectors.frame import Row
from detectors.registry import Detectors
from detectors.run.candidates import Candidate
from detectors.run.due import LATE, Run, day_runs
from detectors.run.kept_days import history, to_keep
from detectors.run.placed import stay
from detectors.run.reading import boilers_between, rooms_between
from detectors.run.telling import Swept, came_before, known_alerts, open_episodes, tell, unjudged
from detectors.run.watching import Watched, Watching
from detectors.run.windows import Window
from detectors.watch import KEPT_DAYS, Daily, Stood, judge_days
from store import days
from store.alerts import KnownAlert
from store.judgements import HomeJudgement

HOMES_AT_ONCE = 500
"""Of one frame: a day of so many boilers with all quantities takes 70 MB."""

AREA_AT_ONCE = 2_000
"""Homes of one area are judged in one frame, for some detectors compare them; a larger area than
this is cut, and its parts are compared among themselves (280 MB)."""

DAMP_SCORE = "damp_score"
"""The feature that a home is ranked by, 0 to 100; of its rooms the worst counts."""

_DAY = timedelta(days=1)
_LOOK_BACK = KEPT_DAYS * _DAY


def judge_due_days(
    conn: psycopg.Connection,
    watching: Watching,
    kind: Kind,
    homes: Sequence[Watched],
    swept: Swept,
    *,
    most_home_days: int,
) -> Iterator[HomeJudgement]:
    """Judge the first days that are due of each home; how far they are judged then.

    Areas beyond `most_home_days` are left for later, and so are days: of one area one day is always
    judged.
    """
    groups: dict[Run, list[Watched]] = {}
    for one in homes:
        groups.setdefault(next(day_runs(one[1])), []).append(one)
    left = most_home_days
    for run, group in groups.items():
        for block in blocks(group):
            if left <= 0:
                return
            length = min((run.end - run.begin) // _DAY, max(left // len(block), 1))
            first_days = replace(run, end=run.begin + length * _DAY)
            yield from _judge_block(conn, watching, kind, first_days, block, swept)
            left -= length * len(block)


def blocks(homes: Sequence[Watched]) -> Iterator[list[Watched]]:
    """Homes that are judged in one frame, those of an area together.

    At most HOMES_AT_ONCE unless a single area has more, and never more than AREA_AT_ONCE.
    """
    areas: dict[tuple[str, str], list[Watched]] = {}
    for one in homes:
        areas.setdefault(one[0].area, []).append(one)
    block: list[Watched] = []
    for area in areas.values():
        if block and len(block) + len(area) > HOMES_AT_ONCE:
            yield block
            block = []
        *full, rest = (
            area[first : first + AREA_AT_ONCE] for first in range(0, len(area), AREA_AT_ONCE)
        )
        yield from full
        block = [*block, *rest]
    if block:
        yield block


def _judge_block(
    conn: psycopg.Connection,
    watching: Watching,
    kind: Kind,
    run: Run,
    block: Sequence[Watched],
    swept: Swept,
) -> Iterator[HomeJudgement]:
    homes, permits = [one for one, _ in block], [one.permit for one, _ in block]
    detectors, version = watching.detectors, watching.version
    keys = [one.home for one in homes]
    since = (run.begin - _LOOK_BACK).date()
    kept = days.days_between(conn, keys, kind, since, run.begin.date())
    rows = rows_of(homes)
    past = history(kept, rows, version, until=run.begin)
    if kind is Kind.BOILER:
        unseen = {one.home for one in homes if not one.rooms}
        refused = [at for at, row in enumerate(rows) if (row.landlord_id, row.home_id) in unseen]
        past = past.without(detectors.boilers.indoor, refused)
    fresh, f_rsi = _work_out(conn, detectors, kind, homes, run, past.last)
    of_devices, others = _daily(detectors, kind)
    stretch = Window(start=past.start, since=run.begin + _DAY, end=run.end)
    names = [one.name for one in (*of_devices, *others)]
    known: list[KnownAlert] = []
    came: dict[str, Came] = {}
    if run.told:
        known = known_alerts(conn, permits, names, stretch)
        came = came_before(conn, permits, names, rows, stretch.since, step_s=DAY_S)
    open_before = open_episodes(known, rows, stretch.since)
    stood = {
        name: Stood(standing=standing, open=open_before.get(name, {}), came=came.get(name, {}))
        for name, standing in past.standing((*of_devices, *others), len(rows)).items()
    }
    frame = past.frame(fresh, rows, f_rsi)
    told = judge_days(frame, of_devices, others, stood, since=past.days)
    if run.told:
        judged = [(rows[row], one) for each in told.values() for row, one in each.episodes]
        unknown = {one for each in told.values() for one in unjudged(known, each.judgement)}
        tell(conn, permits, known, judged, stretch, version, swept, left_open=unknown)
    after = {name: one.after_each for name, one in told.items()}
    kept_now = to_keep(rows, version, begin=run.begin, fresh=fresh, standing=after)
    days.keep_days(conn, kind, kept_now)
    days.forget_days(conn, keys, kind, (run.end - LATE - _LOOK_BACK - _DAY).date())
    swept.home_days += len(block) * len(fresh)
    scores = _damp_scores(rows, fresh[-1])
    for one, judgement in block:
        score = scores.get(one.home, judgement.damp_score)
        yield replace(judgement, days_until=run.end, damp_score=score)


def rows_of(homes: Sequence[Candidate]) -> tuple[Row, ...]:
    """The rows of the frames of these homes."""
    return tuple(
        sorted(
            {
                stay(place, not_before=one.tenancy.began_at).row
                for one in homes
                for place in one.places
            }
        )
    )


def _work_out(
    conn: psycopg.Connection,
    detectors: Detectors,
    kind: Kind,
    homes: Sequence[Candidate],
    run: Run,
    before: Features,
) -> tuple[list[Features], Floats]:
    """The features of every day of a run, one after another, and each row's `f_rsi`."""
    fresh: list[Features] = []
    f_rsi: Floats = np.full(len(rows_of(homes)), np.nan)
    for number in range((run.end - run.begin) // _DAY):
        day = run.begin + number * _DAY
        if kind is Kind.ROOM:
            rooms = rooms_between(conn, homes, day - RUN_UP, day + _DAY)
            before = day_of_rooms(detectors.rooms, rooms, before)
            f_rsi = rooms.f_rsi
        else:
            boilers = boilers_between(conn, homes, day - RUN_UP, day + _DAY)
            before = day_of_boilers(detectors.boilers, boilers)
        fresh.append(before)
    return fresh, f_rsi


def _daily(detectors: Detectors, kind: Kind) -> tuple[tuple[Daily, ...], tuple[Daily, ...]]:
    if kind is Kind.ROOM:
        return detectors.room_devices, detectors.room_days
    return detectors.boiler_devices, detectors.boiler_days


def _damp_scores(rows: Sequence[Row], last: Features) -> dict[tuple[str, str], float]:
    """The worst score of each home's rooms on a day; homes of which none is known are left out."""
    worst: dict[tuple[str, str], float] = {}
    if DAMP_SCORE not in last:
        return worst
    for row, score in zip(rows, last[DAMP_SCORE].tolist(), strict=True):
        if score == score:
            home = (row.landlord_id, row.home_id)
            worst[home] = max(worst.get(home, 0.0), min(score, 100.0))
    return worst
