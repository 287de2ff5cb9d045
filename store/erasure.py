"""Erasing what was measured in a home, or in one tenancy's time there, in bounded transactions.

Readings go, with their hours, their rejected messages, their arrivals and what the detectors carry
on from them. The consent ledger stays, for it proves what was allowed; alerts and repairs stay, for
the landlord answers for them by law.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from core.quantities import Kind
from store.hours import ROLLED_KINDS, forget_hours
from store.retention import READINGS, delete_rows, portions
from store.session import act_for

MEASURED_IN_HOMES = (Kind.ROOM, Kind.BOILER)
"""The weather belongs to nobody's home."""

_REJECTIONS_A_STEP = 1_000
# What ingest takes may be ten minutes ahead of our clock; a day is beyond all of it.
_AHEAD = timedelta(days=1)


class NotThere(LookupError):
    """The landlord has no such home, or the home no such tenancy; the text says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose data is to be erased: a home's, or of that one tenancy's time, of these kinds."""

    landlord_id: str
    home_id: str
    tenancy_id: str | None = None
    kinds: tuple[Kind, ...] = MEASURED_IN_HOMES


@dataclass(frozen=True, slots=True)
class Stretch:
    """Devices of one kind in the time [since, until) that they stood in the home."""

    kind: Kind
    device_ids: tuple[int, ...]
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """How much there is to erase, or was erased; arrivals are devices' entries in them."""

    readings: int = 0
    hours: int = 0
    rejections: int = 0
    arrivals: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Staying:
    """What an erasure leaves: lines of the ledger, alerts and repairs of the scope."""

    ledger_lines: int
    alerts: int
    repairs: int


def stretches(conn: psycopg.Connection, scope: Scope, *, now: datetime) -> list[Stretch]:
    """Where and when what is to be erased was measured. Raises NotThere."""
    with conn.transaction():
        act_for(conn, scope.landlord_id)
        _check_there(conn, scope)
        rows = conn.execute(
            """SELECT d.kind, d.device_id, greatest(p.placed_at, t.began_at),
                      least(p.removed_at, t.ended_at, %(end)s)
               FROM placements p JOIN devices d USING (device_id)
               LEFT JOIN tenancies t ON t.tenancy_id = %(tenancy)s
               WHERE p.home_id = %(home)s AND d.kind = ANY(%(kinds)s)
                 AND greatest(p.placed_at, t.began_at)
                     < least(p.removed_at, t.ended_at, %(end)s)
               ORDER BY 3, 4, 1, 2""",
            _values(scope) | {"end": now + _AHEAD},
        ).fetchall()
    together: dict[tuple[Kind, datetime, datetime], list[int]] = defaultdict(list)
    for kind, device_id, since, until in rows:
        together[Kind(kind), since, until].append(device_id)
    return [
        Stretch(kind, tuple(devices), since, until)
        for (kind, since, until), devices in together.items()
    ]


def survey(conn: psycopg.Connection, scope: Scope, found: Sequence[Stretch]) -> Contents:
    """What an erasure of these stretches would delete."""
    contents = Contents()
    for stretch in found:
        with conn.transaction():
            act_for(conn, scope.landlord_id)
            contents = _sum(
                contents,
                Contents(
                    readings=_count(conn, _COUNT_READINGS[stretch.kind], stretch),
                    hours=_count(conn, _COUNT_HOURS[stretch.kind], stretch),
                    rejections=_count(conn, _COUNT_REJECTIONS, stretch),
                    arrivals=_count(conn, _COUNT_ARRIVALS, stretch),
                ),
            )
    return contents


def staying(conn: psycopg.Connection, scope: Scope) -> Staying:
    """What stays of the scope when it is erased."""
    with conn.transaction():
        act_for(conn, scope.landlord_id)
        row = conn.execute(
            """WITH whose AS (
                   SELECT tenancy_id FROM tenancies WHERE home_id = %(home)s
                     AND (%(tenancy)s::text IS NULL OR tenancy_id = %(tenancy)s))
               SELECT (SELECT count(*) FROM consent_events JOIN whose USING (tenancy_id)),
                      (SELECT count(*) FROM alerts WHERE home_id = %(home)s AND (
                          %(tenancy)s::text IS NULL OR tenancy_id = %(tenancy)s)),
                      (SELECT count(*) FROM repairs JOIN whose USING (tenancy_id))""",
            _values(scope),
        ).fetchone()
    if row is None:
        raise RuntimeError("a count gave no row")
    return Staying(ledger_lines=row[0], alerts=row[1], repairs=row[2])


