"""The coldest surface of each room over an hour, by which its mould grows; (homes, rooms)."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.clock import MINUTES_AN_HOUR, SLOT_MIN
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import surface_humidity_pct, vapour_pressure_pa
from firmware_sim.physics.mould import Mould, grow_for_an_hour
from firmware_sim.physics.rooms import Rooms, surface_temp_c


@dataclass(slots=True, kw_only=True)
class SurfaceHour:
    """Sums over the slots of the hour that is under way."""

    temp_c: Floats
    pressure_pa: Floats
    """Of the vapour, which is the same through a room."""
    slots: int


def new_hour(shape: tuple[int, ...]) -> SurfaceHour:
    """An hour without any slot yet."""
    return SurfaceHour(temp_c=np.zeros(shape), pressure_pa=np.zeros(shape), slots=0)


def add_slot(hour: SurfaceHour, state: Rooms, f_rsi: Floats) -> None:
    """Add the rooms as they are at the end of a slot."""
    hour.temp_c += surface_temp_c(state, f_rsi)
    hour.pressure_pa += vapour_pressure_pa(state.air_temp_c, state.vapour_kg_m3)
    hour.slots += 1


def grow_at_the_hour(mould: Mould, hour: SurfaceHour, minute: int) -> SurfaceHour:
    """Let mould grow when the slot that ends with `minute` is the hour's last.

    Returns the hour that is under way afterwards.
    """
    if minute % MINUTES_AN_HOUR < MINUTES_AN_HOUR - SLOT_MIN:
        return hour
    temp_c = hour.temp_c / hour.slots
    humidity_pct = surface_humidity_pct(temp_c, hour.pressure_pa / hour.slots)
    grow_for_an_hour(mould, temp_c, humidity_pct)
    return new_hour(temp_c.shape)
