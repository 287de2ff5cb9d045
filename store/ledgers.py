"""Tenancies and the choices made in them, as `core.consent` wants them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.consent import Basis, Choice, Permit, Purpose, Refusal, Tenancy, decide


@dataclass(frozen=True, slots=True, kw_only=True)
class TenancyLedger:
    """A tenancy with every line of its ledger, in order of revision."""

    tenancy: Tenancy
    choices: tuple[Choice, ...]

    def decide(self, purpose: Purpose, at: datetime) -> Permit | Refusal:
        """Whether this tenancy allows `purpose` at `at`."""
        return decide(self.choices, tenancy=self.tenancy, purpose=purpose, at=at)


def ledgers_of_homes(
    conn: psycopg.Connection, homes: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], list[TenancyLedger]]:
    """Every tenancy of these homes (landlord and home id), past ones too, in order of time."""
    pairs = list(homes)
    return _grouped(
        conn.execute(
            _question(
                """(t.landlord_id, t.home_id) IN (
                       SELECT * FROM unnest(%(landlords)s::text[], %(homes)s::text[]))"""
            ),
            {
                "landlords": [landlord_id for landlord_id, _ in pairs],
                "homes": [home_id for _, home_id in pairs],
            },
        )
    )


def all_ledgers(conn: psycopg.Connection) -> dict[tuple[str, str], list[TenancyLedger]]:
    """`ledgers_of_homes` for every home that the session may see."""
    return _grouped(conn.execute(_question("true")))


def ledger_of_tenancy(
    conn: psycopg.Connection, landlord_id: str, tenancy_id: str
) -> TenancyLedger | None:
    """One tenancy with its ledger; None when there is no such tenancy."""
    found = _grouped(
        conn.execute(
            _question("(t.landlord_id, t.tenancy_id) = (%(landlord)s, %(tenancy)s)"),
            {"landlord": landlord_id, "tenancy": tenancy_id},
        )
    )
    return next((ledgers[0] for ledgers in found.values()), None)


def in_force(ledgers: Iterable[TenancyLedger], at: datetime) -> TenancyLedger | None:
    """Of a home's tenancies the one in force at `at`; None in a void home."""
    return next((one for one in ledgers if one.tenancy.in_force(at)), None)


def _question(where: LiteralString) -> sql.Composed:
    return sql.SQL(
        """SELECT t.tenancy_id, t.landlord_id, t.home_id, l.basis, t.began_at, t.ended_at,
                  c.revision, c.purpose, c.choice, c.at, c.notice_version, c.channel, c.actor,
                  c.expires_at
           FROM tenancies t
           JOIN landlords l USING (landlord_id)
           LEFT JOIN consent_events c USING (landlord_id, tenancy_id)
           WHERE {where}
           ORDER BY t.landlord_id, t.home_id, t.began_at, c.revision"""
    ).format(where=sql.SQL(where))


def _grouped(
    rows: Iterable[tuple[Any, ...]],
) -> dict[tuple[str, str], list[TenancyLedger]]:
    tenancies: dict[tuple[str, str], Tenancy] = {}
    choices: dict[tuple[str, str], list[Choice]] = {}
    for tenancy_id, landlord_id, home_id, basis, began_at, ended_at, *line in rows:
        key = (landlord_id, tenancy_id)
        tenancies[key] = Tenancy(
            tenancy_id=tenancy_id,
            landlord_id=landlord_id,
            home_id=home_id,
            basis=Basis(basis),
            began_at=began_at,
            ended_at=ended_at,
        )
        choices.setdefault(key, []).extend(_choice(tenancy_id, line))
    found: dict[tuple[str, str], list[TenancyLedger]] = {}
    for key, tenancy in tenancies.items():
        ledger = TenancyLedger(tenancy=tenancy, choices=tuple(choices[key]))
        found.setdefault((tenancy.landlord_id, tenancy.home_id), []).append(ledger)
    return found


def _choice(tenancy_id: str, line: list[Any]) -> list[Choice]:
    revision, purpose, choice, at, notice_version, channel, actor, expires_at = line
    if revision is None:
        return []
    return [
        Choice(
            tenancy_id=tenancy_id,
            revision=revision,
            purpose=Purpose(purpose),
            choice=choice,
            at=at,
            notice_version=notice_version,
            channel=channel,
            actor=actor,
            expires_at=expires_at,
        )
    ]
