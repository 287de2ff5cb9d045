"""Hot water: what the mains give, what a plate or a cylinder makes of it. Arrays (homes,)."""

import math
from dataclasses import dataclass

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.heating.state import STEP_S, Boilers
from firmware_sim.homes.plant import Plant
from firmware_sim.kinds import Floats
from firmware_sim.physics.water import HEAT_OF_WATER_J_L_K

PLATE_K, PLATE_POWER_W = 12.0, 15_000.0  # the flow is 12 K above the hot water at 15 kW
DRAW_MIN_L_MIN = 1.5  # less does not turn the flow switch of a combi
TAP_C = 45.0  # a cylinder's water is mixed down to this
CYLINDER_LOSS_W_K = 1.7  # 1.6 kWh a day at 40 K (memory)

# Mains water follows the ground: coldest in the middle of February.
MAINS_MEAN_C, MAINS_SWING_K, COLDEST_DAY = 12.0, 4.0, 45.0
_DAYS_A_YEAR = 365.2425


@dataclass(frozen=True, slots=True, kw_only=True)
class Mains:
    """What is drawn this minute."""

    temp_c: float
    tap_l_min: Floats
    tap_w_k: Floats
    """Heat that the drawn water takes per kelvin of its warming."""


def drawn(plant: Plant, tap_l_min: Floats, minute: int) -> Mains:
    """The draw at `minute` (since 1970-01-01 UTC), as far as a combi lets it through."""
    turn = 2.0 * math.pi * (minute / MINUTES_A_DAY - COLDEST_DAY) / _DAYS_A_YEAR
    through = np.minimum(tap_l_min, plant.tap_max_l_min)
    return Mains(
        temp_c=MAINS_MEAN_C - MAINS_SWING_K * math.cos(turn),
        tap_l_min=through,
        tap_w_k=through * (HEAT_OF_WATER_J_L_K / STEP_S),
    )


def carry_on(
    boilers: Boilers, plant: Plant, mains: Mains, *, heated_w: Floats, kitchen_c: Floats
) -> Floats:
    """Take the draw from plate or cylinder; returns what the cylinder gave its cupboard. [W]"""
    running = mains.tap_l_min >= DRAW_MIN_L_MIN
    warmed = mains.temp_c + heated_w / np.maximum(mains.tap_w_k, 1.0)
    towards = np.where(running, warmed, kitchen_c)
    pace = np.where(running, 0.85, 0.02)
    outlet = boilers.hot_water_c + pace * (towards - boilers.hot_water_c)
    mixed_c = np.minimum(boilers.hot_water_c, TAP_C) - mains.temp_c
    taken = np.where(plant.combi, heated_w, mains.tap_w_k * mixed_c)
    lost = CYLINDER_LOSS_W_K * (boilers.hot_water_c - kitchen_c) * ~plant.combi
    kept = (heated_w - taken - lost) * STEP_S / plant.cylinder_j_k
    boilers.hot_water_c = np.where(plant.combi, outlet, boilers.hot_water_c + kept)
    boilers.tapped_j = boilers.tapped_j + taken * STEP_S
    return lost
