"""Rejected messages as an engineer reads them, newest first."""

from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedMessage:
    """What could not be stored, and why; `payload` as it came, up to what was kept.

    `tenancy_id` is whose home the device stood in when it came; empty where nobody lived.
    """

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
    tenancy_id: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotKept:
    """How many rejections of a gateway on a day were too many to be kept, and were only counted."""

    gateway_id: str
    day: date
    count: int


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
            """SELECT m.rejected_id, m.received_at, m.gateway_id, m.device, m.kind, m.scope,
                      m.quantity, m.measured_at, m.samples_lost, m.reason, m.topic, m.payload,
                      t.tenancy_id
               FROM rejected_messages m
               LEFT JOIN devices d ON (d.gateway_id, d.wire_name) = (m.gateway_id, m.device)
               LEFT JOIN placements p ON p.device_id = d.device_id
                    AND tstzrange(p.placed_at, p.removed_at) @> m.received_at
               LEFT JOIN tenancies t ON (t.landlord_id, t.home_id) = (p.landlord_id, p.home_id)
                    AND tstzrange(t.began_at, t.ended_at) @> m.received_at
               WHERE m.landlord_id = %(landlord)s
                 AND (%(gateway)s::text IS NULL OR m.gateway_id = %(gateway)s)
                 AND (%(before)s::bigint IS NULL OR m.rejected_id < %(before)s)
               ORDER BY m.rejected_id DESC LIMIT %(limit)s""",
            {"landlord": landlord_id, "gateway": gateway_id, "before": before, "limit": limit},
        ).fetchall()


def rejections_not_kept(
    conn: psycopg.Connection, landlord_id: str, *, gateway_id: str | None, limit: int
) -> list[NotKept]:
    """The newest `limit` days on which a landlord's gateways, or one of them, had too many."""
    with conn.cursor(row_factory=class_row(NotKept)) as cursor:
        return cursor.execute(
            """SELECT gateway_id, day, not_kept AS count FROM rejected_days
               WHERE landlord_id = %(landlord)s AND not_kept > 0
                 AND (%(gateway)s::text IS NULL OR gateway_id = %(gateway)s)
               ORDER BY day DESC, gateway_id LIMIT %(limit)s""",
            {"landlord": landlord_id, "gateway": gateway_id, "limit": limit},
        ).fetchall()
