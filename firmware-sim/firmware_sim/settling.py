"""Rooms before a run begins: weeks of weather and people, with a heater that keeps the set point.

Walls and furnishings remember weeks. A boiler forgets within a day, so that these weeks can be
lived through without one, in long steps.
"""

import numpy as np

from firmware_sim.climate.day import Climate
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.driving import Driving, drive
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.ledger import Ledger
from firmware_sim.people.comings import Comings
from firmware_sim.physics import rooms
from firmware_sim.physics.mixing import Mixing, mixing_by
from firmware_sim.physics.moisture import moisture_step

SLOTS_A_STEP = 6
STEP_S = 60.0 * SLOT_MIN * SLOTS_A_STEP
STEPS_A_DAY = MINUTES_A_DAY // (SLOT_MIN * SLOTS_A_STEP)


def live_simply(
    state: rooms.Rooms,
    homes: Homes,
    days: range,
    *,
    seed: int,
    climate: Climate,
    ledger: Ledger | None = None,
) -> None:
    """Carry rooms through whole days (since 1970-01-01 UTC); healthy homes, nothing unusual."""
    mixing = mixing_by(homes.fabric.mixing_m3_s)
    usual = Comings.none(homes)
    for day in days:
        driving = drive(day, homes, seed=seed, climate=climate, comings=usual)
        for step in range(STEPS_A_DAY):
            _step(state, homes, driving, step, mixing, ledger)


def _step(
    state: rooms.Rooms,
    homes: Homes,
    driving: Driving,
    step: int,
    mixing: Mixing,
    ledger: Ledger | None,
) -> None:
    def mean(by_slot: Floats) -> Floats:
        means: Floats = by_slot[SLOTS_A_STEP * step : SLOTS_A_STEP * (step + 1)].mean(axis=0)
        return means

    weather, living, fabric = driving.slots, driving.living, homes.fabric
    outdoor_c = mean(weather.air_temp_c)
    leaks_m3_s = rooms.infiltration_m3_s(
        fabric, wind_m_s=mean(weather.wind_m_s), indoor_c=state.air_temp_c, outdoor_c=outdoor_c
    )
    air_m3_s = leaks_m3_s + mean(living.opened_m3_s)
    gains_w = mean(living.gains_w) + mean(weather.sun)[:, None] * fabric.window_w
    set_point_c = np.minimum(mean(living.set_point_c)[:, None], homes.plant.radiator_valve_c)
    heat_w = gains_w + _heater_w(state, homes, set_point_c, outdoor_c, gains_w)
    lost_j = rooms.heat_step(
        state,
        fabric,
        outdoor_c=outdoor_c,
        air_m3_s=air_m3_s,
        mixing=mixing,
        loss_factor=np.ones(air_m3_s.shape),
        heat_w=heat_w,
        step_s=STEP_S,
    )
    nothing = np.zeros(air_m3_s.shape)
    vapour_kg_s = mean(living.vapour_kg_s)
    left_kg = moisture_step(
        state,
        fabric,
        outdoor_c=outdoor_c,
        outdoor_kg_m3=mean(weather.vapour_kg_m3),
        air_m3_s=air_m3_s,
        mixing=mixing,
        vapour_kg_s=vapour_kg_s,
        wall_leak_kg_s=nothing,
        rain_kg_s=nothing,
        f_rsi=fabric.f_rsi,
        step_s=STEP_S,
    )
    if ledger is not None:
        ledger.enter_heat(STEP_S * heat_w, lost_j)
        ledger.enter_water(STEP_S * vapour_kg_s, left_kg)


def _heater_w(
    state: rooms.Rooms, homes: Homes, set_point_c: Floats, outdoor_c: Floats, gains_w: Floats
) -> Floats:
    """What keeps each room at its set point and brings it there within the hour."""
    fabric = homes.fabric
    needed = fabric.heat_loss_w_k * (set_point_c - outdoor_c[:, None]) - gains_w
    return np.maximum(needed + fabric.air_to_fabric_w_k * (set_point_c - state.air_temp_c), 0.0)
