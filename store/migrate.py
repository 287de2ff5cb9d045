"""Numbered SQL files, applied once each and in order, by the owner."""

import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files

import psycopg
from psycopg import sql

_FILE_NAME = re.compile(r"(\d{4})_[a-z_]+\.sql")
_MIGRATION_LOCK = 7133701809754865666  # two starts at once: the second waits and finds it done
# A migration that cannot get its lock soon gives up rather than stop the services behind it.
_LOCK_TIMEOUT = "5s"
_STATEMENT_TIMEOUT = "60s"


class ChangedMigration(RuntimeError):
    """A migration that was applied has been edited since; write a new one instead."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    number: int
    name: str
    statements: str

    @property
    def digest(self) -> str:
        """What tells an edited file from the one that was applied."""
        return hashlib.sha256(self.statements.encode()).hexdigest()


def migrations() -> list[Migration]:
    """Every migration that ships with this version, in order."""
    found = []
    for file in files("store").joinpath("migrations").iterdir():
        match = _FILE_NAME.fullmatch(file.name)
        if match:
            found.append(Migration(int(match[1]), file.name, file.read_text("utf-8")))
    return sorted(found, key=lambda migration: migration.number)


def migrate(owner: psycopg.Connection) -> list[str]:
    """Bring the database up to date; the names of what was applied, in order.

    The connection must be in autocommit. Raises ChangedMigration when history was rewritten.
    """
    owner.execute("SELECT pg_advisory_lock(%s)", (_MIGRATION_LOCK,))
    try:
        applied = _applied(owner)
        done = []
        for migration in migrations():
            if migration.number not in applied:
                _apply(owner, migration)
                done.append(migration.name)
            elif applied[migration.number] != migration.digest:
                raise ChangedMigration(
                    f"{migration.name} was applied to this database in another form; "
                    "restore the file and put the change into a new migration"
                )
        return done
    finally:
        owner.execute("SELECT pg_advisory_unlock(%s)", (_MIGRATION_LOCK,))


def _applied(owner: psycopg.Connection) -> dict[int, str]:
    owner.execute(
        """CREATE TABLE IF NOT EXISTS schema_migrations (
               number integer PRIMARY KEY,
               name text NOT NULL,
               digest text NOT NULL,
               applied_at timestamptz NOT NULL DEFAULT now())"""
    )
    rows = owner.execute("SELECT number, digest FROM schema_migrations").fetchall()
    return dict(rows)


def _apply(owner: psycopg.Connection, migration: Migration) -> None:
    with owner.transaction():
        for setting, value in (
            ("lock_timeout", _LOCK_TIMEOUT),
            ("statement_timeout", _STATEMENT_TIMEOUT),
        ):
            owner.execute("SELECT set_config(%s, %s, true)", (setting, value))
        # The file is ours and ships with the code: it may hold any statement.
        owner.execute(sql.SQL(migration.statements))
        owner.execute(
            "INSERT INTO schema_migrations (number, name, digest) VALUES (%s, %s, %s)",
            (migration.number, migration.name, migration.digest),
        )
