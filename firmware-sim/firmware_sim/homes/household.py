"""The people of each home and how they live."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import SLOT_MIN
from firmware_sim.kinds import Bools, Floats, Ints

PEOPLE_MAX = 8
"""The largest household that is simulated person by person."""

# Households of social landlords, about as the English Housing Survey has them (from memory).
_UP_TO_SHARE = (0.36, 0.66, 0.82, 0.93)
_RETIRED_SHARE = 0.4  # of homes with one or two people
_WORKING_SHARE, _SHIFTS_SHARE = 0.5, 0.12  # of the other adults
_TODDLER_SHARE = 0.15  # of children


class Role(IntEnum):
    """How a person spends a weekday."""

    NOBODY = 0
    AT_HOME = 1
    WORKER = 2
    SHIFT_WORKER = 3
    PUPIL = 4
    TODDLER = 5


class Heating(IntEnum):
    """How a household uses its heating."""

    TWICE = 0
    """By a timer, mornings and evenings; all day at weekends."""
    ALL_DAY = 1
    """From getting up until bedtime."""
    ALWAYS = 2
    """Day and night alike."""
    THRIFTY = 3
    """A low set-point, for few hours."""


_HEATING_UP_TO_SHARE = (0.47, 0.80, 0.88)
_SET_POINTS_C = {
    Heating.TWICE: (19.0, 21.5),
    Heating.ALL_DAY: (19.5, 22.5),
    Heating.ALWAYS: (19.5, 23.0),
    Heating.THRIFTY: (17.5, 19.0),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """(homes,) unless said."""

    people: Floats
    role: Ints
    """Each person's `Role`, (homes, PEOPLE_MAX)."""
    shift_phase: Ints
    """Which week of the three-week round of shifts theirs begins with."""
    clock_shift_min: Floats
    """How much earlier than their neighbours these people live, in whole slots."""
    heating: Ints
    """`Heating`"""
    set_point_c: Floats
    set_back_c: Floats
    """What the thermostat falls back to when the heating is not wanted."""
    holiday_set_back_c: Floats
    """The same while everybody is away for days."""
    summer_off_c: Floats
    """Mean of a day outdoors above which they turn the heating off."""
    shower_share: Floats
    """Chance that a person takes a shower or a bath on a day."""
    bath_share: Floats
    """Of these, how many are baths."""
    cooking_kg: Floats
    """Vapour of a dinner for one and of its washing-up."""
    gas_cooker: Bools
    loads_week: Floats
    """Loads of laundry."""
    dries_indoors_share: Floats
    """Of the loads, when the weather does not decide."""
    dries_in_bedroom: Bools
    airing_share: Floats
    """Chance that the bedroom is aired of a morning."""
    night_window: Bools
    """They sleep with a window ajar when it is mild."""
    clears_smells: Bools
    """They open a window after cooking."""
    kitchen_fan: Bools
    """There is one, and they use it; likewise below."""
    bathroom_fan: Bools
    bathroom_window: Bools
    """They have no fan and open the window after a shower instead."""
    appliances_w: Floats
    """Fridge, standby and the like, day and night."""
    plants_kg_s: Floats
    """Vapour of plants, pets and damp cloths."""


def draw_household(homes: range, *, seed: int, chosen: Mapping[str, Floats]) -> Household:
    """The households of these homes. ValueError for more than `PEOPLE_MAX` people in one."""
    share = shares(seed, Subject.HOUSEHOLD, homes, (8,))
    people = _people(chosen["people"], share[:, 0])
    habit = shares(seed, Subject.HABITS, homes, (18,))
    heating = np.searchsorted(_HEATING_UP_TO_SHARE, share[:, 1], side="right")
    lowest, highest = np.array([_SET_POINTS_C[kind] for kind in Heating]).T[:, heating]
    set_point = _given(chosen["set_point_c"], _between(lowest, highest, share[:, 2]))
    small = 0.7 + 0.3 * people
    return Household(
        people=people,
        role=_roles(people, share[:, 3], shares(seed, Subject.ROLES, homes, (PEOPLE_MAX,))),
        shift_phase=(3.0 * habit[:, 15]).astype(np.int64),
        clock_shift_min=SLOT_MIN * np.round(_between(-60.0, 60.0, share[:, 4]) / SLOT_MIN),
        heating=heating,
        set_point_c=set_point,
        set_back_c=set_point - _between(2.5, 5.0, share[:, 5]),
        holiday_set_back_c=np.where(
            share[:, 6] < 0.4, set_point, _between(12.0, 15.0, share[:, 7])
        ),
        summer_off_c=_between(13.5, 18.0, habit[:, 0]),
        shower_share=_between(0.45, 0.95, habit[:, 1]),
        bath_share=np.where(habit[:, 2] < 0.4, 0.0, habit[:, 2] - 0.4),
        # 2 to 3 kg of cooking a day in a home of four (BS 5250, from memory).
        cooking_kg=_between(0.20, 0.60, habit[:, 3]),
        gas_cooker=habit[:, 4] < 0.45,
        # Some 260 a year in a home of two or three (Energy Saving Trust, from memory).
        loads_week=_between(2.0, 4.6, habit[:, 5]) * small,
        dries_indoors_share=_between(0.2, 1.0, habit[:, 6]),
        dries_in_bedroom=habit[:, 7] < 0.25,
        airing_share=np.maximum(_between(-0.3, 0.8, habit[:, 8]), 0.0),
        night_window=habit[:, 9] < 0.4,
        clears_smells=habit[:, 10] < 0.35,
        kitchen_fan=habit[:, 11] < 0.55,
        bathroom_fan=habit[:, 12] < 0.65,
        bathroom_window=habit[:, 12] > 0.82,
        appliances_w=_between(45.0, 110.0, habit[:, 13]),
        plants_kg_s=_between(0.005, 0.030, habit[:, 14]) / 3600.0,
    )


def _people(chosen: Floats, share: Floats) -> Floats:
    drawn = np.searchsorted(_UP_TO_SHARE, share, side="right").astype(np.float64) + 1.0
    people = _given(chosen, drawn)
    if (people > PEOPLE_MAX).any() or (people < 0).any():
        raise ValueError(
            f"a home has 0 to {PEOPLE_MAX} people, not {people.max():g}; choose fewer for it"
        )
    return people


def _roles(people: Floats, share: Floats, each: Floats) -> Ints:
    """One or two adults, then children; (homes, PEOPLE_MAX)."""
    lone_parent = (people >= 2) & (share > 0.8)
    retired = (people <= 2) & (share < _RETIRED_SHARE)
    adults = np.where(lone_parent | (people < 2), 1, 2)
    grown = np.where(each < _WORKING_SHARE + _SHIFTS_SHARE, Role.SHIFT_WORKER, Role.AT_HOME)
    grown = np.where(each < _WORKING_SHARE, Role.WORKER, grown)
    grown = np.where(retired[:, None], Role.AT_HOME, grown)
    young = np.where(each < _TODDLER_SHARE, Role.TODDLER, Role.PUPIL)
    number = np.arange(PEOPLE_MAX)
    role = np.where(number < adults[:, None], grown, young)
    return np.where(number < people[:, None], role, Role.NOBODY).astype(np.int64)


def _between(lowest: Floats | float, highest: Floats | float, share: Floats) -> Floats:
    return lowest + (highest - lowest) * share


def _given(override: Floats, drawn: Floats) -> Floats:
    return np.where(np.isnan(override), drawn, override)
