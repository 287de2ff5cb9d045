"""Delivers repairs to the landlord's system: signed, tried again, at least once.

Consent is asked again in the transaction that prepares each attempt; the call itself is made
outside any transaction, under a lease, and its outcome is written afterwards. A crash in between
means that the same event, with the same id, is delivered twice.
"""

import asyncio
import json
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
from standardwebhooks import Webhook as Signer
from standardwebhooks.webhooks import EmptyWebhookSecretError

from api.casework import AWAY_S, HOMEWELL
from api.envelope import envelope
from api.raising import contact_channel, flags_for, revision_of
from core.alerts import Alert, Decision, purpose_of
from core.casework import Priority, RepairStatus, permission_to_raise, work_for
from core.consent import Purpose, Refusal
from core.findings import Severity
from core.notices import Letter, repair_not_sent, repair_undelivered
from store import alert_answers, alerts_seen, homes, notices, outbox, repairs
from store.connection import Unavailable, connect, outages
from store.ledgers import TenancyLedger, ledger_of_tenancy
from store.outbox import Parcel, Webhook
from store.repairs import Repair, RepairEvent

log = logging.getLogger("delivery")

# Minutes to wait after each failed attempt: close together at first, for an emergency has a day;
# about a day in all, then a person has to act.
RETRY_MINUTES = (0.5, 1, 2, 5, 10, 15, 30, 60, 60, 120, 120, 240, 240, 480)
JITTER = 0.2  # of the wait, either way, so that what failed together is not tried together
TIMEOUT_S = 15.0  # of a whole attempt, however slowly it trickles; Standard Webhooks: 15 to 30 s
LEASE = timedelta(seconds=60)  # longer than one attempt can take
AT_A_TIME = 10
POLL_S = 1.0
ANSWER_BYTES_MAX = 16 * 1024  # of what the other side says; a reference is a few words
ANSWER_KEPT = 500  # characters of it, for a person to read
REFERENCE_LENGTH_MAX = 100
GONE = 410  # Standard Webhooks: the endpoint wants no more


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An attempt about to be made."""

    parcel: Parcel
    webhook: Webhook = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How the attempts of one round went; `cancelled` were not made, for want of consent."""

    delivered: int = 0
    to_retry: int = 0
    given_up: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of an attempt: the landlord's reference, or an error that is final or not."""

    reference: str | None = None
    error: str | None = None
    final: bool = False


async def deliver_due(
    conn: psycopg.Connection, client: httpx.AsyncClient, *, now: datetime, public_url: str
) -> Tally:
    """Make every attempt that is due; `conn` is autocommitting, as the casework role."""

    def prepare() -> tuple[list[Ready], Tally]:
        with outages():
            return _prepare_due(conn, now=now, public_url=public_url)

    ready, tally = await asyncio.to_thread(prepare)
    answers = await asyncio.gather(*(_attempt(client, one) for one in ready))

    def settle() -> Tally:
        with outages():
            return _settle_all(conn, ready, answers, tally, now=now)

    return await asyncio.to_thread(settle)


async def keep_delivering(
    database_url: str, *, clock: Callable[[], datetime], public_url: str
) -> None:
    """Deliver for ever. While the database is away it says so once and tries again."""
    away = False
    async with webhook_client() as client:
        while True:
            try:
                with await asyncio.to_thread(
                    connect, database_url, application="homewell delivery"
                ) as conn:
                    away = False
                    await _deliver_until_away(conn, client, clock, public_url)
            except Unavailable as error:
                if not away:
                    log.warning("delivery waits: %s", error)
                away = True
                await asyncio.sleep(AWAY_S)


