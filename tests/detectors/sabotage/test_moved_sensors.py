"""Sensors that are moved to another room, with and without the register told."""

from collections.abc import Mapping
from itertools import combinations, permutations

import pytest

from tests.detectors.sabotage.breaking import carried_into, filed_as, moved_and_filed
from tests.detectors.sabotage.year import ROOMS, detectors_by_home, home

Told = Mapping[str, Mapping[str, set[str]]]
PAIRS = list(combinations(ROOMS, 2))
TURNS = list(permutations(ROOMS, 2))


@pytest.fixture(scope="module")
def told() -> Told:
    """What is told of homes in which sensors are moved, all of them side by side."""
    sound = home()
    homes = {f"exchanged {one}, {other}": filed_as(sound, one, other) for one, other in PAIRS}
    for one, other in TURNS:
        homes[f"filed {one}, {other}"] = moved_and_filed(sound, one, other)
        homes[f"carried {one}, {other}"] = carried_into(sound, one, other)
    return detectors_by_home(homes)


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_two_sensors_that_change_rooms_untold_are_told_as_that_and_as_nothing_else(
    told: Told, one: str, other: str
) -> None:
    assert told[f"exchanged {one}, {other}"] == {"swapped_rooms": {one, other}}


@pytest.mark.parametrize(("one", "other"), TURNS)
def test_two_sensors_that_change_rooms_and_are_filed_where_they_are_make_no_alert(
    told: Told, one: str, other: str
) -> None:
    assert told[f"filed {one}, {other}"] == {}


@pytest.mark.parametrize(("one", "other"), TURNS)
def test_a_sensor_that_lies_in_another_room_makes_no_alert_of_damp_or_cold(
    told: Told, one: str, other: str
) -> None:
    assert told[f"carried {one}, {other}"].keys() - {"swapped_rooms"} == set()
