"""What rooms are for, by the names that people give them."""

import pytest

from detectors.frame import Row
from detectors.room_names import piped_rooms, rooms_slept_in, wet_rooms


def rows(*names: str, home: str = "home-1") -> list[Row]:
    return [Row("demo", home, name) for name in names]


def test_rooms_made_for_water_are_known_by_their_names() -> None:
    wet = ("Bathroom", "shower room", "downstairs WC", "UTILITY", "En-suite", "Cloakroom")
    dry = ("bedroom 2", "Kitchen", "hall", "First floor lounge")

    assert wet_rooms(rows(*wet, *dry)).tolist() == [True] * 6 + [False] * 4


def test_pipes_are_in_rooms_made_for_water_and_in_kitchens() -> None:
    assert piped_rooms(rows("WC", "Kitchen/Diner", "Lounge")).tolist() == [True, True, False]


@pytest.mark.parametrize(
    "name",
    ["Bed 1", "MASTER BEDROOM", "Loft bedroom", "Bedroom over garage", "nursery", "Guest room"],
)
def test_a_bedroom_is_slept_in_wherever_it_is(name: str) -> None:
    assert rooms_slept_in(rows(name, "Lounge")).tolist() == [True, False]


@pytest.mark.parametrize("name", ["Guest WC", "Bedroom 1 ensuite", "kids' bathroom", "Landing"])
def test_a_bathroom_that_is_called_after_who_uses_it_is_not_slept_in(name: str) -> None:
    assert rooms_slept_in(rows(name, "Bedroom")).tolist() == [False, True]


def test_without_a_bedroom_people_may_sleep_in_any_room_that_is_not_for_something_else() -> None:
    named = rows("Lounge", "Room 3", "Loft", "Utility")
    other = rows("Bedroom", "Lounge", home="home-2")

    assert rooms_slept_in(named + other).tolist() == [True, True, False, False, True, False]


def test_no_rooms_are_no_bedrooms() -> None:
    assert rooms_slept_in([]).shape == (0,)
