"""One sweep: what is new in the store is judged, and the alerts are brought up to it.

First what arrived is taken away and counted in, and boilers are judged by the minute, so many
minutes at most, in one transaction; then days that are over, some of them, in another. What is left
to judge is written down with what arrived, and judging again what was judged already changes
nothing, so a sweep that fails, or a process that is killed, repeats and loses nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg

from core.quantities import Kind
from detectors.mass_events import within_of
from detectors.run.candidates import HomeKey, HomesKnown
from detectors.run.closing import judge_due_days
from detectors.run.due import AREA_SETTLES, of_version
from detectors.run.forgetting import close_refused, forget_refused
from detectors.run.grouping import group_alerts
from detectors.run.minutes import judge_due_minutes
from detectors.run.news import KINDS, take_news
from detectors.run.telling import Swept
from detectors.run.watching import Watched, Watching
from store import judgements
from store.judgements import HomeJudgement

HOME_DAYS_A_SWEEP = 500
"""Days of each kind that are closed before minutes have their turn again: ten seconds or so for
both, more where a larger area is closed whole. Twenty thousand homes' midnight takes some minutes
in such portions. Homes least behind come first, so that wrong clocks hold up nobody else."""

BOILERS_A_SWEEP = 20_000
"""Boilers judged by the minute in one sweep; those least behind come first, the others next. Over
how long is for minutes.BOILER_DAYS_A_SWEEP to say."""

_FORGET_AFTER = timedelta(days=1)


def sweep(conn: psycopg.Connection, watching: Watching, *, now: datetime) -> Swept:
    """Judge what arrived since the last sweep; `now` is the wall clock, for consent alone.

    `Swept.due` says that more is left to judge than one sweep does.
    """
    swept, known = Swept(), HomesKnown()
    within = within_of(watching.detectors)
    with conn.transaction():
        swept.closed += close_refused(conn, watching.detectors, now=now)
        forget_refused(conn, watching, now=now)
        take_news(conn, watching, known, swept, now=now)
        _judge_minutes(conn, watching, known, swept, now=now)
        group_alerts(conn, swept, within=within)
    with conn.transaction():
        _judge_days(conn, watching, known, swept, now=now)
        group_alerts(conn, swept, within=within)
        swept.due = judgements.is_anything_due(conn, area_settles=AREA_SETTLES)
    watching.memory.forget(heard_before=now - _FORGET_AFTER)
    return swept


def _judge_minutes(
    conn: psycopg.Connection, watching: Watching, known: HomesKnown, swept: Swept, *, now: datetime
) -> None:
    due = judgements.minutes_due(conn, most=BOILERS_A_SWEEP)
    allowed, refused = _allowed(conn, watching, known, due, Kind.BOILER, now=now)
    judged = judge_due_minutes(conn, watching, allowed, swept, now=now)
    advanced = [*judged, *(replace(one, fast_due=one.fast_until) for one in refused)]
    judgements.keep_home_judgements(conn, advanced)


def _judge_days(
    conn: psycopg.Connection, watching: Watching, known: HomesKnown, swept: Swept, *, now: datetime
) -> None:
    for kind in KINDS:
        most = HOME_DAYS_A_SWEEP
        due = judgements.days_due(conn, kind, area_settles=AREA_SETTLES, most=most)
        allowed, refused = _allowed(conn, watching, known, due, kind, now=now)
        judged = judge_due_days(conn, watching, kind, allowed, swept, most_home_days=most)
        advanced = [*judged, *(replace(one, days_due=one.days_until) for one in refused)]
        judgements.keep_home_judgements(conn, advanced)


def _allowed(
    conn: psycopg.Connection,
    watching: Watching,
    known: HomesKnown,
    due: Mapping[HomeKey, HomeJudgement],
    kind: Kind,
    *,
    now: datetime,
) -> tuple[list[Watched], Iterable[HomeJudgement]]:
    """The homes that may be judged now, before the detectors that run, and those that may not.

    Of these nothing is due.
    """
    known.read(conn, due)
    allowed, refused = [], []
    for home, judgement in due.items():
        candidate = known.candidate(home, kind, now=now)
        if candidate is None or candidate.tenancy.tenancy_id != judgement.tenancy_id:
            refused.append(judgement)
        else:
            allowed.append((candidate, of_version(judgement, watching.version)))
    return allowed, refused
