"""The weather process between a forecast service and a real broker."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from core.quantities import Kind
from gateway.endpoint import parse_endpoint
from local.mosquitto import MosquittoServer
from tests.gateway.homewell_side import Peer, until
from tests.weather.answers import Service, encoded
from weather.run import Station, next_ms, readings_at, run
from weather.settings import Place, Settings, SettingsWrong, load

TOWN = Place(device="example-town", latitude=54.98, longitude=-1.61)
EVERY_MS = 200  # of a process in a hurry


def this_hour() -> datetime:
    return datetime.now(UTC).replace(minute=0, second=0, microsecond=0)


def told(homewell: Peer) -> list[dict[str, Any]]:
    """Every weather message that Homewell heard."""
    return [json.loads(payload) for _, _, payload in homewell.readings()]


def serve_until(
    true: Callable[[], bool], folder: Path, url: str, service: Service, *places: Place
) -> None:
    settings = Settings(
        gateway_id="gw-a",
        contact="warm@landlord.example",
        address=service.address,
        places=list(places or (TOWN,)),
    )

    async def serve() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(
            run(settings, folder, central=parse_endpoint(url), stop=stop, every_ms=EVERY_MS)
        )
        try:
            await asyncio.to_thread(until, true, "the weather")
        finally:
            stop.set()
            await running

    asyncio.run(serve())


def test_the_weather_of_an_area_reaches_homewell_as_that_of_its_device(
    tmp_path: Path, central: MosquittoServer, homewell: Peer, service: Service
) -> None:
    service.body = encoded(this_hour())
    homewell.allow("gw-a", 1, example_town=[Kind.WEATHER])

    serve_until(lambda: len(told(homewell)) >= 2, tmp_path, central.url("gw-a"), service)

    first, second = told(homewell)[:2]
    assert {message.topic for message in homewell.heard} == {
        "homewell/v1/gw-a/example-town/weather"
    }
    assert sorted(first) == ["air_temp_c", "rel_humidity_pct", "t"]
    assert sorted(second) == ["air_temp_c", "rain_mm", "rel_humidity_pct", "t"]
    assert 6.8 <= first["air_temp_c"][0] <= 8.4
    assert len(service.asked) == 1


def test_what_homewell_does_not_allow_is_not_told(
    tmp_path: Path, central: MosquittoServer, homewell: Peer, service: Service
) -> None:
    service.body = encoded(this_hour())
    homewell.allow("gw-a", 1, other_town=[Kind.WEATHER])

    serve_until(lambda: len(service.asked) >= 1, tmp_path, central.url("gw-a"), service)

    assert told(homewell) == []


def test_a_service_that_is_down_leaves_a_gap_and_invents_nothing(
    tmp_path: Path, central: MosquittoServer, homewell: Peer, service: Service
) -> None:
    service.status = 503
    homewell.allow("gw-a", 1, example_town=[Kind.WEATHER])

    serve_until(lambda: len(service.asked) >= 1, tmp_path, central.url("gw-a"), service)

    assert told(homewell) == []


def test_after_a_gap_rain_is_counted_anew_from_the_next_reading() -> None:
    hour_ms = round(this_hour().timestamp() * 1000)
    station = Station(place=TOWN)
    silent = readings_at([station], hour_ms, 600_000)
    station.answer = _answer()

    first, second = (
        readings_at([station], hour_ms + step * 600_000, 600_000)[0] for step in (1, 2)
    )

    assert silent == []
    assert sorted(first.cells) == ["air_temp_c", "rel_humidity_pct"]
    assert sorted(second.cells) == ["air_temp_c", "rain_mm", "rel_humidity_pct"]


def _answer() -> Any:
    from weather.forecast import read
    from weather.service import Answer

    return Answer(forecast=read(encoded(this_hour())), good_for_s=1800.0, last_modified=None)


@pytest.mark.parametrize(
    ("set_back_ms", "told_after_ms"),
    [(0, 600_000), (300_000, 600_000), (3_000_000, 600_000), (36_000_000, -35_400_000)],
    ids=["right", "minutes", "almost an hour", "wrong before"],
)
def test_a_clock_that_is_set_back_tells_no_instant_of_a_homes_weather_twice(
    set_back_ms: int, told_after_ms: int
) -> None:
    told_ms = 1_800_000_000_000

    assert next_ms(told_ms - set_back_ms, told_ms, 600_000) - told_ms == told_after_ms


def test_places_are_asked_for_one_after_another_at_a_start(
    tmp_path: Path,
    central: MosquittoServer,
    homewell: Peer,
    service: Service,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("weather.run.APART_S", 3600.0)
    service.body = encoded(this_hour())
    homewell.allow("gw-a", 1, example_town=[Kind.WEATHER])
    other = Place(device="other-town", latitude=51.5, longitude=-0.1)

    serve_until(
        lambda: len(told(homewell)) >= 2, tmp_path, central.url("gw-a"), service, TOWN, other
    )

    assert [asked.path for asked in service.asked] == ["/compact?lat=54.98&lon=-1.61"]


def configured(folder: Path, text: str) -> Path:
    path = folder / "weather.toml"
    path.write_text(text, "utf-8")
    return path


def test_the_program_starts_tells_and_stops(
    tmp_path: Path, central: MosquittoServer, homewell: Peer, service: Service
) -> None:
    service.body = encoded(this_hour())
    homewell.allow("gw-a", 1, example_town=[Kind.WEATHER])
    path = configured(
        tmp_path,
        f'gateway_id = "gw-a"\ncontact = "warm@landlord.example"\naddress = "{service.address}"\n'
        '[[places]]\ndevice = "example-town"\nlatitude = 54.98\nlongitude = -1.61\n',
    )
    with subprocess.Popen(
        [sys.executable, "-m", "weather", str(path)],
        env={**os.environ, "MQTT_URL": central.url("gw-a")},
    ) as process:
        until(lambda: len(service.asked) >= 1, "a question")
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_the_example_is_a_configuration() -> None:
    settings = load(Path("weather/example.toml"))

    assert [place.device for place in settings.places] == ["example-town"]
    assert settings.address.startswith("https://api.met.no/")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('gateway_id = "gw-a"\ncontact = "a@b.example"', "names no place"),
        ('gateway_id = "gw-a"\n[[places]]\ndevice = "x"\nlatitude = 1\nlongitude = 1', "contact"),
        (
            'gateway_id = "gw-a"\ncontact = "a@b.example"\n'
            '[[places]]\ndevice = "x"\nlatitude = 91\nlongitude = 1',
            "latitude",
        ),
        (
            'gateway_id = "gw-a"\ncontact = "a@b.example"\naddress = "http://weather.example/"\n'
            '[[places]]\ndevice = "x"\nlatitude = 1\nlongitude = 1',
            "https://",
        ),
        (
            'gateway_id = "gw-a"\ncontact = "a@b.example\\nX: y"\n'
            '[[places]]\ndevice = "x"\nlatitude = 1\nlongitude = 1',
            "contact must be",
        ),
        (
            'gateway_id = "gw-a"\ncontact = "a@b.example"\n'
            '[[places]]\ndevice = "My Town"\nlatitude = 1\nlongitude = 1',
            "no name",
        ),
    ],
)
def test_a_configuration_that_cannot_work_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SettingsWrong, match=why):
        load(configured(tmp_path, text))


@pytest.mark.parametrize(
    "address",
    [
        "https://weather.example:99999/",
        "https://weather.example:0/",
        "https://weather example/",
        "https://weather.example\x7f/",
        "https://xn--/",
        "https://[::1/",
        "https://me@weather.example/",
        "https://weather.example/?lat=1",
        "https:///compact",
    ],
)
def test_an_address_that_cannot_be_asked_is_refused(tmp_path: Path, address: str) -> None:
    text = (
        f'gateway_id = "gw-a"\ncontact = "a@b.example"\naddress = {json.dumps(address)}\n'
        '[[places]]\ndevice = "x"\nlatitude = 1\nlongitude = 1'
    ).replace("\x7f", "\\u007f")

    with pytest.raises(SettingsWrong, match="must be a web address"):
        load(configured(tmp_path, text))


@pytest.mark.parametrize(
    "address",
    [
        "https://weather.example/compact",
        "https://weather.example:8443/",
        "http://127.0.0.1:8080/",
        "http://[::1]:8080/",
    ],
)
def test_an_address_over_tls_or_on_this_machine_is_taken(tmp_path: Path, address: str) -> None:
    text = (
        f'gateway_id = "gw-a"\ncontact = "a@b.example"\naddress = "{address}"\n'
        '[[places]]\ndevice = "x"\nlatitude = 1\nlongitude = 1'
    )

    assert load(configured(tmp_path, text)).address == address
