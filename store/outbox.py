"""What has to leave us, and how its delivery goes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from core.casework import RepairRequest

RAISE_REQUESTED = "uk.homewell.repair.raise-requested.v1"
ERROR_KEPT = 2048  # of what went wrong, or of what the other side answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """One thing to deliver. `attempts` counts this one too."""

    outbox_id: UUID
    landlord_id: str
    repair_id: UUID
    event_type: str
    idempotency_key: str
    created_at: datetime
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How the delivery of a repair stands."""

    repair_id: UUID
    attempts: int
    delivered_at: datetime | None
    given_up_at: datetime | None
    last_error: str | None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where a landlord's system listens; the secret signs what is sent."""

    url: str
    secret: str


def put(conn: psycopg.Connection, request: RepairRequest) -> None:
    """Leave word, in the transaction that wrote the repair, that it has to be delivered."""
    conn.execute(
        """INSERT INTO outbox (landlord_id, repair_id, event_type, idempotency_key, created_at,
               next_attempt_at)
           VALUES (%(landlord)s, %(repair)s, %(type)s, %(key)s, %(at)s, %(at)s)""",
        {
            "landlord": request.landlord_id,
            "repair": request.repair_id,
            "type": RAISE_REQUESTED,
            "key": request.idempotency_key,
            "at": request.requested_at,
        },
    )


def claim_due(
    conn: psycopg.Connection, now: datetime, *, lease: timedelta, limit: int
) -> list[Parcel]:
    """Take what is due, for `lease`: nobody else gets it meanwhile, and after that it is due again.

    The attempt is counted before it is made, so that one that kills us is counted too.
    """
    with conn.cursor(row_factory=class_row(Parcel)) as cursor:
        return cursor.execute(
            """UPDATE outbox SET attempts = attempts + 1, next_attempt_at = %(until)s
               WHERE outbox_id IN (
                   SELECT outbox_id FROM outbox
                   WHERE delivered_at IS NULL AND given_up_at IS NULL
                     AND next_attempt_at <= %(now)s
                   ORDER BY next_attempt_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
               RETURNING outbox_id, landlord_id, repair_id, event_type, idempotency_key,
                         created_at, attempts""",
            {"now": now, "until": now + lease, "limit": limit},
        ).fetchall()


def delivered(conn: psycopg.Connection, outbox_id: UUID, *, at: datetime) -> None:
    """The other side has it."""
    conn.execute(
        """UPDATE outbox SET delivered_at = %(at)s, last_error = NULL
           WHERE outbox_id = %(id)s AND delivered_at IS NULL""",
        {"id": outbox_id, "at": at},
    )


def try_again(conn: psycopg.Connection, outbox_id: UUID, *, at: datetime, error: str) -> None:
    """It did not arrive; the next attempt is at `at`."""
    conn.execute(
        """UPDATE outbox SET next_attempt_at = %(at)s, last_error = %(error)s
           WHERE outbox_id = %(id)s AND delivered_at IS NULL""",
        {"id": outbox_id, "at": at, "error": error[:ERROR_KEPT]},
    )


def give_up(conn: psycopg.Connection, outbox_id: UUID, *, at: datetime, error: str) -> None:
    """It will not be tried again, for this reason."""
    conn.execute(
        """UPDATE outbox SET given_up_at = %(at)s, last_error = %(error)s
           WHERE outbox_id = %(id)s AND delivered_at IS NULL""",
        {"id": outbox_id, "at": at, "error": error[:ERROR_KEPT]},
    )


def deliveries(
    conn: psycopg.Connection, landlord_id: str, repair_ids: Iterable[UUID]
) -> dict[UUID, Delivery]:
    """How the delivery of these repairs stands."""
    with conn.cursor(row_factory=class_row(Delivery)) as cursor:
        rows = cursor.execute(
            """SELECT DISTINCT ON (repair_id) repair_id, attempts, delivered_at, given_up_at,
                      last_error
               FROM outbox
               WHERE landlord_id = %(landlord)s AND repair_id = ANY(%(repairs)s)
               ORDER BY repair_id, created_at DESC""",
            {"landlord": landlord_id, "repairs": list(repair_ids)},
        )
        return {row.repair_id: row for row in rows}


def webhook(conn: psycopg.Connection, landlord_id: str) -> Webhook | None:
    """Where the landlord's repairs system listens; None when it has named none."""
    row = conn.execute(
        "SELECT url, secret FROM landlord_webhooks WHERE landlord_id = %(landlord)s",
        {"landlord": landlord_id},
    ).fetchone()
    return Webhook(*row) if row else None
