"""Boiler, radiators, pump, vessel and cylinder of each home."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.homes.fabric import Fabric
from firmware_sim.homes.household import Household
from firmware_sim.kinds import Bools, Floats, Ints
from firmware_sim.physics.air import HEAT_OF_AIR_J_M3_K
from firmware_sim.physics.water import HEAT_OF_WATER_J_L_K, gas_volume_l

MAKES = ("Worcester", "Vaillant", "Ideal", "Baxi")
_SHARE_OF_MAKES = (0.36, 0.30, 0.20, 0.14)  # about the British stock (memory)
COMBI_SHARE = 0.7  # the others heat a cylinder
IGNITION_TRIES = (4, 5, 5, 3)  # attempts in a row before each make locks (memory)

_COMPENSATED_SHARE = 0.12
# Of a sound system, per kelvin of its water from 20 to 60 °C: 0.3 bar from cold to hot. Against the
# flow sensor, which runs ahead of the water, and cooler than that, readings rise by 0.006 bar/K.
PRESSURE_RISE_BAR_K = 0.008
RADIATOR_EXCESS_K = 35.0  # excess temperature at which the size of a radiator is stated
_DESIGN_K = 23.0  # 21 °C indoors at -2 °C outdoors
_SMALLEST_W_K = 8.0  # a bathroom within the home has a radiator too
_STEEL_J_K = 120_000.0  # radiators and pipes
_EXCHANGER_J_K = (16_000.0, 24_000.0)  # two to three litres of water, and the metal
_PUMP_W_K = (600.0, 900.0)  # 9 to 13 l/min of water
_SPREAD_MAX_K = 25.0  # between flow and return; more, and a boiler's own control throttles it
_WEEP_BAR_DAY = (0.0001, 0.0006)  # what every sound system loses: 0.04 to 0.2 bar a year


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """(homes,), or (homes, rooms) where said."""

    combi: Bools
    """Heats hot water as it runs; the others keep a cylinder hot."""
    make: Ints
    """Index into `MAKES`."""
    compensated: Bools
    """The flow follows the weather by a heating curve; elsewhere it is fixed."""
    thermostat_over_k: Floats
    """With a heating curve the room thermostat is only a limit, so far above its setting."""
    thermostat_cycle_min: Ints
    """A proportional thermostat switches once in so many minutes; 1 where it only switches."""
    thermostat_phase_min: Ints
    radiator_w_k: Floats
    """Of each room's radiator at `RADIATOR_EXCESS_K`, (homes, rooms)."""
    radiator_valve_c: Floats
    """(homes, rooms)"""
    flow_target_c: Floats
    """Flow for heating; with a heating curve that of the coldest day."""
    hysteresis_k: Floats
    """The burner stops so far above its target and lights so far below it."""
    rest_min: Floats
    """Anti-cycling: after a burn for heating, before the next."""
    overrun_min: Floats
    """The pump runs on after a burn."""
    power_min_w: Floats
    power_max_w: Floats
    heating_power_w: Floats
    """Highest power for heating: what the installer set, or the pump carries away."""
    exchanger_j_k: Floats
    water_capacity_j_k: Floats
    """Of the heating water outside the boiler, with the steel around it."""
    system_water_l: Floats
    pump_w_k: Floats
    """Flow of the pump, as the heat it carries per kelvin."""
    pump_head_bar: Floats
    cold_pressure_bar: Floats
    gas_l: Floats
    """Gas in the expansion vessel when the system is cold and full."""
    weep_bar_day: Floats
    """Cold pressure that a sound system loses through glands and vents."""
    hot_water_target_c: Floats
    """At the tap of a combi, in the cylinder elsewhere."""
    tap_max_l_min: Floats
    """What the flow restrictor of a combi lets through; no limit with a cylinder."""
    cylinder_j_k: Floats
    coil_w_k: Floats
    """Of the coil in the cylinder."""
    ignition_tries: Ints
    """Attempts to light in a row before the boiler locks."""
    ignition_fail_share: Floats
    """Attempts to light that fail in a sound boiler."""


