"""A real TimescaleDB and a real Mosquitto for the whole test run, and an empty database a module.

DATABASE_URL (an administrator's) and MQTT_URL, where set, name servers of one's own. Nothing here
knows our tables: fixtures with a migrated database build on `new_database`.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql

from local.fetch import fetch
from local.mosquitto import CENTRAL_ACCESS_LIST, MosquittoServer
from local.place import Place, find_place
from local.postgres import PostgresServer
from local.programs import Programs
from tests.servers import (
    BROKER_USERS,
    Broker,
    MakeBroker,
    MakePostgres,
    NewDatabase,
    OwnBroker,
    with_database,
)

# Machines are shared, and a first run fills Hypothesis's tables: a slow draw says nothing.
settings.register_profile("homewell", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("homewell")

pytest_plugins = ["tests.fixtures_database"]


@pytest.fixture(scope="session")
def place() -> Place:
    """Where the fetched servers are, and who runs them."""
    return find_place()


@pytest.fixture(scope="session")
def programs(place: Place) -> Programs:
    """The fetched servers' programs."""
    return fetch(place, os.environ, print)


@pytest.fixture(scope="session")
def server_folder(place: Place) -> Iterator[Path]:
    """A folder for the servers' data, gone after the run; pytest's own shuts their account out."""
    folder = Path(tempfile.mkdtemp(prefix="homewell-tests-"))
    if place.account is not None:
        folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def postgres_admin_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The administrator's URL of the run's database server."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    make: MakePostgres = request.getfixturevalue("make_postgres")
    with make("postgres") as server:
        yield server.admin_url()


@pytest.fixture(scope="session")
def new_database(postgres_admin_url: str) -> Iterator[NewDatabase]:
    """Makes an empty database with TimescaleDB and returns its URL; dropped after the run."""
    made: list[str] = []

    def make() -> str:
        name = f"homewell_test_{secrets.token_hex(6)}"
        _as_administrator(postgres_admin_url, "CREATE DATABASE {}", name)
        made.append(name)
        url = with_database(postgres_admin_url, name)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        return url

    yield make
    for name in made:
        _as_administrator(postgres_admin_url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@pytest.fixture(scope="module")
def database_url(new_database: NewDatabase) -> str:
    """The administrator's URL of an empty database of this module's own."""
    return new_database()


@pytest.fixture(scope="session")
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    """The central broker with its access list; `broker.url("gw-a")` for one of BROKER_USERS."""
    given = os.environ.get("MQTT_URL")
    if given:
        yield OwnBroker(given)
        return
    make: MakeBroker = request.getfixturevalue("make_broker")
    with make("broker") as server:
        yield server


@pytest.fixture(scope="session")
def make_postgres(place: Place, programs: Programs, server_folder: Path) -> MakePostgres:
    """Makes a database server of this name, not yet started, for tests that stop or kill one.

    Use it as a context manager. It loses data only if the machine itself dies.
    """

    def make(name: str) -> PostgresServer:
        return PostgresServer(
            server_folder / name,
            programs=programs,
            password=secrets.token_urlsafe(),
            account=place.account,
            durable=False,
            ends_with_us=True,
        )

    return make


@pytest.fixture(scope="session")
def make_broker(place: Place, programs: Programs, server_folder: Path) -> MakeBroker:
    """Makes a central broker of this name, not yet started, for tests that stop or kill one.

    Use it as a context manager.
    """

    def make(name: str, *, settings: str = "") -> MosquittoServer:
        return MosquittoServer(
            server_folder / name,
            name=name,
            programs=programs,
            users={user: secrets.token_urlsafe() for user in BROKER_USERS},
            access_list=CENTRAL_ACCESS_LIST.read_text("utf-8"),
            account=place.account,
            ends_with_us=True,
            settings=settings,
        )

    return make


def _as_administrator(url: str, statement: LiteralString, name: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(sql.Identifier(name)))
