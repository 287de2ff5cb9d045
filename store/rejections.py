"""Rejected messages as an engineer reads them, newest first."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedMessage:
    """What could not be stored, and why; `payload` as it came, up to what was kept."""

    rejected_id: int
    received_at: datetime
    gateway_id: str | None
    device: str | None
    kind: str | None
    scope: str
    quantity: str | None
    measured_at: datetime | None
    samples_lost: int
    reason: str
    topic: str
    payload: bytes


def rejected_messages(
    conn: psycopg.Connection,
    landlord_id: str,
    *,
    gateway_id: str | None,
    before: int | None,
    limit: int,
) -> list[RejectedMessage]:
    """The newest `limit` of a landlord, of one gateway if given, older than the id `before`."""
    with conn.cursor(row_factory=class_row(RejectedMessage)) as cursor:
        return cursor.execute(
            """SELECT rejected_id, received_at, gateway_id, device, kind, scope, quantity,
                      measured_at, samples_lost, reason, topic, payload
               FROM rejected_messages
               WHERE landlord_id = %(landlord)s
                 AND (%(gateway)s::text IS NULL OR gateway_id = %(gateway)s)
                 AND (%(before)s::bigint IS NULL OR rejected_id < %(before)s)
               ORDER BY rejected_id DESC LIMIT %(limit)s""",
            {"landlord": landlord_id, "gateway": gateway_id, "before": before, "limit": limit},
        ).fetchall()