def draw_plant(
    homes: range,
    fabric: Fabric,
    household: Household,
    *,
    seed: int,
    chosen: Mapping[str, Floats],
) -> Plant:
    """The heating of these homes."""
    share = shares(seed, Subject.PLANT, homes, (24,))
    combi = share[:, 0] < COMBI_SHARE
    make = np.searchsorted(np.cumsum(_SHARE_OF_MAKES)[:-1], share[:, 1], side="right")
    compensated = share[:, 9] < _COMPENSATED_SHARE
    cycle = _cycle_min(share[:, 9])
    power_max = np.where(combi, 24_000.0, 18_000.0) + 8_000.0 * share[:, 5]
    modulation = _between(5.0, 6.0, share[:, 8])  # 1:5 to 1:6
    limited = np.choose((4 * share[:, 10]).astype(np.intp), (1.0, 1.0, 0.85, 0.7))
    pump = _between(*_PUMP_W_K, share[:, 15])
    return Plant(
        combi=combi,
        make=make.astype(np.int64),
        compensated=compensated,
        thermostat_over_k=np.where(compensated, 0.6, 0.0),
        thermostat_cycle_min=cycle,
        thermostat_phase_min=(share[:, 22] * cycle).astype(np.int64),
        # The room with the thermostat has no valve of its own: its valve never closes.
        radiator_valve_c=household.set_point_c[:, None] + np.array([10.0, -0.8, 1.0]),
        radiator_w_k=_radiators(fabric, share[:, 6:7]),
        # A curve is set as low as warms the home; elsewhere the flow stays as it was delivered.
        flow_target_c=np.where(compensated, 45.0, 52.0) + np.round(10.0 * share[:, 7]),
        hysteresis_k=_between(3.0, 5.0, share[:, 11]),
        rest_min=np.round(_between(2.0, 5.0, share[:, 12])),
        overrun_min=np.round(_between(2.0, 4.0, share[:, 13])),
        power_min_w=power_max / modulation,
        power_max_w=power_max,
        heating_power_w=np.minimum(limited * power_max, _SPREAD_MAX_K * pump),
        exchanger_j_k=_between(*_EXCHANGER_J_K, share[:, 14]),
        pump_w_k=pump,
        # Most pumps run at full speed: the median is 0.37 bar, the weakest give 0.2.
        pump_head_bar=0.4 - 0.2 * share[:, 16] * share[:, 16] * np.sqrt(share[:, 16]),
        weep_bar_day=_between(*_WEEP_BAR_DAY, share[:, 17]),
        hot_water_target_c=np.where(combi, 46.0, 57.0) + np.round(5.0 * share[:, 18]),
        # 33 K of warming is what the greatest power gives to this much water.
        tap_max_l_min=np.where(combi, power_max * 60.0 / (HEAT_OF_WATER_J_L_K * 33.0), np.inf),
        cylinder_j_k=_between(120.0, 170.0, share[:, 19]) * HEAT_OF_WATER_J_L_K,
        coil_w_k=_between(550.0, 800.0, share[:, 20]),
        ignition_tries=np.array(IGNITION_TRIES)[make],
        ignition_fail_share=_between(0.001, 0.006, share[:, 21]),
        **_sealed_system(share, chosen),
    )


def _cycle_min(share: Floats) -> Ints:
    """Most thermostats are proportional in time, with three or six cycles an hour (memory).

    With these shares half of the boilers light more than about fifty times on a winter day, as half
    of the British ones do.
    """
    cycles = np.where(share < 0.88, 10, 20)
    proportional = (share >= _COMPENSATED_SHARE) & (share < 0.95)
    return np.where(proportional, cycles, 1).astype(np.int64)


def _radiators(fabric: Fabric, share: Floats) -> Floats:
    """Radiators a third to two thirds larger than the coldest day asks for, (homes, rooms)."""
    through_w_k = fabric.fabric_to_outdoors_w_k + fabric.glass_w_k
    aired_w_k = HEAT_OF_AIR_J_M3_K * fabric.infiltration_m3_s
    design_w = (through_w_k + aired_w_k) * _DESIGN_K
    return np.maximum(_between(1.3, 1.7, share) * design_w / RADIATOR_EXCESS_K, _SMALLEST_W_K)


def _sealed_system(share: Floats, chosen: Mapping[str, Floats]) -> dict[str, Floats]:
    water = _between(36.0, 60.0, share[:, 2])
    drawn = _between(1.28, 1.55, share[:, 3])
    given = chosen["cold_pressure_bar"]
    cold_pressure = np.where(np.isnan(given), drawn, given)
    rise = PRESSURE_RISE_BAR_K * _between(0.92, 1.08, share[:, 4])
    return {
        "system_water_l": water,
        "water_capacity_j_k": water * HEAT_OF_WATER_J_L_K + _STEEL_J_K,
        "cold_pressure_bar": cold_pressure,
        "gas_l": gas_volume_l(system_water_l=water, cold_bar=cold_pressure, rise_bar_k=rise),
    }


def _between(lowest: float, highest: float, share: Floats) -> Floats:
    return lowest + (highest - lowest) * share
