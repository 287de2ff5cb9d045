"""Deleting rows by device and time, in steps that are bounded, and how long landlords keep them.

`retention_passes` remembers how far a landlord's readings are deleted, so that the next pass looks
at what has grown too old since and not at all of the past. Ingest takes nothing that is older than
a landlord keeps, so nothing comes back behind it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import psycopg
from psycopg import sql

from core.quantities import Kind
from store.hours import ROLLED_KINDS

# A batch that was judged by an older clock, or took its time, may have come in behind a pass.
_LOOK_BEHIND = timedelta(days=1)
_DAY = timedelta(days=1)

PORTION_ROWS = 50_000
"""Of one transaction: less than a second, beside which ingest goes on."""

# So much is counted at once: of a hundred devices with a reading a minute 13 million rows, ten
# seconds; all of what a landlord kept for years could take longer than a statement may.
_COUNTED_AT_ONCE = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class TimeTable:
    """A table of devices' rows, and the column that it is cut by."""

    name: str
    column: str


READINGS = {kind: TimeTable(f"{kind}_readings", "measured_at") for kind in Kind}
HOURS = {kind: TimeTable(f"{kind}_hours", "hour") for kind in ROLLED_KINDS}
TABLES = (*READINGS.values(), *HOURS.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What a landlord keeps no longer: everything before `oldest`, a whole hour.

    `keep` is how long, as the database writes it. Before `done_until`, where it is given,
    everything was deleted already.
    """

    landlord_id: str
    keep: str
    oldest: datetime
    done_until: datetime | None

    @property
    def since(self) -> datetime | None:
        """From when on there may be something to delete; None is from the first row."""
        return self.done_until - _LOOK_BEHIND if self.done_until else None


def limits(conn: psycopg.Connection, *, now: datetime) -> list[Limit]:
    """The limits of the landlords that have one; a recording has none."""
    rows = conn.execute(
        """SELECT l.landlord_id, l.keep_readings_for::text,
                  date_trunc('hour', %(now)s - l.keep_readings_for), p.done_until
           FROM landlords l LEFT JOIN retention_passes p USING (landlord_id)
           WHERE l.keep_readings_for IS NOT NULL AND NOT l.is_recording
           ORDER BY l.landlord_id""",
        {"now": now},
    )
    return [
        Limit(landlord_id=landlord_id, keep=keep, oldest=oldest, done_until=done_until)
        for landlord_id, keep, oldest, done_until in rows
    ]


def forget_days(conn: psycopg.Connection, limit: Limit) -> int:
    """Delete what the detectors keep of days before the limit; how many rows.

    Of the day of the limit readings are gone already, so it goes too.
    """
    return conn.execute(
        """DELETE FROM home_days WHERE landlord_id = %(landlord)s
             AND day <= (%(oldest)s::timestamptz AT TIME ZONE 'UTC')::date""",
        {"landlord": limit.landlord_id, "oldest": limit.oldest},
    ).rowcount


def finish_pass(conn: psycopg.Connection, limit: Limit) -> None:
    """Remember that all before the limit is deleted, unless the landlord has another by now."""
    conn.execute(
        """INSERT INTO retention_passes (landlord_id, done_until)
           SELECT landlord_id, %(oldest)s FROM landlords
           WHERE landlord_id = %(landlord)s AND keep_readings_for::text = %(keep)s
           ON CONFLICT (landlord_id) DO UPDATE SET done_until = excluded.done_until""",
        {"landlord": limit.landlord_id, "oldest": limit.oldest, "keep": limit.keep},
    )


def devices_after(
    conn: psycopg.Connection, landlord_id: str, after: int, *, most: int
) -> list[int]:
    """The next devices of a landlord in order of their id; 0 is before all."""
    rows = conn.execute(
        """SELECT device_id FROM devices
           WHERE landlord_id = %(landlord)s AND device_id > %(after)s
           ORDER BY device_id LIMIT %(most)s""",
        {"landlord": landlord_id, "after": after, "most": most},
    )
    return [device_id for (device_id,) in rows]


def portions(
    conn: psycopg.Connection,
    table: TimeTable,
    device_ids: Sequence[int],
    since: datetime | None,
    until: datetime,
) -> list[tuple[datetime, datetime]]:
    """Spans that together hold all of the devices' rows before `until`, from `since` on if given.

    Each holds at most PORTION_ROWS, or a single day if that has more.
    """
    start = since if since is not None else _oldest_chunk_start(conn, table)
    spans: list[tuple[datetime, datetime]] = []
    while start is not None and start < until:
        end = min(start + _COUNTED_AT_ONCE, until)
        spans += _portions_between(conn, table, device_ids, start, end)
        start = end
    return spans


def _oldest_chunk_start(conn: psycopg.Connection, table: TimeTable) -> datetime | None:
    row = conn.execute(
        """SELECT min(range_start) FROM timescaledb_information.chunks
           WHERE hypertable_schema = 'public' AND hypertable_name = %(table)s""",
        {"table": table.name},
    ).fetchone()
    return row[0] if row else None


def _portions_between(
    conn: psycopg.Connection,
    table: TimeTable,
    device_ids: Sequence[int],
    since: datetime,
    until: datetime,
) -> list[tuple[datetime, datetime]]:
    days = conn.execute(
        sql.SQL(
            """SELECT time_bucket('1 day', {time}) AS day, count(*) FROM {table}
               WHERE device_id = ANY(%(devices)s) AND {time} >= %(since)s AND {time} < %(until)s
               GROUP BY day ORDER BY day"""
        ).format(table=sql.Identifier(table.name), time=sql.Identifier(table.column)),
        {"devices": list(device_ids), "since": since, "until": until},
        prepare=False,
    ).fetchall()
    spans: list[tuple[datetime, datetime]] = []
    start, end, held = None, until, 0
    for day, count in days:
        if start is None or held + count > PORTION_ROWS:
            if start is not None:
                spans.append((start, end))
            start, held = max(day, since), 0
        held += count
        end = min(day + _DAY, until)
    return [*spans, (start, end)] if start is not None else []


def delete_rows(
    conn: psycopg.Connection,
    table: TimeTable,
    device_ids: Sequence[int],
    since: datetime,
    until: datetime,
) -> int:
    """Delete the devices' rows of [since, until) in one statement; how many there were."""
    statement = sql.SQL(
        """DELETE FROM {table} WHERE device_id = ANY(%(devices)s)
             AND {time} >= %(since)s AND {time} < %(until)s"""
    ).format(table=sql.Identifier(table.name), time=sql.Identifier(table.column))
    values = {"devices": list(device_ids), "since": since, "until": until}
    # Never prepared: the planner has to see the bounds to leave other chunks alone.
    return conn.execute(statement, values, prepare=False).rowcount
