"""Cooking: its heat, steam and fumes, and the hood that takes some of them away."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import SLOT_MIN
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats
from firmware_sim.people.presence import Presence, clock_ahead_min
from firmware_sim.people.timetable import laid

HOOD_M3_S = 0.025
"""A kitchen fan of 30 l/s (Approved Document F), as it is after some years."""
_HOOD_CATCHES_SHARE = 0.4
_GAS_FACTOR = 1.5  # burnt gas makes water too: 3 kg a day against 2 (BS 5250, from memory)
_GAS_CO2_M3_S_W = 2.6e-8  # 0.94 m³ of CO2 a m³ of gas of 36 MJ

# Breakfast, lunch and dinner: begins, how much that varies, takes, and how much of a dinner it is.
_BEGINS_MIN = np.array([450.0, 745.0, 1050.0])
_VARIES_MIN = np.array([70.0, 60.0, 100.0])
_TAKES_MIN = np.array([12.0, 20.0, 40.0])
_SHARE_OF_DINNER = np.array([0.35, 0.55, 1.0])
_COOKED_SHARE = np.array([0.8, 0.55, 0.9])  # of days
_HOB_W = (400.0, 180.0)  # and for each person


@dataclass(frozen=True, slots=True, kw_only=True)
class Cooking:
    """Arrays (slots, homes), all of the living room, which stands for the kitchen too."""

    on: Bools
    heat_w: Floats
    vapour_kg_s: Floats
    carbon_dioxide_m3_s: Floats
    fan_m3_s: Floats


def cooking_of(day: int, homes: Homes, *, seed: int, presence: Presence, guests: Floats) -> Cooking:
    """The meals of a day (days since 1970-01-01 UTC); `guests` (slots, homes) eat too."""
    household = homes.household
    share = shares(seed, Subject.MEALS, homes.indices, (3, 3), day=day)
    start = _BEGINS_MIN + _VARIES_MIN * (share[:, 0] - 0.5) - clock_ahead_min(day, homes)[:, None]
    level = np.where(share[:, 1] < _COOKED_SHARE, _SHARE_OF_DINNER * (0.6 + 0.8 * share[:, 2]), 0.0)
    minutes = np.broadcast_to(_TAKES_MIN, start.shape)
    cooked = np.maximum(laid(start, minutes, level, step_min=SLOT_MIN), 0.0)
    people = np.maximum(household.people, 1.0)
    cooked *= (presence.awake > 0.3) * (1.0 + guests / people)
    heat = cooked * (_HOB_W[0] + _HOB_W[1] * people)
    on = cooked > 0.05
    steam_kg_s = household.cooking_kg * people / (60.0 * _TAKES_MIN[-1])
    steam_kg_s *= np.where(household.gas_cooker, _GAS_FACTOR, 1.0)
    steam_kg_s *= np.where(household.kitchen_fan, 1.0 - _HOOD_CATCHES_SHARE, 1.0)
    return Cooking(
        on=on,
        heat_w=heat,
        vapour_kg_s=cooked * steam_kg_s,
        carbon_dioxide_m3_s=heat * (household.gas_cooker * _GAS_CO2_M3_S_W),
        fan_m3_s=on * (household.kitchen_fan * HOOD_M3_S),
    )
