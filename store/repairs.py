"""Repairs and what happened to them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from core.casework import OPEN, Priority, RepairRequest, RepairStatus

_OPEN = [status.value for status in OPEN]


class AlreadyOpen(RuntimeError):
    """A repair is open for the same alert; there is never a second one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """A repair as it stands, with the consent flags that held when it was raised."""

    repair_id: UUID
    landlord_id: str
    home_id: str
    tenancy_id: str
    alert_id: UUID
    status: RepairStatus
    priority: Priority
    trade: str
    description: str
    requested_at: datetime
    requested_by: str
    status_at: datetime
    landlord_reference: str | None
    consent_flags: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairEvent:
    """One step of a repair, who took it, and what they wrote."""

    repair_id: UUID
    at: datetime
    status: str
    actor: str
    note: str | None


_COLUMNS = sql.SQL(
    """SELECT repair_id, landlord_id, home_id, tenancy_id, alert_id, status, priority, trade,
              description, requested_at, requested_by, status_at, landlord_reference, consent_flags
       FROM repairs """
)


def write(conn: psycopg.Connection, request: RepairRequest, *, request_key: str | None) -> None:
    """Write a new repair and its first event. Raises AlreadyOpen; the transaction is then over."""
    try:
        conn.execute(
            """INSERT INTO repairs (repair_id, landlord_id, home_id, tenancy_id, alert_id, status,
                   priority, trade, description, requested_at, requested_by, request_key, status_at,
                   consent_flags)
               VALUES (%(repair)s, %(landlord)s, %(home)s, %(tenancy)s, %(alert)s, 'requested',
                   %(priority)s, %(trade)s, %(description)s, %(at)s, %(by)s, %(key)s, %(at)s,
                   %(flags)s)""",
            {
                "repair": request.repair_id,
                "landlord": request.landlord_id,
                "home": request.home_id,
                "tenancy": request.tenancy_id,
                "alert": request.alert_id,
                "priority": request.priority.value,
                "trade": request.trade,
                "description": request.description,
                "at": request.requested_at,
                "by": request.requested_by,
                "key": request_key,
                "flags": Jsonb(request.consent_flags),
            },
        )
    except psycopg.errors.UniqueViolation as error:
        raise AlreadyOpen(f"a repair is open for alert {request.alert_id}") from error
    add_event(
        conn,
        request.landlord_id,
        RepairEvent(
            repair_id=request.repair_id,
            at=request.requested_at,
            status=RepairStatus.REQUESTED.value,
            actor=request.requested_by,
            note=None,
        ),
    )


def repairs(
    conn: psycopg.Connection,
    landlord_id: str,
    *,
    home_id: str | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[Repair]:
    """A landlord's repairs, newest first; of one home if given, from behind the repair `after`."""
    return _ask(
        conn,
        """WHERE landlord_id = %(landlord)s
             AND (%(home)s::text IS NULL OR home_id = %(home)s)
             AND (%(after)s::uuid IS NULL OR (requested_at, repair_id) < (
                 SELECT requested_at, repair_id FROM repairs WHERE repair_id = %(after)s))
           ORDER BY requested_at DESC, repair_id DESC LIMIT %(limit)s""",
        {"landlord": landlord_id, "home": home_id, "after": after, "limit": limit},
    )


def repair(conn: psycopg.Connection, landlord_id: str, repair_id: UUID) -> Repair | None:
    """One repair; None when there is none, or the session may not see it."""
    found = _ask(
        conn,
        "WHERE landlord_id = %(landlord)s AND repair_id = %(repair)s",
        {"landlord": landlord_id, "repair": repair_id},
    )
    return found[0] if found else None


def repair_to_move(conn: psycopg.Connection, landlord_id: str, repair_id: UUID) -> Repair | None:
    """`repair`, held by this transaction so that its status changes under nobody's hands."""
    found = _ask(
        conn,
        "WHERE landlord_id = %(landlord)s AND repair_id = %(repair)s FOR UPDATE",
        {"landlord": landlord_id, "repair": repair_id},
    )
    return found[0] if found else None


def open_repair(conn: psycopg.Connection, landlord_id: str, alert_id: UUID) -> Repair | None:
    """The repair that is open for an alert; None when there is none."""
    found = _ask(
        conn,
        """WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s
             AND status = ANY(%(open)s)""",
        {"landlord": landlord_id, "alert": alert_id, "open": _OPEN},
    )
    return found[0] if found else None


def repair_of_request(
    conn: psycopg.Connection, landlord_id: str, request_key: str
) -> Repair | None:
    """The repair that was raised for a caller's key; None when none was."""
    found = _ask(
        conn,
        "WHERE landlord_id = %(landlord)s AND request_key = %(key)s",
        {"landlord": landlord_id, "key": request_key},
    )
    return found[0] if found else None


def move(
    conn: psycopg.Connection,
    landlord_id: str,
    event: RepairEvent,
    *,
    landlord_reference: str | None = None,
) -> None:
    """Set a repair's status to that of the event and keep the event."""
    conn.execute(
        """UPDATE repairs SET status = %(status)s, status_at = %(at)s,
               landlord_reference = coalesce(%(reference)s, landlord_reference)
           WHERE landlord_id = %(landlord)s AND repair_id = %(repair)s""",
        {
            "landlord": landlord_id,
            "repair": event.repair_id,
            "status": event.status,
            "at": event.at,
            "reference": landlord_reference,
        },
    )
    add_event(conn, landlord_id, event)


def add_event(conn: psycopg.Connection, landlord_id: str, event: RepairEvent) -> None:
    """Keep what happened to a repair."""
    conn.execute(
        """INSERT INTO repair_events (landlord_id, repair_id, at, status, actor, note)
           VALUES (%(landlord)s, %(repair)s, %(at)s, %(status)s, %(actor)s, %(note)s)""",
        {
            "landlord": landlord_id,
            "repair": event.repair_id,
            "at": event.at,
            "status": event.status,
            "actor": event.actor,
            "note": event.note,
        },
    )


def events(
    conn: psycopg.Connection, landlord_id: str, repair_ids: Iterable[UUID]
) -> dict[UUID, list[RepairEvent]]:
    """What happened to these repairs, oldest first; those without any event are left out."""
    found: dict[UUID, list[RepairEvent]] = {}
    with conn.cursor(row_factory=class_row(RepairEvent)) as cursor:
        rows = cursor.execute(
            """SELECT repair_id, at, status, actor, note FROM repair_events
               WHERE landlord_id = %(landlord)s AND repair_id = ANY(%(repairs)s)
               ORDER BY repair_id, repair_event_id""",
            {"landlord": landlord_id, "repairs": list(repair_ids)},
        )
        for event in rows:
            found.setdefault(event.repair_id, []).append(event)
    return found


def _ask(conn: psycopg.Connection, where: LiteralString, values: Mapping[str, Any]) -> list[Repair]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_COLUMNS + sql.SQL(where), values).fetchall()
    return [
        Repair(
            **{
                **row,
                "status": RepairStatus(row["status"]),
                "priority": Priority(row["priority"]),
            }
        )
        for row in rows
    ]
