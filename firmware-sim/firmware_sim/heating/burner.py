"""The burner: when it burns, at which power, and what stops it. Arrays (homes,).

A burn may end within the minute: then its part of the minute is worked out, so that burns shorter
than the step are neither lost nor stretched to a whole one.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating import ignition
from firmware_sim.heating.circuit import Outlook, Paths
from firmware_sim.heating.controls import Calls
from firmware_sim.heating.state import STEP_S, Boilers
from firmware_sim.homes.plant import Plant
from firmware_sim.kinds import Bools, Floats

LIMITER_C = 95.0  # the limiter's own sensor at the exchanger
KETTLING_EXCESS_K = 42.0  # a furred exchanger's metal over its water, at full power
TAPPED_OFF_C = 88.0  # flow at which a combi stops in a draw
BLOCK_MIN = 5.0  # after a trip of the limiter
TRIPS_MAX = 4.5  # the fifth in a short time locks
TRIPS_WORN_OFF_1_MIN = 0.1  # ten minutes of steady burning forgive one
STARVED_SHARE = 0.15  # of the pump's flow: with less the water warms too fast
STARVED_BURN_SHARE = 0.5  # of the second minute, in which the control finds that out
RISE_1_MIN = 0.25  # of the heating power, by which the control goes up in a minute
CYCLE_BAND_K = 10.0  # of the exchanger, while a draw takes less than the lowest power
SHORTEST_SHARE = 0.1  # a flame once lit burns six seconds at least
SEEN_SHARE = 0.5  # of a minute: a flame that burned so much of it shows in its reading

# Of the higher heating value, by the temperature of the return: no condensing above 55 °C.
DRY_EFFICIENCY, CONDENSING_1_K, EFFICIENCY_MAX = 0.875, 0.0035, 0.97
CONDENSES_BELOW_C = 55.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Flame:
    """A minute's flame, as the control wants it."""

    wanted_w: Floats
    """What would bring the flow to its target within the minute; negative where it is above."""
    power_w: Floats
    fires: Bools
    share: Floats
    """Part of the minute that it can burn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Burn:
    """What came of a flame."""

    share: Floats
    """Part of the minute that it burned."""
    goes_on: Bools
    """It burns at the end of the minute."""
    tripped: Bools
    """The limiter stopped it."""
    starved: Bools
    """It did so for want of flow."""


def fire(
    boilers: Boilers,
    plant: Plant,
    effects: BoilerEffects,
    calls: Calls,
    way: Paths,
    ahead: Outlook,
    *,
    lit: Floats,
) -> Floats:
    """Burn for a minute; returns the heat given to the water, mean over it. [W]

    `lit` is a uniform draw for the attempts to light.
    """
    # A combi in a draw goes by the sensor in its hot water.
    bias_k = np.where(calls.tapped, 0.0, effects.flow_sensor_bias_k)
    blind = effects.flow_sensor_stuck & ~calls.tapped
    flame = _ask(boilers, plant, effects, calls, ahead, bias_k=bias_k, blind=blind, lit=lit)
    off_c = np.where(calls.tapped, TAPPED_OFF_C, calls.target_c + plant.hysteresis_k - bias_k)
    off_c[blind] = np.inf
    burn = _stop(boilers, plant, effects, way, ahead, flame, off_c=off_c)
    _count(boilers, plant, calls, flame, burn.share)
    _limit(boilers, burn)
    boilers.burning = burn.goes_on
    boilers.burns_for_heating = calls.heating
    boilers.since_burn_min = (boilers.since_burn_min + 1.0) * ~burn.goes_on
    boilers.power_w = flame.power_w * flame.fires
    boilers.flame_seen = burn.share >= SEEN_SHARE
    given: Floats = flame.power_w * burn.share
    return given


def efficiency(return_c: Floats) -> Floats:
    """Heat into the water for each unit in the gas (higher heating value).

    Source: 87 to 88 % without condensing, at a return of 55 °C and more; 90 % and more from 46 °C
    down (The Heating Hub; Expert Energy).

    >>> efficiency(np.array([60.0, 45.0, 30.0])).round(3)
    array([0.875, 0.91 , 0.962])
    """
    gained = CONDENSING_1_K * np.maximum(CONDENSES_BELOW_C - return_c, 0.0)
    return np.minimum(DRY_EFFICIENCY + gained, EFFICIENCY_MAX)


def _ask(
    boilers: Boilers,
    plant: Plant,
    effects: BoilerEffects,
    calls: Calls,
    ahead: Outlook,
    *,
    bias_k: Floats,
    blind: Bools,
    lit: Floats,
) -> Flame:
    """Light and modulate as the control wants it, before anything stops the flame."""
    wanted = (calls.target_c - bias_k - ahead.unheated_c) * ahead.w_k
    if blind.any():
        # A control that sees no change goes up for ever, or down for ever.
        for_ever = np.where(boilers.seen_flow_c < calls.target_c, np.inf, 0.0)
        wanted = np.where(blind, for_ever, wanted)
    top = plant.power_max_w * effects.power_share
    lowest = np.minimum(plant.power_min_w * effects.lowest_power_factor, top)
    power = _modulated(boilers, plant, calls, wanted=wanted, lowest=lowest, top=top)
    wants = _called(boilers, plant, calls, wanted)
    fires, share = ignition.light(boilers, plant, effects, wants, lit)
    # A draw that takes less than the lowest power is served in cycles within the minute.
    share = np.where(calls.tapped, np.minimum(wanted / power, share), share)
    return Flame(wanted_w=wanted, power_w=power, fires=fires, share=share)


def _called(boilers: Boilers, plant: Plant, calls: Calls, wanted: Floats) -> Bools:
    """Whether the control wants a flame."""
    cooled = boilers.seen_flow_c <= calls.target_c - plant.hysteresis_k
    rested = boilers.since_burn_min >= plant.rest_min
    goes_on = boilers.burning & (boilers.burns_for_heating == calls.heating)
    heating = calls.heating & (goes_on | (cooled & rested))
    cylinder = calls.hot_water & ~calls.tapped & (goes_on | cooled)
    wants: Bools = heating | cylinder | (calls.tapped & (wanted > 0.0))
    return wants & (boilers.blocked_min <= 0.0)


def _modulated(
    boilers: Boilers, plant: Plant, calls: Calls, *, wanted: Floats, lowest: Floats, top: Floats
) -> Floats:
    """The power that brings the flow to its target, within what the burner can do."""
    from_w = np.where(boilers.burning, boilers.power_w, lowest)
    rising = np.minimum(from_w + RISE_1_MIN * plant.heating_power_w, plant.heating_power_w)
    most = np.where(calls.heating, np.minimum(rising, top), top)
    return np.maximum(np.minimum(wanted, most), lowest)


def _stop(
    boilers: Boilers,
    plant: Plant,
    effects: BoilerEffects,
    way: Paths,
    ahead: Outlook,
    flame: Flame,
    *,
    off_c: Floats,
) -> Burn:
    """Stop flames where the flow reaches `off_c` or the limiter's metal gets too hot."""
    metal_k = effects.kettling * (KETTLING_EXCESS_K * flame.power_w / plant.power_max_w)
    limiter_c = LIMITER_C - metal_k
    stop_c = np.minimum(off_c, limiter_c)
    rise_k = ahead.unheated_c + flame.power_w * flame.share / ahead.w_k - boilers.flow_c
    over = flame.fires & (boilers.flow_c + rise_k > stop_c)
    part = (stop_c - boilers.flow_c) / np.maximum(rise_k, 0.1)
    part = np.minimum(np.maximum(part, SHORTEST_SHARE), 1.0)
    share = np.where(over, flame.share * part, flame.share) * flame.fires
    starved = flame.fires & boilers.burning & (way.flow_w_k < STARVED_SHARE * plant.pump_w_k)
    return Burn(
        share=np.where(starved, np.minimum(share, STARVED_BURN_SHARE), share),
        goes_on=flame.fires & ~(over | starved),
        tripped=(over & (limiter_c <= off_c)) | starved,
        starved=starved,
    )


