"""Boilers by the minute: groups of minutes that have come are judged, and told of at once.

What a boiler's minutes before rest on is in memory, so that a sweep reads new samples alone. A
boiler that is not there, after a restart or because something came late, is read again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
import psycopg

from core.findings import Episode
from core.quantities import Kind
from detectors.arrays import Integers
from detectors.daily import RUN_UP
from detectors.episodes import BY_THE_MINUTE, Came, Standing
from detectors.frame import BoilerFrame, Row
from detectors.registry import Detectors
from detectors.run.candidates import Candidate
from detectors.run.due import Run, minute_runs
from detectors.run.memory import Memory
from detectors.run.reading import boilers_between
from detectors.run.telling import Swept, came_before, known_alerts, open_episodes, tell, unjudged
from detectors.run.watching import Watched, Watching
from detectors.run.windows import Window, whole_day
from detectors.watch import GROUP_S, Fast, Stood, judge_minutes
from store.alerts import KnownAlert
from store.judgements import HomeJudgement

BOILERS_AT_ONCE = 2_000
"""Of one frame of SHORT that goes on from memory: with all quantities 65 MB."""

BOILERS_READ_AT_ONCE = 500
"""Of one frame with a whole day: with all quantities 70 MB here, and twice that in the server."""

SHORT = timedelta(hours=1)
"""What the running service judges at once when it keeps up, and a little more."""

BOILER_DAYS_A_SWEEP = 2_000
"""Days of minutes that are read in one sweep, for what arrived is taken in the same transaction:
after an outage, or where much came late, the rest stays due. Five minutes of 20,000 boilers are 69
of them, and what these rest on is read again after a restart 5,900: three sweeps."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Key:
    """What boilers have in common that are judged in one go.

    `in_memory` says how many that may be; whether it is still so is asked when they are read.
    """

    run: Run
    in_memory: bool
    recounted: bool


def judge_due_minutes(
    conn: psycopg.Connection,
    watching: Watching,
    homes: Sequence[Watched],
    swept: Swept,
    *,
    now: datetime,
) -> Iterator[HomeJudgement]:
    """Judge the first stretch that is due of each boiler; how far they are judged then.

    Boilers beyond BOILER_DAYS_A_SWEEP are left for later, and so are the days of a longer stretch.
    """
    groups: dict[_Key, list[Watched]] = {}
    for one in homes:
        candidate, judgement = one
        run = next(minute_runs(judgement))
        in_memory = watching.memory.holds(_row(candidate), run.begin)
        key = _Key(run, in_memory, judgement.standing is None)
        groups.setdefault(key, []).append(one)
    left = BOILER_DAYS_A_SWEEP * _DAY
    for key, group in groups.items():
        is_short = key.in_memory and key.run.end - key.run.begin <= SHORT
        at_once = BOILERS_AT_ONCE if is_short else BOILERS_READ_AT_ONCE
        lead = _read_before(key, watching.detectors)
        for first in range(0, len(group), at_once):
            if left <= timedelta(0):
                return
            block = sorted(group[first : first + at_once], key=lambda one: _row(one[0]))
            run = _first_days(key.run, left / len(block) - lead)
            yield from _judge_block(conn, watching, replace(key, run=run), block, swept, now)
            left -= len(block) * (lead + run.end - run.begin)


def _read_before(key: _Key, detectors: Detectors) -> timedelta:
    """How many minutes of each boiler are read before those that are judged."""
    lead = timedelta(0) if key.in_memory else RUN_UP
    recount = recount_over(detectors.boiler_minutes) if key.recounted else timedelta(0)
    return lead + (recount + RUN_UP if recount else timedelta(0))


def _first_days(run: Run, most: timedelta) -> Run:
    """A run cut at the last midnight that it reaches in `most`, at its first one at the least."""
    if run.end - run.begin <= most:
        return run
    cut = max(whole_day(run.begin + most), whole_day(run.begin) + _DAY)
    return replace(run, end=min(run.end, cut))


