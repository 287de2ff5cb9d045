"""Repairs as people ask for them and landlords answer them. No HTTP here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from api.principals import LandlordSystem, Officer, Tenant
from api.raising import contact_channel, raise_now
from core.casework import (
    LANDLORD_SETS,
    RepairStatus,
    may_follow,
    permission_to_raise,
    work_for,
)
from core.consent import Refusal
from core.notices import repair_moved
from store import alerts_seen, notices, outbox, repairs
from store.ledgers import ledger_of_tenancy
from store.outbox import Delivery
from store.repairs import Repair, RepairEvent

_KEY_USED = "this Idempotency-Key was used to ask for the repair of another alert"
NOTE_LENGTH_MAX = 1000  # a tenant reads it; a longer one belongs into the landlord's own system


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairSeen:
    """A repair with its history and how its delivery stands (empty while none was due)."""

    repair: Repair
    events: tuple[RepairEvent, ...]
    delivery: Delivery | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The answer to asking for a repair; `is_new` is false when the same was asked before."""

    repair: Repair
    is_new: bool


class NoSuchAlert(LookupError):
    """There is no such alert, or it is somebody else's."""


class NoSuchRepair(LookupError):
    """There is no such repair, or it is somebody else's."""


class NothingToRepair(RuntimeError):
    """The alert asks for no work, or is over; the text says which."""


class Withheld(RuntimeError):
    """The tenant has not agreed; the text is the ledger's reason."""


class RepairIsOpen(RuntimeError):
    """A repair is open for the alert already."""

    def __init__(self, repair_id: UUID) -> None:
        super().__init__(f"repair {repair_id} is open for this alert")
        self.repair_id = repair_id


class KeyUsed(RuntimeError):
    """The caller's key was given before, for the repair of another alert."""


class NotAStep(RuntimeError):
    """The repair cannot go from where it stands to that status; the text says what it can."""


def ask_for_repair(
    conn: psycopg.Connection,
    principal: Tenant | Officer,
    alert_id: UUID,
    *,
    now: datetime,
    request_key: str | None = None,
) -> Asked:
    """Raise the repair that an alert asks for, as its tenant or an officer of the landlord.

    What goes with it is the ledger's to say. Raises NoSuchAlert, NothingToRepair, Withheld,
    RepairIsOpen and KeyUsed. The same `request_key` of the same person gives the same repair again.
    """
    key = f"{principal.actor}:{request_key}" if request_key else None
    alert = alerts_seen.alert_to_decide(conn, principal.landlord_id, alert_id)
    if alert is None:
        raise NoSuchAlert(str(alert_id))
    before = repairs.repair_of_request(conn, principal.landlord_id, key) if key else None
    if before is not None and before.alert_id != alert_id:
        raise KeyUsed(_KEY_USED)
    if before is not None:
        return Asked(repair=before, is_new=False)
    already = repairs.open_repair(conn, principal.landlord_id, alert_id)
    if already is not None:
        raise RepairIsOpen(already.repair_id)
    work = work_for(alert.detector, alert.severity)
    if work is None:
        raise NothingToRepair("this alert is for information; it asks for no repair")
    if alert.cleared_at is not None:
        raise NothingToRepair(f"this alert has been over since {alert.cleared_at:%d %B %Y}")
    ledger = (
        ledger_of_tenancy(conn, alert.landlord_id, alert.tenancy_id) if alert.tenancy_id else None
    )
    permit = permission_to_raise(
        ledger.choices if ledger else (),
        tenancy=ledger.tenancy if ledger else None,
        alert=alert,
        at=now,
        asked_by_tenant=isinstance(principal, Tenant),
    )
    if isinstance(permit, Refusal) or ledger is None:
        raise Withheld(permit.reason if isinstance(permit, Refusal) else "nobody could be asked")
    try:
        request = raise_now(
            conn,
            alert,
            permit,
            work=work,
            ledger=ledger,
            at=now,
            requested_by=principal.actor,
            request_key=key,
        )
    except repairs.AlreadyOpen as error:  # the alert is held, so it is the key that was quicker
        raise KeyUsed(_KEY_USED) from error
    return Asked(repair=_repair(conn, principal, request.repair_id), is_new=True)


