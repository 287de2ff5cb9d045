"""A tenant's own choices: what holds, how to change it, and the record. No HTTP here."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from api.principals import Tenant
from core.consent import TERMS, Choice, Purpose, Tenancy, choice_in_force, default_choice
from core.ledger import Link, first_broken
from core.plain_words import NOTICE_VERSION, PURPOSES, PurposeWords, effect_words
from store import consents
from store.ledgers import TenancyLedger, ledger_of_tenancy


class TenancyOver(RuntimeError):
    """The tenancy has ended: nothing is asked or used any more, so there is nothing to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingChoice:
    """One purpose as it stands; `said` is the tenant's own line, empty while the default holds."""

    purpose: Purpose
    words: PurposeWords
    choice: str
    said: Choice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The line that was added, and what holds from now on in plain words."""

    line: Choice
    effect: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Every line a tenancy ever said, oldest first; `broken_at` is empty while all is whole."""

    tenancy: Tenancy
    links: tuple[Link, ...]
    broken_at: int | None


def choices_of(conn: psycopg.Connection, tenant: Tenant, *, now: datetime) -> list[StandingChoice]:
    """Every purpose with what holds now."""
    ledger = _ledger(conn, tenant)
    return [_standing(ledger, purpose, now) for purpose in Purpose]


def choose(
    conn: psycopg.Connection,
    tenant: Tenant,
    purpose: Purpose,
    choice: str,
    *,
    now: datetime,
    channel: str,
) -> Chosen:
    """Write down what the tenant says from `now` on; `channel` is where they said it.

    Raises core.ledger.NotAChoice when the purpose does not offer it, TenancyOver when they have
    moved out.
    """
    if not _ledger(conn, tenant).tenancy.in_force(now):
        raise TenancyOver(tenant.tenancy_id)
    line = consents.append(
        conn,
        tenant.landlord_id,
        Choice(
            tenancy_id=tenant.tenancy_id,
            revision=1,
            purpose=purpose,
            choice=choice,
            at=now,
            notice_version=NOTICE_VERSION,
            channel=channel,
            actor=tenant.actor,
        ),
    )
    return Chosen(
        line=line, effect=effect_words(purpose, choice, refused=choice == TERMS[purpose].refusing)
    )


def record_of(conn: psycopg.Connection, tenant: Tenant) -> Record:
    """Everything the tenancy ever said, with its seals checked."""
    links = consents.history(conn, tenant.landlord_id, tenant.tenancy_id)
    return Record(
        tenancy=_ledger(conn, tenant).tenancy, links=tuple(links), broken_at=first_broken(links)
    )


def _ledger(conn: psycopg.Connection, tenant: Tenant) -> TenancyLedger:
    ledger = ledger_of_tenancy(conn, tenant.landlord_id, tenant.tenancy_id)
    if ledger is None:
        raise LookupError(f"tenant {tenant.tenant_id} has no tenancy that their session may see")
    return ledger


def _standing(ledger: TenancyLedger, purpose: Purpose, now: datetime) -> StandingChoice:
    line = choice_in_force(ledger.choices, tenancy=ledger.tenancy, purpose=purpose, at=now)
    return StandingChoice(
        purpose=purpose,
        words=PURPOSES[purpose],
        choice=line.choice if line else default_choice(purpose, ledger.tenancy.basis),
        said=line,
    )
