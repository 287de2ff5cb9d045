"""The upkeep's process: every job has its turn, and none is stopped by another."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import psycopg
import pytest

from ingest.upkeep.job import Job, Step
from ingest.upkeep.jobs import jobs
from ingest.upkeep.metrics import Metrics
from ingest.upkeep.service import Upkeep
from store.connection import Connection
from store.roles import Role
from store.singleton import AlreadyRunning, claim_upkeep
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.fixture
def conn(homewell_db: HomewellDatabase) -> Iterator[Connection]:
    with homewell_db.connect(Role.UPKEEP) as conn:
        yield conn


def upkeep(homewell_db: HomewellDatabase, *its_jobs: Job, status: Path | None = None) -> Upkeep:
    return Upkeep(homewell_db.url(Role.UPKEEP), its_jobs, Metrics(), status, clock=lambda: NOW)


def job(name: str, *steps: Step | Exception) -> Job:
    """A job that answers with these, one a step, and rests for an hour between its works."""
    left = list(steps)

    def step(conn: Connection, now: datetime) -> Step:
        answer = left.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return Job(name=name, every_s=3600.0, step=step)


def refused(name: str) -> Job:
    """A job that asks the database for what it cannot have."""

    def step(conn: Connection, now: datetime) -> Step:
        with conn.transaction():
            conn.execute("SELECT * FROM tenants")
        return Step("never")

    return Job(name=name, every_s=3600.0, step=step)


def test_a_job_that_fails_stops_no_other_and_the_others_find_a_sound_connection(
    homewell_db: HomewellDatabase, conn: Connection, tmp_path: Path
) -> None:
    status = tmp_path / "upkeep.json"
    service = upkeep(
        homewell_db,
        refused("nosy"),
        job("broken", ValueError("th-0101 said 17.25")),
        job("good", Step("did its work")),
        status=status,
    )

    assert not service.turn(conn)

    said = json.loads(status.read_text("utf-8"))["jobs"]
    assert [(name, one["failures"], one["error"], one["did"]) for name, one in said.items()] == [
        ("nosy", 1, "InsufficientPrivilege 42501", ""),
        ("broken", 1, "ValueError", ""),
        ("good", 0, None, "did its work"),
    ]
    assert conn.info.transaction_status is psycopg.pq.TransactionStatus.IDLE


def test_a_job_with_more_to_do_goes_on_in_turn_with_the_others(
    homewell_db: HomewellDatabase, conn: Connection
) -> None:
    order: list[str] = []

    def noting(name: str, steps: int) -> Job:
        left = [steps]

        def step(conn: Connection, now: datetime) -> Step:
            order.append(name)
            left[0] -= 1
            return Step(more=left[0] > 0)

        return Job(name=name, every_s=3600.0, step=step)

    service = upkeep(homewell_db, noting("long", 3), noting("other", 2))

    while service.turn(conn):
        pass

    assert order == ["long", "other", "long", "other", "long"]


def test_two_never_keep_one_database(homewell_db: HomewellDatabase, conn: Connection) -> None:
    claim_upkeep(conn)

    with pytest.raises(AlreadyRunning):
        upkeep(homewell_db).run()


def test_a_database_that_goes_away_is_waited_for(homewell_db: HomewellDatabase) -> None:
    seen: list[int] = []

    def cut_off_once(conn: Connection, now: datetime) -> Step:
        seen.append(conn.info.backend_pid)
        if len(seen) == 1:
            with homewell_db.connect_as_administrator() as admin:
                admin.execute("SELECT pg_terminate_backend(%s)", (seen[0],))
            conn.execute("SELECT 1")
        service.stop.set()
        return Step()

    service = upkeep(homewell_db, Job(name="cut off", every_s=3600.0, step=cut_off_once))

    service.run()

    assert len(set(seen)) == 2


def test_a_status_that_cannot_be_written_stops_no_job_and_is_told_of_once(
    homewell_db: HomewellDatabase,
    conn: Connection,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    both = (job("first", Step("did this")), job("second", Step("did that")))
    caplog.set_level("INFO", "upkeep")

    upkeep(homewell_db, *both, status=tmp_path / "full" / "upkeep.json").turn(conn)

    assert [one.levelname for one in caplog.records] == ["INFO", "WARNING", "INFO"]
    assert [caplog.messages[0], caplog.messages[2]] == ["first: did this", "second: did that"]


def test_every_job_of_ours_finds_its_way_in_a_new_database(
    homewell_db: HomewellDatabase, conn: Connection, tmp_path: Path
) -> None:
    status = tmp_path / "upkeep.json"
    service = Upkeep(homewell_db.url(Role.UPKEEP), jobs(), Metrics(), status)

    while service.turn(conn):
        pass

    said = json.loads(status.read_text("utf-8"))["jobs"]
    assert {name: one["error"] for name, one in said.items()} == dict.fromkeys(said)
    assert len(said) == len(jobs())


def test_the_process_says_what_it_does_and_ends_when_asked(
    homewell_db: HomewellDatabase, tmp_path: Path
) -> None:
    status = tmp_path / "upkeep.json"
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest.upkeep"],
        env={"DATABASE_URL": homewell_db.url(Role.UPKEEP), "UPKEEP_STATUS_FILE": str(status)},
        stderr=subprocess.PIPE,
        text=True,
    )
    give_up = monotonic() + 30
    while not status.exists() and monotonic() < give_up:
        sleep(0.05)

    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=30)

    assert (process.returncode, status.exists()) == (0, True), said


def test_without_a_database_it_says_what_is_missing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ingest.upkeep"], env={}, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert done.stderr == (
        "homewell upkeep: set DATABASE_URL to the database, as role homewell_upkeep\n"
    )