def erase(conn: psycopg.Connection, scope: Scope, found: Sequence[Stretch]) -> Iterator[Contents]:
    """Erase the stretches; what each transaction deleted, when it is committed.

    In the end, uncounted, goes what the detectors carry on, also where there are no stretches. Safe
    to break off and to do again. The connection must be in autocommit.
    """
    for stretch in found:
        yield from _erase_readings(conn, stretch)
        yield from _erase_rejections(conn, scope, stretch)
        with conn.transaction():
            act_for(conn, scope.landlord_id)
            arrivals = _count(conn, _COUNT_ARRIVALS, stretch)
            conn.execute(_CLEAR_ARRIVALS, _of(stretch))
        yield Contents(arrivals=arrivals)
    _forget_carried_on(conn, scope)


def _forget_carried_on(conn: psycopg.Connection, scope: Scope) -> None:
    """Delete days and what is known of judging, whichever devices stood in the home then.

    A boiler's days rest on the rooms too.
    """
    kinds = {*scope.kinds, Kind.BOILER} if Kind.ROOM in scope.kinds else set(scope.kinds)
    values = _values(scope) | {"kinds": [kind.value for kind in kinds]}
    with conn.transaction():
        act_for(conn, scope.landlord_id)
        conn.execute(_FORGET_DAYS, values)
        conn.execute(_FORGET_JUDGEMENTS, values)


def _erase_readings(conn: psycopg.Connection, stretch: Stretch) -> Iterator[Contents]:
    devices, table = list(stretch.device_ids), READINGS[stretch.kind]
    for since, until in portions(conn, table, devices, stretch.since, stretch.until):
        with conn.transaction():
            readings = delete_rows(conn, table, devices, since, until)
            hours = forget_hours(conn, stretch.kind, devices, since, until)
        yield Contents(readings=readings, hours=hours)
    # Hours outlive their readings where whole chunks of these were dropped.
    with conn.transaction():
        hours = forget_hours(conn, stretch.kind, devices, stretch.since, stretch.until)
    yield Contents(hours=hours)


def _erase_rejections(
    conn: psycopg.Connection, scope: Scope, stretch: Stretch
) -> Iterator[Contents]:
    while True:
        with conn.transaction():
            act_for(conn, scope.landlord_id)
            gone = conn.execute(
                _DELETE_REJECTIONS, _of(stretch) | {"most": _REJECTIONS_A_STEP}
            ).rowcount
        if not gone:
            return
        yield Contents(rejections=gone)


def _check_there(conn: psycopg.Connection, scope: Scope) -> None:
    home = conn.execute("SELECT FROM homes WHERE home_id = %(home)s", _values(scope)).fetchone()
    if home is None:
        raise NotThere(f"landlord {scope.landlord_id} has no home {scope.home_id}")
    if scope.tenancy_id is None:
        return
    tenancy = conn.execute(
        "SELECT FROM tenancies WHERE tenancy_id = %(tenancy)s AND home_id = %(home)s",
        _values(scope),
    ).fetchone()
    if tenancy is None:
        raise NotThere(f"home {scope.home_id} has no tenancy {scope.tenancy_id}")


def _sum(one: Contents, other: Contents) -> Contents:
    return Contents(
        readings=one.readings + other.readings,
        hours=one.hours + other.hours,
        rejections=one.rejections + other.rejections,
        arrivals=one.arrivals + other.arrivals,
    )


def total(parts: Iterator[Contents]) -> Contents:
    """All parts of an erasure together; runs it to its end."""
    contents = Contents()
    for part in parts:
        contents = _sum(contents, part)
    return contents


def _count(conn: psycopg.Connection, query: sql.Composed | sql.SQL, stretch: Stretch) -> int:
    row = conn.execute(query, _of(stretch), prepare=False).fetchone()
    return int(row[0]) if row else 0


def _values(scope: Scope) -> dict[str, Any]:
    return {
        "home": scope.home_id,
        "tenancy": scope.tenancy_id,
        "kinds": [kind.value for kind in scope.kinds],
    }


