"""Several workers share the messages; one of them dies, comes back or goes, and nothing is lost."""

import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from core.wire import ROOT
from ingest.sharing import Filters, filters
from local.mosquitto import MosquittoServer
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase
from tests.ingest.broker_side import is_remembered
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker

T0 = 1_795_219_200_000 - 86_400_000 * 30
GROUP = "ingest"

StartWorker = Callable[..., IngestProcess]


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """One home behind gw-a."""
    homewell_db.register(estate())
    return homewell_db


@pytest.fixture
def admin(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """Sees all that is stored; every test starts without readings."""
    with database.connect_as_administrator() as conn:
        conn.execute("TRUNCATE room_readings")
        yield conn


@pytest.fixture
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A broker of this test's own, which remembers no session."""
    with make_broker(f"sharing-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def gateway(central: MosquittoServer) -> Iterator[GatewaySide]:
    """The gateway of the home. It sends once, and never again by itself."""
    with GatewaySide(central.url("gw-a")) as one:
        yield one


@pytest.fixture
def start_worker(
    tmp_path: Path, database: HomewellDatabase, central: MosquittoServer
) -> Iterator[StartWorker]:
    """Makes a worker of this name, started and connected; killed after the test."""
    made: list[IngestProcess] = []

    def start(name: str, group: str | None = GROUP) -> IngestProcess:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        worker = IngestProcess(
            folder,
            database.url(Role.INGEST),
            central.url("ingest"),
            INGEST_CLIENT_ID=name,
            INGEST_SHARED_GROUP=group or "",
        )
        worker.start()
        made.append(worker)
        worker.until_connected()
        return worker

    yield start
    for worker in made:
        worker.__exit__(None, None, None)


def send(gateway: GatewaySide, count: int, first: int = 0) -> list[int]:
    """Send samples of consecutive milliseconds, one a message; their sequence numbers."""
    return [
        gateway.send("th-0101", "room", [T0 + first + i], air_temp_c=[20.5]) for i in range(count)
    ]


def send_through(gateway: GatewaySide, count: int, first: int = 0) -> list[int]:
    """As `send`, and wait until the broker has acknowledged all of them."""
    acknowledged: list[Any] = []
    gateway.client.on_publish = lambda *packet: acknowledged.append(packet)
    sent = send(gateway, count, first)
    until(lambda: len(acknowledged) == count, "the broker to acknowledge")
    gateway.client.on_publish = None
    return sent


def stored_times(admin: psycopg.Connection) -> list[int]:
    """The milliseconds after T0 of all that is stored, in order."""
    rows = admin.execute(
        "SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM room_readings ORDER BY 1"
    ).fetchall()
    return [time_ms - T0 for (time_ms,) in rows]


def messages(*workers: IngestProcess) -> int:
    """How many messages these workers have taken and committed since they started."""
    return sum(int(worker.status()["messages"]) for worker in workers)


def test_a_worker_that_joins_a_group_drops_the_filters_of_a_lone_one() -> None:
    lone = tuple(f"{ROOT}/+/+/{kind}" for kind in ("room", "boiler", "weather"))

    assert filters(None) == Filters(lone)
    assert filters("a") == Filters(tuple(f"$share/a/{one}" for one in lone), lone)


def test_two_workers_of_a_group_take_each_message_once_between_them(
    start_worker: StartWorker, gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    first, second = start_worker("ingest-0"), start_worker("ingest-1")

    gateway.until_settled(*send(gateway, 300))

    until(lambda: messages(first, second) == 300, "both workers to say what they took")
    assert min(messages(first), messages(second)) > 0
    assert stored_times(admin) == list(range(300))


def test_a_lone_worker_that_is_given_a_group_takes_no_message_twice(
    start_worker: StartWorker, gateway: GatewaySide
) -> None:
    start_worker("ingest-0", group=None).end(signal.SIGTERM)

    first, second = start_worker("ingest-0"), start_worker("ingest-1")
    gateway.until_settled(*send(gateway, 100))

    until(lambda: messages(first, second) >= 100, "both workers to say what they took")
    assert messages(first, second) == 100


def test_the_share_of_a_killed_worker_waits_for_it_and_comes_when_it_returns(
    start_worker: StartWorker, gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    start_worker("ingest-0")
    killed = start_worker("ingest-1")
    killed.end(signal.SIGKILL)

    sent = send(gateway, 100)
    until(lambda: bool(gateway.settled()), "the living worker to take its share")
    settled_without_it = gateway.settled()
    killed.start()
    gateway.until_settled(*sent)

    assert settled_without_it < set(sent)
    assert stored_times(admin) == list(range(100))


def test_what_a_lost_queue_took_with_it_is_stored_when_the_gateway_sends_it_again(
    start_worker: StartWorker,
    gateway: GatewaySide,
    central: MosquittoServer,
    admin: psycopg.Connection,
) -> None:
    living = start_worker("ingest-0")
    start_worker("ingest-1").end(signal.SIGKILL)
    sent = send(gateway, 100)
    until(lambda: messages(living) == 50, "the living worker to take its share")

    was_there = is_remembered(central.url("ingest"), "ingest-1")
    missing = set(sent) - gateway.settled()
    for seq in sorted(missing):
        payload = b'{"t":[%d],"air_temp_c":[20.5]}' % (T0 + seq - 1)
        gateway.send_bytes("th-0101", "room", payload, seq=seq)
    gateway.until_settled(*sent)

    assert was_there
    assert len(missing) == 50
    assert stored_times(admin) == list(range(100))


def test_messages_sent_again_to_the_other_worker_are_stored_once(
    start_worker: StartWorker, gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    """An odd number, sent twice in turn: the broker deals each message to the other worker then."""
    first, second = start_worker("ingest-0"), start_worker("ingest-1")

    send(gateway, 1_001)
    gateway.until_settled(*send(gateway, 1_001))

    until(lambda: messages(first, second) == 2_002, "both workers to say what they took")
    both = [worker.status() for worker in (first, second)]
    assert stored_times(admin) == list(range(1_001))
    assert sum(int(one["stored"]) for one in both) == 1_001
    assert sum(int(one["already_stored"]) for one in both) == 1_001


def test_a_worker_that_leaves_under_load_takes_its_queue_with_it_into_the_store(
    start_worker: StartWorker,
    gateway: GatewaySide,
    central: MosquittoServer,
    admin: psycopg.Connection,
) -> None:
    """Nothing is sent again: every message is settled by the worker that the broker dealt it to."""
    start_worker("ingest-0")
    leaving = start_worker("ingest-1")

    before = send(gateway, 2_000)
    leaving.send(signal.SIGUSR1)
    during = send(gateway, 4_000, first=2_000)
    status = leaving.ended()
    after = send(gateway, 100, first=6_000)
    gateway.until_settled(*before, *during, *after)

    assert status == 0
    assert not is_remembered(central.url("ingest"), "ingest-1")
    assert stored_times(admin) == list(range(6_100))


def test_the_queue_of_a_stopped_worker_is_emptied_by_a_start_that_leaves(
    start_worker: StartWorker,
    gateway: GatewaySide,
    central: MosquittoServer,
    admin: psycopg.Connection,
) -> None:
    start_worker("ingest-0")
    stopped = start_worker("ingest-1")
    stopped.end(signal.SIGTERM)
    sent = send(gateway, 200)
    until(lambda: len(gateway.settled()) == 100, "the living worker to take its share")

    stopped.start("--leave")
    status = stopped.ended()

    assert status == 0
    assert gateway.settled() == set(sent)
    assert not is_remembered(central.url("ingest"), "ingest-1")
    assert stored_times(admin) == list(range(200))


def test_the_last_worker_to_leave_lets_the_messages_wait_in_the_gateways(
    start_worker: StartWorker, gateway: GatewaySide
) -> None:
    worker = start_worker("ingest-0")
    worker.send(signal.SIGUSR1)
    status = worker.ended()

    sent = send_through(gateway, 10)
    start_worker("ingest-0")
    gateway.until_settled(gateway.send("th-0101", "room", [T0 + 99], air_temp_c=[20.5]))

    assert status == 0
    assert gateway.settled().isdisjoint(sent)


def test_what_a_restarted_broker_forgets_of_the_group_is_healed_by_sending_again(
    start_worker: StartWorker,
    gateway: GatewaySide,
    central: MosquittoServer,
    admin: psycopg.Connection,
) -> None:
    """Mosquitto 2.0 writes sessions and queues down, and of their filters only those not shared."""
    workers = [start_worker("ingest-0"), start_worker("ingest-1")]
    for worker in workers:
        worker.end(signal.SIGTERM)
    queued = send_through(gateway, 100)

    central.stop()
    central.start()
    until(gateway.client.is_connected, "the gateway to come back")
    send_through(gateway, 100, first=100)
    for worker in workers:
        worker.start()
        worker.until_connected()
    gateway.until_settled(*queued)
    gateway.until_settled(*send(gateway, 100, first=100))

    assert stored_times(admin) == list(range(200))
