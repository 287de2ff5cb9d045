"""Readings by the hour: kept in step with the readings, however late or doubled these come.

Every commit of ingest leaves a line in `rollup_arrivals`. `take_in` folds the lines into the spans
that are due, one row a device; `roll_up` computes due hours anew from all of their readings. Both
take away what they have done in the transaction that does it, so a crash between repeats and loses
nothing, and doing it twice changes nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.quantities import QUANTITIES, Form, Kind, Quantity

ROLLED_KINDS = (Kind.ROOM, Kind.BOILER)
"""The kinds that are kept by the hour; no chart shows the weather."""

LINES_MAX = 100
"""Lines of one step: of ingest's largest batches 400,000 devices, a second or two of work."""
HOURS_MAX = 2_000
"""Hours of one step: of a reading a minute 120,000 readings, of one a second ten seconds' work."""

_HOUR = timedelta(hours=1)
# A step stays within a few chunks: over hours that are years apart it is planned and run over all
# chunks between, and takes half a minute instead of half a second.
_REACH = timedelta(days=28)
_ROLLUP_LOCK = 7133701809754865670  # who computes hours and who erases them take turns


@dataclass(frozen=True, slots=True)
class Due:
    """Whole hours [since, until) of a device that are to be computed."""

    device_id: int
    since: datetime
    until: datetime

    @property
    def hours(self) -> int:
        """How many they are."""
        return (self.until - self.since) // _HOUR


def take_in(conn: psycopg.Connection) -> int:
    """Fold at most LINES_MAX lines into what is due, in a transaction; how many there were."""
    with conn.transaction():
        _take_turns(conn)
        row = conn.execute(_TAKE_IN, {"most": LINES_MAX}).fetchone()
    return int(row[0]) if row else 0


def roll_up(conn: psycopg.Connection, kind: Kind, *, now: datetime) -> int:
    """Compute some due hours, at most HOURS_MAX, in a transaction; how many, 0 when none is due.

    The newest come first, so that replayed years and wrong clocks keep no live hour waiting. Only
    hours that are over at `now` are computed; the one that is running stays due. An hour without
    a reading is taken away.
    """
    with conn.transaction():
        _take_turns(conn)
        over_until = now.replace(minute=0, second=0, microsecond=0)
        due = first_hours(_newest_due(conn, kind, over_until), HOURS_MAX)
        if not due:
            return 0
        values = _values(kind, due)
        conn.execute(_FINISH, values)
        _compute(conn, kind, values)
    return sum(one.hours for one in due)


def first_hours(due: Iterable[Due], hours_max: int) -> list[Due]:
    """The first `hours_max` hours of what is due, the newest span first.

    The last span is cut where they end; those that begin long before the first are left out.
    """
    taken: list[Due] = []
    left = hours_max
    for one in due:
        if left == 0 or (taken and one.since < taken[0].since - _REACH):
            break
        until = min(one.until, one.since + left * _HOUR)
        taken.append(Due(one.device_id, one.since, until))
        left -= taken[-1].hours
    return taken


def forget_hours(
    conn: psycopg.Connection,
    kind: Kind,
    device_ids: Sequence[int],
    since: datetime,
    until: datetime,
) -> int:
    """Make the hours follow from what is left after an erasure; how many were taken away.

    Call it in the transaction that erased these devices' readings in [since, until), after that: no
    hour that was computed with them stays behind. An hour that the span cuts is computed again.
    """
    _take_turns(conn)
    first, last = _hour_of(since), _hour_of(until)
    values = {"kind": kind.value, "devices": list(device_ids), "first": first, "until": until}
    cut = {hour for hour, edge in ((first, since), (last, until)) if hour != edge}
    gone = conn.execute(_TABLES[kind].forget, values).rowcount
    if cut:
        conn.execute(_DUE_AGAIN, values | {"hours": sorted(cut)})
    return gone


def _take_turns(conn: psycopg.Connection) -> None:
    """A statement of its own, so that what is read after it is what the one before left."""
    conn.execute("SELECT pg_advisory_xact_lock(%(key)s)", {"key": _ROLLUP_LOCK})


def _newest_due(conn: psycopg.Connection, kind: Kind, over_until: datetime) -> list[Due]:
    rows = conn.execute(_NEWEST_DUE, {"kind": kind.value, "over": over_until, "most": HOURS_MAX})
    return [Due(*row) for row in rows]


def _compute(conn: psycopg.Connection, kind: Kind, values: dict[str, Any]) -> None:
    # Never prepared: the planner has to see the bounds to leave other chunks alone.
    conn.execute(_TABLES[kind].clear, values, prepare=False)
    conn.execute(_TABLES[kind].compute, values, prepare=False)


def _values(kind: Kind, due: Sequence[Due]) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "devices": [one.device_id for one in due],
        "since": [one.since for one in due],
        "until": [one.until for one in due],
        "first": min(one.since for one in due),
        "last": max(one.until for one in due),
    }


def _hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


