"""Devices as an engineer asks for them: where they stand and when they were last heard."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenDevice:
    """A device, without any reading of it. Home and room are empty where it stands in none."""

    device_id: int
    gateway_id: str
    wire_name: str
    kind: str
    home_id: str | None
    room: str | None
    last_seen_at: datetime | None


def devices(conn: psycopg.Connection) -> list[SeenDevice]:
    """Every device of the landlord that the session acts for, by gateway and name."""
    with conn.cursor(row_factory=class_row(SeenDevice)) as cursor:
        return cursor.execute(
            """SELECT device_id, gateway_id, wire_name, kind, home_id, room, last_seen_at
               FROM devices_last_seen()"""
        ).fetchall()
