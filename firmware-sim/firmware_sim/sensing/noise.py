"""The noise and the mishaps of a day, drawn for whole days so that a minute never depends on how
the run is cut.

The newest day is kept: whoever goes minute by minute asks for it 1,440 times.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from firmware_sim.chance import Subject, draws, normals, tiles_of
from firmware_sim.clock import MINUTES_A_DAY, SLOTS_A_DAY
from firmware_sim.kinds import Singles

FLAP_MIN = 20  # a flapping sensor comes or goes for so long
FLAPS_A_DAY = MINUTES_A_DAY // FLAP_MIN
READINGS_A_DAY = MINUTES_A_DAY // 10  # of a weather station
_BOILER_COLUMNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomNoise:
    """Standard normal numbers, one a slot."""

    temp: Singles
    """(homes, rooms, slots), likewise below."""
    humidity: Singles
    carbon_dioxide: Singles
    """(homes, slots)"""
    surface: Singles
    """(homes, slots)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mishaps:
    """Uniform numbers that decide what happens to messages on their way."""

    rooms: Singles
    """(homes, rooms, slots)"""
    boilers: Singles
    """(homes, minutes)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Misdeeds:
    """Uniform numbers that decide when a faulty device errs."""

    away: Singles
    """(homes, rooms, flaps)"""
    reading: Singles
    """(homes, rooms, slots)"""


@lru_cache(maxsize=1)
def room_noise(seed: int, day: int, homes: range, rooms: int) -> RoomNoise:
    """The noise of room sensors on a day."""
    drawn = normals(seed, Subject.ROOM_NOISE, homes, (2 * rooms + 2, SLOTS_A_DAY), day=day)
    return RoomNoise(
        temp=drawn[:, :rooms],
        humidity=drawn[:, rooms : 2 * rooms],
        carbon_dioxide=drawn[:, -2],
        surface=drawn[:, -1],
    )


@lru_cache(maxsize=1)
def boiler_noise(seed: int, day: int, homes: range) -> Singles:
    """The noise of boilers' sensors on a day, (homes, columns, minutes)."""
    each = (_BOILER_COLUMNS, MINUTES_A_DAY)
    return normals(seed, Subject.BOILER_NOISE, homes, each, day=day)


@lru_cache(maxsize=1)
def mishaps(seed: int, day: int, homes: range, rooms: int) -> Mishaps:
    """What happens to messages on a day."""
    of_rooms = rooms * SLOTS_A_DAY
    drawn = _uniform(seed, Subject.TRANSPORT, homes, of_rooms + MINUTES_A_DAY, day)
    return Mishaps(
        rooms=drawn[:, :of_rooms].reshape(len(homes), rooms, SLOTS_A_DAY),
        boilers=drawn[:, of_rooms:],
    )


def cloud_gaps(seed: int, day: int, homes: range) -> Singles:
    """Whether, when and for how long each home's cloud is away on a day: uniform, (homes, 3)."""
    return _uniform(seed, Subject.CLOUD_GAPS, homes, 3, day)


@lru_cache(maxsize=1)
def misdeeds(seed: int, day: int, homes: range, rooms: int) -> Misdeeds:
    """When faulty devices err on a day."""
    of_flaps = rooms * FLAPS_A_DAY
    drawn = _uniform(seed, Subject.DEVICE_FAULTS, homes, of_flaps + rooms * SLOTS_A_DAY, day)
    return Misdeeds(
        away=drawn[:, :of_flaps].reshape(len(homes), rooms, FLAPS_A_DAY),
        reading=drawn[:, of_flaps:].reshape(len(homes), rooms, SLOTS_A_DAY),
    )


@lru_cache(maxsize=1)
def weather_noise(seed: int, day: int, areas: int) -> Singles:
    """The noise of weather stations on a day, (areas, 2, readings)."""
    return normals(seed, Subject.WEATHER_NOISE, range(areas), (2, READINGS_A_DAY), day=day)


def _uniform(seed: int, subject: Subject, homes: range, each: int, day: int) -> Singles:
    drawn = np.empty((len(homes), each), dtype=np.float32)
    done = 0
    for tile, wanted in tiles_of(homes):
        into = drawn[done : done + wanted]
        draws(seed, subject, day, tile).random(dtype=np.float32, out=into)
        done += wanted
    return drawn
