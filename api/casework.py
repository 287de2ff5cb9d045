"""Decides on every alert: raise a repair, withhold it and ask the tenant, or leave it be.

Each decision is one transaction. One that was withheld, or not needed, is looked at again when the
tenancy's ledger, the alert's severity or the alert that covered it has changed.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg

from api.raising import contact_channel, raise_now, revision_of
from core.alerts import Alert, Decision
from core.casework import (
    Work,
    covering_detectors,
    permission_to_raise,
    title_of,
    waits_for_officer,
    work_for,
)
from core.consent import Refusal
from core.notices import repair_withheld
from store import alert_answers, alerts_seen, notices, repairs
from store.alert_answers import Waiting
from store.connection import Unavailable, connect, outages
from store.ledgers import TenancyLedger, ledger_of_tenancy

log = logging.getLogger("casework")

HOMEWELL = "homewell"
"""Who raises a repair that nobody asked for by hand."""

AT_A_TIME = 100  # decisions between two looks at what is new
POLL_S = 1.0  # from a tenant's yes to the repair
AWAY_S = 5.0  # between two tries to reach a database that is away


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many decisions fell which way."""

    raised: int = 0
    withheld: int = 0
    not_needed: int = 0


def decide_pending(conn: psycopg.Connection, *, now: datetime) -> Tally:
    """Decide on everything that waits; `conn` is autocommitting, as the casework role."""
    fallen: list[Decision] = []
    while waiting := alert_answers.waiting_for_decision(conn, limit=AT_A_TIME):
        for one in waiting:
            with conn.transaction():
                fallen.append(_decide(conn, one, now))
    return Tally(
        raised=fallen.count(Decision.RAISED),
        withheld=fallen.count(Decision.WITHHELD),
        not_needed=fallen.count(Decision.NOT_NEEDED),
    )


async def keep_deciding(database_url: str, *, clock: Callable[[], datetime]) -> None:
    """Decide for ever. While the database is away it says so once and tries again."""
    away = False
    while True:
        try:
            with await asyncio.to_thread(
                connect, database_url, application="homewell casework"
            ) as conn:
                away = False
                await _decide_until_away(conn, clock)
        except Unavailable as error:
            if not away:
                log.warning("casework waits: %s", error)
            away = True
            await asyncio.sleep(AWAY_S)


async def _decide_until_away(conn: psycopg.Connection, clock: Callable[[], datetime]) -> None:
    def decide() -> Tally:
        with outages():
            return decide_pending(conn, now=clock())

    while True:
        tally = await asyncio.to_thread(decide)
        if tally != Tally():
            log.info(
                "decided: %s raised, %s withheld, %s not needed",
                tally.raised,
                tally.withheld,
                tally.not_needed,
            )
        await asyncio.sleep(POLL_S)


def _decide(conn: psycopg.Connection, waiting: Waiting, now: datetime) -> Decision:
    alert = alerts_seen.alert_to_decide(conn, waiting.landlord_id, waiting.alert_id)
    if alert is None or alert.decision is Decision.RAISED:
        return Decision.UNDECIDED  # somebody was quicker between the list and the lock
    ledger = (
        ledger_of_tenancy(conn, alert.landlord_id, alert.tenancy_id) if alert.tenancy_id else None
    )
    work = work_for(alert.detector, alert.severity)
    needless = _needless(alert, work, is_recording=waiting.is_recording)
    if needless or work is None or ledger is None:
        reason = needless or "nobody lived in the home"
        revision = revision_of(ledger) if ledger else 0
        return _note(conn, alert, Decision.NOT_NEEDED, reason, revision, now)
    if repairs.open_repair(conn, alert.landlord_id, alert.alert_id) is not None:
        return _note(conn, alert, Decision.RAISED, "a repair is open", revision_of(ledger), now)
    covering = alert_answers.covering_alert(conn, alert, covering_detectors(alert.detector))
    if covering is not None:
        return _leave_to(conn, alert, covering, ledger, now)
    permit = permission_to_raise(ledger.choices, tenancy=ledger.tenancy, alert=alert, at=now)
    if isinstance(permit, Refusal):
        return _withhold(conn, alert, permit, ledger, now)
    if waits_for_officer(alert):
        return _leave_to_officer(conn, alert, ledger, now)
    raise_now(conn, alert, permit, work=work, ledger=ledger, at=now, requested_by=HOMEWELL)
    return Decision.RAISED


def _needless(alert: Alert, work: Work | None, *, is_recording: bool) -> str:
    """Why no repair is needed; empty when one is."""
    if is_recording:
        return "a recording: nobody can be sent to a home of the past"
    if alert.cleared_at is not None:
        return "it was over before anything was decided"
    if work is None:
        return "information only, or a matter of the device: it asks for no repair"
    return ""


def _leave_to(
    conn: psycopg.Connection,
    alert: Alert,
    covering: tuple[UUID, str],
    ledger: TenancyLedger,
    now: datetime,
) -> Decision:
    """Whoever comes for the other alert finds this one too: nobody is asked twice."""
    covering_id, detector = covering
    alert_answers.write_decision(
        conn,
        alert,
        Decision.NOT_NEEDED,
        reason=f"it goes with another alert in the same place ({title_of(detector).lower()})",
        revision=revision_of(ledger),
        at=now,
        decided_with=covering_id,
    )
    return Decision.NOT_NEEDED


def _leave_to_officer(
    conn: psycopg.Connection, alert: Alert, ledger: TenancyLedger, now: datetime
) -> Decision:
    alert_answers.write_decision(
        conn,
        alert,
        Decision.NOT_NEEDED,
        reason="many homes in the area have the same alert, so that one cause is likely: it waits "
        "for an officer",
        revision=revision_of(ledger),
        at=now,
        decided_group=alert.group_id,
    )
    return Decision.NOT_NEEDED


def _withhold(
    conn: psycopg.Connection, alert: Alert, refusal: Refusal, ledger: TenancyLedger, now: datetime
) -> Decision:
    if alert.decision is not Decision.WITHHELD:
        # Said once: whoever changes their mind knows where to say so, and nobody is nagged.
        notices.write(
            conn,
            alert.landlord_id,
            ledger.tenancy.tenancy_id,
            repair_withheld(alert),
            channel=contact_channel(ledger, now),
            at=now,
        )
    return _note(conn, alert, Decision.WITHHELD, refusal.reason, revision_of(ledger), now)


def _note(
    conn: psycopg.Connection,
    alert: Alert,
    decision: Decision,
    reason: str,
    revision: int,
    now: datetime,
) -> Decision:
    alert_answers.write_decision(conn, alert, decision, reason=reason, revision=revision, at=now)
    return decision
