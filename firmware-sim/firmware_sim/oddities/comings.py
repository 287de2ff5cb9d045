"""What oddities mean for the people of a home on a day."""

from collections.abc import Callable

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN, SLOTS_A_DAY
from firmware_sim.faults.episodes import Episodes
from firmware_sim.homes.homes import Homes
from firmware_sim.people.comings import Comings

Comes = Callable[[Comings, slice, int, int, float, float], None]
"""Adds an episode to a day: slots, row of the home, room, first parameter, seconds it takes."""


def comings_of(day: int, homes: Homes, episodes: Episodes) -> Comings:
    """What befalls the people of these homes on a day (days since 1970-01-01 UTC)."""
    comings = Comings.none(homes)
    first = day * MINUTES_A_DAY
    today = (episodes.began_minute < first + MINUTES_A_DAY) & (episodes.ended_minute > first)
    for index in np.flatnonzero(today & ~episodes.faults()).tolist():
        comes = _COMES.get(episodes.kind_of(index).name)
        if comes is None:
            continue
        began, ended = int(episodes.began_minute[index]), int(episodes.ended_minute[index])
        comes(
            comings,
            slice(_slot(began - first), _slot(ended - first)),
            int(episodes.home[index]) - homes.first,
            int(episodes.room[index]),
            float(episodes.values[index, 0]),
            60.0 * (ended - began),
        )
    comings.guests[comings.away] = 0.0
    return comings


def _slot(minute: int) -> int:
    """The first slot of the day that begins at this minute of it or later."""
    return min(max(-(-minute // SLOT_MIN), 0), SLOTS_A_DAY)


def _away(
    comings: Comings, slots: slice, row: int, _room: int, _value: float, _takes_s: float
) -> None:
    comings.away[slots, row] = True


def _stay(
    comings: Comings, slots: slice, row: int, _room: int, people: float, _takes_s: float
) -> None:
    comings.guests[slots, row] += people


def _dry(
    comings: Comings, slots: slice, row: int, room: int, water_kg: float, takes_s: float
) -> None:
    comings.drying_kg_s[slots, row, room] += water_kg / takes_s


def _leave_open(
    comings: Comings, slots: slice, row: int, room: int, _value: float, _takes_s: float
) -> None:
    comings.window_open[slots, row, room] = True


_COMES: dict[str, Comes] = {
    "holiday": _away,
    "guests": _stay,
    "party": _stay,
    "drying_day": _dry,
    "window_left_open": _leave_open,
}
