"""The simulator as a process, against a real Mosquitto that comes and goes."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from local.mosquitto import MosquittoServer
from local.place import Place
from local.programs import Programs

FIRMWARE_SIM = Path(__file__).parents[2] / "firmware-sim"
WITHIN_S = 60.0


@pytest.fixture
def block_broker(
    place: Place, programs: Programs, server_folder: Path
) -> Iterator[MosquittoServer]:
    """The broker inside a block of flats, where devices publish."""
    server = MosquittoServer(
        server_folder / f"block-{secrets.token_hex(4)}",
        name="block",
        programs=programs,
        users={"devices": secrets.token_urlsafe()},
        access_list="user devices\ntopic write block-1/#\ntopic write block-2/#\n",
        account=place.account,
        ends_with_us=True,
    )
    with server:
        yield server


class Process:
    """`python firmware-sim live` in a run directory."""

    def __init__(self, scenario: Path, run_dir: Path, url: str) -> None:
        self.run_dir = run_dir
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(FIRMWARE_SIM),
                "live",
                "--ledger",
                f"--scenario={scenario}",
                f"--run-dir={run_dir}",
            ],
            env={**os.environ, "FIRMWARE_SIM_URL": url},
            stderr=subprocess.PIPE,
            text=True,
        )

    def status(self) -> dict[str, Any]:
        """What the simulator says of itself; empty before it has said anything."""
        with suppress(FileNotFoundError):
            said: dict[str, Any] = json.loads((self.run_dir / "status.json").read_text())
            return said
        return {}

    def until(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Wait for the status to be so."""
        give_up = time.monotonic() + WITHIN_S
        while time.monotonic() < give_up:
            status = self.status()
            if status and holds(status):
                return status
            assert self.process.poll() is None, "the simulator has ended"
            time.sleep(0.05)
        raise AssertionError(f"not within {WITHIN_S:.0f} s; the last status is {self.status()}")

    def stop(self) -> str:
        """Stop it as a supervisor does; what it said on standard error."""
        self.process.send_signal(signal.SIGTERM)
        _, said = self.process.communicate(timeout=WITHIN_S)
        assert self.process.returncode == 0, said
        return said


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    """Starts simulators in one run directory; whatever still runs is ended."""
    begun: list[Process] = []
    scenario = tmp_path / "many.toml"  # so many that something is said every second
    scenario.write_text("seed = 3\nhomes = 40\nhomes_per_block = 20\nhistory_days = 1\n")

    def start_one(url: str) -> Process:
        begun.append(Process(scenario, tmp_path / "run", url))
        return begun[-1]

    yield start_one
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def test_a_run_goes_from_its_history_to_the_present_and_on_again(
    start: Callable[[str], Process], block_broker: MosquittoServer
) -> None:
    first = start(block_broker.url("devices"))
    first.until(lambda status: status["messages_live"] > 0)
    assert "history: 1 of 1 days" in first.stop().splitlines()
    after_first = first.status()

    second = start(block_broker.url("devices"))
    second.until(lambda status: status["connected"] and status["phase"] == "live")
    second.stop()

    status = second.status()
    ledger = (second.run_dir / "published.jsonl").read_text().splitlines()
    assert status["phase"] == "stopped"
    assert status["samples_history"] == after_first["samples_history"]
    assert status["messages_live"] == status["samples_live"] == len(ledger)
    assert len(ledger) >= after_first["messages_live"] > 0
    assert {"at", "topic", "payload"} == set(json.loads(ledger[0]))


def test_messages_wait_while_the_broker_is_dead(
    start: Callable[[str], Process], block_broker: MosquittoServer
) -> None:
    process = start(block_broker.url("devices"))
    process.until(lambda status: status["messages_live"] > 0)

    block_broker.kill()
    process.until(lambda status: status["waiting"] > 0 and not status["connected"])
    block_broker.start()
    process.until(lambda status: status["connected"] and status["waiting"] == 0)
    process.stop()

    status = process.status()
    assert status["messages_live"] == status["samples_live"]
    assert status["dropped"] == 0


def test_a_home_of_the_running_estate_can_be_broken(
    start: Callable[[str], Process], block_broker: MosquittoServer
) -> None:
    process = start(block_broker.url("devices"))
    process.until(lambda status: status["phase"] == "live")

    done = broken(process.run_dir, "home-3", "fast_leak", "--rate", "0.4")
    refused = broken(process.run_dir, "home-3", "fast_leek")
    process.stop()

    truth = [
        json.loads(line) for line in (process.run_dir / "truth.jsonl").read_text().splitlines()
    ]
    assert [(row["home_id"], row["fault"]) for row in truth] == [
        ("home-3", "fast_leak"),
    ]
    assert json.loads(done.stdout) == truth[0]
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "firmware-sim: there is no fault 'fast_leek' (did you mean fast_leak?); there are: "
    )


def broken(run_dir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`python firmware-sim break …`."""
    return subprocess.run(
        [sys.executable, str(FIRMWARE_SIM), "break", *arguments, f"--run-dir={run_dir}"],
        capture_output=True,
        text=True,
        check=False,
    )
