"""Repairs reach the landlord's system: signed, at least once, and only with consent."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import jsonschema
import psycopg
import pytest
from standardwebhooks import Webhook as Signer

from api.casework import decide_pending
from api.delivery import RETRY_MINUTES, Tally, deliver_due, retry_after, webhook_client
from api.envelope import SCHEMA_PATH
from core.consent import Purpose
from core.registry import Webhook
from local.receiver import Book
from store.roles import Role
from tests.api.landlords import SECRET, Landlord, landlord_system, serving
from tests.api.town import NOW, ORIGIN, Town, registration, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

HACT = Path(__file__).parents[3] / "shared/data/hact/RaiseRepair.json"
HOMES = 19
TENANT = ("tenant", "tenant-1")
OFFICER = ("officer", "officer-1")


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=HOMES) as made:
        for number in range(1, HOMES + 1):
            made.choose(number, Purpose.AUTO_RAISE, "yes", at=SINCE)
        yield made


@pytest.fixture
def landlord(here: Town, tmp_path: Path) -> Iterator[Landlord]:
    with landlord_system(tmp_path) as made:
        webhook = Webhook(url=made.url, secret=SECRET)
        here.database.register(registration("demo", "gw-a", HOMES, webhook=webhook))
        yield made


@pytest.fixture(scope="module")
def worker(here: Town) -> Iterator[psycopg.Connection]:
    with here.database.connect(Role.CASEWORK) as conn:
        yield conn


def deliver(worker: psycopg.Connection, now: datetime = NOW) -> Tally:
    async def once() -> Tally:
        async with webhook_client() as client:
            return await deliver_due(worker, client, now=now, public_url=ORIGIN)

    return asyncio.run(once())


def raised(here: Town, worker: psycopg.Connection, home: int, detector: str = "slow_leak") -> UUID:
    place = "boiler" if detector in ("slow_leak", "low_pressure") else "bedroom"
    alert = here.alert(f"home-{home}", detector, place)
    decide_pending(worker, now=NOW)
    return alert


def repair_of(here: Town, alert: UUID) -> dict[str, Any]:
    repair_id = here.one("SELECT repair_id FROM repairs WHERE alert_id = %s", alert)
    found: dict[str, Any] = here.ask(OFFICER, "GET", f"/repairs/{repair_id}").json()
    return found


def test_a_repair_arrives_signed_and_is_noted_as_sent(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    alert = raised(here, worker, 1)

    assert deliver(worker) == Tally(delivered=1)

    repair = repair_of(here, alert)
    assert [event["data"]["repairId"] for event in landlord.events] == [repair["repair_id"]]
    assert (repair["status"], repair["landlord_reference"]) == ("sent", "R-1001")
    assert repair["delivery"]["delivered_at"] == "2026-11-21T09:30:00Z"
    assert deliver(worker) == Tally()


def test_the_envelope_is_as_its_published_schema_says(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    raised(here, worker, 2)
    raised(here, worker, 2, "mould_risk")
    deliver(worker)
    schema = here.client.get(SCHEMA_PATH).json()

    check = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())

    assert [error.message for one in landlord.events for error in check.iter_errors(one)] == []
    kinds = sorted(one["data"]["detection"]["kind"] for one in landlord.events)
    assert kinds == ["mould_risk", "slow_leak"]


@pytest.mark.skipif(not HACT.exists(), reason="HACT's schema is not beside the repository")
def test_the_body_inside_is_a_raise_repair_of_the_sectors_standard(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    schema = json.loads(HACT.read_text("utf-8-sig"))
    detectors = ("slow_leak", "low_pressure", "mould_risk", "condensation")
    for home, detector in enumerate(detectors, start=13):
        raised(here, worker, home, detector)
    deliver(worker)

    check = jsonschema.Draft7Validator(schema, format_checker=jsonschema.FormatChecker())

    assert len(landlord.events) == 4
    for event in landlord.events:
        assert [error.message for error in check.iter_errors(event["data"]["hact"])] == []
        with_consent = {**event["data"]["hact"], "consent": {}}
        assert not check.is_valid(with_consent)


@pytest.mark.parametrize(
    ("home", "landlord_sees", "contractor_sees", "left_out"),
    [
        (4, "band", "none", ["contractorEvidence", "detection.causes", "detection.evidence"]),
        (5, "raw", "none", ["contractorEvidence"]),
        (6, "daily", "daily", []),
    ],
)
def test_what_the_tenant_does_not_share_is_not_in_it_and_it_says_so(
    here: Town,
    worker: psycopg.Connection,
    landlord: Landlord,
    home: int,
    landlord_sees: str,
    contractor_sees: str,
    left_out: list[str],
) -> None:
    here.choose(home, Purpose.SHARE_WITH_LANDLORD, landlord_sees, at=SINCE)
    here.choose(home, Purpose.SHARE_WITH_CONTRACTOR, contractor_sees, at=SINCE)
    raised(here, worker, home, "mould_risk")

    deliver(worker)

    (event,) = landlord.events
    data, text = event["data"], json.dumps(event["data"])
    assert data["consent"]["redactions"] == [*left_out, "hact.PersonAlert"]
    assert ("evidence" in data["detection"]) == ("detection.evidence" not in left_out)
    assert ("contractorEvidence" in data) == ("contractorEvidence" not in left_out)
    assert ("it measured" in text) == ("detection.evidence" not in left_out)
    assert ("0.77" in text) == ("detection.evidence" not in left_out)
    assert "0.77" not in json.dumps(data["hact"])


def test_consent_is_asked_again_when_it_is_delivered(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    alert = raised(here, worker, 7)
    here.choose(7, Purpose.AUTO_RAISE, "no")

    tally = deliver(worker)

    assert tally == Tally(cancelled=1)
    assert landlord.calls == []
    assert repair_of(here, alert)["status"] == "cancelled"
    assert here.one("SELECT decision FROM alerts WHERE alert_id = %s", alert) == "withheld"
    told = here.ask(("tenant", "tenant-7"), "GET", "/notices").json()["items"]
    assert "We did not pass on a repair" in [one["subject"] for one in told]


def test_a_yes_after_a_no_raises_it_anew(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    alert = raised(here, worker, 8)
    here.choose(8, Purpose.AUTO_RAISE, "no")
    deliver(worker)
    here.choose(8, Purpose.AUTO_RAISE, "yes", at=NOW + timedelta(hours=1))
    later = NOW + timedelta(hours=1)

    decide_pending(worker, now=later)
    tally = deliver(worker, later)

    assert tally == Tally(delivered=1)
    assert here.one("SELECT count(*) FROM repairs WHERE alert_id = %s", alert) == 2
    assert len(landlord.events) == 1


def test_sharing_that_was_withdrawn_meanwhile_is_left_out(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    here.choose(9, Purpose.SHARE_WITH_LANDLORD, "raw", at=SINCE)
    alert = raised(here, worker, 9, "mould_risk")
    here.choose(9, Purpose.SHARE_WITH_LANDLORD, "none")

    deliver(worker)

    (event,) = landlord.events
    assert "detection.evidence" not in repair_of(here, alert)["consent_flags"]["redactions"]
    assert "detection.evidence" in event["data"]["consent"]["redactions"]
    assert "evidence" not in event["data"]["detection"]


def test_what_a_tenant_asked_for_themself_needs_no_standing_yes(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    here.choose(10, Purpose.AUTO_RAISE, "no")
    alert = here.alert("home-10", "slow_leak", "boiler")
    here.ask(("tenant", "tenant-10"), "POST", "/repairs", json={"alert_id": str(alert)})

    assert deliver(worker) == Tally(delivered=1)


def test_a_system_that_is_away_is_tried_again_with_the_same_id(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    landlord.failures = [500, 503]
    alert = raised(here, worker, 11)

    rounds = [
        deliver(worker, NOW),
        deliver(worker, NOW),
        deliver(worker, NOW + timedelta(minutes=1)),
        deliver(worker, NOW + timedelta(minutes=5)),
    ]

    assert rounds == [Tally(to_retry=1), Tally(), Tally(to_retry=1), Tally(delivered=1)]
    assert len({call["webhook-id"] for call in landlord.calls}) == 1
    assert repair_of(here, alert)["delivery"]["attempts"] == 3


def test_an_answer_that_was_lost_means_delivery_twice_and_one_repair_there(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    alert = raised(here, worker, 17, "low_pressure")
    deliver(worker)
    with here.database.connect_as_administrator() as conn:
        conn.execute(
            """UPDATE outbox SET delivered_at = NULL, next_attempt_at = %s
               WHERE repair_id = (SELECT repair_id FROM repairs WHERE alert_id = %s)""",
            (NOW, alert),
        )

    assert deliver(worker) == Tally(delivered=1)

    assert len(landlord.calls) == 2
    assert len(landlord.events) == 1


def test_a_crash_in_the_middle_of_an_attempt_is_made_good_after_its_lease(
    here: Town, worker: psycopg.Connection, landlord: Landlord
) -> None:
    alert = raised(here, worker, 12)
    with here.database.connect(Role.CASEWORK) as conn:
        conn.execute(
            """UPDATE outbox SET attempts = 1, next_attempt_at = %s
               WHERE repair_id = (SELECT repair_id FROM repairs WHERE alert_id = %s)""",
            (NOW + timedelta(seconds=60), alert),
        )

    during, after = deliver(worker), deliver(worker, NOW + timedelta(seconds=61))

    assert (during, after) == (Tally(), Tally(delivered=1))


@pytest.mark.parametrize("way", ["for a day", "told to stop"])
def test_it_is_given_up_only_after_a_day_or_when_told_to_stop_and_the_tenant_knows(
    here: Town, worker: psycopg.Connection, landlord: Landlord, way: str
) -> None:
    home = 18 if way == "for a day" else 19
    landlord.failures = [500] * 20 if way == "for a day" else [410]
    alert = raised(here, worker, home, "low_pressure")

    now, rounds = NOW + timedelta(minutes=1), 0
    while repair_of(here, alert)["delivery"]["given_up_at"] is None:
        deliver(worker, now)
        now += timedelta(hours=10)
        rounds += 1

    assert rounds == (len(RETRY_MINUTES) + 1 if way == "for a day" else 1)
    told = here.ask(("tenant", f"tenant-{home}"), "GET", "/notices").json()["items"]
    assert told[0]["subject"] == "We could not reach your landlord's repairs system"


def test_a_landlord_without_a_system_finds_the_repair_on_their_page(
    here: Town, worker: psycopg.Connection
) -> None:
    alert = here.alert("home-1", "slow_leak", "boiler", landlord="other")
    here.ask(("tenant", "tenant-1", "other"), "POST", "/repairs", json={"alert_id": str(alert)})

    assert deliver(worker) == Tally(given_up=1)

    officer = ("officer", "officer-1", "other")
    (repair,) = here.ask(officer, "GET", "/repairs").json()["items"]
    assert repair["status"] == "requested"
    assert repair["delivery"]["last_error"].startswith("the landlord has named no repairs system")


def test_waits_grow_and_together_take_about_a_day() -> None:
    waits = [retry_after(attempt, 0.0) for attempt in range(1, len(RETRY_MINUTES) + 1)]

    assert waits == sorted(waits)
    assert timedelta(hours=20) < sum(waits, timedelta()) < timedelta(hours=26)
    assert sum(waits[:5], timedelta()) < timedelta(minutes=20)


@pytest.mark.parametrize("change", ["body", "id", "secret"])
def test_the_receiver_refuses_what_was_not_signed_by_us(tmp_path: Path, change: str) -> None:
    body, key, at = '{"data": {"repairId": "1"}}', "demo:1:raise:1", datetime.now(UTC)
    other = "whsec_" + "A" * 32
    signature = Signer(other if change == "secret" else SECRET).sign(key, at, body)
    headers = {
        "webhook-id": "another" if change == "id" else key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signature,
    }
    with landlord_system(tmp_path) as made:
        sent = body.replace("1", "2") if change == "body" else body
        answer = httpx.post(made.url, content=sent, headers=headers, trust_env=False)

        assert answer.status_code == 401
        assert made.events == []


def test_the_receiver_knows_what_it_took_before_it_was_restarted(tmp_path: Path) -> None:
    event = {"data": {"repairId": "1"}}
    first, was_new = Book(tmp_path / "book").keep("key", event)
    again = Book(tmp_path / "book")
    again.read()

    assert was_new
    assert again.keep("key", event) == (first, False)


class Redirecting(BaseHTTPRequestHandler):
    """Sends everybody to the machine itself."""

    def do_POST(self) -> None:
        self.send_response(307)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        pass


def test_a_redirect_is_not_followed(here: Town, worker: psycopg.Connection) -> None:
    with serving(ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)) as url:
        webhook = Webhook(url=url, secret=SECRET)
        here.database.register(registration("demo", "gw-a", HOMES, webhook=webhook))
        alert = raised(here, worker, 10, "low_pressure")
        here.ask(("tenant", "tenant-10"), "POST", "/repairs", json={"alert_id": str(alert)})

        assert deliver(worker) == Tally(to_retry=1)

    assert repair_of(here, alert)["delivery"]["last_error"] == "answered 307: "
