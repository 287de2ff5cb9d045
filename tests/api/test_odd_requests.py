"""Requests that hold what no table can, or that lie about an earlier one, are answered plainly."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.api.town import Town, town
from tests.fixtures_database import HomewellDatabase

OFFICER = ("officer", "officer-1")
ENGINEER = ("engineer", "engineer-1")
TENANT = ("tenant", "tenant-1")
FAR = "9" * 30


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


@pytest.mark.parametrize(
    ("who", "path"),
    [
        (OFFICER, "/homes/a%00b"),
        (OFFICER, "/homes/a%00b/alerts"),
        (OFFICER, "/repairs?home_id=%00"),
        (ENGINEER, "/rejected-messages?gateway=%00"),
        (ENGINEER, f"/rejected-messages?after={FAR}"),
        (OFFICER, "/homes/home-1/readings?kind=room&to=0001-01-03T00:00:00Z"),
        (
            OFFICER,
            "/homes/home-1/readings?kind=room&from=0001-01-01T00:00:00Z&to=0001-01-02T00:00:00Z",
        ),
        (OFFICER, "/homes/home-1/readings?kind=room&from=0001-01-01T00:00:00Z"),
    ],
)
def test_a_request_that_nothing_can_answer_is_refused_in_words(
    here: Town, who: tuple[str, str], path: str
) -> None:
    answer = here.ask(who, "GET", path)

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("member", ["note", "reference"])
def test_a_landlords_answer_that_is_no_text_is_refused_and_moves_nothing(
    here: Town, member: str
) -> None:
    alert = here.alert("home-2", "slow_leak", "boiler" + member)
    asked = here.ask(("tenant", "tenant-2"), "POST", "/repairs", json={"alert_id": str(alert)})
    path = f"/repairs/{asked.json()['repair_id']}"

    answer = here.ask(OFFICER, "PATCH", path, json={"status": "accepted", member: "a\x00b"})

    assert answer.status_code == 422
    assert here.ask(OFFICER, "GET", path).json()["status"] == "requested"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        ("officer", "/landlord/homes/a%00b"),
        ("engineer", "/rejected?gateway=%00"),
        ("engineer", f"/rejected?before={FAR}"),
    ],
)
def test_a_page_of_an_impossible_address_is_not_found(here: Town, role: str, path: str) -> None:
    cookie = {"Cookie": f"homewell_session={here.token(role, 'somebody')}"}

    assert here.client.get(path, headers=cookie).status_code == 404


def ask_with_key(here: Town, alert: object, key: str) -> tuple[int, Any]:
    given = {"json": {"alert_id": str(alert)}, "headers": {"Idempotency-Key": key}}
    answer = here.ask(TENANT, "POST", "/repairs", **given)
    return answer.status_code, answer.json()


def test_a_key_used_for_another_alert_is_refused_and_not_answered_with_its_repair(
    here: Town,
) -> None:
    leak = here.alert("home-1", "slow_leak", "boiler")
    mould = here.alert("home-1", "mould_risk", "bedroom")

    first, again, other = (ask_with_key(here, one, "key") for one in (leak, leak, mould))

    assert (first[0], again[0], other[0]) == (201, 200, 422)
    assert again[1]["repair_id"] == first[1]["repair_id"]
    assert other[1]["type"] == "/problems/key-used"


def test_two_alerts_asked_for_at_once_with_one_key_give_one_repair(here: Town) -> None:
    for number in range(5):
        alerts = [
            here.alert("home-1", detector, f"room-{number}")
            for detector in ("mould_risk", "condensation")
        ]

        with ThreadPoolExecutor(2) as both:
            answers = both.map(
                lambda one, n=number: ask_with_key(here, one, f"at once {n}"), alerts
            )

        assert sorted(status for status, _ in answers) == [201, 422]