def recount_over(detectors: Sequence[Fast]) -> timedelta:
    """How far back verdicts are counted where it is not known how long they have stood."""
    spans = [span for one in detectors for span in (one.rules.dwell, one.rules.clear)]
    longest = max(spans, default=timedelta(0))
    return -(-longest // timedelta(seconds=GROUP_S)) * timedelta(seconds=GROUP_S)


def _judge_block(
    conn: psycopg.Connection,
    watching: Watching,
    key: _Key,
    block: Sequence[Watched],
    swept: Swept,
    now: datetime,
) -> Iterator[HomeJudgement]:
    homes, rows = [one for one, _ in block], [_row(one) for one, _ in block]
    permits = [one.permit for one in homes]
    run, detectors = key.run, watching.detectors
    fast = detectors.boiler_minutes
    stretch = Window(start=run.begin, since=run.begin + timedelta(seconds=GROUP_S), end=run.end)
    names = [one.name for one in fast]
    known: list[KnownAlert] = []
    came: dict[str, Came] = {}
    if run.told:
        known = known_alerts(conn, permits, names, stretch)
        came = came_before(conn, permits, names, rows, stretch.since, step_s=GROUP_S)
    open_before = open_episodes(known, rows, stretch.since)
    if key.recounted:
        counted = _recounted(conn, detectors, homes, run.begin, _flapping(open_before))
    else:
        counted = _kept_standing([one.standing or {} for _, one in block], fast)
    stood = {
        name: Stood(standing=standing, open=open_before.get(name, {}), came=came.get(name, {}))
        for name, standing in counted.items()
    }
    ended: list[tuple[Row, Episode]] = []
    unknown: set[UUID] = set()
    for begin, end in _days(run):
        frame = _frame(conn, watching.memory, homes, begin, end)
        for name, told in judge_minutes(frame, detectors.boilers.believed, fast, stood).items():
            stood[name] = told.stood
            ended += [(rows[row], one) for row, one in told.episodes if one.cleared_at is not None]
            unknown |= unjudged(known, told.judgement)
        watching.memory.keep(frame, now=now)
    if run.told:
        going_on = [(rows[row], one) for each in stood.values() for row, one in each.open.items()]
        judged = [*ended, *going_on]
        tell(conn, permits, known, judged, stretch, watching.version, swept, left_open=unknown)
    for number, (_, judgement) in enumerate(block):
        standing = _standing_of(number, stood)
        yield replace(judgement, fast_until=run.end, standing=standing)


def _days(run: Run) -> Iterator[tuple[datetime, datetime]]:
    """A run in parts of a UTC day."""
    begin = run.begin
    while begin < run.end:
        end = min(whole_day(begin) + _DAY, run.end)
        yield begin, end
        begin = end


def _frame(
    conn: psycopg.Connection,
    memory: Memory,
    homes: Sequence[Candidate],
    begin: datetime,
    end: datetime,
) -> BoilerFrame:
    """The minutes of [begin, end) with RUN_UP before them.

    All are read where one of them is not in memory, for keeping others' may have emptied it. How
    warm a home's rooms were is not remembered either where they may not be looked at any more.
    """
    if not all(memory.holds(_row(one), begin) for one in homes):
        return boilers_between(conn, homes, begin - RUN_UP, end)
    frame = memory.before(boilers_between(conn, homes, begin, end))
    frame.indoor_temp_c[[not one.rooms for one in homes]] = np.nan
    return frame


def _flapping(open_before: Mapping[str, Mapping[int, Episode]]) -> list[int]:
    """The rows that have an open alert which comes and goes."""
    episodes = (one.items() for one in open_before.values())
    return sorted({row for each in episodes for row, one in each if one.flapping})


def _recounted(
    conn: psycopg.Connection,
    detectors: Detectors,
    homes: Sequence[Candidate],
    at: datetime,
    flapping: Sequence[int],
) -> dict[str, Standing]:
    """How long verdicts have stood at an instant, counted from as far back as it may matter.

    That is longer for the rows that are `flapping`: it takes a longer calm to clear these.
    """
    since = at - recount_over(detectors.boiler_minutes)
    counted = _counted(conn, detectors, homes, since, at)
    if flapping:
        some = [homes[row] for row in flapping]
        longer = _counted(conn, detectors, some, at - BY_THE_MINUTE.quiet, at)
        for name, one in longer.items():
            counted[name].trouble[flapping] = one.trouble
            counted[name].calm[flapping] = one.calm
    return counted


def _counted(
    conn: psycopg.Connection,
    detectors: Detectors,
    homes: Sequence[Candidate],
    since: datetime,
    at: datetime,
) -> dict[str, Standing]:
    """How long verdicts have stood at an instant, those from `since` on counted."""
    fast = detectors.boiler_minutes
    stood = {one.name: Stood.none(len(homes)) for one in fast}
    while since < at:
        end = min(since + _DAY, at)
        frame = boilers_between(conn, homes, since - RUN_UP, end)
        told = judge_minutes(frame, detectors.boilers.believed, fast, stood)
        stood = {name: one.stood for name, one in told.items()}
        since = end
    return {name: one.standing for name, one in stood.items()}


def _kept_standing(
    kept: Sequence[Mapping[str, float]], detectors: Sequence[Fast]
) -> dict[str, Standing]:
    return {
        one.name: Standing(
            trouble=_column(kept, f"{one.name} trouble"), calm=_column(kept, f"{one.name} calm")
        )
        for one in detectors
    }


def _column(kept: Sequence[Mapping[str, float]], name: str) -> Integers:
    return np.array([int(one.get(name, 0)) for one in kept], dtype=np.int64)


def _standing_of(number: int, stood: Mapping[str, Stood]) -> dict[str, float]:
    """What `_kept_standing` reads, of one boiler."""
    found: dict[str, float] = {}
    for name, one in stood.items():
        found[f"{name} trouble"] = float(one.standing.trouble[number])
        found[f"{name} calm"] = float(one.standing.calm[number])
    return found


def _row(one: Candidate) -> Row:
    return Row(*one.home, Kind.BOILER.value)