def _of(stretch: Stretch) -> dict[str, Any]:
    return {
        "kind": stretch.kind.value,
        "devices": list(stretch.device_ids),
        "since": stretch.since,
        "until": stretch.until,
    }


_COUNT_READINGS = {
    kind: sql.SQL(
        """SELECT count(*) FROM {} WHERE device_id = ANY(%(devices)s)
             AND measured_at >= %(since)s AND measured_at < %(until)s"""
    ).format(sql.Identifier(f"{kind}_readings"))
    for kind in MEASURED_IN_HOMES
}
_COUNT_HOURS = {
    kind: sql.SQL(
        """SELECT count(*) FROM {} WHERE device_id = ANY(%(devices)s)
             AND hour >= date_trunc('hour', %(since)s::timestamptz) AND hour < %(until)s"""
    ).format(sql.Identifier(f"{kind}_hours"))
    for kind in ROLLED_KINDS
}
# A message concerns a stretch by when it came or by when it says that it was measured.
_REJECTED = sql.SQL(
    """FROM rejected_messages m
            JOIN devices d ON (d.gateway_id, d.wire_name) = (m.gateway_id, m.device)
       WHERE d.device_id = ANY(%(devices)s)
         AND (m.received_at >= %(since)s AND m.received_at < %(until)s
              OR m.measured_at >= %(since)s AND m.measured_at < %(until)s)"""
)
_COUNT_REJECTIONS = sql.SQL("SELECT count(*) {}").format(_REJECTED)
_DELETE_REJECTIONS = sql.SQL(
    """DELETE FROM rejected_messages
       WHERE rejected_id IN (SELECT m.rejected_id {} LIMIT %(most)s)"""
).format(_REJECTED)
_COUNT_ARRIVALS = sql.SQL(
    """SELECT count(*) FROM arrivals, unnest(device_ids, first_at, last_at)
            AS one (device_id, first_at, last_at)
       WHERE device_ids && %(devices)s::integer[] AND one.device_id = ANY(%(devices)s)
         AND one.first_at >= %(since)s AND one.last_at < %(until)s"""
)
_CLEAR_ARRIVALS = """
    UPDATE arrivals SET device_ids = kept.device_ids, first_at = kept.first_at,
                        last_at = kept.last_at
    FROM (SELECT a.arrival_id, rest.* FROM arrivals a, LATERAL (
              SELECT coalesce(array_agg(one.device_id), '{}') AS device_ids,
                     coalesce(array_agg(one.first_at), '{}') AS first_at,
                     coalesce(array_agg(one.last_at), '{}') AS last_at
              FROM unnest(a.device_ids, a.first_at, a.last_at)
                   AS one (device_id, first_at, last_at)
              WHERE NOT (one.device_id = ANY(%(devices)s)
                         AND one.first_at >= %(since)s AND one.last_at < %(until)s)) AS rest
          WHERE a.device_ids && %(devices)s::integer[]) AS kept
    WHERE arrivals.arrival_id = kept.arrival_id"""
# The day on which the home changes hands is of both tenancies.
_IN_ITS_DAYS = sql.SQL(
    """(%(tenancy)s::text IS NULL OR EXISTS (
           SELECT FROM tenancies t WHERE t.home_id = %(home)s AND t.tenancy_id = %(tenancy)s
             AND {day} >= (t.began_at AT TIME ZONE 'UTC')::date
             AND ({day} <= (t.ended_at AT TIME ZONE 'UTC')::date OR t.ended_at IS NULL)))"""
)
_FORGET_DAYS = sql.SQL(
    """DELETE FROM home_days WHERE home_id = %(home)s AND kind = ANY(%(kinds)s) AND {}"""
).format(_IN_ITS_DAYS.format(day=sql.Identifier("day")))
# Where a home was judged last in windows, it is not written down in which tenancy.
_FORGET_JUDGEMENTS = sql.SQL(
    """DELETE FROM home_judgements WHERE home_id = %(home)s AND kind = ANY(%(kinds)s)
         AND (tenancy_id = %(tenancy)s
              OR (tenancy_id IS NULL OR %(tenancy)s::text IS NULL) AND {})"""
).format(_IN_ITS_DAYS.format(day=sql.SQL("(judged_until AT TIME ZONE 'UTC')::date")))