def _count(boilers: Boilers, plant: Plant, calls: Calls, flame: Flame, share: Floats) -> None:
    """Count burning, and the starts of a burner that cycles within the minute."""
    boilers.burn_min = boilers.burn_min + share
    spare_w = flame.power_w - flame.wanted_w
    cycling = np.flatnonzero(calls.tapped & flame.fires & (spare_w > 1.0))
    if not cycling.size:
        return
    taken, spare, given = flame.wanted_w[cycling], spare_w[cycling], flame.power_w[cycling]
    # One cycle warms the exchanger by the band and lets it cool again.
    cycle_s = plant.exchanger_j_k[cycling] * CYCLE_BAND_K * given / (taken * spare)
    come_to = boilers.cycles[cycling] + STEP_S / cycle_s
    whole = np.floor(come_to)
    boilers.starts[cycling] += whole
    boilers.cycles[cycling] = come_to - whole


def _limit(boilers: Boilers, burn: Burn) -> None:
    """Block after a trip; lock after several."""
    boilers.blocked_min = np.maximum(boilers.blocked_min - 1.0, 0.0)
    boilers.trips = np.maximum(boilers.trips - TRIPS_WORN_OFF_1_MIN * boilers.burning, 0.0)
    if burn.tripped.any():
        boilers.blocked_min = np.where(burn.tripped, BLOCK_MIN, boilers.blocked_min)
        boilers.trips = boilers.trips + burn.tripped
        boilers.starved = np.where(burn.tripped, burn.starved, boilers.starved)
        boilers.overheat_locked = boilers.overheat_locked | (boilers.trips > TRIPS_MAX)