def webhook_client() -> httpx.AsyncClient:
    """A client for landlords' webhooks: it follows nobody elsewhere and uses no proxy of ours."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)


async def _deliver_until_away(
    conn: psycopg.Connection,
    client: httpx.AsyncClient,
    clock: Callable[[], datetime],
    public_url: str,
) -> None:
    while True:
        tally = await deliver_due(conn, client, now=clock(), public_url=public_url)
        if tally != Tally():
            log.info(
                "repairs: %s delivered, %s to try again, %s given up, %s cancelled",
                tally.delivered,
                tally.to_retry,
                tally.given_up,
                tally.cancelled,
            )
        await asyncio.sleep(POLL_S)


def _prepare_due(
    conn: psycopg.Connection, *, now: datetime, public_url: str
) -> tuple[list[Ready], Tally]:
    ready: list[Ready] = []
    given_up = cancelled = 0
    for parcel in outbox.claim_due(conn, now, lease=LEASE, limit=AT_A_TIME):
        with conn.transaction():
            outcome = _prepare(conn, parcel, now=now, public_url=public_url)
        if isinstance(outcome, Ready):
            ready.append(outcome)
        elif outcome is RepairStatus.CANCELLED:
            cancelled += 1
        else:
            given_up += 1
    return ready, Tally(given_up=given_up, cancelled=cancelled)


def _prepare(
    conn: psycopg.Connection, parcel: Parcel, *, now: datetime, public_url: str
) -> Ready | RepairStatus | None:
    """The attempt; CANCELLED when consent is gone; None when there is nobody to deliver to."""
    repair = repairs.repair_to_move(conn, parcel.landlord_id, parcel.repair_id)
    if repair is None:
        raise LookupError(f"outbox {parcel.outbox_id} is of no repair")
    if repair.status in (RepairStatus.CANCELLED, RepairStatus.DECLINED, RepairStatus.COMPLETED):
        outbox.give_up(conn, parcel.outbox_id, at=now, error=f"it was {repair.status.value}")
        return None
    webhook = outbox.webhook(conn, parcel.landlord_id)
    if webhook is None:
        words = "the landlord has named no repairs system; the repair stands on their page"
        outbox.give_up(conn, parcel.outbox_id, at=now, error=words)
        return None
    alert, ledger = _grounds(conn, repair)
    permit = permission_to_raise(
        ledger.choices,
        tenancy=ledger.tenancy,
        alert=alert,
        at=now,
        asked_by_tenant=repair.requested_by.startswith("tenant:"),
    )
    if isinstance(permit, Refusal):
        _cancel(conn, parcel, repair, alert, ledger, permit, now)
        return RepairStatus.CANCELLED
    body = _body(conn, parcel, repair, alert, ledger, now=now, public_url=public_url)
    return Ready(parcel=parcel, webhook=webhook, body=body)


def _grounds(conn: psycopg.Connection, repair: Repair) -> tuple[Alert, TenancyLedger]:
    """The alert as it was raised, and the ledger as it is now."""
    alert = alerts_seen.alert(conn, repair.landlord_id, repair.alert_id)
    ledger = ledger_of_tenancy(conn, repair.landlord_id, repair.tenancy_id)
    if alert is None or ledger is None:
        raise LookupError(f"repair {repair.repair_id} has lost its alert or its tenancy")
    if repair.priority is Priority.EMERGENCY:
        return replace(alert, severity=Severity.EMERGENCY), ledger
    return alert, ledger


def _body(
    conn: psycopg.Connection,
    parcel: Parcel,
    repair: Repair,
    alert: Alert,
    ledger: TenancyLedger,
    *,
    now: datetime,
    public_url: str,
) -> str:
    home = homes.home(conn, repair.landlord_id, repair.home_id)
    landlord = homes.landlord(conn, repair.landlord_id)
    # An alert may have eased since; the work is still that of the repair.
    work = work_for(alert.detector, max(alert.severity, Severity.MEDIUM))
    if home is None or landlord is None or work is None:
        raise LookupError(f"repair {repair.repair_id} has lost its home, landlord or work")
    event = envelope(
        parcel,
        repair,
        alert,
        work=work,
        home=home,
        landlord=landlord,
        consent=flags_for(alert, ledger, now),
        contact=contact_channel(ledger, now),
        detection=ledger.decide(purpose_of(alert), now),
        landlord_share=ledger.decide(Purpose.SHARE_WITH_LANDLORD, now),
        contractor_share=ledger.decide(Purpose.SHARE_WITH_CONTRACTOR, now),
        public_url=public_url,
    )
    return json.dumps(event, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _cancel(
    conn: psycopg.Connection,
    parcel: Parcel,
    repair: Repair,
    alert: Alert,
    ledger: TenancyLedger,
    refusal: Refusal,
    now: datetime,
) -> None:
    """Consent is gone: the repair is not sent, and waits for a yes like any other withheld one."""
    outbox.give_up(conn, parcel.outbox_id, at=now, error=f"withheld: {refusal.reason}")
    _move(
        conn, repair, RepairStatus.CANCELLED, f"withheld before it was sent: {refusal.reason}", now
    )
    alert_answers.write_decision(
        conn,
        alert,
        Decision.WITHHELD,
        reason=refusal.reason,
        revision=revision_of(ledger),
        at=now,
    )
    _tell(conn, repair, ledger, repair_not_sent(alert, refusal.reason), now)


async def _attempt(client: httpx.AsyncClient, ready: Ready) -> Answer:
    """Whatever the other side does, it is an answer: the next landlord's repair must not wait."""
    sent_at = datetime.now(UTC)  # the receiver compares it with its own clock
    key = ready.parcel.idempotency_key
    try:
        signature = Signer(ready.webhook.secret).sign(key, sent_at, ready.body)
    except (ValueError, EmptyWebhookSecretError):
        return Answer(error="the webhook's secret is no base64 text, so nothing can be signed")
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "Accept-Encoding": "identity",  # what would unfold to gigabytes is not asked for
        "webhook-id": key,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": signature,
    }
    try:
        async with asyncio.timeout(TIMEOUT_S):
            status, said = await _post(client, ready, headers)
    except TimeoutError:
        return Answer(error=f"no whole answer came within {TIMEOUT_S:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Answer(error=_shown(f"{type(error).__name__}: {error}"))
    if httpx.codes.is_success(status):
        return Answer(reference=_reference(said))
    words = f"answered {status}: {said.decode('utf-8', errors='replace')}"
    return Answer(error=_shown(words), final=status == GONE)


async def _post(
    client: httpx.AsyncClient, ready: Ready, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """The status, and the beginning of the body as it came."""
    said = bytearray()
    body = ready.body.encode()
    async with client.stream("POST", ready.webhook.url, content=body, headers=headers) as answer:
        async for part in answer.aiter_raw():
            said += part
            if len(said) >= ANSWER_BYTES_MAX:
                break
    return answer.status_code, bytes(said[:ANSWER_BYTES_MAX])


def _reference(said: bytes) -> str | None:
    """What the landlord's system calls the repair, if it says so."""
    try:
        answer = json.loads(said)
    except (ValueError, RecursionError):
        return None
    reference = answer.get("reference") if isinstance(answer, dict) else None
    if not isinstance(reference, str | int):
        return None
    return _shown(str(reference))[:REFERENCE_LENGTH_MAX] or None


def _shown(words: str) -> str:
    """The beginning of what somebody else wrote, without what no page or table can hold."""
    return "".join(letter if letter.isprintable() else " " for letter in words[:ANSWER_KEPT])


def _settle_all(
    conn: psycopg.Connection,
    ready: list[Ready],
    answers: list[Answer],
    tally: Tally,
    *,
    now: datetime,
) -> Tally:
    for one, answer in zip(ready, answers, strict=True):
        with conn.transaction():
            outcome = _settle(conn, one.parcel, answer, now)
        tally = replace(tally, **{outcome: getattr(tally, outcome) + 1})
    return tally


def _settle(conn: psycopg.Connection, parcel: Parcel, answer: Answer, now: datetime) -> str:
    repair = repairs.repair_to_move(conn, parcel.landlord_id, parcel.repair_id)
    if repair is None:
        raise LookupError(f"outbox {parcel.outbox_id} is of no repair")
    if answer.error is None:
        outbox.delivered(conn, parcel.outbox_id, at=now)
        # The landlord's answer may have come before ours was written down.
        if repair.status is RepairStatus.REQUESTED:
            _move(conn, repair, RepairStatus.SENT, None, now, reference=answer.reference)
        return "delivered"
    if answer.final or parcel.attempts > len(RETRY_MINUTES):
        outbox.give_up(conn, parcel.outbox_id, at=now, error=answer.error)
        alert, ledger = _grounds(conn, repair)
        _tell(conn, repair, ledger, repair_undelivered(alert), now)
        log.error("repair %s could not be delivered and is given up", repair.repair_id)
        return "given_up"
    again = now + retry_after(parcel.attempts, random.uniform(-JITTER, JITTER))  # noqa: S311 - not a secret
    outbox.try_again(conn, parcel.outbox_id, at=again, error=answer.error)
    return "to_retry"


def retry_after(attempts: int, jitter: float) -> timedelta:
    """How long to wait after this many failed attempts (1 or more), `jitter` of it more or less."""
    minutes = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]
    return timedelta(minutes=minutes * (1 + jitter))


def _move(
    conn: psycopg.Connection,
    repair: Repair,
    status: RepairStatus,
    note: str | None,
    now: datetime,
    *,
    reference: str | None = None,
) -> None:
    event = RepairEvent(
        repair_id=repair.repair_id, at=now, status=status.value, actor=HOMEWELL, note=note
    )
    repairs.move(conn, repair.landlord_id, event, landlord_reference=reference)


def _tell(
    conn: psycopg.Connection, repair: Repair, ledger: TenancyLedger, letter: Letter, now: datetime
) -> None:
    notices.write(
        conn,
        repair.landlord_id,
        repair.tenancy_id,
        letter,
        channel=contact_channel(ledger, now),
        at=now,
        repair_id=repair.repair_id,
    )
