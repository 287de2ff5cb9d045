"""Weather that remembers, without anything being carried from day to day.

An autoregressive process is written as a sum over its past shocks, so that any day can be worked
out alone. Sums go term by term: their last bit must not depend on how many areas there are.
"""

import math
from functools import lru_cache

import numpy as np

from firmware_sim.chance import Subject, draws
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Floats

FORGOTTEN = 0.01
"""A shock whose weight has fallen below this is left out of the sum."""
_PROCESSES = {
    Subject.WEATHER_OF_DAY: (3, 4),
    Subject.WEATHER_OF_HOUR: (4, 24),
    Subject.RAIN: (1, 144),
}
"""(processes, knots a day) that are drawn together."""
_REGION, _LOCAL = 0, 1  # which draws of a day: those of the whole region, those of each area
# Draws kept, so that a day after another draws one day anew. A process of the region looks back
# for some hundred days, of an area for a dozen.
_REGION_KEPT, _AREAS_KEPT = 512, 32


def of_region(
    day: int, *, seed: int, subject: Subject, knots: int, process: int, memory: float
) -> Floats:
    """A process of the whole region at the knots of a day and the next midnight, (knots + 1,).

    Of mean 0 and standard deviation 1; `memory` is what is left of a shock one knot later.
    """
    past = _days_back(memory, knots)
    shocks = [_region_shocks(seed, subject, day + back)[process] for back in range(-past, 2)]
    along = np.concatenate(shocks)
    return _remembered(along.reshape(1, -1), knots, memory).reshape(-1)


def of_areas(
    day: int, *, seed: int, subject: Subject, knots: int, process: int, memory: float, areas: int
) -> Floats:
    """The same for each area by itself, (areas, knots + 1)."""
    past = _days_back(memory, knots)
    shocks = [
        _area_shocks(seed, subject, day + back, areas)[:, process] for back in range(-past, 2)
    ]
    return _remembered(np.concatenate(shocks, axis=1), knots, memory)


def by_minute(at_knots: Floats) -> Floats:
    """Straight lines between knots: (areas, knots + 1) to (areas, minutes)."""
    knots = at_knots.shape[1] - 1
    place = np.arange(MINUTES_A_DAY, dtype=np.float64) * (knots / MINUTES_A_DAY)
    left = place.astype(np.intp)
    along = place - left
    value: Floats = at_knots[:, left] * (1.0 - along) + at_knots[:, left + 1] * along
    return value


def _remembered(shocks: Floats, knots: int, memory: float) -> Floats:
    """`shocks` (areas, days * knots) end with the day wanted and the one after it."""
    first = shocks.shape[1] - 2 * knots
    value = np.zeros((shocks.shape[0], knots + 1))
    weight, squares = 1.0, 0.0
    for back in range(first + 1):
        if weight < FORGOTTEN:
            break
        value += weight * shocks[:, first - back : first - back + knots + 1]
        squares += weight * weight
        weight *= memory
    return value / math.sqrt(squares)


def _days_back(memory: float, knots: int) -> int:
    return math.ceil(math.log(FORGOTTEN) / math.log(memory) / knots)


@lru_cache(maxsize=_REGION_KEPT)
def _region_shocks(seed: int, subject: Subject, day: int) -> Floats:
    return draws(seed, subject, day, _REGION).standard_normal(_PROCESSES[subject])


@lru_cache(maxsize=_AREAS_KEPT)
def _area_shocks(seed: int, subject: Subject, day: int, areas: int) -> Floats:
    return draws(seed, subject, day, _LOCAL).standard_normal((areas, *_PROCESSES[subject]))
