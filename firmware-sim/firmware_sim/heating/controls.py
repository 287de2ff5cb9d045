"""What each boiler's control wants this minute: heat for rooms, heat for hot water, which flow.

Shapes are (homes,). Hot water goes before heating.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating.hot_water import DRAW_MIN_L_MIN, PLATE_K, PLATE_POWER_W, Mains
from firmware_sim.heating.state import Boilers
from firmware_sim.homes.plant import Plant
from firmware_sim.kinds import Bools, Floats

CYLINDER_BAND_K = 6.0  # the cylinder's thermostat calls so far below its setting
CYLINDER_FLOW_OVER_K = 15.0  # hotter than the cylinder is to become
FLOW_TARGET_MAX_C = 80.0
PLATE_FLOW_MIN_C = 50.0
NO_DEMAND_TARGET_C = 5.0  # what controllers ask for when they want no heat

SWITCHING_BAND_K = 0.25  # a room thermostat switches so far above and below its setting
# A thermostat that is proportional in time: from full heat 1.5 K below its setting to none above.
PROPORTIONAL_BAND_K, PROPORTIONAL_OVER_K = 2.0, 0.5
SHARE_MIN, SHARE_MAX = 0.15, 0.9  # it switches for no less of a cycle, nor off for less

# Heating curve: room-warm water at 20 °C outdoors, the full flow target at -2 °C.
CURVE_FOOT_C, CURVE_FOOT_OUTDOOR_C = 24.0, 20.0
CURVE_SPAN_K = 22.0
CURVE_FLOW_MIN_C = 32.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    """What the boiler sets out to do."""

    heating: Bools
    hot_water: Bools
    target_c: Floats
    """Flow temperature that the control wants at its own sensor."""
    tapped: Bools
    """A combi heats water as it runs."""
    barred: Bools
    """Something keeps the burner off until it is put right or reset."""


def listen(
    boilers: Boilers,
    plant: Plant,
    effects: BoilerEffects,
    mains: Mains,
    *,
    thermostat_c: Floats,
    set_point_c: Floats,
    outdoor_c: Floats,
    minute: int,
) -> Calls:
    """Take up what thermostats and taps call for."""
    boilers.demand = _room_calls(boilers, plant, set_point_c - thermostat_c, minute)
    drawing = plant.combi & (mains.tap_l_min >= DRAW_MIN_L_MIN)
    boilers.hot_water_demand = drawing | _cylinder_calls(boilers, plant)
    locked = boilers.ignition_locked | boilers.overheat_locked | boilers.low_pressure
    barred = locked | effects.locked | effects.flow_sensor_open
    hot_water = boilers.hot_water_demand & ~barred
    heating = boilers.demand & ~(boilers.hot_water_demand | barred | effects.deaf)
    for_hot_water = _hot_water_flow_c(plant, effects, mains)
    for_rooms = _heating_flow_c(plant, effects, outdoor_c)
    target = np.where(boilers.hot_water_demand, for_hot_water, for_rooms)
    idle = ~(boilers.hot_water_demand | boilers.demand)
    boilers.flow_target_c = np.where(idle, NO_DEMAND_TARGET_C, target)
    return Calls(
        heating=heating,
        hot_water=hot_water,
        target_c=target,
        tapped=hot_water & drawing,
        barred=barred,
    )


def _room_calls(boilers: Boilers, plant: Plant, missing_k: Floats, minute: int) -> Bools:
    """Whether the room thermostat calls: by two limits, or for its share of each cycle."""
    short_k = missing_k + plant.thermostat_over_k
    switched = short_k > np.where(boilers.demand, -SWITCHING_BAND_K, SWITCHING_BAND_K)
    share = (missing_k + PROPORTIONAL_OVER_K) * (1.0 / PROPORTIONAL_BAND_K)
    share = np.where(share > SHARE_MAX, 1.0, share) * (share > SHARE_MIN)
    cycle = plant.thermostat_cycle_min
    into = (minute + plant.thermostat_phase_min) % cycle
    return np.where(cycle > 1, into < share * cycle, switched)


def _cylinder_calls(boilers: Boilers, plant: Plant) -> Bools:
    cool_k = plant.hot_water_target_c - boilers.hot_water_c
    reheat = (cool_k > CYLINDER_BAND_K) | (boilers.hot_water_demand & (cool_k > 0.0))
    return reheat & ~plant.combi


def _heating_flow_c(plant: Plant, effects: BoilerEffects, outdoor_c: Floats) -> Floats:
    cold = (CURVE_FOOT_OUTDOOR_C - outdoor_c) * (1.0 / CURVE_SPAN_K)
    curve = CURVE_FOOT_C + (plant.flow_target_c - CURVE_FOOT_C) * cold
    curve = np.minimum(np.maximum(curve, CURVE_FLOW_MIN_C), plant.flow_target_c)
    target = np.where(plant.compensated, curve, plant.flow_target_c) + effects.flow_target_up_k
    return np.minimum(target, FLOW_TARGET_MAX_C)


def _hot_water_flow_c(plant: Plant, effects: BoilerEffects, mains: Mains) -> Floats:
    """As hot as the plate needs for this much water; a furred one needs more."""
    needed_w = mains.tap_w_k * (plant.hot_water_target_c - mains.temp_c)
    approach_k = (PLATE_K + effects.scale_k) * (needed_w * (1.0 / PLATE_POWER_W))
    over_k = np.where(plant.combi, approach_k, CYLINDER_FLOW_OVER_K)
    target = np.maximum(plant.hot_water_target_c + over_k, PLATE_FLOW_MIN_C)
    return np.minimum(target, FLOW_TARGET_MAX_C)


def run_pumps(boilers: Boilers, plant: Plant, calls: Calls) -> None:
    """Run the pump for a call, and on after a burn; a dry system's pump stands still."""
    runs_on = boilers.since_burn_min < plant.overrun_min
    boilers.pump = (calls.heating | calls.hot_water | runs_on) & ~boilers.low_pressure
