"""Whatever a landlord's system answers, however slowly, the others' repairs are not held up."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import psycopg
import pytest

from api import delivery
from api.delivery import Tally
from core.consent import Purpose
from core.registry import Webhook
from store.roles import Role
from tests.api.landlords import SECRET, serving
from tests.api.test_delivery import deliver, raised, repair_of
from tests.api.town import Town, registration, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

HOMES = 10


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=HOMES) as made:
        for number in range(1, HOMES + 1):
            made.choose(number, Purpose.AUTO_RAISE, "yes", at=SINCE)
        yield made


@pytest.fixture(scope="module")
def worker(here: Town) -> Iterator[psycopg.Connection]:
    with here.database.connect(Role.CASEWORK) as conn:
        yield conn


class Answering(ThreadingHTTPServer):
    """A landlord's system that answers every call with these bytes, as slowly as it is told."""

    def __init__(self, status: int, body: bytes, *, pause_s: float = 0.0) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.body, self.pause_s = status, body, pause_s


class _Answer(BaseHTTPRequestHandler):
    server: Answering

    def do_POST(self) -> None:
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        with suppress(ConnectionError):  # whoever called has heard enough
            if not self.server.pause_s:
                self.wfile.write(self.server.body)
                return
            for byte in self.server.body:
                self.wfile.write(bytes([byte]))
                time.sleep(self.server.pause_s)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


@contextmanager
def answered_by(here: Town, system: Answering) -> Iterator[None]:
    with serving(system) as url:
        webhook = Webhook(url=url, secret=SECRET)
        here.database.register(registration("demo", "gw-a", HOMES, webhook=webhook))
        yield


@pytest.mark.parametrize(
    ("home", "body", "reference"),
    [
        (1, b'{"reference": "R\\u0000-1"}', "R -1"),
        (2, b'{"reference": "R\\ud800-2"}', "R -2"),
        (3, b'{"reference": {"number": 3}}', None),
        (4, b'{"reference":' + b"[" * 10_000, None),
        (5, b'{"note": "' + b" " * 64 * 1024**2 + b'", "reference": "R-5"}', None),
    ],
)
def test_no_reference_that_a_landlords_system_gives_stops_the_deliveries(
    here: Town, worker: psycopg.Connection, home: int, body: bytes, reference: str | None
) -> None:
    alert = raised(here, worker, home)

    with answered_by(here, Answering(200, body)):
        tally = deliver(worker)

    assert tally == Tally(delivered=1)
    repair = repair_of(here, alert)
    assert (repair["status"], repair["landlord_reference"]) == ("sent", reference)


def test_an_error_that_is_no_text_is_kept_as_far_as_it_can_be_read(
    here: Town, worker: psycopg.Connection
) -> None:
    alert = raised(here, worker, 6)

    with answered_by(here, Answering(500, b"\x00\xff broken\r\n\x1b[2J")):
        tally = deliver(worker)

    assert tally == Tally(to_retry=1)
    error = repair_of(here, alert)["delivery"]["last_error"]
    assert error == "answered 500:  \ufffd broken   [2J"


def test_what_a_landlords_system_says_of_its_trouble_is_not_for_the_tenant(
    here: Town, worker: psycopg.Connection
) -> None:
    alert = raised(here, worker, 3, "low_pressure")
    here.ask(("tenant", "tenant-3"), "POST", "/repairs", json={"alert_id": str(alert)})

    with answered_by(here, Answering(500, b"cannot open /srv/tenants/arrears.db")):
        deliver(worker)

    answer = here.ask(("tenant", "tenant-3"), "GET", "/repairs")
    assert "arrears" in repair_of(here, alert)["delivery"]["last_error"]
    assert "arrears" not in answer.text


def test_a_system_that_answers_drop_by_drop_holds_nobody_up(
    here: Town, worker: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TIMEOUT_S", 0.4)
    alert = raised(here, worker, 7)

    with answered_by(here, Answering(200, b" " * 100, pause_s=0.1)):
        tally = deliver(worker)

    assert tally == Tally(to_retry=1)
    error = repair_of(here, alert)["delivery"]["last_error"]
    assert error == "no whole answer came within 0 s"


@pytest.mark.parametrize(
    ("home", "url", "secret"),
    [
        (8, "http://[nowhere", SECRET),
        (9, "http://127.0.0.1:1/", ""),
        (10, "http://127.0.0.1:1/", "no base64!"),
    ],
)
def test_a_webhook_that_was_written_down_wrongly_is_said_and_stops_nothing(
    here: Town, worker: psycopg.Connection, home: int, url: str, secret: str
) -> None:
    webhook = Webhook(url=url, secret=secret)
    here.database.register(registration("demo", "gw-a", HOMES, webhook=webhook))
    alert = raised(here, worker, home)

    assert deliver(worker) == Tally(to_retry=1)

    assert repair_of(here, alert)["delivery"]["last_error"] != ""
