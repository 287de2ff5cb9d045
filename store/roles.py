"""The database roles, one per process, and the empty database they work in.

An administrator's connection makes them once; after that nobody needs the administrator.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import LiteralString

import psycopg
from psycopg import sql


class Role(StrEnum):
    """A role that logs in. Only the owner owns anything; the others hold narrow grants."""

    OWNER = "homewell_owner"
    REGISTRAR = "homewell_registrar"
    INGEST = "homewell_ingest"
    DETECTORS = "homewell_detectors"
    API = "homewell_api"
    CASEWORK = "homewell_casework"
    OBSERVER = "homewell_observer"
    UPKEEP = "homewell_upkeep"
    ERASER = "homewell_eraser"


_SERVICE = "homewell_service"
_SERVICE_MEMBERS = (Role.INGEST, Role.DETECTORS, Role.CASEWORK, Role.OBSERVER)
# One slow question must not hold up a service; migrations set limits of their own.
_STATEMENT_TIMEOUT = {
    Role.REGISTRAR: "60s",
    Role.INGEST: "30s",
    Role.DETECTORS: "120s",
    Role.API: "10s",
    Role.CASEWORK: "30s",
    Role.OBSERVER: "30s",
    Role.UPKEEP: "120s",
    Role.ERASER: "120s",
}
_ROLES_LOCK = 7133701809754865665  # roles belong to the whole cluster: one preparation at a time


class UnfitServer(RuntimeError):
    """The database server cannot carry Homewell; the text says what it lacks."""


def prepare_cluster(admin: psycopg.Connection, passwords: Mapping[Role, str]) -> None:
    """Make the roles, or give existing ones these passwords. Needs CREATEROLE."""
    with admin.transaction():
        admin.execute("SELECT pg_advisory_xact_lock(%s)", (_ROLES_LOCK,))
        _make_role(admin, _SERVICE, "NOLOGIN")
        for role in Role:
            _make_role(admin, role, "LOGIN")
            _set_password(admin, role, passwords[role])
        for role in _SERVICE_MEMBERS:
            admin.execute(
                sql.SQL("GRANT {} TO {}").format(sql.Identifier(_SERVICE), sql.Identifier(role))
            )


def prepare_database(admin: psycopg.Connection) -> None:
    """Make the connected database Homewell's: extensions, owner, and nothing for everybody.

    Raises UnfitServer when TimescaleDB is not installed on the server.
    """
    with admin.transaction():
        try:
            admin.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
            admin.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        except psycopg.Error as error:
            raise UnfitServer(
                f"the database server cannot carry Homewell: {error}. It needs PostgreSQL 15 or "
                "newer with TimescaleDB 2.13 or newer in shared_preload_libraries"
            ) from error
        database = sql.Identifier(admin.info.dbname)
        owner = sql.Identifier(Role.OWNER)
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        admin.execute(sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
        admin.execute(sql.SQL("GRANT CREATE, USAGE ON SCHEMA public TO {}").format(owner))
        for role in Role:
            admin.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role))
            )
        # Only ingest writes through a temporary table.
        admin.execute(
            sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(
                database, sql.Identifier(Role.INGEST)
            )
        )
        for role, limit in _STATEMENT_TIMEOUT.items():
            admin.execute(
                sql.SQL("ALTER ROLE {} IN DATABASE {} SET statement_timeout = {}").format(
                    sql.Identifier(role), database, sql.Literal(limit)
                )
            )


def _set_password(admin: psycopg.Connection, role: Role, password: str) -> None:
    """Give the server a hash alone: a statement may end up in its log."""
    verifier = admin.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
    admin.execute(
        sql.SQL("ALTER ROLE {} PASSWORD {}").format(
            sql.Identifier(role), sql.Literal(verifier.decode())
        )
    )


def _make_role(admin: psycopg.Connection, name: str, login: LiteralString) -> None:
    known = admin.execute(
        """SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles
           WHERE rolname = %(name)s""",
        {"name": name},
    ).fetchone()
    role = sql.Identifier(name)
    if known is None:
        admin.execute(sql.SQL("CREATE ROLE {} " + login).format(role))
        return
    admin.execute(sql.SQL("ALTER ROLE {} " + login).format(role))
    if known[0]:
        # Only a superuser may say even no to these, and a role that was made here has none of them.
        admin.execute(
            sql.SQL("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE").format(role)
        )
