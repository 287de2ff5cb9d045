"""Scenario files: the examples work, and one that cannot be used says why."""

from pathlib import Path

import pytest

from firmware_sim.built import build
from firmware_sim.listening import messages_of
from firmware_sim.scenario import ScenarioError, load_scenario
from tests.firmware_sim.conftest import SMALL

EXAMPLES = sorted((Path(__file__).parents[2] / "firmware-sim/scenarios").glob("*.toml"))
NOW = 29_900_003


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_lived_in(path: Path) -> None:
    scenario = load_scenario(path)
    built = build(scenario)
    simulation = built.at_rest(minute=NOW)

    said = messages_of(built, simulation, built.no_memory(), 30)

    assert {one.block for one in said} == set(range(built.blocks))
    planned = scenario.planned(now_minute=NOW)
    assert len(planned) == len(scenario.faults) + len(scenario.happenings)


def test_every_kind_of_device_speaks_in_the_example_of_all(tmp_path: Path) -> None:
    [path] = [path for path in EXAMPLES if path.stem == "all-dialects"]
    built = build(load_scenario(path))

    said = messages_of(built, built.at_rest(minute=NOW), built.no_memory(), 30)

    speaking = {
        device.dialect
        for device in built.devices.all()
        if any(one.said.topic.startswith(device.topic) for one in said)
    }
    assert speaking == {
        "chirpstack",
        "ebusd",
        "ems_esp",
        "otgw",
        "shelly",
        "tasmota",
        "things_stack",
        "zigbee2mqtt",
    }


def test_recorded_weather_is_what_the_station_reports(tmp_path: Path) -> None:
    (tmp_path / "frost.csv").write_text(
        "time,air_temp_c,rel_humidity_pct\n"
        "2026-11-05T00:00:00Z,-7.0,90\n2026-11-06T12:00:00Z,-7.0,90\n2026-11-07T23:59:00Z,-7.0,90\n"
    )
    path = tmp_path / "frost.toml"
    path.write_text('homes = 1\nweather = { recorded = "frost.csv" }\n')
    built = build(load_scenario(path))

    said = messages_of(built, built.at_rest(minute=NOW), built.no_memory(), 60)

    stations = [one.said.payload for one in said if one.said.topic.endswith("weather-1")]
    assert len(stations) == 6
    assert all('"temperature":-' in payload for payload in stations)


