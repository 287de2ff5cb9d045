"""A worker says whether it lives and is ready, and if not what is away and since when."""

import secrets
import signal
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from ingest.health import (
    COMMIT_WITHIN_S,
    DATABASE_ANSWERS_WITHIN_S,
    STUCK_AFTER_S,
    Pulse,
    Readiness,
    Standing,
    why_not_alive,
    why_not_ready,
)
from local.mosquitto import MosquittoServer
from local.postgres import PostgresServer
from store.connection import Unavailable
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase, prepared
from tests.ingest.asking import ON_ANY_PORT, get, ready
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker, MakePostgres, with_database

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
WELL = Standing(
    connected=True,
    connects=1,
    unacknowledged=17,
    receive_max=8_000,
    gate_read=True,
    gate_lives=True,
    gate_version=4,
    database_silent_s=0.4,
    committing_s=0.1,
    commits_failing_s=None,
    stopping=False,
)


def test_a_worker_that_stores_is_ready_in_all_its_parts() -> None:
    assert why_not_ready(WELL) == {"broker": None, "gate": None, "database": None, "worker": None}


@pytest.mark.parametrize(
    ("now", "part", "reason"),
    [
        (
            replace(WELL, connected=False),
            "broker",
            "not connected to the broker, or not subscribed yet",
        ),
        (
            replace(WELL, gate_read=False, gate_lives=False),
            "gate",
            "the consent ledger has not been read yet",
        ),
        (
            replace(WELL, gate_lives=False),
            "gate",
            "nobody listens for changes of consent: nothing is stored until somebody does",
        ),
        (
            replace(WELL, database_silent_s=None),
            "database",
            "the database has not answered yet",
        ),
        (
            replace(WELL, database_silent_s=DATABASE_ANSWERS_WITHIN_S + 1),
            "database",
            "the database has not answered for 4 s",
        ),
        (
            replace(WELL, commits_failing_s=12.2),
            "database",
            "commits have failed for 12 s; the log says why",
        ),
        (
            replace(WELL, committing_s=COMMIT_WITHIN_S + 1),
            "database",
            "one commit has been under way for 6 s",
        ),
        (replace(WELL, stopping=True), "worker", "stopping: the batch in hand is the last"),
    ],
    ids=["broker", "unread", "deaf", "no answer", "silent", "failing", "locked", "stopping"],
)
def test_what_is_away_is_said_of_its_own_part_alone(now: Standing, part: str, reason: str) -> None:
    well = why_not_ready(WELL)

    assert why_not_ready(now) == {**well, part: reason}


def test_a_part_is_dated_with_its_last_change_and_not_with_its_last_word() -> None:
    readiness = Readiness()
    later = [NOON + timedelta(seconds=second) for second in range(5)]

    readiness.report(replace(WELL, connected=False), NOON)
    readiness.report(WELL, later[1])
    readiness.report(replace(WELL, commits_failing_s=1.0), later[2])
    readiness.report(replace(WELL, commits_failing_s=2.0), later[3])
    report = readiness.report(replace(WELL, commits_failing_s=3.0), later[4])

    assert report == {
        "ready": False,
        "since": later[2].isoformat(),
        "parts": {
            "broker": {"ready": True, "since": later[1].isoformat()},
            "gate": {"ready": True, "since": NOON.isoformat()},
            "database": {
                "ready": False,
                "since": later[2].isoformat(),
                "reason": "commits have failed for 3 s; the log says why",
            },
            "worker": {"ready": True, "since": NOON.isoformat()},
        },
    }


@pytest.mark.parametrize(
    ("committing_s", "reason"),
    [
        (None, None),
        (STUCK_AFTER_S, None),
        (STUCK_AFTER_S + 1, "one commit has been under way for 301 s"),
    ],
)
def test_a_new_worker_is_asked_for_only_when_one_commit_never_ends(
    committing_s: float | None, reason: str | None
) -> None:
    assert why_not_alive(replace(WELL, connected=False, committing_s=committing_s)) == reason


def test_commits_fail_from_the_first_that_failed_until_one_succeeds() -> None:
    clock = iter([1.0, 2.0, 3.0, 4.0])
    pulse = Pulse(lambda: next(clock))

    for _ in range(2):
        with pytest.raises(Unavailable), pulse.attempt():
            raise Unavailable("the disk is full")
    failing = (pulse.busy_since_s, pulse.failing_since_s)
    with pulse.attempt():
        busy = (pulse.busy_since_s, pulse.failing_since_s)

    assert failing == (None, 1.0)
    assert busy == (3.0, 1.0)
    assert (pulse.busy_since_s, pulse.failing_since_s) == (None, None)


