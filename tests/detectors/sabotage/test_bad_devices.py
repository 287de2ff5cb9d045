"""A bad sensor causes its own alert, never one about damp, warmth or a boiler."""

from collections.abc import Callable, Mapping
from functools import partial

import pytest

from detectors.registry import DETECTORS, all_detectors
from tests.detectors.sabotage import breaking
from tests.detectors.sabotage.breaking import clock_moved
from tests.detectors.sabotage.year import BOILER, ROOMS, Device, detectors_by_home, home

Broken = Callable[[Device], Device]

OF_ROOMS: Mapping[str, tuple[str, Broken]] = {
    "silent": ("silent", breaking.silent),
    "flapping": ("flapping", breaking.flapping),
    "implausible": ("implausible", breaking.implausible),
    "stuck": ("stuck", breaking.stuck),
    "railed low": ("railed", partial(breaking.railed, at_pct=1.0)),
    "railed high": ("railed", partial(breaking.railed, at_pct=99.9)),
    "drifting": ("drifting", breaking.drifting),
    "battery low": ("battery_low", breaking.battery_low),
    "clock wrong": ("clock_wrong", partial(clock_moved, hours=1.5)),
}
OF_BOILERS: Mapping[str, tuple[str, Broken]] = {
    "silent": ("silent", breaking.silent),
    "telemetry frozen": ("telemetry_frozen", breaking.frozen),
    "clock wrong": ("clock_wrong", partial(clock_moved, hours=1.5)),
}
SWAPPED = "swapped_rooms"  # takes two sensors, and has tests of its own

CASES = {
    **{f"{words}, {room}": (words, room) for words in OF_ROOMS for room in ROOMS},
    **{f"{words}, {BOILER}": (words, BOILER) for words in OF_BOILERS},
}


@pytest.fixture(scope="module")
def told() -> Mapping[str, Mapping[str, set[str]]]:
    """By case what is told of a home in which one device is bad, all of them side by side."""
    sound = home()
    homes = {"sound": sound}
    for case, (words, place) in CASES.items():
        _, broken = (OF_BOILERS if place == BOILER else OF_ROOMS)[words]
        homes[case] = {**sound, place: broken(sound[place])}
    return detectors_by_home(homes)


@pytest.mark.parametrize("case", CASES)
def test_a_bad_device_is_told_by_its_own_detector_and_by_no_other(
    told: Mapping[str, Mapping[str, set[str]]], case: str
) -> None:
    words, place = CASES[case]
    own, _ = (OF_BOILERS if place == BOILER else OF_ROOMS)[words]

    assert told[case] == {own: {place}}


def test_the_sound_home_beside_them_is_told_nothing_of(
    told: Mapping[str, Mapping[str, set[str]]],
) -> None:
    assert told["sound"] == {}


def test_every_detector_of_devices_has_been_put_to_it() -> None:
    of_devices = {one.name for one in (*DETECTORS.room_devices, *DETECTORS.boiler_devices)}
    tried = {own for own, _ in (*OF_ROOMS.values(), *OF_BOILERS.values())}

    assert tried | {SWAPPED} == (of_devices | {"silent"}) & set(all_detectors())
