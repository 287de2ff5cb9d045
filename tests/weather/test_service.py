"""How the service is asked: politely, seldom, and believed only when it makes sense."""

import asyncio
from datetime import UTC, datetime
from importlib.metadata import version

import pytest

from tests.weather.answers import Service, encoded
from weather.run import Station, ask_once
from weather.service import (
    BYTES_MAX,
    KEPT_S_MAX,
    KEPT_S_MIN,
    KEPT_S_UNSAID,
    Answer,
    ServiceUnavailable,
    ask,
    new_client,
)
from weather.settings import Place

FIRST = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
TOWN = Place(device="example-town", latitude=54.97823, longitude=-1.61396)
DATED = {
    "Date": "Sat, 21 Nov 2026 18:00:00 GMT",
    "Expires": "Sat, 21 Nov 2026 18:31:00 GMT",
    "Last-Modified": "Sat, 21 Nov 2026 17:58:12 GMT",
}


def answer_of(service: Service, known: Answer | None = None) -> Answer:
    async def run() -> Answer:
        async with new_client("warm@landlord.example") as client:
            return await ask(client, service.address, TOWN, known, now_s=FIRST.timestamp())

    return asyncio.run(run())


def well(service: Service) -> Service:
    service.status, service.body, service.headers = 200, encoded(FIRST), dict(DATED)
    return service


def test_a_question_says_who_asks_and_no_more_of_the_place_than_the_area(service: Service) -> None:
    answer_of(well(service))

    (asked,) = service.asked
    assert asked.path == "/compact?lat=54.98&lon=-1.61"
    assert asked.headers["User-Agent"] == f"homewell/{version('homewell')} warm@landlord.example"
    assert "If-Modified-Since" not in asked.headers


def test_an_answer_is_good_until_it_expires(service: Service) -> None:
    answer = answer_of(well(service))

    assert (answer.good_for_s, answer.last_modified) == (31 * 60, DATED["Last-Modified"])
    assert len(answer.forecast.instants) == 5


@pytest.mark.parametrize(
    ("expires", "good_for_s"),
    [
        ("Sat, 21 Nov 2026 18:00:10 GMT", KEPT_S_MIN),
        ("Sun, 22 Nov 2026 18:00:00 GMT", KEPT_S_MAX),
        ("whenever", KEPT_S_UNSAID),
        ("Sat, 21 Nov 99999999999999999999 18:31:00 GMT", KEPT_S_UNSAID),
        ("Sat, 21 Nov 2026 18:31:00 +99999999999999999999", KEPT_S_UNSAID),
    ],
)
def test_an_odd_expiry_neither_floods_the_service_nor_starves_homes(
    service: Service, expires: str, good_for_s: float
) -> None:
    well(service).headers["Expires"] = expires

    assert answer_of(service).good_for_s == good_for_s


def test_the_next_question_asks_only_for_what_is_newer(service: Service) -> None:
    known = answer_of(well(service))
    service.status, service.body = 304, b""
    service.headers["Expires"] = "Sat, 21 Nov 2026 19:00:00 GMT"

    again = answer_of(service, known)

    assert service.asked[1].headers["If-Modified-Since"] == DATED["Last-Modified"]
    assert (again.forecast, again.good_for_s) == (known.forecast, 3600.0)


def test_a_mark_that_cannot_be_sent_back_does_not_end_a_homes_weather(service: Service) -> None:
    well(service).headers["Last-Modified"] = "Samedi, à midi"
    known = answer_of(service)

    again = answer_of(service, known)

    assert (known.last_modified, again.forecast) == (None, known.forecast)
    assert "If-Modified-Since" not in service.asked[1].headers


@pytest.mark.parametrize(
    ("status", "slow_down"), [(403, True), (429, True), (500, False), (304, False), (302, False)]
)
def test_a_refusal_is_no_forecast(service: Service, status: int, slow_down: bool) -> None:
    well(service).status = status
    service.headers["Location"] = "http://127.0.0.1:1/elsewhere"

    with pytest.raises(ServiceUnavailable) as refused:
        answer_of(service)

    assert refused.value.slow_down == slow_down


def test_an_endless_answer_is_cut_off(service: Service) -> None:
    well(service).body = b" " * (BYTES_MAX + 1)

    with pytest.raises(ServiceUnavailable, match="longer than"):
        answer_of(service)


def test_a_service_that_is_not_there_is_unavailable() -> None:
    nowhere = Service(address="http://127.0.0.1:1/compact")

    with pytest.raises(ServiceUnavailable, match="ConnectError"):
        answer_of(nowhere)


def test_failures_lengthen_the_pause_and_what_was_known_stays(service: Service) -> None:
    station = Station(place=TOWN)

    async def run() -> list[float]:
        async with new_client("warm@landlord.example") as client:
            well(service)
            pauses = [await ask_once(client, service.address, station, spread=1.0)]
            service.status = 500
            pauses += [
                await ask_once(client, service.address, station, spread=1.0) for _ in range(2)
            ]
            service.status = 200
            return [*pauses, await ask_once(client, service.address, station, spread=0.0)]

    pauses = asyncio.run(run())

    assert pauses == [31 * 60 + 60, 60.0, 120.0, 31 * 60]
    assert (station.failures, station.answer is None) == (0, False)
