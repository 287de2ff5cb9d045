"""Whatever is killed while messages flow: nothing is lost, doubled or invented."""

import secrets
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.mosquitto import MosquittoServer
from local.postgres import PostgresServer
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase, prepared
from tests.ingest.gateway_side import GatewaySide
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker, MakePostgres, with_database

pytestmark = pytest.mark.faults

T0 = 1_795_219_200_000 - 86_400_000 * 30
MESSAGES = 6_000
_SEND_AGAIN_S = 3.0  # a real gateway waits 30 s for a receipt
_WITHIN_S = 120.0


@pytest.fixture
def postgres(make_postgres: MakePostgres) -> Iterator[PostgresServer]:
    """A database server of this test's own, to be killed."""
    with make_postgres(f"faults-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A broker of this test's own, to be killed."""
    with make_broker(f"faults-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """A migrated database on that server, with one home behind gw-a."""
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE faults")
    made = prepared(with_database(postgres.admin_url(), "faults"), role_passwords)
    made.register(estate())
    return made


@pytest.fixture
def ingest(
    tmp_path: Path, database: HomewellDatabase, central: MosquittoServer
) -> Iterator[IngestProcess]:
    """A running ingest between the two."""
    with IngestProcess(tmp_path, database.url(Role.INGEST), central.url("ingest")) as process:
        yield process


class Load:
    """A gateway with MESSAGES in its spool, every tenth of them poison; obeys receipts."""

    def __init__(self, gateway: GatewaySide) -> None:
        self._gateway = gateway
        self.poison = {seq for seq in range(1, MESSAGES + 1) if seq % 10 == 0}
        self.good = set(range(1, MESSAGES + 1)) - self.poison
        self._next = 1

    def send(self, count: int) -> None:
        """Send the next messages of the spool."""
        for seq in range(self._next, min(self._next + count, MESSAGES + 1)):
            self._send(seq)
            self._next = seq + 1

    def until_settled(self) -> None:
        """Send whatever has no receipt, again and again, until everything has one."""
        end = time.monotonic() + _WITHIN_S
        self.send(MESSAGES)
        while missing := (self.good | self.poison) - self._gateway.settled():
            assert time.monotonic() < end, f"{len(missing)} messages never settled"
            self._await_settled(missing)
            for seq in sorted(missing - self._gateway.settled()):
                self._send(seq)

    def _await_settled(self, missing: set[int]) -> None:
        end = time.monotonic() + _SEND_AGAIN_S
        while time.monotonic() < end and not missing <= self._gateway.settled():
            time.sleep(0.05)

    def _send(self, seq: int) -> None:
        value = b"99" if seq in self.poison else b"20.5"
        payload = b'{"t":[%d],"air_temp_c":[%s]}' % (T0 + seq, value)
        self._gateway.send_bytes("th-0101", "room", payload, seq=seq)


def assert_whole(database: HomewellDatabase, load: Load) -> None:
    """Every good message is one row, every poisonous one is set aside once, and nothing else is."""
    with database.connect_as_administrator() as admin:
        rows = admin.execute(
            "SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM room_readings"
        ).fetchall()
        set_aside = admin.execute(
            "SELECT seq FROM rejected_messages WHERE scope = 'sample'"
        ).fetchall()
    assert sorted(time_ms - T0 for (time_ms,) in rows) == sorted(load.good)
    assert sorted(seq for (seq,) in set_aside) == sorted(load.poison)


@pytest.mark.parametrize("after_s", [0.01, 0.08, 0.25])
def test_ingest_killed_at_any_instant_loses_nothing(
    after_s: float, ingest: IngestProcess, database: HomewellDatabase, central: MosquittoServer
) -> None:
    with GatewaySide(central.url("gw-a")) as gateway:
        load = Load(gateway)
        for _ in range(3):
            load.send(MESSAGES // 3)
            time.sleep(after_s)
            ingest.end(signal.SIGKILL)
            ingest.start()
            ingest.until_connected()
        load.until_settled()

    assert_whole(database, load)


@pytest.mark.parametrize("after_s", [0.01, 0.08, 0.25])
def test_a_database_killed_at_any_instant_loses_nothing(
    after_s: float,
    ingest: IngestProcess,
    postgres: PostgresServer,
    database: HomewellDatabase,
    central: MosquittoServer,
) -> None:
    with GatewaySide(central.url("gw-a")) as gateway:
        load = Load(gateway)
        load.send(MESSAGES // 2)
        time.sleep(after_s)
        postgres.kill()
        load.send(MESSAGES // 2)
        unsettled_while_away = load.good - gateway.settled()
        postgres.start()
        load.until_settled()

    assert unsettled_while_away
    assert ingest.status()["pid"] > 0
    assert_whole(database, load)


@pytest.mark.parametrize("after_s", [0.01, 0.08, 0.25])
def test_a_broker_killed_with_its_queue_loses_nothing(
    after_s: float, ingest: IngestProcess, database: HomewellDatabase, central: MosquittoServer
) -> None:
    with GatewaySide(central.url("gw-a")) as gateway:
        load = Load(gateway)
        load.send(MESSAGES // 2)
        time.sleep(after_s)
        central.kill()
        central.start()
        load.until_settled()

    assert ingest.status()["pid"] > 0
    assert_whole(database, load)


def test_a_stop_in_the_midst_of_work_acknowledges_what_it_committed(
    ingest: IngestProcess, database: HomewellDatabase, central: MosquittoServer
) -> None:
    with GatewaySide(central.url("gw-a")) as gateway:
        load = Load(gateway)
        load.send(MESSAGES)
        status = ingest.end(signal.SIGTERM)
        ingest.start()
        load.until_settled()

    assert status == 0
    assert_whole(database, load)
