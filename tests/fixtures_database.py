"""A migrated database of a test module's own, and one small estate to put into it."""

import secrets
from dataclasses import dataclass, field

import psycopg
import pytest

from core.registry import Registration
from local.database import role_urls
from store.migrate import migrate
from store.registry import register
from store.roles import Role, prepare_cluster, prepare_database
from tests.servers import NewDatabase


@dataclass(frozen=True, slots=True)
class HomewellDatabase:
    """A migrated database: its address for the administrator and for each role."""

    admin_url: str = field(repr=False)
    urls: dict[Role, str] = field(repr=False)

    def url(self, role: Role) -> str:
        """The address for a role, with its password."""
        return self.urls[role]

    def connect(self, role: Role) -> psycopg.Connection:
        """An autocommitting connection as this role."""
        return psycopg.connect(self.urls[role], autocommit=True)

    def connect_as_administrator(self) -> psycopg.Connection:
        """An autocommitting connection that sees every row of every landlord."""
        return psycopg.connect(self.admin_url, autocommit=True)

    def register(self, registration: Registration) -> None:
        """Register as `homewell register` does."""
        with self.connect(Role.REGISTRAR) as conn:
            register(conn, registration)


def prepared(admin_url: str, passwords: dict[Role, str]) -> HomewellDatabase:
    """Roles, extensions and migrations for the empty database at `admin_url`."""
    with psycopg.connect(admin_url, autocommit=True) as admin:
        prepare_cluster(admin, passwords)
        prepare_database(admin)
    urls = role_urls(admin_url, passwords)
    with psycopg.connect(urls[Role.OWNER], autocommit=True) as owner:
        migrate(owner)
    return HomewellDatabase(admin_url, urls)


@pytest.fixture(scope="session")
def role_passwords() -> dict[Role, str]:
    """Passwords of the roles, which all databases of a server share."""
    return {role: secrets.token_urlsafe() for role in Role}


@pytest.fixture(scope="module")
def homewell_db(new_database: NewDatabase, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """A migrated, empty Homewell database of this module's own."""
    return prepared(new_database(), role_passwords)
