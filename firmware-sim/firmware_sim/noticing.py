"""When a tenant would notice a fault: by cold, by cold water, by a puddle, by mould.

A sound home may be cold too, on a January morning before it has warmed up or beside an open window.
So the half hour of cold is laid to a boiler only where a call for heat has stood for as long, with
no hot water drawn, while radiators did not get past lukewarm: those of a sound boiler do, in frost
too. With a heating curve, which may ask for no more, they have to be cooler still. And it is laid
to a home that loses its heat only where two hours of calling for heat did not end it.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.faults.episodes import KINDS, NEVER, Episodes
from firmware_sim.faults.kind import NOWHERE, Family, FaultKind, Sense
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints

COLD_BELOW_C, SET_ABOVE_C, COLD_FOR_MIN = 16.0, 17.0, 30.0
WARMED_UP_MIN = 120.0  # of heating: most sound homes are past 16 °C by then
LUKEWARM_C, LUKEWARM_BY_CURVE_C = 40.0, 30.0
"""Of radiators: hotter ones nearly carry a home at -2 °C outdoors; a curve begins at 32 °C."""
COLD_WATER_BELOW_C, INTO_A_DRAW_MIN = 38.0, 2.0
MOULD_INDEX = 3.0
"""Visible growth, at the true surface: class sensitive, decline 0.25."""
ESCAPED_L, ESCAPED_FOR_MIN = 5.0, MINUTES_A_DAY


@dataclass(slots=True, kw_only=True)
class Noticing:
    """What the people of each home have felt of late."""

    cold_min: Floats
    """For how long each room has been cold to people who want it warm, (homes, rooms)."""
    unanswered_min: Floats
    """For how long radiators have been lukewarm at most in spite of a call for heat, which nobody
    kept waiting by a draw of hot water, (homes,)."""
    called_min: Floats
    """For how long heat has been called for, (homes,)."""
    draw_min: Floats
    """How long hot water has been running, (homes,)."""
    cold_water: Bools
    """It ran cold since people were last asked, (homes,)."""


def at_ease(homes: Homes) -> Noticing:
    """People who have felt nothing amiss."""
    return Noticing(
        cold_min=np.zeros(homes.fabric.volume_m3.shape),
        unanswered_min=np.zeros(homes.count),
        called_min=np.zeros(homes.count),
        draw_min=np.zeros(homes.count),
        cold_water=np.zeros(homes.count, dtype=np.bool_),
    )


def feel_water(noticing: Noticing, *, hot_water_c: Floats, tap_l_min: Floats) -> None:
    """A minute of hot water, (homes,): as it comes out, and as much as was wanted."""
    noticing.draw_min += 1.0
    noticing.draw_min *= tap_l_min > 0.0
    noticing.cold_water |= (noticing.draw_min >= INTO_A_DRAW_MIN) & (
        hot_water_c < COLD_WATER_BELOW_C
    )


def notice(
    noticing: Noticing,
    episodes: Episodes,
    homes: Homes,
    *,
    minute: int,
    air_temp_c: Floats,
    set_point_c: Floats,
    occupied: Bools,
    heat_demand: Bools,
    radiator_c: Floats,
    mould_index: Floats,
    escaped_l: Floats,
) -> Ints:
    """Ask the people of every home at the end of a slot; which episodes they notice now.

    Parameters are of that instant: `air_temp_c` and `mould_index` (homes, rooms), the others
    (homes,). `escaped_l` is what the boiler has ever lost into the home.
    """
    wants_warmth = occupied & (set_point_c > SET_ABOVE_C)
    cold = wants_warmth[:, None] & (air_temp_c < COLD_BELOW_C)
    noticing.cold_min = np.where(cold, noticing.cold_min + SLOT_MIN, 0.0)
    lukewarm_c = np.where(homes.plant.compensated, LUKEWARM_BY_CURVE_C, LUKEWARM_C)
    unanswered = heat_demand & (radiator_c < lukewarm_c) & (noticing.draw_min == 0.0)
    noticing.unanswered_min = np.where(unanswered, noticing.unanswered_min + SLOT_MIN, 0.0)
    noticing.called_min = np.where(heat_demand, noticing.called_min + SLOT_MIN, 0.0)
    cold_water, noticing.cold_water = noticing.cold_water, np.zeros_like(noticing.cold_water)
    open_ones = episodes.at_work(minute) & (episodes.noticed_minute == NEVER) & episodes.faults()
    which = np.flatnonzero(open_ones)
    if not which.size:
        return which
    row, kind = episodes.home[which] - homes.first, episodes.kind[which]
    _measure_escape(episodes, which, minute, escaped_l[row])
    flooded = minute - episodes.flood_minute[which] >= ESCAPED_FOR_MIN
    cold_room = (noticing.cold_min[row] >= COLD_FOR_MIN).any(axis=1) & np.where(
        _OF_THE_BOILER[kind],
        noticing.unanswered_min[row] >= COLD_FOR_MIN,
        noticing.called_min[row] >= WARMED_UP_MIN,
    )
    noticed = (
        (_by(Sense.COLD_ROOM)[kind] & cold_room)
        | (_by(Sense.COLD_WATER)[kind] & cold_water[row])
        | (_by(Sense.ESCAPED_WATER)[kind] & flooded)
        | (_by(Sense.MOULD)[kind] & _mouldy(mould_index[row], episodes.room[which]))
    )
    episodes.noticed_minute[which[noticed]] = minute
    return which[noticed]


def _measure_escape(episodes: Episodes, which: Ints, minute: int, escaped_l: Floats) -> None:
    """Note when five litres have escaped by each of these episodes."""
    before = episodes.escaped_before_l[which]
    episodes.escaped_before_l[which] = np.where(np.isnan(before), escaped_l, before)
    from_boiler = escaped_l - episodes.escaped_before_l[which]
    age_days = (minute - episodes.began_minute[which]) / MINUTES_A_DAY
    from_pipes = age_days * _escape_kg_day(episodes, which)
    dry = episodes.flood_minute[which] == NEVER
    floods = dry & (np.maximum(from_boiler, from_pipes) >= ESCAPED_L)
    episodes.flood_minute[which[floods]] = minute


def _escape_kg_day(episodes: Episodes, which: Ints) -> Floats:
    column = _ESCAPES_COLUMN[episodes.kind[which]]
    rate = episodes.values[which, np.maximum(column, 0)]
    return np.where(column >= 0, rate, 0.0)


def _mouldy(index: Floats, room: Ints) -> Bools:
    """Visible growth in the room of the episode, in any for the home as a whole."""
    visible = index >= MOULD_INDEX
    there = visible[np.arange(room.size), np.maximum(room, 0)]
    return np.where(room == NOWHERE, visible.any(axis=1), there)


def _by(sense: Sense) -> Bools:
    return _NOTICED_BY[sense]


def _column_of_escape(kind: object) -> int:
    if not isinstance(kind, FaultKind) or kind.escapes_kg_day is None:
        return -1
    return list(kind.parameters).index(kind.escapes_kg_day)


_NOTICED_BY = {
    sense: np.array([isinstance(kind, FaultKind) and sense in kind.noticed_by for kind in KINDS])
    for sense in Sense
}
_OF_THE_BOILER = np.array([getattr(kind, "family", None) is Family.BOILER for kind in KINDS])
_ESCAPES_COLUMN = np.array([_column_of_escape(kind) for kind in KINDS])
