"""Readings by the hour as a test wants them: all computed, or computed here once more."""

import math
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
from psycopg import sql

from core.quantities import QUANTITIES, Form, Kind
from store import hours, readings
from store.blocks import Row, block_of
from store.roles import Role
from tests.fixtures_database import HomewellDatabase

DAY = datetime(2026, 3, 1, tzinfo=UTC)
DAY_MS = int(DAY.timestamp() * 1000)
NOW = DAY + timedelta(days=3, minutes=30)
MINUTE_MS = 60_000
HOUR = timedelta(hours=1)

Hours = dict[tuple[int, datetime], tuple[Any, ...]]
"""What stands in an hours table after the key, by device and hour."""


class Killed(Exception):
    """The process ends here."""


def empty(conn: psycopg.Connection) -> None:
    """Take every reading away, and what follows from them."""
    conn.execute(
        """TRUNCATE room_readings, boiler_readings, room_hours, boiler_hours, arrivals,
                    rollup_arrivals, rollup_due"""
    )


def room(device_id: int, minute: int, air: float | None, rh: float | None = None) -> Row:
    """A room's row of this minute of DAY."""
    return (device_id, DAY_MS + minute * MINUTE_MS, air, rh, None, None, None)


def write(conn: psycopg.Connection, *rows: Row) -> None:
    """One commit of ingest."""
    with conn.transaction():
        readings.write(conn, block_of(Kind.ROOM, rows))


def erase(conn: psycopg.Connection, device_id: int, since: datetime, until: datetime) -> None:
    """Erase a sensor's readings of [since, until)."""
    with conn.transaction():
        conn.execute(
            """DELETE FROM room_readings
               WHERE device_id = %s AND measured_at >= %s AND measured_at < %s""",
            (device_id, since, until),
        )
        hours.forget_hours(conn, Kind.ROOM, [device_id], since, until)


def roll_up_everything(conn: psycopg.Connection, now: datetime) -> None:
    """Take in every line and compute every hour that is over."""
    while hours.take_in(conn):
        pass
    for kind in hours.ROLLED_KINDS:
        while hours.roll_up(conn, kind, now=now):
            pass


def count_what_stands(database: HomewellDatabase, now: datetime) -> None:
    """Let every stored reading be due, as where a test wrote them past ingest, and compute."""
    with database.connect_as_administrator() as admin:
        for kind in hours.ROLLED_KINDS:
            admin.execute(
                sql.SQL(
                    """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
                       SELECT {kind}, array_agg(device_id), array_agg(first_at), array_agg(last_at)
                       FROM (SELECT device_id, min(measured_at) AS first_at,
                                    max(measured_at) AS last_at
                             FROM {readings} GROUP BY device_id) spans HAVING count(*) > 0"""
                ).format(
                    kind=sql.Literal(kind.value), readings=sql.Identifier(f"{kind.value}_readings")
                )
            )
    with database.connect(Role.UPKEEP) as conn:
        roll_up_everything(conn, now)


def stored_hours(conn: psycopg.Connection, kind: Kind) -> Hours:
    """The hours that stand in the table."""
    rows = conn.execute(
        sql.SQL("SELECT * FROM {}").format(sql.Identifier(f"{kind.value}_hours"))
    ).fetchall()
    return {(device_id, hour): tuple(map(_as_real, cells)) for device_id, hour, *cells in rows}


def recomputed(conn: psycopg.Connection, kind: Kind) -> Hours:
    """The hours as all of the readings give them, without a word of the code under test."""
    names = [quantity.name for quantity in QUANTITIES[kind]]
    rows = conn.execute(
        sql.SQL("SELECT device_id, measured_at, {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, names)),
            sql.Identifier(f"{kind.value}_readings"),
        )
    ).fetchall()
    grouped: dict[tuple[int, datetime], list[tuple[Any, ...]]] = defaultdict(list)
    for device_id, at, *cells in rows:
        hour = at.replace(minute=0, second=0, microsecond=0)
        grouped[device_id, hour].append(tuple(cells))
    return {key: _hour(kind, theirs) for key, theirs in grouped.items()}


def _hour(kind: Kind, rows: Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    cells: list[Any] = [len(rows)]
    for quantity, column in zip(QUANTITIES[kind], zip(*rows, strict=True), strict=True):
        values = [float(cell) for cell in column if cell is not None] if _counts(quantity) else []
        mean = _as_real(math.fsum(values) / len(values)) if values else None
        if quantity.form is Form.REAL:
            cells += [min(values, default=None), mean, max(values, default=None), len(values)]
        elif quantity.form is Form.BOOLEAN:
            cells += [mean, len(values)]
    return tuple(cells)


def _as_real(cell: Any) -> Any:
    return float(np.float32(cell)) if isinstance(cell, float) else cell


def _counts(quantity: Any) -> bool:
    return quantity.form in (Form.REAL, Form.BOOLEAN)
