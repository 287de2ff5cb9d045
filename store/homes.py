"""Homes as people ask for them: whose they are, who lives there, when they were last heard."""

from dataclasses import dataclass
from datetime import datetime

import psycopg
from psycopg.rows import class_row

from core.consent import Basis
from core.quantities import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Landlord:
    """The landlord that a session acts for."""

    landlord_id: str
    name: str
    basis: Basis
    jurisdiction: str
    is_recording: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A home as the registry has it."""

    landlord_id: str
    home_id: str
    area_id: str
    uprn: str | None
    property_ref: str | None
    address: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantsPlace:
    """Where a tenant lives, or lived: their tenancy and its home."""

    tenancy_id: str
    home_id: str


def landlord(conn: psycopg.Connection, landlord_id: str) -> Landlord | None:
    """The landlord; None when there is none, or the session may not see it."""
    row = conn.execute(
        """SELECT landlord_id, name, basis, jurisdiction, is_recording FROM landlords
           WHERE landlord_id = %(landlord)s""",
        {"landlord": landlord_id},
    ).fetchone()
    if row is None:
        return None
    return Landlord(
        landlord_id=row[0],
        name=row[1],
        basis=Basis(row[2]),
        jurisdiction=row[3],
        is_recording=row[4],
    )


def homes(conn: psycopg.Connection) -> list[Home]:
    """Every home that the session may see, by landlord and id."""
    with conn.cursor(row_factory=class_row(Home)) as cursor:
        return cursor.execute(
            """SELECT landlord_id, home_id, area_id, uprn, property_ref, address FROM homes
               ORDER BY landlord_id, home_id"""
        ).fetchall()


def home(conn: psycopg.Connection, landlord_id: str, home_id: str) -> Home | None:
    """One home; None when there is none, or the session may not see it."""
    with conn.cursor(row_factory=class_row(Home)) as cursor:
        return cursor.execute(
            """SELECT landlord_id, home_id, area_id, uprn, property_ref, address FROM homes
               WHERE landlord_id = %(landlord)s AND home_id = %(home)s""",
            {"landlord": landlord_id, "home": home_id},
        ).fetchone()


def place_of_tenant(
    conn: psycopg.Connection, landlord_id: str, tenant_id: str
) -> TenantsPlace | None:
    """Where this tenant lives; None when there is no such tenant of the landlord."""
    with conn.cursor(row_factory=class_row(TenantsPlace)) as cursor:
        return cursor.execute(
            """SELECT tenancy_id, home_id
               FROM tenants JOIN tenancies USING (landlord_id, tenancy_id)
               WHERE landlord_id = %(landlord)s AND tenant_id = %(tenant)s""",
            {"landlord": landlord_id, "tenant": tenant_id},
        ).fetchone()


def last_heard(conn: psycopg.Connection) -> dict[str, dict[Kind, datetime | None]]:
    """By home and kind when the landlord's homes were last heard; None where never.

    A kind that no device in the home measures now has no entry.
    """
    found: dict[str, dict[Kind, datetime | None]] = {}
    for home_id, kind, seen_at in conn.execute(
        "SELECT home_id, kind, last_seen_at FROM homes_last_heard()"
    ):
        found.setdefault(home_id, {})[Kind(kind)] = seen_at
    return found
