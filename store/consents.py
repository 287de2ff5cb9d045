"""The consent ledger as it grows: one line at a time, each sealed to the one before."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import psycopg

from core import ledger
from core.consent import Choice, Purpose
from core.ledger import Link


def history(conn: psycopg.Connection, landlord_id: str, tenancy_id: str) -> list[Link]:
    """Every line of a tenancy's ledger with its place in the chain, oldest first."""
    rows = conn.execute(
        """SELECT tenancy_id, revision, purpose, choice, at, notice_version, channel, actor,
                  expires_at, previous, hash
           FROM consent_events
           WHERE landlord_id = %(landlord)s AND tenancy_id = %(tenancy)s
           ORDER BY revision""",
        {"landlord": landlord_id, "tenancy": tenancy_id},
    )
    return [_link(row) for row in rows]


def append(conn: psycopg.Connection, landlord_id: str, said: Choice) -> Choice:
    """Add what was said to its tenancy's ledger; the line as it was written.

    Its revision is the next one, whatever `said` holds, and its instant is never before the last
    line's, so that what was said last is what holds. One writer at a time: others wait. Raises
    core.ledger.NotAChoice when the purpose does not offer the answer.
    """
    # The lock is the ledger's own: the tenancy's row is the registrar's, and no one else's to lock.
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%(ledger)s, 0))",
        {"ledger": f"consent ledger {landlord_id}/{said.tenancy_id}"},
    )
    chain = history(conn, landlord_id, said.tenancy_id)
    link = ledger.append(chain[-1] if chain else None, _next(chain, said))
    line = link.choice
    conn.execute(
        """INSERT INTO consent_events (landlord_id, tenancy_id, revision, purpose, choice, at,
               expires_at, notice_version, channel, actor, previous, hash)
           VALUES (%(landlord)s, %(tenancy)s, %(revision)s, %(purpose)s, %(choice)s, %(at)s,
               %(expires_at)s, %(notice)s, %(channel)s, %(actor)s, %(previous)s, %(hash)s)""",
        {
            "landlord": landlord_id,
            "tenancy": line.tenancy_id,
            "revision": line.revision,
            "purpose": line.purpose.value,
            "choice": line.choice,
            "at": line.at,
            "expires_at": line.expires_at,
            "notice": line.notice_version,
            "channel": line.channel,
            "actor": line.actor,
            "previous": link.previous,
            "hash": link.hash,
        },
    )
    return line


def _next(chain: Sequence[Link], said: Choice) -> Choice:
    last_at: datetime | None = chain[-1].choice.at if chain else None
    at = said.at if last_at is None else max(said.at, last_at)
    return replace(said, revision=len(chain) + 1, at=at)


def _link(row: tuple[Any, ...]) -> Link:
    tenancy_id, revision, purpose, choice, at, notice, channel, actor, expires_at, *hashes = row
    previous, digest = hashes
    line = Choice(
        tenancy_id=tenancy_id,
        revision=revision,
        purpose=Purpose(purpose),
        choice=choice,
        at=at,
        notice_version=notice,
        channel=channel,
        actor=actor,
        expires_at=expires_at,
    )
    return Link(line, previous, digest)
