"""Boilers with their radiators and hot water: arrays over homes, one step a minute for all."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.faults.effects import BoilerEffects
from firmware_sim.heating import burner, circuit, controls, hot_water, ignition, sealed
from firmware_sim.heating.codes import Condition
from firmware_sim.heating.state import NO_CONDITION, STEP_S, Boilers, at_rest
from firmware_sim.homes.fabric import LIVING
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats

__all__ = ["Boilers", "at_rest", "boiler_step", "row"]

OPEN_SENSOR_C = -40.0
KETTLING_SWING_K = 7.0  # of the flow, where the water boils in places


def boiler_step(
    boilers: Boilers,
    homes: Homes,
    effects: BoilerEffects,
    *,
    air_temp_c: Floats,
    set_point_c: Floats,
    tap_l_min: Floats,
    outdoor_c: Floats,
    minute: int,
    lit: Floats,
) -> Floats:
    """Carry the boilers on by a minute; returns what rooms got of their heat. [W] (homes, rooms)

    `air_temp_c` is (homes, rooms), the others (homes,). `lit`: a uniform draw (0 to 1) of this
    minute, for the attempts to light and for how the water of a furred exchanger boils. Nothing may
    be NaN. The boiler's case and the cylinder warm the living room, which stands for the kitchen.
    """
    plant = homes.plant
    kitchen_c = np.ascontiguousarray(air_temp_c[:, LIVING])
    mains = hot_water.drawn(plant, tap_l_min, minute)
    ignition.freeze(boilers, effects, outdoor_c)
    calls = controls.listen(
        boilers,
        plant,
        effects,
        mains,
        thermostat_c=kitchen_c,
        set_point_c=set_point_c,
        outdoor_c=outdoor_c,
        minute=minute,
    )
    controls.run_pumps(boilers, plant, calls)
    radiators = circuit.open_radiators(plant, boilers.water_c, air_temp_c)
    way = circuit.paths(boilers, plant, effects, mains, hot_water=calls.hot_water)
    ahead = circuit.look_ahead(boilers, plant, radiators, way, kitchen_c=kitchen_c)
    heat_w = burner.fire(boilers, plant, effects, calls, way, ahead, lit=lit)
    heated_w = circuit.carry_on(boilers, way, ahead, heat_w=heat_w)
    lost_w = hot_water.carry_on(boilers, plant, mains, heated_w=heated_w, kitchen_c=kitchen_c)
    sealed.carry_on(boilers, plant, effects)
    boilers.fired_j = boilers.fired_j + heat_w * STEP_S
    boilers.gas_j = boilers.gas_j + heat_w * STEP_S / burner.efficiency(boilers.return_c)
    _look(boilers, effects, lit)
    _show(boilers, effects, calls.barred)
    emitted = radiators.w_k * (boilers.water_c[:, None] - air_temp_c)
    emitted[:, LIVING] += circuit.CASE_W_K * (boilers.flow_c - kitchen_c) + lost_w
    return emitted


def row(boilers: Boilers, homes: Homes, effects: BoilerEffects) -> dict[str, NDArray[Any]]:
    """What the boilers know of themselves, by the names of `trace.BoilerTrace`; (homes,).

    `fault_code` is an index into `codes.CODES`, -1 in health.
    """
    plant = homes.plant
    asked = boilers.power_w / (plant.power_max_w * np.maximum(effects.power_share, 0.01))
    shown = plant.make * len(Condition) + boilers.condition
    return {
        "flow_temp_c": boilers.seen_flow_c,
        "return_temp_c": boilers.return_c + effects.return_sensor_bias_k,
        "hot_water_temp_c": boilers.hot_water_c,
        "flow_target_c": boilers.flow_target_c,
        "hot_water_target_c": plant.hot_water_target_c,
        "pressure_bar": boilers.pressure_bar,
        "modulation_pct": 100.0 * np.minimum(asked, 1.0) * boilers.flame_seen,
        "flame_current_ua": ignition.flame_current_ua(boilers, plant, effects),
        "flame_on": boilers.flame_seen,
        "pump_on": boilers.pump,
        "heat_demand": boilers.demand,
        "hot_water_demand": boilers.hot_water_demand,
        "burner_starts": boilers.starts,
        "ignition_failures": boilers.ignition_failures,
        "fault_code": np.where(boilers.condition == NO_CONDITION, NO_CONDITION, shown),
    }


def _look(boilers: Boilers, effects: BoilerEffects, luck: Floats) -> None:
    """Let the boiler's own sensor read the flow; `luck`, 0 to 1, is how water that boils swings."""
    seen = boilers.flow_c + effects.flow_sensor_bias_k
    if effects.kettling.any():
        swing = KETTLING_SWING_K * (2.0 * luck - 1.0)
        seen += swing * effects.kettling * boilers.flame_seen
    seen[effects.flow_sensor_open] = OPEN_SENSOR_C
    boilers.seen_flow_c = np.where(effects.flow_sensor_stuck, boilers.seen_flow_c, seen)


def _show(boilers: Boilers, effects: BoilerEffects, barred: Bools) -> None:
    """Set the condition that the display shows; what is found last here is shown first."""
    tripped = boilers.overheat_locked | (boilers.blocked_min > 0.0)
    wrong = barred | tripped | boilers.ignition_locked | boilers.low_pressure
    shown = np.full(wrong.size, NO_CONDITION, dtype=np.int64)
    if wrong.any():
        shown[tripped] = Condition.OVERHEATED
        shown[tripped & boilers.starved] = Condition.POOR_CIRCULATION
        shown[boilers.ignition_locked] = Condition.NO_FLAME
        shown[boilers.low_pressure] = Condition.LOW_PRESSURE
        shown[effects.flow_sensor_open] = Condition.FLOW_SENSOR
        shown[effects.locked] = Condition.CONTROL
    boilers.condition = shown
