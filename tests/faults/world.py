"""Real servers, proxies before them, and ingest between: what faults are done to."""

import os
import signal
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from local.mosquitto import MosquittoServer
from local.postgres import PostgresServer
from store.roles import Role
from tests.estate import ROOMS, estate
from tests.faults.background import Background
from tests.faults.keepalive import with_short_keepalive
from tests.faults.proxy import FaultProxy
from tests.faults.traffic import Traffic
from tests.faults.worker import Worker
from tests.fixtures_database import HomewellDatabase, prepared
from tests.ingest.gateway_side import until
from tests.servers import with_database

GATEWAYS = ("gw-a", "gw-b", "gw-c")

_FIRST_MS = 1_790_000_000_000  # 2026-09-21: after the estate's tenancies began
_RUN_MS = 3_600_000  # each run has an hour of its own, so that no run hides another's rows
_INGEST_BACKENDS = "usename = 'homewell_ingest'"


class World:
    """A database, a broker, a proxy on each way, and workers. Use it as a context manager."""

    def __init__(
        self,
        folder: Path,
        postgres: PostgresServer,
        broker: MosquittoServer,
        passwords: dict[Role, str],
    ) -> None:
        self.postgres = postgres
        self.broker = broker
        self._folder = folder
        self._passwords = passwords
        self._exits = ExitStack()
        self._runs = 0
        self.workers: list[Worker] = []

    def __enter__(self) -> Self:
        with ExitStack() as exits:
            self._begin(exits)
            exits.callback(self._end_workers)
            self._exits = exits.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exits.__exit__(kind, error, trace)

    def hire(self, **settings: str) -> Worker:
        """Start one more worker; returns when it takes messages."""
        url = make_conninfo(
            self.database.url(Role.INGEST), port=self.to_database.port, sslmode="disable"
        )
        worker = Worker(
            self._folder / f"worker-{len(self.workers)}",
            url,
            _through(self.to_broker, self.broker.url("ingest")),
            **settings,
        )
        self.workers.append(worker)
        worker.start()
        worker.until_connected()
        return worker

    def next_traffic(self, seed: int, poison_every: int) -> list[Traffic]:
        """Traffic of each gateway, of an hour and with spools that no run had before."""
        self._runs += 1
        return [
            Traffic(
                gateway=gateway,
                spool=f"spool-{self._runs}-{seed}",
                first_ms=_FIRST_MS + self._runs * _RUN_MS,
                room_devices=[f"th-{home:02}{n:02}" for n in range(1, len(ROOMS) + 1)],
                boiler=f"boiler-{home:02}",
                poison_every=poison_every,
            )
            for home, gateway in enumerate(GATEWAYS, start=1)
        ]

    def gateway_urls(self) -> Sequence[str]:
        """How gateways reach the broker."""
        return [_through(self.from_gateways, self.broker.url(gateway)) for gateway in GATEWAYS]

    def administrator(self) -> psycopg.Connection[Any]:
        """An autocommitting connection that may do anything, not through the proxy."""
        return self.database.connect_as_administrator()

    def ingest_backends(self, which: str = "true") -> int:
        """How many of the database's connections are ingest's, of those for which this holds."""
        with self.administrator() as conn:
            row = conn.execute(
                f"SELECT count(*) FROM pg_stat_activity WHERE {_INGEST_BACKENDS} AND ({which})"  # noqa: S608  # words of tests
            ).fetchone()
        return int(row[0]) if row else 0

    def set_read_only(self, read_only: bool) -> None:
        """Let the whole server take no writes, or take them again."""
        with self.administrator() as admin:
            admin.execute(
                sql.SQL("ALTER SYSTEM SET default_transaction_read_only = {}").format(
                    sql.Literal("on" if read_only else "off")
                )
            )
            admin.execute("SELECT pg_reload_conf()")

    def cut_off_ingest(self) -> int:
        """Terminate every connection of ingest's; how many."""
        with self.administrator() as conn:
            return conn.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                   WHERE usename = 'homewell_ingest'"""
            ).rowcount

    def stop_database_at_once(self) -> None:
        """What `pg_ctl stop -m immediate` does: every process ends without tidying up."""
        pid = int((self._data / "postmaster.pid").read_text("utf-8").split()[0])
        os.kill(pid, signal.SIGQUIT)
        until(lambda: not self.postgres.is_running(), "the database to stop")

    def kill_broker_with_its_queue(self) -> None:
        """Kill the broker and take away what it had saved: sessions, queue, retained messages."""
        self.broker.kill()
        (self.broker.log.parent / "mosquitto.db").unlink(missing_ok=True)

    def put_right(self) -> None:
        """End whatever fault a test that failed has left behind."""
        for proxy in (self.to_database, self.to_broker, self.from_gateways):
            proxy.drop_held()
            proxy.partition()
            proxy.heal()
        for worker in self.workers:
            if worker.is_running:
                worker.go_on()
            elif not worker.has_left:
                worker.start()

    def times_given_up(self, worker: Worker) -> int:
        """How often the broker has cut this worker off because it was silent."""
        words = f"Client {worker.client_id} has exceeded timeout"
        return self.broker.log.read_text("utf-8").count(words)

    @property
    def _data(self) -> Path:
        return self.postgres.log.parent / "data"

    def _begin(self, exits: ExitStack) -> None:
        enter = exits.enter_context
        enter(self.postgres)
        enter(self.broker)
        self.background = enter(Background())
        self.to_database = enter(FaultProxy(self.background, self.postgres.port))
        self.to_broker = enter(FaultProxy(self.background, self.broker.port, with_short_keepalive))
        self.from_gateways = enter(FaultProxy(self.background, self.broker.port))
        with psycopg.connect(self.postgres.admin_url(), autocommit=True) as admin:
            admin.execute("CREATE DATABASE faults")
        admin_url = with_database(self.postgres.admin_url(), "faults")
        self.database: HomewellDatabase = prepared(admin_url, self._passwords)
        self.database.register(estate(GATEWAYS))

    def _end_workers(self) -> None:
        for worker in self.workers:
            if worker.is_running:
                worker.end(signal.SIGKILL)


def _through(proxy: FaultProxy, url: str) -> str:
    parts = urlsplit(url)
    credentials = parts.netloc.rpartition("@")[0]
    return urlunsplit((parts.scheme, f"{credentials}@127.0.0.1:{proxy.port}", "", "", ""))
