"""Combination boilers with their radiators and hot water: (homes,) arrays, one step for all."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from firmware_sim import water
from firmware_sim.air import Bools, Floats
from firmware_sim.homes import Homes
from firmware_sim.rooms import STEP_S

THERMOSTAT_BAND_K = 0.25
HYSTERESIS_K = 6.0
REST_MIN = 3.0  # after a burn, before the next: anti-cycling
OVERRUN_MIN = 4.0  # the pump runs on after a burn
MODULATION_W_K = 900.0
PUMP_FLOW_W_K = 700.0  # 0.17 kg/s of water: a drop of 8.5 K at 6 kW
LOCK_BELOW_BAR, UNLOCK_ABOVE_BAR = 0.5, 0.8  # no flame below; released after a top-up
HOT_WATER_C, MAINS_C = 48.0, 10.0
ROOM_C = 21.0  # what still water in the pipes cools to
COLD_WATER_C = 38.0  # hot water that a tenant calls cold
DRAW_FLOW_C = 63.0  # flow temperature while hot water is drawn
DRAW_W_L_MIN = 4186.0 * (HOT_WATER_C - MAINS_C) / 60.0


class Doing(IntEnum):
    """What the boiler's controller is about; the row of its service code."""

    RESTING = 0
    HEATING = 1
    HOT_WATER = 2
    WAITING = 3
    WARM_ENOUGH = 4
    LOCKED = 5


@dataclass(slots=True, kw_only=True)
class Boilers:
    """The state of every boiler."""

    water_c: Floats
    """Mean temperature of the water in the radiators."""
    flow_c: Floats
    return_c: Floats
    hot_water_c: Floats
    power_w: Floats
    since_burn_min: Floats
    burn_min: Floats
    starts: Floats
    lost_l: Floats
    """Water missing since the system was last filled."""
    escaped_l: Floats
    """Water that has leaked into the home, ever."""
    cold_draw_min: Floats
    """Minutes for which cold water has run where hot was wanted."""
    locked_min: Floats
    pressure_bar: Floats
    demand: Bools
    burning: Bools
    pump: Bools
    drawing: Bools
    locked: Bools


def at_rest(homes: Homes) -> Boilers:
    """Boilers that stand ready, cold and full."""
    zeros = np.zeros(homes.count)
    no = np.zeros(homes.count, dtype=np.bool_)
    water_c = homes.set_point_c + 2.0
    return Boilers(
        water_c=water_c,
        flow_c=water_c,
        return_c=water_c,
        hot_water_c=zeros + 22.0,
        power_w=zeros,
        since_burn_min=zeros + 60.0,
        burn_min=zeros,
        starts=np.round(20_000.0 + 4_000.0 * homes.people),
        lost_l=zeros,
        escaped_l=zeros,
        cold_draw_min=zeros,
        locked_min=zeros,
        pressure_bar=homes.cold_pressure_bar.copy(),
        demand=no,
        burning=no,
        pump=no,
        drawing=no,
        locked=no,
    )


def boiler_step(
    boilers: Boilers,
    homes: Homes,
    *,
    air_temp_c: Floats,
    thermostat_c: Floats,
    set_point_c: Floats,
    valve_c: Floats,
    tap_l_min: Floats,
    leak_bar_day: Floats,
) -> Floats:
    """Carry the boilers on by `STEP_S`; returns what the radiators gave each room. [W]"""
    _control(boilers, homes, thermostat_c, set_point_c, tap_l_min)
    opening = np.minimum(np.maximum(valve_c - air_temp_c + 0.5, 0.0), 1.0)
    radiators_w_k = homes.radiator_w_k * opening
    emitted = _heat_water(boilers, homes, radiators_w_k, air_temp_c)
    _sensors_inside(boilers, emitted.sum(axis=1))
    _hot_water(boilers, tap_l_min)
    _pressure(boilers, homes, leak_bar_day)
    return emitted


def doing(boilers: Boilers, homes: Homes) -> NDArray[np.int64]:
    """What each controller is about, as `Doing`."""
    to_target_k = homes.flow_target_c - boilers.water_c
    waiting = np.where(to_target_k > HYSTERESIS_K, int(Doing.WAITING), int(Doing.WARM_ENOUGH))
    at = np.where(boilers.demand, waiting, int(Doing.RESTING))
    at = np.where(boilers.burning, int(Doing.HEATING), at)
    at = np.where(boilers.drawing, int(Doing.HOT_WATER), at)
    return np.where(boilers.locked, int(Doing.LOCKED), at)


