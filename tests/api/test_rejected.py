"""A rejected message is shown with its readings only while the tenant they are of agrees."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from core.consent import Purpose
from tests.api.town import NOW, Town, town
from tests.fixtures_database import HomewellDatabase

ENGINEER = ("engineer", "engineer-1")
AN_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


def reject(here: Town, device: str, kind: str) -> None:
    with here.database.connect_as_administrator() as conn:
        conn.execute(
            """INSERT INTO rejected_messages (dedupe_key, received_at, landlord_id, gateway_id,
                   device, kind, scope, samples_lost, reason, topic, payload)
               VALUES (%s, %s, 'demo', 'gw-a', %s, %s, 'sample', 1, 'a reason', 'a/topic',
                   '17.25')""",
            (uuid4().hex, NOW - AN_HOUR, device, kind),
        )


def shown(here: Town, device: str) -> dict[str, Any]:
    answer = here.ask(ENGINEER, "GET", "/rejected-messages?gateway=gw-a").json()
    (found,) = [one for one in answer["items"] if one["device"] == device]
    return dict(found)


def test_what_a_tenant_has_objected_to_since_keeps_its_reason_and_not_its_readings(
    here: Town,
) -> None:
    reject(here, "th-0101", "room")
    reject(here, "boiler-01", "boiler")
    reject(here, "th-0301", "room")
    before = shown(here, "th-0101")

    here.choose(1, Purpose.DAMP_RISK, "no")

    after = shown(here, "th-0101")
    assert (before["payload_begins"], after["payload_begins"]) == ("17.25", "")
    assert after["reason"] == "a reason"
    assert shown(here, "boiler-01")["payload_begins"] == "17.25"
    assert shown(here, "th-0301")["payload_begins"] == "17.25"
    page = here.client.get(
        "/rejected?gateway=gw-a",
        headers={"Cookie": f"homewell_session={here.token('engineer', 'engineer-1')}"},
    ).text
    assert page.count("17.25") == 2


def test_the_weather_is_nobodys(here: Town) -> None:
    reject(here, "weather-1", "weather")

    assert shown(here, "weather-1")["payload_begins"] == "17.25"


def test_what_was_too_much_to_keep_is_counted_where_the_engineer_looks(here: Town) -> None:
    with here.database.connect_as_administrator() as conn:
        conn.execute(
            """INSERT INTO rejected_days (gateway_id, day, landlord_id, kept, not_kept)
               VALUES ('gw-a', %(day)s, 'demo', 20000, 31500), ('', %(day)s, NULL, 20000, 7)""",
            {"day": NOW.date()},
        )

    answer = here.ask(ENGINEER, "GET", "/rejected-messages?gateway=gw-a").json()
    page = here.client.get(
        "/rejected",
        headers={"Cookie": f"homewell_session={here.token('engineer', 'engineer-1')}"},
    ).text

    day = NOW.date().isoformat()
    assert answer["not_kept"] == [{"gateway_id": "gw-a", "day": day, "count": 31500}]
    assert page.count("31,500 more from gw-a were counted and not kept") == 1
    assert here.ask(ENGINEER, "GET", "/rejected-messages?gateway=gw-b").json()["not_kept"] == []
