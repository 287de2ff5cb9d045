"""What is missing creates nothing, in what order homes stand is all one, and so are duplicates."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.findings import Episode
from tests.detectors.sabotage import breaking
from tests.detectors.sabotage.year import (
    BATHROOM,
    BEDROOM,
    BOILER,
    DAYS,
    LIVING_ROOM,
    PLACES,
    Device,
    Home,
    detectors_by_home,
    home,
    told,
)

HOMES_AT_ONCE = 12
OF_ROOMS = ("air_temp_c", "rel_humidity_pct", "co2_ppm", "battery_pct")
OF_BOILERS = (
    "flow_temp_c",
    "return_temp_c",
    "hot_water_temp_c",
    "flow_target_c",
    "hot_water_target_c",
    "pressure_bar",
    "modulation_pct",
    "flame_on",
    "pump_on",
    "heat_demand",
    "hot_water_demand",
    "burner_starts",
    "ignition_failures",
)

Hole = tuple[str, str, float, float, float]


@st.composite
def holes(draw: st.DrawFn) -> Hole:
    """Of which device, in what column, from which day, for how many days, in what share."""
    place = draw(st.sampled_from(PLACES))
    column = draw(st.sampled_from(OF_BOILERS if place == BOILER else OF_ROOMS))
    begin, days = draw(st.floats(0.0, DAYS)), draw(st.floats(0.01, DAYS))
    return place, column, begin, days, draw(st.sampled_from((0.1, 0.5, 0.9, 1.0)))


@given(of_homes=st.lists(st.lists(holes(), max_size=3), min_size=8, max_size=HOMES_AT_ONCE))
@settings(max_examples=4, deadline=None)
def test_values_that_are_missing_anywhere_create_no_alert(of_homes: list[list[Hole]]) -> None:
    """Any column for any stretch, up to three of them in a home.

    One column of a device at a time: a room of which neither temperature nor humidity comes is
    a sensor that comes and goes, and said to be.
    """
    sound = home()
    homes = {str(number): _holed(sound, those) for number, those in enumerate(of_homes)}

    assert detectors_by_home(homes) == {name: {} for name in homes}


def _holed(sound: Home, those: list[Hole]) -> dict[str, Device]:
    found, columns = dict(sound), dict[str, str]()
    for place, column, begin, days, share in those:
        column = columns.setdefault(place, column)
        found[place] = breaking.holes(found[place], column, begin, days, share)
    return found


@pytest.fixture(scope="module")
def broken() -> Mapping[str, Home]:
    """Homes of which there is something to tell, and a sound one."""
    sound = home()
    return {
        "home-a": {**sound, BEDROOM: breaking.stuck(sound[BEDROOM])},
        "home-b": {**sound, BATHROOM: breaking.drifting(sound[BATHROOM])},
        "home-c": sound,
        "home-d": breaking.filed_as(sound, BEDROOM, LIVING_ROOM),
        "home-e": {**sound, BOILER: _leaking(sound[BOILER], bar_a_day=0.04)},
        "home-f": {**sound, BOILER: breaking.frozen(sound[BOILER])},
        "home-g": {**sound, BEDROOM: _damper(sound[BEDROOM])},
        "home-h": {**sound, LIVING_ROOM: breaking.clock_moved(sound[LIVING_ROOM], 3.0)},
    }


@pytest.fixture(scope="module")
def findings(broken: Mapping[str, Home]) -> list[Episode]:
    return told(broken)


def _leaking(boiler: Device, *, bar_a_day: float) -> Device:
    days = np.maximum(boiler.days_since(breaking.BROKEN), 0.0)
    pressure = np.maximum(boiler.values["pressure_bar"] - bar_a_day * days, 0.1)
    return boiler.with_values(pressure_bar=pressure)


def _damper(room: Device) -> Device:
    wet = np.where(breaking.broken(room), 25.0, 0.0)
    humidity = np.minimum(room.values["rel_humidity_pct"] + wet, 97.0)
    return room.with_values(rel_humidity_pct=humidity)


def test_the_homes_have_what_they_should_have(findings: list[Episode]) -> None:
    found = {(one.home_id, one.detector) for one in findings}

    assert found >= {
        ("home-a", "stuck"),
        ("home-b", "drifting"),
        ("home-d", "swapped_rooms"),
        ("home-e", "slow_leak"),
        ("home-f", "telemetry_frozen"),
        ("home-g", "mould_risk"),
        ("home-h", "clock_wrong"),
    }
    assert "home-c" not in {home_id for home_id, _ in found}


@pytest.mark.parametrize("seed", [1, 2])
def test_shuffled_homes_and_shuffled_rooms_give_the_same_findings(
    broken: Mapping[str, Home], findings: list[Episode], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    homes = list(broken)
    rng.shuffle(homes)
    mixed = {}
    for name in homes:
        places = list(broken[name])
        rng.shuffle(places)
        mixed[name] = {place: broken[name][place] for place in places}

    assert told(mixed) == findings


def test_homes_that_exchange_their_names_exchange_their_findings(
    broken: Mapping[str, Home], findings: list[Episode]
) -> None:
    names = dict(zip(broken, reversed(list(broken)), strict=True))
    renamed = {names[name]: devices for name, devices in broken.items()}

    found = {(names[one.home_id], one.detector, one.place, one.raised_at) for one in findings}
    assert {(one.home_id, one.detector, one.place, one.raised_at) for one in told(renamed)} == found


@pytest.mark.parametrize("copies", [3])
def test_readings_that_come_again_and_again_change_nothing(
    broken: Mapping[str, Home], findings: list[Episode], copies: int
) -> None:
    assert told(broken, copies=copies) == findings


def test_a_year_of_duplicates_tells_what_the_year_tells() -> None:
    """Each reading twice, in a year from whose fifth month on a sensor stands still."""
    year = home(date(2025, 10, 1), 365)
    homes = {"home": {**year, BEDROOM: breaking.stuck(year[BEDROOM])}}

    once, twice = told(homes), told(homes, copies=2)

    assert "stuck" in {one.detector for one in once}
    assert twice == once
