"""The demonstration's traffic while everything that carries it is killed, each thing once."""

import json
import os
import shutil
import signal
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from local.demo import Demonstration
from local.demo_estate import LANDLORD
from local.place import Place
from local.programs import Programs
from local.stack import Stack
from store.roles import Role
from store.status import counts

# Their tenants object: home-9 to damp detection, home-15 to fault detection.
REFUSED = {"th-0901", "th-0902", "th-0903", "boiler-15"}
PROCESSES = ("gw-1", "ingest", "detectors")
PAUSE_S = 1.2  # the month of history takes ten seconds and more: the kills fall into it
CARRY_ON_S = 30.0  # a killed database recovers, and what had no receipt comes again
BEGIN_WITHIN_S = 60.0


@dataclass
class Killer:
    """Kills each thing once while readings flow, then asks the demonstration to stop."""

    demonstration: Demonstration
    killed: list[str] = field(default_factory=list)

    def run(self) -> None:
        try:
            self._wait_for_readings()
            for name in PROCESSES:
                os.kill(self.demonstration.supervisor.pids()[name], signal.SIGKILL)
                self.killed.append(name)
                time.sleep(PAUSE_S)
            for server in (self.demonstration.stack.central, self.demonstration.stack.postgres):
                assert server is not None
                server.kill()
                self.killed.append(server.name)
                time.sleep(PAUSE_S)
            time.sleep(CARRY_ON_S)
        finally:
            self.demonstration.ask_to_stop()

    def _wait_for_readings(self) -> None:
        give_up = time.monotonic() + BEGIN_WITHIN_S
        while time.monotonic() < give_up:
            urls = self.demonstration.stack.database_urls
            if urls and readings(urls[Role.OBSERVER]) > 1_000:
                return
            time.sleep(0.2)
        raise TimeoutError("no readings came")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the servers' account can enter."""
    made = Path(tempfile.mkdtemp(prefix="homewell-kills-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@pytest.mark.faults
def test_killing_everything_once_during_the_demonstration_loses_nothing(
    folder: Path, place: Place, programs: Programs
) -> None:
    servers = Place(root=folder / "servers", account=place.account)
    stack = Stack(servers, {}, print, home=folder / "ours", programs=programs)
    demonstration = Demonstration(stack, print, seconds=None)
    killer = Killer(demonstration)
    thread = threading.Thread(target=killer.run)
    thread.start()

    account = demonstration.run()

    thread.join()
    assert killer.killed == [*PROCESSES, "Mosquitto (central)", "TimescaleDB"]
    assert account["lost"] == 0
    assert account["in_spool"] == 0
    stack.start_database()
    try:
        recorded, rows = lines_by_device(folder / "ours/demo"), rows_by_device(stack)
        assert {device for device, lines in recorded.items() if rows[device] < lines} == REFUSED
        assert [rows[device] for device in REFUSED] == [0] * len(REFUSED)
        assert alerts_told_twice(stack) == []
    finally:
        stack.stop_servers()


def readings(observer_url: str) -> int:
    """How many readings stand in the tables."""
    with psycopg.connect(observer_url, autocommit=True) as conn:
        return counts(conn, LANDLORD).readings


def lines_by_device(gateways: Path) -> Counter[str]:
    """At how many instants each device speaks in the recordings that the gateways have read.

    Radio repeats a message in two hundred, with its instant: that is one reading.
    """
    instants: set[tuple[str, str]] = set()
    for recording in gateways.glob("*/inbox/*.jsonl.done"):
        with recording.open("rb") as file:
            for line in file:
                said = json.loads(line)
                _, dialect, *rest = said["topic"].split("/")
                device = rest[0] if dialect == "zigbee2mqtt" else f"boiler-{dialect[-2:]}"
                instants.add((device, said["tst"]))
    return Counter(device for device, _ in instants)


def rows_by_device(stack: Stack) -> Counter[str]:
    """How many readings of each device stand in the tables."""
    rows: Counter[str] = Counter()
    for device, count in asked(
        stack,
        """SELECT wire_name, count(*) FROM devices JOIN (
               SELECT device_id FROM room_readings
               UNION ALL SELECT device_id FROM boiler_readings
               UNION ALL SELECT device_id FROM weather_readings) readings USING (device_id)
           GROUP BY wire_name""",
    ):
        rows[device] = count
    return rows


def alerts_told_twice(stack: Stack) -> list[tuple[Any, ...]]:
    """Alerts of one home, detector and place whose times overlap."""
    return asked(
        stack,
        """SELECT a.home_id, a.detector, a.place FROM alerts a JOIN alerts b
               USING (landlord_id, home_id, detector, place)
           WHERE a.alert_id < b.alert_id
             AND tstzrange(a.raised_at, a.cleared_at) && tstzrange(b.raised_at, b.cleared_at)""",
    )


def asked(stack: Stack, question: LiteralString) -> list[tuple[Any, ...]]:
    """The answer to the owner's question about the demonstration's landlord."""
    with psycopg.connect(stack.database_urls[Role.OWNER], autocommit=True) as conn:
        conn.execute("SELECT set_config('app.landlord_id', %s, false)", (LANDLORD,))
        return conn.execute(question).fetchall()
