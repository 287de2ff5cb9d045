"""The simulator as a process, against a real Mosquitto that comes and goes."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiomqtt
import pytest

from firmware_sim.broker import Address
from firmware_sim.built import build
from firmware_sim.live import Run, open_run
from firmware_sim.pace import Pace
from firmware_sim.rundir import RunDir
from firmware_sim.scenario import load_scenario
from local.mosquitto import MosquittoServer
from local.place import Place
from local.programs import Programs

FIRMWARE_SIM = Path(__file__).parents[2] / "firmware-sim"
WITHIN_S = 60.0
NOW = 29_900_003  # 2026-11-06T21:23Z; any minute would do


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
        access_list="user devices\ntopic readwrite block-1/#\ntopic readwrite block-2/#\n",
        account=place.account,
        ends_with_us=True,
    )
    with server:
        yield server


class Process:
    """`python firmware-sim live` in a run directory."""

    def __init__(self, scenario: Path, run_dir: Path, url: str, *more: str) -> None:
        self.run_dir = run_dir
        self.process = subprocess.Popen(
            [
                sys.executable,
                str(FIRMWARE_SIM),
                "live",
                "--ledger",
                f"--scenario={scenario}",
                f"--run-dir={run_dir}",
                *more,
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
def start(tmp_path: Path) -> Iterator[Callable[..., Process]]:
    """Starts simulators in one run directory; whatever still runs is ended."""
    begun: list[Process] = []
    scenario = tmp_path / "many.toml"  # so many that something is said every second
    scenario.write_text("seed = 3\nhomes = 40\nhomes_per_block = 20\nhistory_days = 1\n")

    def start_one(url: str, *more: str) -> Process:
        begun.append(Process(scenario, tmp_path / "run", url, *more))
        return begun[-1]

    yield start_one
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
        one.process.communicate()


def test_a_run_goes_from_its_history_to_the_present_and_on_again(
    start: Callable[..., Process], block_broker: MosquittoServer
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
    start: Callable[..., Process], block_broker: MosquittoServer
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
    start: Callable[..., Process], block_broker: MosquittoServer
) -> None:
    process = start(block_broker.url("devices"))
    process.until(lambda status: status["phase"] == "live")

    done = broken(process.run_dir, "home-3", "fast_leak", "--rate", "0.4")
    refused = broken(process.run_dir, "home-3", "fast_leek")
    before = json.loads((process.run_dir / "truth.jsonl").read_text())
    mended = broken(process.run_dir, "home-3", "fast_leak", command="mend")
    process.stop()

    truth = [
        json.loads(line) for line in (process.run_dir / "truth.jsonl").read_text().splitlines()
    ]
    assert [(row["home_id"], row["fault"]) for row in truth] == [
        ("home-3", "fast_leak"),
    ]
    assert json.loads(done.stdout) == before
    # The truth itself keeps silent about an end that has not come to pass.
    assert json.loads(mended.stdout)["began_at"] == before["began_at"]
    assert json.loads(mended.stdout)["ended_at"] > before["began_at"]
    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "firmware-sim: there is no fault 'fast_leek' (did you mean fast_leak?); there are: "
    )


def test_fast_time_runs_ahead_of_the_clock_and_loses_nothing(
    start: Callable[..., Process], block_broker: MosquittoServer
) -> None:
    from_instant = "2026-01-05T00:00:00Z"
    first = start(block_broker.url("devices"), "--speed", "600", "--from", from_instant)
    first.until(lambda status: status["now"] >= "2026-01-05T02:00:00Z")
    said = first.stop()
    after_first = first.status()

    second = start(block_broker.url("devices"), "--speed", "600")
    second.until(lambda status: status["now"] > after_first["now"] and status["phase"] == "live")
    second.stop()

    status = second.status()
    ledger = [
        json.loads(line) for line in (second.run_dir / "published.jsonl").read_text().splitlines()
    ]
    boiler = [line for line in ledger if line["topic"] == "block-1/ems-esp-01/boiler_data"]
    assert "2026-01-05T00:00Z" in said
    assert status["messages_live"] == status["samples_live"] == len(ledger)
    assert status["samples_history"] == after_first["samples_history"]
    assert len(boiler) > 60  # one each minute, over more than an hour


def test_an_opentherm_gateway_leaves_its_values_on_the_broker(
    tmp_path: Path, block_broker: MosquittoServer
) -> None:
    scenario = tmp_path / "opentherm.toml"
    scenario.write_text("homes = 1\nhistory_days = 0\nboiler_device = 'otgw'\n")
    process = Process(scenario, tmp_path / "run", block_broker.url("devices"), "--speed", "60")
    try:
        process.until(lambda status: status["messages_live"] > 100)
    finally:
        process.process.terminate()
        process.process.communicate(timeout=WITHIN_S)

    kept = asyncio.run(retained(block_broker.url("devices"), "block-1/OTGW/#"))

    assert kept["block-1/OTGW/value/otgw-A2C0DE000003"] == "online"
    assert 5.0 < float(kept["block-1/OTGW/value/otgw-A2C0DE000003/boilertemperature"]) < 90.0


async def retained(url: str, topics: str) -> dict[str, str]:
    """What the broker keeps, by topic."""
    parts = urlsplit(url)
    kept = {}
    async with aiomqtt.Client(
        str(parts.hostname), parts.port or 0, username=parts.username, password=parts.password
    ) as client:
        await client.subscribe(topics)
        with suppress(TimeoutError):
            async with asyncio.timeout(2.0):
                async for message in client.messages:
                    assert message.retain
                    kept[str(message.topic)] = bytes(message.payload or b"").decode()
    return kept


def test_a_run_that_is_ahead_of_the_clock_waits_for_no_one(
    start: Callable[..., Process], block_broker: MosquittoServer
) -> None:
    ahead = start(block_broker.url("devices"), "--speed", "3600")
    ahead.until(lambda status: status["samples_live"] > 5_000)
    ahead.stop()

    refused = start(block_broker.url("devices"))
    _, said = refused.process.communicate(timeout=WITHIN_S)

    assert refused.process.returncode == 1
    assert said.startswith("firmware-sim: this run has gone on to ")
    assert said.count("\n") == 1


def test_what_was_said_before_a_kill_is_not_said_again(
    start: Callable[..., Process], block_broker: MosquittoServer
) -> None:
    for _ in range(3):
        process = start(block_broker.url("devices"))
        said = process.status().get("messages_live", 0)
        process.until(lambda status, said=said: status["messages_live"] > said)  # type: ignore[misc]
        process.process.kill()
        process.process.wait()

    lines = (process.run_dir / "published.jsonl").read_text().splitlines()
    first_said: dict[tuple[str, str, str], datetime] = {}
    again = []
    for line in map(json.loads, lines):
        at = datetime.fromisoformat(line["at"])
        key = (line["topic"], line["payload"], line["at"][:16])
        # A message that the radio doubles comes twice within moments.
        if at - first_said.setdefault(key, at) > timedelta(seconds=1):
            again.append(key)
    assert lines
    assert again == []


def test_a_minute_that_a_stop_cuts_in_two_is_said_once_and_wholly(
    tmp_path: Path, block_broker: MosquittoServer
) -> None:
    scenario = tmp_path / "still.toml"
    scenario.write_text("seed = 3\nhomes = 40\nhomes_per_block = 20\nhistory_days = 0\n")
    built = build(load_scenario(scenario))
    said = []
    for place, begins_s, ends_s in (
        (open_run(tmp_path / "run"), 0.0, 25.0),
        (RunDir(tmp_path / "run"), 25.5, 59.9),
    ):
        seconds = [begins_s]
        run = Run(
            built,
            place,
            pace=Pace(lambda seconds=seconds: 60.0 * NOW + seconds[-1]),  # type: ignore[misc]
            stopped=partial(goes_on_to, ends_s, seconds),
            say=print,
            with_ledger=True,
        )
        run.catch_up()
        asyncio.run(run.live(Address.of(block_broker.url("devices"))))
        topics = [json.loads(line)["topic"] for line in place.ledger.read_text().splitlines()]
        said.append({topic for topic in topics if topic.endswith("boiler_data")})

    before, whole = said
    assert 5 < len(before) < len(whole)
    assert len(whole) > 35  # of forty boilers; the radio loses a message now and then
    assert len(topics) < 1.2 * len(set(topics))


def goes_on_to(ends_s: float, seconds: list[float]) -> bool:
    """Put the clock to where the run ends; whether it has ticked often enough."""
    seconds.append(ends_s)
    return len(seconds) > 3


def test_a_clock_that_is_put_back_is_spoken_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = tmp_path / "one.toml"
    scenario.write_text("homes = 1\nhistory_days = 0\n")
    instants = [60.0 * NOW]
    ticks: list[int] = []

    def stopped() -> bool:
        ticks.append(1)
        if len(ticks) == 2:
            instants[0] -= 7200.0
        return len(ticks) == 4

    run = Run(
        build(load_scenario(scenario)),
        open_run(tmp_path / "run"),
        pace=Pace(lambda: instants[0]),
        stopped=stopped,
        say=print,
    )
    run.catch_up()
    asyncio.run(run.live(Address.of("mqtt://127.0.0.1:9")))

    told = [line for line in caplog.messages if line.startswith("the clock")]
    assert told == [
        "the clock was put back to 2026-11-06T19:23Z: nothing is said until it is "
        "2026-11-06T21:24Z again"
    ]


def test_a_full_disk_stops_a_history_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    scenario = tmp_path / "one.toml"
    scenario.write_text("homes = 2\nhistory_days = 2\n")
    run_dir = tmp_path / "run"
    words = ["live", f"--scenario={scenario}", f"--run-dir={run_dir}", "--until-history-only"]

    full = subprocess.run(
        ["sh", "-c", 'ulimit -f 40; exec "$@"', "sh", sys.executable, str(FIRMWARE_SIM), *words],
        capture_output=True,
        text=True,
        check=False,
    )
    left = list((run_dir / "history").iterdir())
    with_room = subprocess.run(
        [sys.executable, str(FIRMWARE_SIM), *words], capture_output=True, text=True, check=False
    )

    assert full.returncode == 1
    assert full.stderr.splitlines()[-1] == (
        f"firmware-sim: {run_dir} cannot be written (File too large): "
        "make room or choose another --run-dir, then start again"
    )
    assert left == []
    assert with_room.returncode == 0
    assert [path.suffix for path in (run_dir / "history").iterdir()] == [".jsonl"]


def broken(
    run_dir: Path, *arguments: str, command: str = "break"
) -> subprocess.CompletedProcess[str]:
    """`python firmware-sim break …`, or `mend`."""
    return subprocess.run(
        [sys.executable, str(FIRMWARE_SIM), command, *arguments, f"--run-dir={run_dir}"],
        capture_output=True,
        text=True,
        check=False,
    )
