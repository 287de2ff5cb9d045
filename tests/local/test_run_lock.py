"""One Homewell at a time in a place."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.run_lock import Running, RunsAlready, announce, claimed, find_running

OURS = "local.run_lock"


@pytest.fixture
def runner(tmp_path: Path) -> list[str]:
    """The words of a process that claims the folder, says so, and waits for its end."""
    program = (
        "import sys; from pathlib import Path; from local.run_lock import announce, claimed\n"
        "folder = Path(sys.argv[1])\n"
        "with claimed(folder):\n"
        "    announce(folder, what=sys.argv[2], api_url='http://127.0.0.1:1', ready=True)\n"
        "    print('claimed', flush=True)\n"
        "    sys.stdin.read()\n"
    )
    return [sys.executable, "-c", program, str(tmp_path), OURS]


def start(runner: list[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        runner, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    return process


def test_a_second_one_is_refused_and_the_first_is_found(tmp_path: Path, runner: list[str]) -> None:
    with start(runner) as first:
        with pytest.raises(RunsAlready), claimed(tmp_path):
            pass
        running = find_running(tmp_path)
        first.communicate()

    assert running == Running(pid=first.pid, what=OURS, api_url="http://127.0.0.1:1", ready=True)
    assert first.returncode == 0
    assert find_running(tmp_path) is None
    with claimed(tmp_path):
        pass


def test_one_that_was_killed_stands_in_nobodys_way(tmp_path: Path, runner: list[str]) -> None:
    with start(runner) as first:
        first.kill()

    assert find_running(tmp_path) is None
    with claimed(tmp_path):
        pass


def test_what_fails_is_no_longer_announced(tmp_path: Path) -> None:
    def fail() -> None:
        with claimed(tmp_path):
            announce(tmp_path, what="it", api_url="http://127.0.0.1:1", ready=True)
            raise RuntimeError("it fails")

    with pytest.raises(RuntimeError):
        fail()

    assert not (tmp_path / "running.json").exists()


def test_a_strangers_process_of_that_number_is_not_ours(tmp_path: Path) -> None:
    stranger = {"pid": os.getpid(), "what": "not our word", "api_url": "", "ready": True}
    (tmp_path / "running.json").write_text(json.dumps(stranger), "utf-8")

    assert find_running(tmp_path) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"pid": 1}'])
def test_a_file_that_says_nothing_tells_of_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "running.json").write_text(text, "utf-8")

    assert find_running(tmp_path) is None


def test_nobody_runs_where_nothing_was_started(tmp_path: Path) -> None:
    assert find_running(tmp_path) is None
