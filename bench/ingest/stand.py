"""The servers of one measurement: as deployed, fsync and all, in a folder that goes away after."""

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from bench.ingest.client import Address
from local.database import own_database, prepare
from local.fetch import fetch
from local.mosquitto import CENTRAL_ACCESS_LIST, MosquittoServer
from local.place import find_place
from local.postgres import PostgresServer
from local.programs import Programs
from local.secrets import Secrets
from store.roles import Role

USER = "bench"

# The bench speaks for all gateways at once, and sends under roots of its own to other drains.
_ACCESS = f"""
user {USER}
topic readwrite homewell/#
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stand:
    """A broker and a migrated database that run."""

    folder: Path
    programs: Programs
    broker: Address
    broker_pid: int
    postgres_pid: int
    ingest_broker_url: str = field(repr=False)
    admin_url: str = field(repr=False)
    urls: dict[Role, str] = field(repr=False)

    def url(self, role: Role) -> str:
        """The database's address for a role, with its password."""
        return self.urls[role]


@contextmanager
def stand() -> Iterator[Stand]:
    """Start the servers; stop them and remove their data at the end."""
    place = find_place()
    programs = fetch(place, os.environ, say)
    folder = Path(tempfile.mkdtemp(prefix="ingest-", dir=place.folder("bench")))
    folder.chmod(0o755)  # the servers' account must be able to pass through
    keys = Secrets(folder / "secrets")
    password = secrets.token_urlsafe()
    try:
        with ExitStack() as servers:
            postgres = servers.enter_context(
                PostgresServer(
                    folder / "postgres",
                    programs=programs,
                    password=keys.secret("postgres"),
                    account=place.account,
                    ends_with_us=True,
                )
            )
            broker = servers.enter_context(
                MosquittoServer(
                    folder / "broker",
                    name="bench",
                    programs=programs,
                    users={"ingest": secrets.token_urlsafe(), USER: password},
                    access_list=CENTRAL_ACCESS_LIST.read_text("utf-8") + _ACCESS,
                    account=place.account,
                    ends_with_us=True,
                )
            )
            admin_url = own_database(postgres.admin_url())
            yield Stand(
                folder=folder,
                programs=programs,
                broker=Address(port=broker.port, username=USER, password=password),
                broker_pid=int((folder / "broker/pid").read_text("ascii")),
                postgres_pid=int(
                    (folder / "postgres/data/postmaster.pid").read_text("ascii").split()[0]
                ),
                ingest_broker_url=broker.url("ingest"),
                admin_url=admin_url,
                urls=prepare(admin_url, keys),
            )
    finally:
        shutil.rmtree(folder)


def checkpoint(stand: Stand) -> None:
    """Write out what earlier parts left, so that no part pays for another."""
    with psycopg.connect(stand.admin_url, autocommit=True) as conn:
        conn.execute("CHECKPOINT")


def say(what: str) -> None:
    """Progress, for whoever waits: on standard error, beside the result."""
    print(what, file=sys.stderr, flush=True)