def test_a_fault_that_was_put_right_ends_when_the_scenario_says(tmp_path: Path) -> None:
    path = tmp_path / "ended.toml"
    path.write_text(
        "homes = 1\n[[fault]]\nhome = 'home-1'\nfault = 'slow_leak'\n"
        "began_days_before_now = 9\nended_days_before_now = 2.5\n"
    )

    [planned] = load_scenario(path).planned(now_minute=NOW)

    assert (planned.began_minute, planned.ended_minute) == (NOW - 9 * 1440, NOW - 3600)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            ("homes = 3", "homes = 0"),
            "small.toml: homes cannot be 0: choose 1 to 1000",
        ),
        (("homes = 3", 'homes = "x"'), "small.toml: homes must be a whole number, not 'x'"),
        (
            ('home = "home-2"', 'home = "home-9"'),
            "small.toml: [[fault]] in home-9: there is no home 'home-9'; "
            "there are home-1 to home-3",
        ),
        (
            ('season = "winter"', 'season = "monsoon"'),
            "small.toml: there is no season 'monsoon'; there are: calendar, autumn, winter",
        ),
        (
            ('season = "winter"', 'weather = "sunny"'),
            'small.toml: weather must be "synthetic", or { recorded = "FILE.csv" } with a file '
            "beside this one",
        ),
        (
            ('season = "winter"', 'room_devices = "tasmoto"'),
            "small.toml: there is no dialect 'tasmoto' (did you mean tasmota?); there are: "
            "zigbee2mqtt, shelly, tasmota, chirpstack, things_stack",
        ),
        (
            ('season = "winter"', 'room_devices = "tasmota K"'),
            "small.toml: tasmota has no setting 'K'; it has: C, F",
        ),
        (
            ("th-0302", "th-0902"),
            "small.toml: there is no room sensor 'th-0902'; there are th-0101 to th-0303",
        ),
        (
            ('"slow_leak"', '"slow_leek"'),
            "small.toml: [[fault]] in home-2: there is no fault 'slow_leek' (did you mean "
            "slow_leak?); there are: ",
        ),
        (
            ("rate = 0.1", "rate = 5.0"),
            "small.toml: [[fault]] in home-2: rate cannot be 5 bar/day: choose 0.005 to 0.15",
        ),
        (
            ("began_days_before_now = 1", "began_days_before_now = 3"),
            "small.toml: [[fault]] in home-2: began_days_before_now must be 0 to 2, "
            "the history_days",
        ),
        (
            ("rate = 0.1", "ended_days_before_now = 1.5"),
            "small.toml: [[fault]] in home-2: slow_leak cannot end before it has begun",
        ),
        (
            ("[oddities]", "[home.home-1]\nbedrooms = 4\n[oddities]"),
            "small.toml: home-1 has no 'bedrooms'; choose from: ",
        ),
        (("homes = 3", "houses = 3"), "small.toml: unknown 'houses'; a scenario has: "),
        (
            ("[oddities]", "[home.home-1]\npeople = -3\n[oddities]"),
            "small.toml: people of home-1 cannot be -3: choose 0 to 8",
        ),
        (
            ("[oddities]", "[home.home-1]\nset_point_c = 'warm'\n[oddities]"),
            "small.toml: set_point_c of home-1 must be a number, not 'warm'",
        ),
        (
            ("[oddities]", "[home]\nhome-1 = 3\n[oddities]"),
            "small.toml: home-1 must be written as [home.home-1], with its members below",
        ),
        (
            ("homes = 3", "homes = 3\noddity = ['party']"),
            "small.toml: oddity must be written as [[oddity]], with its members below",
        ),
        (
            ("missing_humidity", "strange_humidity"),
            "small.toml: [oddities] has no 'strange_humidity'; it has: impossible_humidity, "
            "missing_humidity",
        ),
        (
            ('["th-0201"]', '"th-0201"'),
            'small.toml: missing_humidity must be a list, such as ["th-0101"]',
        ),
        (
            ("rate = 0.1", "rate = true"),
            "small.toml: [[fault]] in home-2: rate must be a number, not True",
        ),
        (
            ("began_days_before_now = 1", ""),
            "small.toml: [[fault]] in home-2: began_days_before_now is missing; choose 0 to 2",
        ),
        (("homes = 3", "homes = "), "small.toml is not written as TOML: Invalid value"),
    ],
    ids=[
        "no homes",
        "wrong type",
        "no such home",
        "no such season",
        "no such weather",
        "no such dialect",
        "no such setting",
        "no such sensor",
        "no such fault",
        "rate out of range",
        "before the history",
        "ends before it begins",
        "no such property",
        "no such member",
        "fewer people than none",
        "a word for a number",
        "a number for a home",
        "a word for an oddity",
        "no such carelessness",
        "a word for a list",
        "a truth for a number",
        "no onset",
        "no TOML",
    ],
)
def test_a_scenario_that_cannot_be_used_says_why(
    tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace(*change))

    with pytest.raises(ScenarioError) as refused:
        load_scenario(path)

    assert str(refused.value).startswith(reason)


def test_recorded_weather_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    path = tmp_path / "frost.toml"
    path.write_text('homes = 1\nweather = { recorded = "none.csv" }\n')

    with pytest.raises(ScenarioError) as refused:
        load_scenario(path)

    assert str(refused.value) == (
        f"frost.toml: the recorded weather cannot be played: {tmp_path}/none.csv: "
        "No such file or directory"
    )


def test_a_run_is_not_taken_up_under_other_recorded_weather(tmp_path: Path) -> None:
    path = tmp_path / "frost.toml"
    path.write_text('homes = 1\nweather = { recorded = "frost.csv" }\n')
    (tmp_path / "frost.csv").write_text("cold")
    cold = load_scenario(path)

    (tmp_path / "frost.csv").write_text("colder")

    assert load_scenario(path).digest != cold.digest
