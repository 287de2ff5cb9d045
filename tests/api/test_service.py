"""The api's process: it serves, decides and delivers, and stops when told to."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.signing_in import Claim
from api.signing_in import Role as SignInRole
from core.consent import Purpose
from core.registry import Webhook
from store.roles import Role
from tests.api.town import KEY, Town, registration, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

WITHIN_S = 20
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - Standard Webhooks' own example
TENANT = Claim(role=SignInRole.TENANT, landlord_id="demo", person_id="tenant-1")


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


def environment(database: HomewellDatabase, port: int) -> dict[str, str]:
    return {
        "DATABASE_URL": database.url(Role.API),
        "CASEWORK_DATABASE_URL": database.url(Role.CASEWORK),
        "HOMEWELL_TOKEN_KEY": KEY,
        "HOMEWELL_API_PORT": str(port),
    }


@contextmanager
def api_process(
    database: HomewellDatabase, port: int, **changes: str
) -> Iterator[subprocess.Popen[str]]:
    with process_of("api", environment(database, port) | changes) as process:
        yield process


@contextmanager
def process_of(module: str, environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", module],
        env={"PATH": os.environ["PATH"], **environ},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def ready(port: int) -> bool:
    try:
        answer = httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == 200


def wait_for(what: object) -> None:
    assert callable(what)
    deadline = time.monotonic() + WITHIN_S
    while not what():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def test_it_decides_by_itself_and_stops_with_status_0_at_a_signal(here: Town) -> None:
    here.choose(1, Purpose.AUTO_RAISE, "yes", at=SINCE)
    port = free_port()

    with api_process(here.database, port) as process:
        wait_for(lambda: ready(port))
        alert = here.alert("home-1", "slow_leak", "boiler")
        question = "SELECT decision = 'raised' FROM alerts WHERE alert_id = %s"
        wait_for(lambda: here.one(question, alert))
        token = here.tokens.issue(TENANT, now=datetime.now(UTC))
        httpx.get(f"http://127.0.0.1:{port}/sign-in?token={token}", trust_env=False)
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 0, log
    assert "decided: 1 raised, 0 withheld, 0 not needed" in log
    assert "GET /sign-in 303" in log
    assert token not in log


def test_a_repair_goes_to_the_landlords_system_and_its_status_comes_back(
    here: Town, tmp_path: Path
) -> None:
    here.choose(3, Purpose.AUTO_RAISE, "yes", at=SINCE)
    port, receiving = free_port(), free_port()
    webhook = Webhook(url=f"http://127.0.0.1:{receiving}/repairs", secret=SECRET)
    here.database.register(registration("demo", "gw-a", 3, webhook=webhook))
    system = Claim(role=SignInRole.LANDLORD_SYSTEM, landlord_id="demo", person_id="system")
    played = {
        "RECEIVER_PORT": str(receiving),
        "RECEIVER_SECRET": SECRET,
        "RECEIVER_FILE": str(tmp_path / "received.jsonl"),
        "RECEIVER_ANSWER_AFTER_S": "0.1",
        "HOMEWELL_API_URL": f"http://127.0.0.1:{port}",
        "HOMEWELL_TOKEN": here.tokens.issue(system, now=datetime.now(UTC)),
    }

    with api_process(here.database, port), process_of("local.receiver", played) as receiver:
        wait_for(lambda: ready(port))
        alert = here.alert("home-3", "slow_leak", "boiler")
        question = "SELECT count(*) = 1 FROM repairs WHERE alert_id = %s AND status = 'scheduled'"
        wait_for(lambda: here.one(question, alert))
        receiver.send_signal(signal.SIGTERM)
        receiver.communicate(timeout=WITHIN_S)

    assert receiver.returncode == 0
    steps = """SELECT string_agg(e.status, ' ' ORDER BY e.repair_event_id)
               FROM repair_events e JOIN repairs r USING (landlord_id, repair_id)
               WHERE r.alert_id = %s"""
    assert here.one(steps, alert) == "requested sent accepted scheduled"


def test_a_port_that_is_taken_is_told_in_one_line(here: Town) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with api_process(here.database, port) as process:
            _, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 1
    assert (
        log.strip().splitlines()[-1].startswith(f"homewell api: cannot listen on 127.0.0.1:{port}")
    )


def test_a_missing_setting_is_told_in_one_line(here: Town) -> None:
    with api_process(here.database, 1, HOMEWELL_TOKEN_KEY="") as process:
        _, log = process.communicate(timeout=WITHIN_S)

    assert process.returncode == 2
    assert log == "homewell api: HOMEWELL_TOKEN_KEY is not set; see api/README.md\n"


def test_while_the_database_is_away_it_answers_that_it_is(here: Town) -> None:
    nowhere = f"postgresql://nobody@127.0.0.1:{free_port()}/nothing"
    port = free_port()

    with api_process(
        here.database, port, DATABASE_URL=nowhere, CASEWORK_DATABASE_URL=nowhere
    ) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: _alive(address))
        answer = httpx.get(f"{address}/readyz", timeout=WITHIN_S, trust_env=False)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=WITHIN_S)

    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/unavailable")
    assert process.returncode == 0


def _alive(address: str) -> bool:
    try:
        return httpx.get(f"{address}/healthz", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False
