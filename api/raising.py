"""A repair, its message to the landlord and its notice to the tenant, written together."""

from datetime import datetime
from uuid import uuid4

import psycopg

from core.alerts import Alert, Decision, shows_indoor_readings
from core.casework import RepairRequest, Work, raise_repair
from core.consent import Permit, Purpose
from core.consent_flags import consent_flags, redactions
from core.notices import repair_raised
from store import alert_answers, notices, outbox, repairs
from store.ledgers import TenancyLedger

CONTACT_USUAL = "letter"  # reaches everybody; also where a tenancy is over and nothing is chosen


def raise_now(
    conn: psycopg.Connection,
    alert: Alert,
    permit: Permit,
    *,
    work: Work,
    ledger: TenancyLedger,
    at: datetime,
    requested_by: str,
    request_key: str | None = None,
) -> RepairRequest:
    """Raise the repair in the caller's transaction, which holds the alert.

    Raises store.repairs.AlreadyOpen when one is open for it.
    """
    request = raise_repair(
        alert,
        permit,
        work=work,
        flags=flags_for(alert, ledger, at),
        repair_id=uuid4(),
        at=at,
        requested_by=requested_by,
    )
    repairs.write(conn, request, request_key=request_key)
    outbox.put(conn, request)
    alert_answers.write_decision(
        conn,
        alert,
        Decision.RAISED,
        reason=f"raised by {requested_by} under {permit.purpose.value}",
        revision=revision_of(ledger),
        at=at,
    )
    notices.write(
        conn,
        alert.landlord_id,
        permit.tenancy_id,
        repair_raised(alert, dict(request.consent_flags)),
        channel=contact_channel(ledger, at),
        at=at,
        repair_id=request.repair_id,
    )
    return request


def flags_for(alert: Alert, ledger: TenancyLedger, at: datetime) -> dict[str, object]:
    """The consent flags and redactions of a repair for this alert, from the ledger at `at`."""
    left_out = redactions(
        ledger.decide(Purpose.SHARE_WITH_LANDLORD, at),
        ledger.decide(Purpose.SHARE_WITH_CONTRACTOR, at),
        ledger.decide(Purpose.VULNERABILITY, at),
        indoor=shows_indoor_readings(alert),
    )
    return consent_flags(ledger.choices, tenancy=ledger.tenancy, at=at, redactions=left_out)


def contact_channel(ledger: TenancyLedger, at: datetime) -> str:
    """How the tenant wants to be told."""
    answer = ledger.decide(Purpose.CONTACT, at)
    return answer.choice if isinstance(answer, Permit) else CONTACT_USUAL


def revision_of(ledger: TenancyLedger) -> int:
    """The newest revision of the ledger, 0 while nothing was said."""
    return ledger.choices[-1].revision if ledger.choices else 0
