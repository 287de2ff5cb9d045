"""Stretches made up of smooth waves, for tests of what comes after the physics."""

from dataclasses import replace

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.effects import Effects, none_at_work
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Ints, Singles
from firmware_sim.trace import BoilerTrace, OutdoorTrace, RoomTrace, Stretch

DAY = 20_420  # 2025-11-28; any day would do


def made_up(
    homes: Homes,
    *,
    first: int = DAY * MINUTES_A_DAY,
    minutes: int = MINUTES_A_DAY,
    rooms_every: int = 5,
    areas: int = 1,
    effects: Effects | None = None,
) -> Stretch:
    """A stretch in which everything follows waves of its own minute alone."""
    minute = np.arange(first, first + minutes)
    at_rooms = minute[minute % rooms_every == 0]
    return Stretch(
        boilers=_boilers(minute, homes.count),
        rooms=_rooms(at_rooms, homes),
        outdoors=_outdoors(minute, areas),
        effects=((first, effects or none_at_work(homes)),),
    )


def in_turn(stretch: Stretch, *effects: tuple[int, Effects]) -> Stretch:
    """The same stretch with these effects, each from its minute on."""
    return replace(stretch, effects=effects)


def wave(minute: Ints, homes: int, mean: float, swing: float, period_min: float) -> Singles:
    """(minutes, homes), each home a little behind its neighbour."""
    turn = 2.0 * np.pi * minute[:, None] / period_min + 0.1 * np.arange(homes)
    return (mean + swing * np.sin(turn)).astype(np.float32)


def _boilers(minute: Ints, homes: int) -> BoilerTrace:
    flow = wave(minute, homes, 45.0, 15.0, 70.0)
    burning = flow > 50.0
    return BoilerTrace(
        minute=minute,
        flow_temp_c=flow,
        return_temp_c=flow - 10.0,
        hot_water_temp_c=wave(minute, homes, 48.0, 3.0, 300.0),
        flow_target_c=np.full_like(flow, 58.0),
        hot_water_target_c=np.full_like(flow, 50.0),
        pressure_bar=1.3 + 0.006 * (flow - 20.0),
        modulation_pct=np.where(burning, 42.4, 0.0).astype(np.float32),
        flame_current_ua=np.where(burning, 22.0, 0.0).astype(np.float32),
        flame_on=burning,
        pump_on=burning,
        heat_demand=burning,
        hot_water_demand=np.zeros_like(burning),
        burner_starts=np.repeat(minute[:, None] // 70, homes, axis=1).astype(np.int32),
        ignition_failures=np.zeros(flow.shape, dtype=np.int32),
        fault_code=np.full(flow.shape, -1, dtype=np.int8),
    )


def _rooms(minute: Ints, homes: Homes) -> RoomTrace:
    count, rooms = homes.fabric.volume_m3.shape
    temp = wave(minute, count * rooms, 19.0, 1.5, 1440.0).reshape(-1, count, rooms)
    return RoomTrace(
        minute=minute,
        air_temp_c=temp,
        vapour_kg_m3=wave(minute, count * rooms, 0.009, 0.001, 500.0).reshape(temp.shape),
        carbon_dioxide_ppm=wave(minute, count * rooms, 900.0, 300.0, 700.0).reshape(temp.shape),
        surface_temp_c=temp - 4.0,
    )


def _outdoors(minute: Ints, areas: int) -> OutdoorTrace:
    return OutdoorTrace(
        minute=minute,
        air_temp_c=wave(minute, areas, 5.0, 3.0, 1440.0).astype(np.float64),
        vapour_kg_m3=wave(minute, areas, 0.006, 0.0005, 1440.0).astype(np.float64),
        rain_mm=np.full((minute.size, areas), 0.013),
    )
