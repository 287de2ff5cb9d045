"""Homewell's database on a server: made, given its roles and brought up to date."""

from collections.abc import Mapping

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from local.secrets import Secrets
from store.migrate import migrate
from store.roles import Role, prepare_cluster, prepare_database

DATABASE = "homewell"


def prepare(admin_url: str, secrets: Secrets) -> dict[Role, str]:
    """Make what is missing in the database at `admin_url`; each role's own address of it.

    Raises store.roles.UnfitServer, store.migrate.ChangedMigration and psycopg.Error.
    """
    passwords = {role: secrets.secret(f"role-{role.value}") for role in Role}
    with psycopg.connect(admin_url, autocommit=True) as admin:
        prepare_cluster(admin, passwords)
        prepare_database(admin)
    urls = role_urls(admin_url, passwords)
    with psycopg.connect(urls[Role.OWNER], autocommit=True) as owner:
        migrate(owner)
    return urls


def make_database(server_url: str, name: str = DATABASE) -> None:
    """Create the database on the server where it is missing."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known is None:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))


def role_urls(admin_url: str, passwords: Mapping[Role, str]) -> dict[Role, str]:
    """The same database's address for each role, as a libpq connection string."""
    parameters = conninfo_to_dict(admin_url)
    return {
        role: make_conninfo(
            **{**parameters, "user": role.value, "password": password}  # type: ignore[arg-type]
        )
        for role, password in passwords.items()
    }