_TAKE_IN: LiteralString = """
    WITH taken AS (
        DELETE FROM rollup_arrivals WHERE arrival_id IN (
            SELECT arrival_id FROM rollup_arrivals ORDER BY arrival_id LIMIT %(most)s)
        RETURNING kind, device_ids, first_at, last_at),
    fresh AS (
        SELECT kind, one.device_id,
               range_agg(tstzrange(time_bucket('1 hour', one.first_at),
                                   time_bucket('1 hour', one.last_at) + interval '1 hour')) AS spans
        FROM taken, unnest(device_ids, first_at, last_at) AS one (device_id, first_at, last_at)
        GROUP BY kind, one.device_id),
    folded AS (
        INSERT INTO rollup_due AS due (kind, device_id, spans)
        SELECT kind, device_id, fresh.spans
        FROM fresh LEFT JOIN rollup_due known USING (kind, device_id)
        WHERE known.spans IS NULL OR NOT known.spans @> fresh.spans
        ON CONFLICT (kind, device_id) DO UPDATE SET spans = due.spans + excluded.spans)
    SELECT count(*) FROM taken"""
_NEWEST_DUE: LiteralString = """
    SELECT device_id, lower(span), upper(span)
    FROM (SELECT device_id, spans FROM rollup_due
          WHERE kind = %(kind)s AND lower(spans) < %(over)s
          ORDER BY lower(spans) DESC LIMIT %(most)s) AS newest,
         unnest(spans * tstzmultirange(tstzrange(NULL, %(over)s))) AS span
    ORDER BY lower(span) DESC, device_id"""
_FINISH: LiteralString = """
    WITH done AS (
        SELECT device_id, range_agg(tstzrange(since, until)) AS spans
        FROM unnest(%(devices)s::integer[], %(since)s::timestamptz[], %(until)s::timestamptz[])
             AS one (device_id, since, until)
        GROUP BY device_id),
    finished AS (
        DELETE FROM rollup_due due USING done
        WHERE due.kind = %(kind)s AND due.device_id = done.device_id
          AND done.spans @> due.spans)
    UPDATE rollup_due due SET spans = due.spans - done.spans FROM done
    WHERE due.kind = %(kind)s AND due.device_id = done.device_id
      AND NOT done.spans @> due.spans"""
_DUE_AGAIN: LiteralString = """
    INSERT INTO rollup_due AS due (kind, device_id, spans)
    SELECT %(kind)s, device_id, cut.spans
    FROM unnest(%(devices)s::integer[]) AS device_id,
         (SELECT range_agg(tstzrange(hour, hour + interval '1 hour')) AS spans
          FROM unnest(%(hours)s::timestamptz[]) AS hour) AS cut
    ON CONFLICT (kind, device_id) DO UPDATE SET spans = due.spans + excluded.spans"""
_CLEAR: LiteralString = """
    DELETE FROM {hours} h
    USING unnest(%(devices)s::integer[], %(since)s::timestamptz[], %(until)s::timestamptz[])
          AS due (device_id, since, until)
    WHERE h.device_id = due.device_id AND h.hour >= due.since AND h.hour < due.until
      AND h.hour >= %(first)s AND h.hour < %(last)s"""
# LATERAL: device by device along the key, never a whole chunk.
_COMPUTE: LiteralString = """
    INSERT INTO {hours} (device_id, hour, samples, {columns})
    SELECT due.device_id, fresh.*
    FROM unnest(%(devices)s::integer[], %(since)s::timestamptz[], %(until)s::timestamptz[])
         AS due (device_id, since, until),
    LATERAL (
        SELECT time_bucket('1 hour', r.measured_at), count(*), {values} FROM {readings} r
        WHERE r.device_id = due.device_id
          AND r.measured_at >= due.since AND r.measured_at < due.until
          AND r.measured_at >= %(first)s AND r.measured_at < %(last)s
        GROUP BY 1) AS fresh"""
_FORGET: LiteralString = """
    DELETE FROM {hours}
    WHERE device_id = ANY(%(devices)s) AND hour >= %(first)s AND hour < %(until)s"""

_NUMBER = (("min", "min({q})"), ("mean", "avg({q})"), ("max", "max({q})"), ("count", "count({q})"))
_YES_OR_NO = (("share", "avg({q}::integer)"), ("count", "count({q})"))


@dataclass(frozen=True, slots=True)
class _Table:
    clear: sql.Composed
    compute: sql.Composed
    forget: sql.Composed


def _table(kind: Kind) -> _Table:
    measures = [
        (f"{quantity.name}_{suffix}", sql.SQL(value).format(q=sql.Identifier(quantity.name)))
        for quantity in QUANTITIES[kind]
        for suffix, value in _measures(quantity)
    ]
    parts = {
        "hours": sql.Identifier(f"{kind.value}_hours"),
        "readings": sql.Identifier(f"{kind.value}_readings"),
        "columns": sql.SQL(", ").join(sql.Identifier(name) for name, _ in measures),
        "values": sql.SQL(", ").join(value for _, value in measures),
    }
    return _Table(
        clear=sql.SQL(_CLEAR).format(**parts),
        compute=sql.SQL(_COMPUTE).format(**parts),
        forget=sql.SQL(_FORGET).format(**parts),
    )


def _measures(quantity: Quantity) -> tuple[tuple[str, LiteralString], ...]:
    if quantity.form is Form.REAL:
        return _NUMBER
    return _YES_OR_NO if quantity.form is Form.BOOLEAN else ()


_TABLES = {kind: _table(kind) for kind in ROLLED_KINDS}
