"""Chance that depends on nothing but the seed, the subject, the day and the home.

Nothing is carried from one draw to the next, so any day can be simulated again, alone or after a
restart, and comes out the same. Homes are drawn in tiles of `TILE`, so that a home comes out the
same whichever homes are simulated beside it.
"""

from enum import IntEnum

import numpy as np

from firmware_sim.kinds import Floats

TILE = 50
"""Homes drawn together; blocks of homes begin at a multiple of it."""


class Subject(IntEnum):
    """What is drawn. A number is never given to another subject, or every estate would change."""

    FABRIC = 1
    HOUSEHOLD = 2
    PLANT = 3
    SENSORS = 4
    WEATHER_OF_DAY = 5
    WEATHER_OF_HOUR = 6
    RAIN = 7
    LIVING = 8
    HABITS = 9
    TAPS = 10
    IGNITION = 11
    ROOM_NOISE = 12
    BOILER_NOISE = 13
    WEATHER_NOISE = 14
    TRANSPORT = 15
    PLAN_FAULTS = 16
    PLAN_ODDITIES = 17
    DEVICE_FAULTS = 18
    PLACES = 19
    REPAIRS = 20
    ROLES = 21
    MEALS = 22
    AIRING = 23
    LAUNDRY = 24
    WARMTH = 25
    CARELESS_SENSORS = 31
    CLOUD_GAPS = 41


def draws(seed: int, subject: Subject, day: int = 0, tile: int = 0) -> np.random.Generator:
    """The draws of one subject on one day (days since 1970-01-01 UTC) for one tile of homes."""
    key = np.array([seed, (int(subject) << 56) + (tile << 24) + day], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def shares(
    seed: int, subject: Subject, homes: range, each: tuple[int, ...], *, day: int = 0
) -> Floats:
    """Uniform numbers from 0 to 1, of shape (homes, *each); `homes` begins at a tile."""
    return np.concatenate(
        [
            draws(seed, subject, day, tile).random((TILE, *each))[:wanted]
            for tile, wanted in tiles_of(homes)
        ]
    )


def normals(
    seed: int, subject: Subject, homes: range, each: tuple[int, ...], *, day: int = 0
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Standard normal numbers (float32), of shape (homes, *each); `homes` begins at a tile."""
    drawn = np.empty((len(homes), *each), dtype=np.float32)
    done = 0
    for tile, wanted in tiles_of(homes):
        into = drawn[done : done + wanted]
        draws(seed, subject, day, tile).standard_normal(dtype=np.float32, out=into)
        done += wanted
    return drawn


def tiles_of(homes: range) -> list[tuple[int, int]]:
    """Each tile that `homes` touches, and how many of its homes are wanted.

    ValueError when `homes` does not begin at a tile.
    """
    if homes.start % TILE or homes.step != 1:
        raise ValueError(f"homes are drawn from a multiple of {TILE} on, not from {homes.start}")
    return [
        (first // TILE, min(TILE, homes.stop - first))
        for first in range(homes.start, homes.stop, TILE)
    ]