def _control(
    boilers: Boilers, homes: Homes, thermostat_c: Floats, set_point_c: Floats, tap_l_min: Floats
) -> None:
    missing_k = set_point_c - thermostat_c
    demand = (missing_k > THERMOSTAT_BAND_K) | (boilers.demand & (missing_k > -THERMOSTAT_BAND_K))
    ready = ~boilers.locked
    drawing = (tap_l_min > 0.0) & ready
    heating = demand & ready & ~drawing
    to_target_k = homes.flow_target_c - boilers.water_c
    goes_on = boilers.burning & ~boilers.drawing & (to_target_k > 1.0 - HYSTERESIS_K)
    lights = (boilers.since_burn_min >= REST_MIN) & (to_target_k > HYSTERESIS_K)
    burning = (heating & (goes_on | lights)) | drawing
    modulated_w = homes.power_min_w + MODULATION_W_K * np.maximum(to_target_k - 2.0, 0.0)
    wanted_w = np.maximum(
        modulated_w * heating, np.maximum(DRAW_W_L_MIN * tap_l_min, homes.power_min_w)
    )
    boilers.starts = boilers.starts + (burning & ~boilers.burning)
    boilers.burn_min = boilers.burn_min + burning
    boilers.since_burn_min = (boilers.since_burn_min + 1.0) * ~burning
    boilers.power_w = np.minimum(wanted_w, homes.power_max_w) * burning
    overrun = boilers.since_burn_min <= OVERRUN_MIN
    boilers.pump = (heating | drawing | overrun) & ready
    boilers.demand, boilers.drawing, boilers.burning = demand, drawing, burning


def _heat_water(
    boilers: Boilers, homes: Homes, radiators_w_k: Floats, air_temp_c: Floats
) -> Floats:
    """Heat the radiators' water, and let it heat the rooms. [W] (homes, rooms)"""
    into_water = boilers.power_w * ~boilers.drawing
    stored = homes.water_capacity_j_k / STEP_S
    boilers.water_c = (
        stored * boilers.water_c + into_water + (radiators_w_k * air_temp_c).sum(axis=1)
    ) / (stored + radiators_w_k.sum(axis=1))
    return radiators_w_k * (boilers.water_c[:, None] - air_temp_c)


def _sensors_inside(boilers: Boilers, emitted_w: Floats) -> None:
    """Flow and return sit in the boiler: they follow the water while the pump moves it."""
    half_drop = boilers.pump * emitted_w / (2.0 * PUMP_FLOW_W_K)
    flow = np.where(boilers.drawing, DRAW_FLOW_C, boilers.water_c + half_drop)
    back = np.where(boilers.drawing, DRAW_FLOW_C - 15.0, boilers.water_c - half_drop)
    pace = 0.10 + 0.65 * boilers.pump
    boilers.flow_c = boilers.flow_c + pace * (flow - boilers.flow_c)
    boilers.return_c = boilers.return_c + pace * (back - boilers.return_c)


def _hot_water(boilers: Boilers, tap_l_min: Floats) -> None:
    running = tap_l_min > 0.0
    warmed = MAINS_C + (HOT_WATER_C - MAINS_C) * boilers.drawing
    towards = np.where(running, warmed, ROOM_C)
    pace = 0.02 + 0.78 * running
    boilers.hot_water_c = boilers.hot_water_c + pace * (towards - boilers.hot_water_c)
    # Kept until hot water runs again, so that whoever looks at longer intervals sees it too.
    cold = boilers.hot_water_c < COLD_WATER_C
    boilers.cold_draw_min = np.where(
        running, cold * (boilers.cold_draw_min + 1.0), boilers.cold_draw_min
    )


def _pressure(boilers: Boilers, homes: Homes, leak_bar_day: Floats) -> None:
    if leak_bar_day.any():
        per_bar = water.litres_for_one_bar(
            cold_bar=homes.cold_pressure_bar, gas_l=homes.gas_l, lost_l=boilers.lost_l
        )
        # An empty system has nothing left to lose.
        leaked = leak_bar_day * (boilers.pressure_bar > 0.0) * per_bar * (STEP_S / 86_400.0)
        boilers.lost_l = boilers.lost_l + leaked
        boilers.escaped_l = boilers.escaped_l + leaked
    swell = water.expansion_l(homes.system_water_l, boilers.water_c) - boilers.lost_l
    still = water.pressure_bar(cold_bar=homes.cold_pressure_bar, gas_l=homes.gas_l, swell_l=swell)
    boilers.locked = (still < LOCK_BELOW_BAR) | (boilers.locked & (still < UNLOCK_ABOVE_BAR))
    boilers.locked_min = boilers.locked * (boilers.locked_min + 1.0)
    boilers.pressure_bar = still + boilers.pump * homes.pump_head_bar
