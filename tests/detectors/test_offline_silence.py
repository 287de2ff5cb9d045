"""Silence on files: no gateway is named, so the devices of a home are taken to hang on one."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from detectors.silent import NAME as SILENT
from tests.detectors.homes import boilers, rooms, with_values
from tests.detectors.offline_folders import folder_of

pytestmark = pytest.mark.usefixtures("simple_detectors")


def silences(lines: bytes) -> list[tuple[str, str]]:
    told_of = map(json.loads, lines.splitlines())
    return [(one["home_id"], one["place"]) for one in told_of if one["detector"] == SILENT]


def test_a_sensor_falls_silent_but_not_a_home_whose_gateway_is_away(
    analysed: Callable[..., bytes],
) -> None:
    room, boiler = rooms(days=10), boilers(days=10)
    quiet = slice(4 * 144, 8 * 144)
    room_values = {name: array.copy() for name, array in room.values.items()}
    boiler_values = {name: array.copy() for name, array in boiler.values.items()}
    for array in room_values.values():
        array[:2, quiet] = np.nan
    for array in boiler_values.values():
        array[1, quiet] = np.nan

    lines = analysed(
        folder_of(with_values(room, **room_values), with_values(boiler, **boiler_values))
    )

    assert silences(lines) == [("home-1", "bedroom")]


def test_a_recording_that_ends_is_not_a_device_that_fell_silent(
    analysed: Callable[..., bytes],
) -> None:
    room, boiler = rooms(homes=2, days=10), boilers(homes=2, days=10)
    room_values = {name: array.copy() for name, array in room.values.items()}
    boiler_values = {name: array.copy() for name, array in boiler.values.items()}
    for array in (*room_values.values(), *boiler_values.values()):
        array[1, 5 * 144 :] = np.nan

    lines = analysed(
        folder_of(with_values(room, **room_values), with_values(boiler, **boiler_values))
    )

    assert silences(lines) == []


def test_a_silence_is_as_long_as_its_home_was_heard(analysed: Callable[..., bytes]) -> None:
    room, boiler = rooms(homes=2, days=10), boilers(homes=2, days=10)
    room_values = {name: array.copy() for name, array in room.values.items()}
    boiler_values = {name: array.copy() for name, array in boiler.values.items()}
    for array in room_values.values():
        array[1, 5 * 144 - 12 :] = np.nan
    for array in boiler_values.values():
        array[1, 5 * 144 :] = np.nan

    [line] = analysed(
        folder_of(with_values(room, **room_values), with_values(boiler, **boiler_values))
    ).splitlines()

    told_of = json.loads(line)
    assert (told_of["home_id"], told_of["detector"]) == ("home-2", SILENT)
    # Two hours but for the last step of ten minutes, which had not settled.
    assert (told_of["severity"], told_of["evidence"]) == ("low", {"silent_h": 1.8333})
