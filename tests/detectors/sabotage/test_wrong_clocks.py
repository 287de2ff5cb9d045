"""Clocks that jump: ahead, back, by a day, of one device, of half of them, of all."""

from collections.abc import Mapping, Sequence

import pytest

from tests.detectors.sabotage.breaking import clock_moved
from tests.detectors.sabotage.year import (
    BATHROOM,
    BEDROOM,
    BOILER,
    LIVING_ROOM,
    PLACES,
    Device,
    detectors_by_home,
    home,
)

OF_DEVICES = frozenset({"clock_wrong", "silent"})
WHOSE: Mapping[str, Sequence[str]] = {
    "the bathroom's": (BATHROOM,),
    "the boiler's": (BOILER,),
    "half of them, the boiler's among them": (BEDROOM, BOILER),
    "half of them, two rooms'": (BEDROOM, BATHROOM),
    "all but the living room's": (BATHROOM, BEDROOM, BOILER),
    "all": PLACES,
}
HOURS = (-24.0, -6.0, -3.0, -1.0, 1.0, 2.0, 6.0, 24.0)
CASES = [(whose, hours) for whose in WHOSE for hours in HOURS]

Told = Mapping[tuple[str, float], Mapping[str, set[str]]]


@pytest.fixture(scope="module")
def told() -> Told:
    """What is told of homes in which clocks jump."""
    sound = home()
    homes = {f"{whose} {hours}": _jumped(sound, WHOSE[whose], hours) for whose, hours in CASES}
    found = detectors_by_home(homes)
    return {(whose, hours): found[f"{whose} {hours}"] for whose, hours in CASES}


def _jumped(sound: Mapping[str, Device], whose: Sequence[str], hours: float) -> dict[str, Device]:
    return {
        place: clock_moved(device, hours) if place in whose else device
        for place, device in sound.items()
    }


@pytest.mark.parametrize(("whose", "hours"), CASES)
def test_a_clock_that_jumps_makes_neither_damp_nor_cold_nor_a_broken_boiler(
    told: Told, whose: str, hours: float
) -> None:
    assert told[whose, hours].keys() - OF_DEVICES == set()


@pytest.mark.parametrize("hours", HOURS)
def test_clocks_that_all_jump_alike_make_nothing_at_all(told: Told, hours: float) -> None:
    assert told["all", hours] == {}


@pytest.mark.parametrize("hours", [-6.0, -3.0, 2.0, 6.0])
@pytest.mark.parametrize(
    ("whose", "place"), [("the bathroom's", BATHROOM), ("the boiler's", BOILER)]
)
def test_a_clock_that_is_hours_out_is_told_of_the_device_that_has_it(
    told: Told, whose: str, place: str, hours: float
) -> None:
    assert told[whose, hours]["clock_wrong"] == {place}


def test_of_three_rooms_of_which_two_have_jumped_the_third_seems_to_be_wrong(told: Told) -> None:
    """Which of them is right no one can tell from inside."""
    assert LIVING_ROOM in told["half of them, two rooms'", 2.0]["clock_wrong"]
