"""Who sees what of a home, level by level, over the API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from core.consent import Purpose
from tests.api.town import NOW, Town, mark, registration, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

OFFICER = ("officer", "officer-1")
ENGINEER = ("engineer", "engineer-1")
LEVELS = {1: "none", 2: "band", 3: "daily", 4: "half_hourly", 5: "raw"}
"""What the tenant of each home shares with the landlord."""


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=8) as made:
        for number, level in LEVELS.items():
            made.choose(number, Purpose.SHARE_WITH_LANDLORD, level, at=SINCE)
            made.hear("demo", f"home-{number}", NOW - timedelta(days=3), NOW)
            made.alert(f"home-{number}", "mould_risk", "bedroom", severity="medium")
        yield made


def readings(here: Town, home: int, kind: str = "room", **period: str) -> dict[str, Any]:
    params = {"kind": kind, **period}
    answer = here.ask(OFFICER, "GET", f"/homes/home-{home}/readings", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_readings_that_are_not_shared_are_refused_with_that_reason(here: Town) -> None:
    answer = here.ask(OFFICER, "GET", "/homes/home-1/readings?kind=room")

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "not shared"
    assert answer.json()["detail"].startswith("share.indoor_readings.landlord was declined on")


def test_the_band_is_low_medium_or_high_by_day_and_holds_no_reading(here: Town) -> None:
    found = readings(here, 2)

    assert (found["granularity"], found["places"]) == ("band", [])
    bedroom = [(one["day"], one["band"]) for one in found["bands"] if one["room"] == "bedroom"]
    assert bedroom == [
        ("2026-11-18", "LOW"),
        ("2026-11-19", "LOW"),
        ("2026-11-20", "MEDIUM"),
        ("2026-11-21", "MEDIUM"),
    ]


def test_daily_sharing_gives_one_mean_a_day_that_is_over(here: Town) -> None:
    found = readings(here, 3)

    bedroom = next(place for place in found["places"] if place["room"] == "bedroom")
    assert bedroom["times"] == [
        "2026-11-18T00:00:00Z",
        "2026-11-19T00:00:00Z",
        "2026-11-20T00:00:00Z",
    ]
    # 20 °C plus the hour of the day: the mean of a whole day is 31.5.
    assert bedroom["columns"]["air_temp_c"][1:] == [31.5, 31.5]


@pytest.mark.parametrize(("home", "bucket"), [(3, timedelta(days=1)), (4, timedelta(minutes=30))])
def test_asking_for_less_than_a_bucket_gives_the_whole_bucket_or_nothing(
    here: Town, home: int, bucket: timedelta
) -> None:
    """Otherwise ten minutes asked for one after the other would be the readings themselves."""
    found = readings(here, home, **{"from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:10:00Z"})

    start, end = (datetime.fromisoformat(found[edge]) for edge in ("from", "to"))
    assert end - start == bucket
    assert {len(place["times"]) for place in found["places"]} == {1}


def test_half_hourly_sharing_gives_means_of_half_hours_that_are_over(here: Town) -> None:
    found = readings(here, 4, **{"from": "2026-11-21T08:00:00Z"})

    bedroom = next(place for place in found["places"] if place["room"] == "bedroom")
    assert bedroom["times"] == [
        "2026-11-21T08:00:00Z",
        "2026-11-21T08:30:00Z",
        "2026-11-21T09:00:00Z",
    ]
    assert bedroom["columns"]["air_temp_c"] == [28.0, 28.0, 29.0]


def test_raw_sharing_gives_every_reading(here: Town) -> None:
    found = readings(here, 5, **{"from": "2026-11-21T09:00:00Z"})

    bedroom = next(place for place in found["places"] if place["room"] == "bedroom")
    assert bedroom["times"] == [
        "2026-11-21T09:00:00Z",
        "2026-11-21T09:10:00Z",
        "2026-11-21T09:20:00Z",
    ]
    assert "battery_pct" not in bedroom["columns"]


@pytest.mark.parametrize("home", LEVELS)
def test_a_tenant_has_every_reading_of_their_own_whatever_they_share(here: Town, home: int) -> None:
    answer = here.ask(
        ("tenant", f"tenant-{home}"),
        "GET",
        f"/homes/home-{home}/readings?kind=room&from=2026-11-21T09:00:00Z",
    ).json()

    assert answer["granularity"] == "raw"
    assert [len(place["times"]) for place in answer["places"]] == [3, 3, 3]


@pytest.mark.parametrize("home", LEVELS)
def test_the_boiler_is_shown_to_find_its_faults_whatever_the_rooms_share(
    here: Town, home: int
) -> None:
    found = readings(here, home, "boiler", **{"from": "2026-11-21T09:00:00Z"})

    assert found["places"][0]["columns"] == {
        "pressure_bar": [1.25] * 3,
        "flame_on": [True] * 3,
    }


@pytest.mark.parametrize("home", LEVELS)
def test_an_alert_shows_as_much_as_its_tenant_shares(here: Town, home: int) -> None:
    answer = here.ask(OFFICER, "GET", f"/homes/home-{home}/alerts")
    alert = answer.json()["items"][0]

    shown = {"none": "none", "band": "band"}.get(LEVELS[home], "all")
    assert alert["shared"] == shown
    assert (mark("demo", f"home-{home}") in answer.text) == (shown == "all")
    assert ("0.77" in answer.text) == (shown == "all")
    assert bool(alert["causes"]) == (shown == "all")
    assert (alert["place"] is None) == (shown == "none")
    assert alert["severity"] == "medium"


@pytest.mark.parametrize("path", ["/alerts", "/homes/home-1/alerts"])
def test_of_what_is_not_shared_not_even_the_kind_of_trouble_is_named(here: Town, path: str) -> None:
    alerts = here.ask(OFFICER, "GET", path).json()["items"]

    (alert,) = [one for one in alerts if one["home_id"] == "home-1"]
    assert (alert["detector"], alert["decision_reason"]) == (None, None)
    for word in ("mould", "damp", "bedroom"):
        assert word not in json.dumps(alert)


def test_a_tenant_sees_their_own_alert_whole(here: Town) -> None:
    alert = here.ask(("tenant", "tenant-1"), "GET", "/alerts").json()["items"][0]

    assert alert["sentence"] == f"{mark('demo', 'home-1')}: it measured 0.77."


def test_what_was_found_and_measured_is_gone_from_the_instant_of_an_objection(here: Town) -> None:
    here.hear("demo", "home-6", NOW - timedelta(hours=3), NOW)
    here.choose(6, Purpose.SHARE_WITH_LANDLORD, "raw", at=SINCE)
    here.alert("home-6", "mould_risk", "bedroom")
    here.alert("home-6", "slow_leak", "boiler")
    shown = here.ask(OFFICER, "GET", "/homes/home-6/alerts").json()["items"]

    here.choose(6, Purpose.DAMP_RISK, "no")
    here.choose(6, Purpose.FAULT_DETECTION, "no")

    assert [one["shared"] for one in shown] == ["all", "all"]
    after = here.ask(OFFICER, "GET", "/homes/home-6/alerts").json()["items"]
    assert [one["shared"] for one in after] == ["none", "none"]
    for kind in ("room", "boiler"):
        refused = here.ask(OFFICER, "GET", f"/homes/home-6/readings?kind={kind}")
        assert refused.status_code == 403
    own = here.ask(("tenant", "tenant-6"), "GET", "/homes/home-6/readings?kind=room").json()
    assert len(own["places"]) == 3


def test_homes_come_by_risk_and_a_silent_one_is_unknown(here: Town) -> None:
    here.hear("demo", "home-7", NOW - timedelta(days=1), NOW - timedelta(hours=3))
    here.hear("demo", "home-8", NOW - timedelta(days=1), NOW)

    found = here.ask(OFFICER, "GET", "/homes").json()

    by_id = {home["home_id"]: home for home in found["items"]}
    ranks = ["emergency", "high", "medium", "low", "unknown", "ok"]
    order = [ranks.index(home["risk"]) for home in found["items"]]
    assert order == sorted(order)
    assert (by_id["home-7"]["status"], by_id["home-8"]["status"]) == ("unknown", "ok")
    assert by_id["home-7"]["unknown_because"] == "no boiler reading since 2026-11-21T06:30:00Z"
    assert by_id["home-2"]["status"] == "attention"
    assert (found["clock"], found["as_of"]) == ("wall", "2026-11-21T09:30:00Z")


def test_a_list_is_given_page_by_page_without_gap_or_repetition(here: Town) -> None:
    whole = [home["home_id"] for home in here.ask(OFFICER, "GET", "/homes").json()["items"]]

    pages: list[str] = []
    after: str | None = None
    while True:
        params = {"limit": 3} | ({"after": after} if after else {})
        answer = here.ask(OFFICER, "GET", "/homes", params=params).json()
        pages += [home["home_id"] for home in answer["items"]]
        after = answer["next"]
        if after is None:
            break

    assert pages == whole
    alerts = here.ask(OFFICER, "GET", "/alerts?limit=200").json()["items"]
    first = here.ask(OFFICER, "GET", "/alerts?limit=2").json()
    second = here.ask(OFFICER, "GET", f"/alerts?limit=2&after={first['next']}").json()
    assert [one["alert_id"] for one in first["items"] + second["items"]] == [
        one["alert_id"] for one in alerts[:4]
    ]


def test_an_alert_is_acknowledged_once_by_whoever_saw_it_first(here: Town) -> None:
    alert = here.ask(OFFICER, "GET", "/homes/home-2/alerts").json()["items"][0]["alert_id"]

    here.ask(OFFICER, "POST", f"/alerts/{alert}/acknowledge")
    again = here.ask(("officer", "officer-2"), "POST", f"/alerts/{alert}/acknowledge").json()

    assert again["acknowledged_by"] == "officer:officer-1"


@pytest.mark.parametrize("path", ["/homes", "/homes/home-5/readings?kind=room", "/alerts"])
def test_an_engineer_sees_no_home_and_no_reading(here: Town, path: str) -> None:
    assert here.ask(ENGINEER, "GET", path).status_code == 403


def test_an_engineer_sees_devices_and_what_was_rejected(here: Town) -> None:
    here.reject("demo", "gw-a")

    devices = here.ask(ENGINEER, "GET", "/devices").json()["items"]
    rejected = here.ask(ENGINEER, "GET", "/rejected-messages").json()["items"]

    first = next(one for one in devices if one["wire_name"] == "th-0501")
    assert (first["home_id"], first["room"], first["last_seen_at"]) == (
        "home-5",
        "living room",
        "2026-11-21T09:30:00Z",
    )
    assert (rejected[0]["reason"], rejected[0]["payload_begins"]) == (
        mark("demo", "rejected"),
        '{"t": []}\\x00\\xff',
    )


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?kind=gas",
        "?kind=room&from=2026-11-01T00:00:00",
        "?kind=room&from=2026-12-01T00:00:00Z",
    ],
    ids=["no kind", "an unknown kind", "a time without its zone", "a time to come"],
)
def test_a_question_that_cannot_be_answered_says_what_is_wrong(here: Town, query: str) -> None:
    answer = here.ask(OFFICER, "GET", f"/homes/home-5/readings{query}")

    assert answer.status_code == 422
    assert set(answer.json()) == {"type", "title", "status", "detail", "what_to_do"}


def test_the_homes_of_a_recording_are_judged_by_the_clock_of_the_recording(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    made = registration("museum", "gw-c", 2)
    landlord = msgspec.structs.replace(made.landlord, recording=True)
    homewell_db.register(msgspec.structs.replace(made, landlord=landlord))
    then = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
    here.hear("museum", "home-1", then - timedelta(hours=5), then)
    here.hear("museum", "home-2", then - timedelta(hours=5), then - timedelta(hours=3))

    found = here.ask((*OFFICER, "museum"), "GET", "/homes").json()

    assert (found["clock"], found["as_of"]) == ("recording", "2026-02-03T12:00:00Z")
    assert {home["home_id"]: home["status"] for home in found["items"]} == {
        "home-1": "ok",
        "home-2": "unknown",
    }