def repairs_for(
    conn: psycopg.Connection,
    principal: Tenant | Officer | LandlordSystem,
    *,
    home_id: str | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[RepairSeen]:
    """Repairs, newest first, with their history; a tenant sees those of their own tenancy."""
    found = repairs.repairs(conn, principal.landlord_id, home_id=home_id, after=after, limit=limit)
    return _seen(conn, principal, found)


def repair_for(
    conn: psycopg.Connection, principal: Tenant | Officer | LandlordSystem, repair_id: UUID
) -> RepairSeen:
    """One repair with its history. Raises NoSuchRepair."""
    return _seen(conn, principal, [_repair(conn, principal, repair_id)])[0]


def move_repair(
    conn: psycopg.Connection,
    principal: Officer | LandlordSystem,
    repair_id: UUID,
    status: RepairStatus,
    *,
    note: str | None,
    landlord_reference: str | None,
    now: datetime,
) -> RepairSeen:
    """Write down what the landlord says of a repair, and tell the tenant.

    Saying the same again changes nothing. Raises NoSuchRepair and NotAStep.
    """
    repair = repairs.repair_to_move(conn, principal.landlord_id, repair_id)
    if repair is None:
        raise NoSuchRepair(str(repair_id))
    if status is not repair.status:
        _check_step(repair.status, status)
        event = RepairEvent(
            repair_id=repair_id, at=now, status=status.value, actor=principal.actor, note=note
        )
        repairs.move(conn, principal.landlord_id, event, landlord_reference=landlord_reference)
        _tell_tenant(conn, repair, status, note, now)
    return repair_for(conn, principal, repair_id)


def _check_step(current: RepairStatus, wanted: RepairStatus) -> None:
    if wanted in LANDLORD_SETS and may_follow(current, wanted):
        return
    possible = [
        one.value for one in RepairStatus if one in LANDLORD_SETS and may_follow(current, one)
    ]
    raise NotAStep(
        f"a repair that is {current.value} cannot become {wanted.value}; it can become: "
        f"{', '.join(possible) or 'nothing else, it has ended'}"
    )


def _tell_tenant(
    conn: psycopg.Connection, repair: Repair, status: RepairStatus, note: str | None, now: datetime
) -> None:
    alert = alerts_seen.alert(conn, repair.landlord_id, repair.alert_id)
    ledger = ledger_of_tenancy(conn, repair.landlord_id, repair.tenancy_id)
    if alert is None or ledger is None:
        raise LookupError(f"repair {repair.repair_id} has lost its alert or its tenancy")
    notices.write(
        conn,
        repair.landlord_id,
        repair.tenancy_id,
        repair_moved(alert, status, note),
        channel=contact_channel(ledger, now),
        at=now,
        repair_id=repair.repair_id,
    )


def _repair(
    conn: psycopg.Connection, principal: Tenant | Officer | LandlordSystem, repair_id: UUID
) -> Repair:
    found = repairs.repair(conn, principal.landlord_id, repair_id)
    if found is None:
        raise NoSuchRepair(str(repair_id))
    return found


def _seen(
    conn: psycopg.Connection,
    principal: Tenant | Officer | LandlordSystem,
    found: Iterable[Repair],
) -> list[RepairSeen]:
    listed = list(found)
    ids = [repair.repair_id for repair in listed]
    events = repairs.events(conn, principal.landlord_id, ids)
    deliveries = outbox.deliveries(conn, principal.landlord_id, ids)
    if isinstance(
        principal, Tenant
    ):  # what the landlord's system wrote of itself is the landlord's
        deliveries = {key: replace(one, last_error=None) for key, one in deliveries.items()}
    return [
        RepairSeen(
            repair=repair,
            events=tuple(events.get(repair.repair_id, ())),
            delivery=deliveries.get(repair.repair_id),
        )
        for repair in listed
    ]
