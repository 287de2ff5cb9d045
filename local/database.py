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


def own_database(admin_url: str) -> str:
    """The address of the database to live in: the one named, but never the server's own.

    Where the address names the server's `postgres` or none, `homewell` is made beside it.
    """
    parameters = conninfo_to_dict(admin_url)
    if parameters.get("dbname") not in (None, "", "postgres", "template1"):
        return admin_url
    with psycopg.connect(admin_url, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
        if known.fetchone() is None:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
    return make_conninfo(admin_url, dbname=DATABASE)


def role_urls(admin_url: str, passwords: Mapping[Role, str]) -> dict[Role, str]:
    """The same database's address for each role, as a libpq connection string."""
    return {
        role: make_conninfo(admin_url, user=role.value, password=password)
        for role, password in passwords.items()
    }
