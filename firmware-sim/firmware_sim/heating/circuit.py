"""Where the boiler's water goes, and how warm it is after a minute: arrays (homes,).

Two bodies of water, one in the exchanger and one in radiators and pipes, are carried on implicitly,
so that a minute is stable at any flow; what leaves one enters the other.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating.hot_water import PLATE_K, PLATE_POWER_W, Mains
from firmware_sim.heating.state import STEP_S, Boilers
from firmware_sim.homes.plant import RADIATOR_EXCESS_K, Plant
from firmware_sim.kinds import Bools, Floats

CASE_W_K = 4.0  # what a warm boiler gives to the kitchen
THERMOSIPHON_W_K = 10.0  # between boiler and radiators without any pump
_SLOW_FLOW_W_K = 80.0  # below it water gives up nearly all its heat on its way round
_EXCESS_RATIO = (0.01, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Radiators:
    """How much heat the radiators pass on."""

    w_k: Floats
    """(homes, rooms)"""
    sum_w_k: Floats
    sum_w: Floats
    """Over rooms, of W/K times the room's °C."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paths:
    """Heat that the moved water carries per kelvin. [W/K]"""

    flow_w_k: Floats
    to_radiators_w_k: Floats
    to_hot_water_w_k: Floats
    hot_water_c: Floats
    """What the hot-water side begins with: the mains, or the cylinder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """The flow at the end of the minute is `unheated_c` and as many kelvins as `w_k` allows."""

    unheated_c: Floats
    w_k: Floats
    radiators_base_c: Floats
    radiators_share: Floats


def open_radiators(plant: Plant, water_c: Floats, air_temp_c: Floats) -> Radiators:
    """Radiators with their valves as far open as the rooms ask for."""
    opening = np.subtract(plant.radiator_valve_c, air_temp_c)
    opening += 0.5
    np.minimum(opening, 1.0, out=opening)
    np.maximum(opening, 0.0, out=opening)
    opening *= plant.radiator_w_k
    excess = (water_c - air_temp_c[:, 0]) * (1.0 / RADIATOR_EXCESS_K)
    excess = np.minimum(np.maximum(excess, _EXCESS_RATIO[0]), _EXCESS_RATIO[1])
    # Emission goes with the power 1.3 of the excess (EN 442); two square roots stand for the 0.3.
    opening *= np.sqrt(np.sqrt(excess))[:, None]
    return Radiators(
        w_k=opening,
        sum_w_k=np.einsum("hr->h", opening),
        sum_w=np.einsum("hr,hr->h", opening, air_temp_c),
    )


def paths(
    boilers: Boilers, plant: Plant, effects: BoilerEffects, mains: Mains, *, hot_water: Bools
) -> Paths:
    """Which way the diverter lets the water go, and how much the pump moves."""
    flow = plant.pump_w_k * effects.pump_share * boilers.pump
    to_rooms = (effects.diverter == 1) | ((effects.diverter == 0) & ~hot_water)
    slow = 1.0 / (flow + _SLOW_FLOW_W_K)
    through = (1.0 - effects.bypass_share) * flow
    radiators = (through * (1.0 + flow * slow) + THERMOSIPHON_W_K) * to_rooms
    enough = np.minimum(2.0 * flow / plant.pump_w_k, 1.0)  # plate and coil do with half the flow
    furred_k_w = effects.scale_k * (1.0 / PLATE_POWER_W)
    plate = mains.tap_w_k / (1.0 + (PLATE_K / PLATE_POWER_W + furred_k_w) * mains.tap_w_k)
    coil = plant.coil_w_k / (1.0 + furred_k_w * plant.coil_w_k)
    hot = np.where(plant.combi, plate, coil) * enough * ~to_rooms
    return Paths(
        flow_w_k=flow,
        to_radiators_w_k=radiators,
        to_hot_water_w_k=hot,
        hot_water_c=np.where(plant.combi, mains.temp_c, boilers.hot_water_c),
    )


def look_ahead(
    boilers: Boilers, plant: Plant, radiators: Radiators, way: Paths, *, kitchen_c: Floats
) -> Outlook:
    """What the flow comes to without any flame, and how much heat a kelvin more takes."""
    across = way.to_radiators_w_k
    stored = plant.water_capacity_j_k * (1.0 / STEP_S)
    held = plant.exchanger_j_k * (1.0 / STEP_S)
    below = 1.0 / (stored + across + radiators.sum_w_k)
    base = (stored * boilers.water_c + radiators.sum_w) * below
    share = across * below
    w_k = held + across * (1.0 - share) + way.to_hot_water_w_k + CASE_W_K
    kept = (
        held * boilers.flow_c
        + way.to_hot_water_w_k * way.hot_water_c
        + CASE_W_K * kitchen_c
        + across * base
    )
    return Outlook(unheated_c=kept / w_k, w_k=w_k, radiators_base_c=base, radiators_share=share)


def carry_on(boilers: Boilers, way: Paths, ahead: Outlook, *, heat_w: Floats) -> Floats:
    """Set flow, return and radiator water for that heat; returns what hot water took. [W]"""
    boilers.flow_c = ahead.unheated_c + heat_w / ahead.w_k
    boilers.water_c = ahead.radiators_base_c + ahead.radiators_share * boilers.flow_c
    into_radiators = way.to_radiators_w_k * (boilers.flow_c - boilers.water_c)
    into_hot_water = way.to_hot_water_w_k * (boilers.flow_c - way.hot_water_c)
    drop_k = (into_radiators + into_hot_water) / np.maximum(way.flow_w_k, _SLOW_FLOW_W_K)
    # Its sensor sits on the boiler: without a flow it follows the exchanger.
    back_c = boilers.flow_c - drop_k * boilers.pump
    pace = np.where(boilers.pump, 0.8, 0.1)
    boilers.return_c = boilers.return_c + pace * (back_c - boilers.return_c)
    return into_hot_water
