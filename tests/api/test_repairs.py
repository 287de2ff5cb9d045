"""Repairs asked for by people and answered by landlords, over the API."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from core.consent import Purpose
from tests.api.town import NOW, Town, town
from tests.fixtures_database import HomewellDatabase

TENANT = ("tenant", "tenant-1")
OFFICER = ("officer", "officer-1")
SYSTEM = ("landlord_system", "repairs-system")


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


@pytest.fixture
def alert(here: Town) -> Iterator[UUID]:
    """An open alert of home-1, over again afterwards; each is an hour later than the last."""
    here.clock.now += timedelta(hours=1)
    made = here.alert("home-1", "mould_risk", "bedroom")
    yield made
    here.set_alert(made, "cleared_at", NOW)


def raised(here: Town, alert: UUID, who: tuple[str, str] = TENANT) -> dict[str, Any]:
    answer = here.ask(who, "POST", "/repairs", json={"alert_id": str(alert)})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def notices(here: Town) -> list[str]:
    items = here.ask(TENANT, "GET", "/notices").json()["items"]
    return [one["subject"] for one in items]


def test_a_tenant_asks_for_a_repair_and_everything_is_written_together(
    here: Town, alert: UUID
) -> None:
    repair = raised(here, alert)

    assert (repair["status"], repair["requested_by"], repair["priority"]) == (
        "requested",
        "tenant:tenant-1",
        "urgent",
    )
    assert [event["status"] for event in repair["events"]] == ["requested"]
    assert repair["delivery"] == {
        "attempts": 0,
        "delivered_at": None,
        "given_up_at": None,
        "last_error": None,
    }
    assert here.ask(TENANT, "GET", f"/alerts/{alert}").json()["decision"] == "raised"
    assert notices(here)[0] == (
        "We asked your landlord for a repair: a risk of mould in your bedroom"
    )


def test_the_flags_are_the_ledgers_and_what_is_not_shared_is_named(here: Town, alert: UUID) -> None:
    repair = raised(here, alert)

    flags = repair["consent_flags"]
    assert flags["decision"] == "permit_with_redactions"
    assert flags["redactions"] == [
        "contractorEvidence",
        "detection.causes",
        "detection.evidence",
        "hact.PersonAlert",
    ]
    states = {one["purpose"]: one["state"] for one in flags["purposes"]}
    assert states["repair.auto_raise"] == "preference_off"


@pytest.mark.parametrize(
    "extra",
    [
        {"consent_flags": {"decision": "permit"}},
        {"share": "raw"},
        {"priority": "emergency"},
        {"requested_by": "tenant:tenant-1"},
    ],
)
def test_flags_from_the_caller_are_refused(
    here: Town, alert: UUID, extra: dict[str, object]
) -> None:
    body = {"alert_id": str(alert), **extra}

    answer = here.ask(TENANT, "POST", "/repairs", json=body)

    assert answer.status_code == 422
    assert here.one("SELECT count(*) FROM repairs WHERE alert_id = %s", alert) == 0


def test_an_officer_raises_nothing_that_the_tenant_has_not_agreed_to(
    here: Town, alert: UUID
) -> None:
    body = {"alert_id": str(alert)}

    withheld = here.ask(OFFICER, "POST", "/repairs", json=body)
    here.choose(1, Purpose.AUTO_RAISE, "yes")
    agreed = here.ask(OFFICER, "POST", "/repairs", json=body)
    here.choose(1, Purpose.AUTO_RAISE, "no")

    assert withheld.status_code == 403
    assert (withheld.json()["reason"], withheld.json()["detail"]) == (
        "withheld",
        "repair.auto_raise has not been agreed to",
    )
    assert agreed.status_code == 201
    assert agreed.json()["requested_by"] == "officer:officer-1"


def test_there_is_no_second_repair_while_one_is_open(here: Town, alert: UUID) -> None:
    first = raised(here, alert)
    body = {"alert_id": str(alert)}

    second = here.ask(TENANT, "POST", "/repairs", json=body)
    here.ask(SYSTEM, "PATCH", f"/repairs/{first['repair_id']}", json={"status": "declined"})
    third = here.ask(TENANT, "POST", "/repairs", json=body)

    assert (second.status_code, second.json()["repair_id"]) == (409, first["repair_id"])
    assert third.status_code == 201


def test_asking_again_with_the_same_key_gives_the_same_repair(here: Town, alert: UUID) -> None:
    def ask() -> tuple[int, str]:
        answer = here.ask(
            TENANT,
            "POST",
            "/repairs",
            json={"alert_id": str(alert)},
            headers={"Idempotency-Key": "my-key"},
        )
        return answer.status_code, answer.json()["repair_id"]

    first, again = ask(), ask()

    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]


def test_an_alert_that_is_over_or_for_information_asks_for_nothing(here: Town) -> None:
    over = here.alert("home-1", "slow_leak", "boiler")
    here.set_alert(over, "cleared_at", NOW)
    light = here.alert("home-1", "slow_leak", "boiler", severity="low")

    answers = [
        here.ask(TENANT, "POST", "/repairs", json={"alert_id": str(one)}).json()["detail"]
        for one in (over, light)
    ]

    assert answers == [
        "this alert has been over since 21 November 2026",
        "this alert is for information; it asks for no repair",
    ]


def test_the_landlord_says_how_it_goes_on_and_the_tenant_is_told_each_step_once(
    here: Town, alert: UUID
) -> None:
    path = f"/repairs/{raised(here, alert)['repair_id']}"
    before = len(notices(here))

    for body in (
        {"status": "accepted", "reference": "R-7"},
        {"status": "accepted"},
        {"status": "scheduled", "note": "Tuesday, 9 to 12"},
        {"status": "completed"},
    ):
        here.clock.now += timedelta(minutes=1)
        assert here.ask(SYSTEM, "PATCH", path, json=body).status_code == 200

    repair = here.ask(TENANT, "GET", path).json()
    assert [event["status"] for event in repair["events"]] == [
        "requested",
        "accepted",
        "scheduled",
        "completed",
    ]
    assert (repair["status"], repair["landlord_reference"]) == ("completed", "R-7")
    assert notices(here)[: len(notices(here)) - before] == [
        "Your repair: done",
        "Your repair: a visit is booked",
        "Your repair: your landlord will do it",
    ]


@pytest.mark.parametrize("status", ["requested", "sent", "perhaps"])
def test_a_landlord_cannot_say_what_is_not_theirs_to_say(
    here: Town, alert: UUID, status: str
) -> None:
    path = f"/repairs/{raised(here, alert)['repair_id']}"
    here.ask(SYSTEM, "PATCH", path, json={"status": "accepted"})

    answer = here.ask(SYSTEM, "PATCH", path, json={"status": status})

    assert answer.status_code == (422 if status == "perhaps" else 409)
    assert here.ask(OFFICER, "GET", path).json()["status"] == "accepted"


def test_a_repair_that_has_ended_stays_ended(here: Town, alert: UUID) -> None:
    path = f"/repairs/{raised(here, alert)['repair_id']}"
    here.ask(SYSTEM, "PATCH", path, json={"status": "completed"})

    answer = here.ask(SYSTEM, "PATCH", path, json={"status": "scheduled"})

    assert (answer.status_code, answer.json()["detail"]) == (
        409,
        "a repair that is completed cannot become scheduled; it can become: "
        "nothing else, it has ended",
    )


def test_a_tenant_does_not_answer_for_the_landlord(here: Town, alert: UUID) -> None:
    path = f"/repairs/{raised(here, alert)['repair_id']}"

    assert here.ask(TENANT, "PATCH", path, json={"status": "completed"}).status_code == 403


def test_trouble_that_comes_and_goes_can_be_asked_for_again_when_its_repair_has_ended(
    here: Town, alert: UUID
) -> None:
    cookie = {"Cookie": f"homewell_session={here.token('tenant', 'tenant-1')}"}
    ask_again = f'action="/my-home/alerts/{alert}/ask-for-repair"'
    here.set_alert(alert, "flapping", True)
    repair = raised(here, alert)
    while_open = here.client.get("/my-home", headers=cookie).text
    path = f"/repairs/{repair['repair_id']}"

    here.ask(SYSTEM, "PATCH", path, json={"status": "completed"})

    ended = here.client.get("/my-home", headers=cookie).text
    assert [ask_again in page for page in (while_open, ended)] == [False, True]
    assert "if it is back, you can ask for another" in ended
    assert raised(here, alert)["status"] == "requested"
