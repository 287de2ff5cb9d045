"""Programs are kept running until they are told to stop, and then none is left."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from local import supervisor as supervising
from local.processes import wait_gone
from local.supervisor import Program, Supervisor, child_environment

WITHIN_S = 10.0


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    supervisor = Supervisor()
    yield supervisor
    supervisor.stop()


def program(folder: Path, source: str, *, name: str = "program") -> Program:
    return Program(
        name=name,
        words=[sys.executable, "-c", source],
        environment=child_environment({}),
        log=folder / f"{name}.log",
    )


def eventually(supervisor: Supervisor, is_so: Callable[[], bool]) -> None:
    """Look after the programs until something is so."""
    give_up = time.monotonic() + WITHIN_S
    while not is_so():
        assert time.monotonic() < give_up
        supervisor.look_after()
        time.sleep(0.01)


SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
WILL_NOT = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPS


def ups(one: Program) -> int:
    return one.log.read_text("utf-8").count("up\n") if one.log.exists() else 0


def test_a_program_that_dies_is_started_again(tmp_path: Path, supervisor: Supervisor) -> None:
    one = program(tmp_path, SLEEPS)
    supervisor.start(one)
    eventually(supervisor, lambda: ups(one) == 1)
    first = supervisor.pids()["program"]

    os.kill(first, signal.SIGKILL)
    eventually(supervisor, lambda: ups(one) == 2)

    assert supervisor.pids() != {"program": first}
    assert list(supervisor.pids()) == ["program"]


def test_a_program_that_fails_at_once_is_given_longer_and_longer(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock_s = [0.0]
    monkeypatch.setattr("local.supervisor.time.monotonic", lambda: clock_s[0])
    starts: list[float] = []
    spawn = supervising._spawn  # noqa: SLF001 - when it is called is what is looked at

    def note(one: Program) -> object:
        starts.append(clock_s[0])
        return spawn(one)

    monkeypatch.setattr(supervising, "_spawn", note)
    supervisor.start(program(tmp_path, "raise SystemExit(1)"))
    while len(starts) < 4:
        wait_gone(supervisor.pids().values(), WITHIN_S)
        supervisor.look_after()
        clock_s[0] += 0.1

    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses == sorted(pauses)
    assert pauses[0] < 1 < pauses[-1]


def test_stop_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "_STOP_WITHIN_S", 0.2)
    supervisor = Supervisor()
    programs = [
        program(tmp_path, SLEEPS, name="willing"),
        program(tmp_path, WILL_NOT, name="unwilling"),
    ]
    for one in programs:
        supervisor.start(one)
    eventually(supervisor, lambda: [ups(one) for one in programs] == [1, 1])
    pids = supervisor.pids()

    supervisor.stop()

    assert sorted(pids) == ["unwilling", "willing"]
    assert wait_gone(pids.values(), 0.0)
    assert supervisor.pids() == {}


def test_what_is_stopped_is_not_started_again(tmp_path: Path, supervisor: Supervisor) -> None:
    stopped, kept = (program(tmp_path, SLEEPS, name=name) for name in ("stopped", "kept"))
    supervisor.start(stopped)
    supervisor.start(kept)
    eventually(supervisor, lambda: ups(stopped) == ups(kept) == 1)

    supervisor.stop(["stopped"])
    supervisor.look_after()

    assert list(supervisor.pids()) == ["kept"]
    assert ups(stopped) == 1


def test_a_program_sees_of_our_environment_what_it_needs_and_no_secret(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:secret@localhost/homewell")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/tmp")  # noqa: S108 - nothing is put there
    monkeypatch.setenv("PATH", "/usr/bin")

    seen = child_environment({"MQTT_URL": "mqtt://ingest:its-own@127.0.0.1"})

    allowed = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "SSL_CERT_FILE"}
    assert seen["PATH"] == "/usr/bin"
    assert seen["MQTT_URL"] == "mqtt://ingest:its-own@127.0.0.1"
    assert set(seen) - allowed == {"TZ", "PYTHONUNBUFFERED", "MQTT_URL"}


def test_a_program_gets_no_secret_of_ours_and_no_standard_input(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://admin:secret@localhost/homewell")
    one = program(
        tmp_path,
        "import os, sys; print(os.environ.get('DATABASE_URL'), repr(sys.stdin.read()));" + SLEEPS,
    )

    supervisor.start(one)
    eventually(supervisor, lambda: ups(one) == 1)

    assert one.log.read_text("utf-8") == "None ''\nup\n"


def test_a_log_that_has_grown_large_is_set_aside(
    tmp_path: Path, supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "_LOG_BYTES_MAX", 3)
    one = program(tmp_path, SLEEPS)
    one.log.write_text("what was before\n", "utf-8")

    supervisor.start(one)
    eventually(supervisor, lambda: ups(one) == 1)

    assert one.log.read_text("utf-8") == "up\n"
    assert (tmp_path / "program.log.1").read_text("utf-8") == "what was before\n"
