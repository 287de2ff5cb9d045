import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local.place import Place
from local.postgres import PostgresServer
from local.processes import ServerFailed, wait_gone
from local.programs import Programs
from tests.servers import MakePostgres


@pytest.fixture(scope="module")
def server(make_postgres: MakePostgres) -> Iterator[PostgresServer]:
    with make_postgres("own-postgres") as server:
        yield server


@pytest.fixture
def running_server(server: PostgresServer) -> PostgresServer:
    server.start()
    return server


def connect(server: PostgresServer) -> psycopg.Connection:
    return psycopg.connect(server.admin_url(), autocommit=True)


def server_pid(server: PostgresServer) -> int:
    with connect(server) as connection:
        row = connection.execute("SELECT pg_read_file('postmaster.pid')").fetchone()
    assert row is not None
    return int(str(row[0]).splitlines()[0])


def test_what_was_committed_survives_a_kill(running_server: PostgresServer) -> None:
    with connect(running_server) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS value")

    running_server.kill()
    assert not running_server.is_running()
    running_server.start()

    with connect(running_server) as connection:
        assert connection.execute("SELECT value FROM kept").fetchall() == [(1,)]


def test_a_second_start_recognises_the_server_that_runs(running_server: PostgresServer) -> None:
    before = server_pid(running_server)
    running_server.start()
    assert server_pid(running_server) == before


def test_its_port_stays_and_is_given_up_only_to_a_stranger(running_server: PostgresServer) -> None:
    port = running_server.port
    running_server.stop()
    running_server.start()
    assert running_server.port == port

    running_server.stop()
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        running_server.start()
    assert running_server.port != port
    assert server_pid(running_server) > 0


def test_a_pid_file_that_names_a_stranger_does_not_count(
    running_server: PostgresServer, server_folder: Path
) -> None:
    running_server.kill()
    pid_file = server_folder / "own-postgres/data/postmaster.pid"
    lines = pid_file.read_text().splitlines()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        assert not running_server.is_running()
        running_server.stop()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()
    running_server.start()
    assert server_pid(running_server) > 0


def test_it_listens_on_loopback_alone_and_asks_for_a_password(
    running_server: PostgresServer,
) -> None:
    with connect(running_server) as connection:
        [listening] = connection.execute("SHOW listen_addresses").fetchall()
        [sockets] = connection.execute("SHOW unix_socket_directories").fetchall()
    assert (listening, sockets) == (("127.0.0.1",), ("",))

    wrong = f"postgresql://postgres:guess@127.0.0.1:{running_server.port}/postgres"
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(wrong)


def test_it_has_what_the_tables_need(database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION btree_gist")
        connection.execute("CREATE TABLE readings (t timestamptz PRIMARY KEY)")
        connection.execute("SELECT create_hypertable('readings', 't')")
        [hours] = connection.execute(
            "SELECT extract(hour FROM timestamptz '2026-07-01 12:00Z' AT TIME ZONE 'Europe/London')"
        ).fetchall()
    assert hours == (13,)


def test_a_statement_that_fails_leaves_nothing_about_a_person_in_the_log(
    running_server: PostgresServer,
) -> None:
    with connect(running_server) as connection:
        connection.execute("CREATE TABLE tenants (name text PRIMARY KEY)")
        connection.execute("INSERT INTO tenants VALUES ('Ada Lovelace')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO tenants VALUES ('Ada Lovelace')")

    assert "Lovelace" not in logs_with(running_server, "duplicate key value")


def logs_with(server: PostgresServer, words: str) -> str:
    """The server's logs once these words stand in them: a process of its own writes them."""
    until = time.monotonic() + LOG_WAIT_S
    while True:
        logs = "".join(path.read_text() for path in server.log.glob("*.log"))
        if words in logs:
            return logs
        assert time.monotonic() < until, f"{words!r} is not in {logs}"
        time.sleep(0.05)


def test_a_server_that_cannot_start_says_why_in_its_own_words(
    running_server: PostgresServer, server_folder: Path
) -> None:
    running_server.stop()
    control = server_folder / "own-postgres/data/global/pg_control"
    control.rename(control.with_suffix(".away"))
    try:
        with pytest.raises(ServerFailed, match=r"could not find the database system"):
            running_server.start()
        assert not running_server.is_running()
    finally:
        control.with_suffix(".away").rename(control)


PASSWORD = secrets.token_urlsafe()
LOG_WAIT_S = 10.0

STARTS_ONE_AND_WAITS = """
import sys, time
from pathlib import Path
from local.place import find_place
from local.postgres import PostgresServer
from local.programs import Programs

server = PostgresServer(
    Path(sys.argv[1]), programs=Programs(Path(sys.argv[2])), password=sys.argv[3],
    account=find_place().account, durable=False, ends_with_us=sys.argv[4] == "ends",
)
server.start()
print("started", flush=True)
time.sleep(600)
"""


def start_in_another_process(folder: Path, programs: Programs, then: str) -> subprocess.Popen[str]:
    arguments = [str(folder), str(programs.tree), PASSWORD, then]
    command = [sys.executable, "-c", STARTS_ONE_AND_WAITS, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    return process


def end(process: subprocess.Popen[str], number: signal.Signals) -> None:
    process.send_signal(number)
    process.communicate()


def test_a_server_tied_to_its_starter_ends_with_it_even_by_kill(
    place: Place, programs: Programs, server_folder: Path
) -> None:
    folder = server_folder / "tied"
    starter = start_in_another_process(folder, programs, "ends")
    pid = int((folder / "data/postmaster.pid").read_text().splitlines()[0])

    end(starter, signal.SIGKILL)

    assert wait_gone([pid], within_s=20)


def test_a_server_left_behind_is_taken_over_and_stopped_by_the_next(
    place: Place, programs: Programs, server_folder: Path
) -> None:
    folder = server_folder / "left"
    starter = start_in_another_process(folder, programs, "stays")
    end(starter, signal.SIGKILL)
    successor = PostgresServer(folder, programs=programs, password=PASSWORD, account=place.account)
    pid = int((folder / "data/postmaster.pid").read_text().splitlines()[0])
    os.kill(pid, 0)

    successor.start()
    assert server_pid(successor) == pid
    successor.stop()

    assert not successor.is_running()
    assert wait_gone([pid], within_s=0)
