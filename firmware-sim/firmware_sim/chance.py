"""Chance that depends on nothing but the seed, the subject and the day.

Nothing is carried from one draw to the next, so any day can be simulated again, alone or after a
restart, and comes out the same.
"""

from enum import IntEnum

import numpy as np


class Subject(IntEnum):
    """What is drawn. A number is never given to another subject, or every estate would change."""

    HOMES = 1
    SENSORS = 2
    WEATHER_OF_DAY = 3
    WEATHER_OF_HOUR = 4
    LIVING = 5
    ROOM_NOISE = 6
    BOILER_NOISE = 7
    ODDITIES = 8
    WEATHER_NOISE = 9


def draws(seed: int, subject: Subject, day: int = 0) -> np.random.Generator:
    """The draws of one subject on one day (days since 1970-01-01 UTC)."""
    key = np.array([seed, (int(subject) << 32) + day], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key))