@pytest.fixture
def postgres(make_postgres: MakePostgres) -> Iterator[PostgresServer]:
    """A database server of this test's own, to be taken away."""
    with make_postgres(f"health-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A broker of this test's own, to be taken away."""
    with make_broker(f"health-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def database(postgres: PostgresServer, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """A migrated database on that server, with one home behind gw-a."""
    with psycopg.connect(postgres.admin_url(), autocommit=True) as admin:
        admin.execute("CREATE DATABASE health")
    made = prepared(with_database(postgres.admin_url(), "health"), role_passwords)
    made.register(estate())
    return made


@pytest.fixture
def worker(
    tmp_path: Path, database: HomewellDatabase, central: MosquittoServer
) -> Iterator[IngestProcess]:
    """A worker between the two."""
    with IngestProcess(
        tmp_path, database.url(Role.INGEST), central.url("ingest"), INGEST_HTTP=ON_ANY_PORT
    ) as process:
        yield process


def unready(worker: IngestProcess) -> set[str]:
    """The parts of a worker that are not ready."""
    _, report = ready(worker)
    return {name for name, part in report["parts"].items() if not part["ready"]}


def test_a_worker_says_what_is_away_and_when_it_is_back(
    worker: IngestProcess, postgres: PostgresServer, central: MosquittoServer
) -> None:
    until(lambda: ready(worker)[0] == 200, "readiness")

    postgres.kill()
    until(lambda: unready(worker) == {"database", "gate"}, "word of the database")
    without_database, report = ready(worker)
    postgres.start()
    until(lambda: ready(worker)[0] == 200, "readiness with the database back")

    central.stop()
    until(lambda: unready(worker) == {"broker"}, "word of the broker")
    alive = get(worker, "/healthz")
    central.start()
    until(lambda: ready(worker)[0] == 200, "readiness with the broker back")

    assert without_database == 503
    assert report["parts"]["gate"]["reason"] == (
        "nobody listens for changes of consent: nothing is stored until somebody does"
    )
    assert alive == (200, '{"alive": true}\n')


def test_commits_that_wait_for_somebodys_lock_are_told_though_the_database_answers(
    worker: IngestProcess, database: HomewellDatabase, central: MosquittoServer
) -> None:
    with GatewaySide(central.url("gw-a")) as gateway:
        with database.connect_as_administrator() as other, other.transaction():
            other.execute("LOCK TABLE room_readings IN ACCESS EXCLUSIVE MODE")
            seq = gateway.send("th-0101", "room", [1_795_000_000_000], air_temp_c=[20.5])
            until(lambda: unready(worker) == {"database"}, "word of the lock")
            _, report = ready(worker)
        gateway.until_settled(seq)
        until(lambda: ready(worker)[0] == 200, "readiness after the lock")

    assert report["parts"]["database"]["reason"].startswith("one commit has been under way for ")


def test_a_second_worker_that_is_given_the_same_port_says_so_and_ends(
    worker: IngestProcess, tmp_path: Path, database: HomewellDatabase, central: MosquittoServer
) -> None:
    until(lambda: bool(worker.status().get("http")), "the listener")
    folder = tmp_path / "second"
    folder.mkdir()
    second = IngestProcess(
        folder,
        database.url(Role.INGEST),
        central.url("ingest"),
        INGEST_HTTP=worker.status()["http"],
        INGEST_CLIENT_ID="ingest-1",
    )
    second.start()

    assert second.ended() == 1
    assert "Every worker of a machine needs a port of its own" in second.log()
    assert ready(worker)[0] == 200


def test_a_worker_without_a_database_at_its_start_lives_and_says_what_is_missing(
    tmp_path: Path, central: MosquittoServer
) -> None:
    nowhere = "postgresql://homewell_ingest:secret@127.0.0.1:1/homewell"
    worker = IngestProcess(tmp_path, nowhere, central.url("ingest"), INGEST_HTTP=ON_ANY_PORT)
    try:
        worker.start()
        status, report = ready(worker)
        alive, _ = get(worker, "/healthz")
    finally:
        ended = worker.end(signal.SIGTERM)

    assert (alive, status, ended) == (200, 503, 0)
    assert {name: part.get("reason") for name, part in report["parts"].items()} == {
        "broker": "not connected to the broker, or not subscribed yet",
        "gate": "the consent ledger has not been read yet",
        "database": "the database has not answered yet",
        "worker": None,
    }
    assert "secret" not in worker.log()
