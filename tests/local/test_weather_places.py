"""The areas that a registration gives coordinates are those whose weather is asked for."""

from pathlib import Path

import pytest

from core.registry import NotARegistration, parse
from local.place import Place
from local.stack import Stack
from local.weather_places import note_places, noted_places
from weather.settings import load

GATEWAY = '[[gateways]]\nid = "weather"\ndevices = [{ name = "hill" }, { name = "vale" }]\n'
LANDLORD = '[landlord]\nid = "my-homes"\nname = "My Homes"\ncontact = "warm@my-homes.example"\n'


def area(name: str, place: str = "") -> str:
    return f'[[areas]]\nid = "{name}"\nname = "{name}"\nweather = "weather/{name}"\n{place}\n'


HILL = area("hill", "latitude = 54.98\nlongitude = -1.61")


def places_of(folder: Path) -> list[tuple[str, float, float]]:
    (noted,) = noted_places(folder)
    return [(one.device, one.latitude, one.longitude) for one in load(noted[1]).places]


def test_an_area_with_coordinates_is_asked_for(tmp_path: Path) -> None:
    asked = note_places(tmp_path, parse(LANDLORD + GATEWAY + HILL))

    assert asked == ["weather"]
    assert places_of(tmp_path) == [("hill", 54.98, -1.61)]
    settings = load(noted_places(tmp_path)[0][1])
    assert (settings.gateway_id, settings.contact) == ("weather", "warm@my-homes.example")
    assert noted_places(tmp_path)[0][1].stat().st_mode & 0o077 == 0


def test_an_area_without_coordinates_is_not_asked_for(tmp_path: Path) -> None:
    assert note_places(tmp_path, parse(LANDLORD + GATEWAY + area("hill"))) == []
    assert noted_places(tmp_path) == []


def test_another_file_adds_its_areas_and_changes_its_own(tmp_path: Path) -> None:
    vale = area("vale", "latitude = 51.5\nlongitude = 0")
    note_places(tmp_path, parse(LANDLORD + GATEWAY + HILL))

    note_places(tmp_path, parse(LANDLORD + GATEWAY + vale))
    note_places(tmp_path, parse(LANDLORD + GATEWAY + HILL.replace("54.98", "55.0")))

    assert places_of(tmp_path) == [("hill", 55.0, -1.61), ("vale", 51.5, 0.0)]


def test_an_area_that_gets_a_station_is_asked_for_no_more(tmp_path: Path) -> None:
    note_places(tmp_path, parse(LANDLORD + GATEWAY + HILL))

    note_places(tmp_path, parse(LANDLORD + GATEWAY + area("hill")))

    assert noted_places(tmp_path) == []


def test_the_stack_runs_a_process_for_each_gateway_that_asks(tmp_path: Path) -> None:
    place = Place(root=tmp_path / "place", account=None)
    broker = {"MQTT_URL": "mqtt://127.0.0.1:1883"}
    stack = Stack(place=place, environ=broker, say=print, home=tmp_path / "home")
    none = stack.weather()
    note_places(stack.weather_folder, parse(LANDLORD + GATEWAY + HILL))

    (program,) = stack.weather()

    assert none == []
    assert program.name == "weather-weather"
    assert program.words[1:] == ["-m", "weather", str(stack.weather_folder / "weather.toml")]
    assert program.environment["MQTT_URL"] == broker["MQTT_URL"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (LANDLORD + GATEWAY + area("hill", "latitude = 54.98"), "give both, or none"),
        (LANDLORD + GATEWAY + area("hill", "latitude = 91\nlongitude = 0"), "latitude"),
        (LANDLORD + GATEWAY + HILL.replace('weather = "weather/hill"\n', ""), "no weather device"),
        (LANDLORD.replace("contact", "# contact") + GATEWAY + HILL, "set landlord.contact"),
    ],
)
def test_a_place_that_cannot_be_asked_for_is_refused(text: str, why: str) -> None:
    with pytest.raises(NotARegistration, match=why):
        parse(text)
