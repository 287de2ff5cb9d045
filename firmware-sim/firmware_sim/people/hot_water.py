"""Showers, baths and taps: hot water by the minute, and the steam of the bathroom.

About 40 litres a day and 28 more for each person, at some 50 °C at the tap, as the Energy Saving
Trust measured in 2008 in 120 British homes (from memory): near 45 litres of 60 °C a person.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN, SLOTS_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.homes.household import PEOPLE_MAX
from firmware_sim.kinds import Bools, Floats
from firmware_sim.people.presence import Presence
from firmware_sim.people.timetable import laid

FLOW_MAX_L_MIN = 9.0
"""People turn a tap down when the boiler no longer makes the water hot."""
SHOWER_FAN_M3_S = 0.015
"""Extract of a bathroom, 15 l/s (Approved Document F)."""

_SHOWER_L_MIN, _SHOWER_MIN = (4.5, 7.0), (4.0, 10.0)
_BATH_L_MIN, _BATH_MIN = 8.0, 9.0
_SHOWER_KG_MIN, _BATH_KG = 0.038, 0.15  # vapour: about a quarter of a kilogram of a shower
_TOWELS_KG, _TOWELS_MIN = 0.15, 180.0
_AIRED_AFTER_MIN = 15.0
_BATHROOM_WINDOW_M3_S = 0.012
_BOTTLE_NECK_MIN = 14.0  # one bathroom: one after the other
_TAPS_MAX = 20
_TAP_L_MIN, _TAP_MIN = (1.5, 4.5), (1.0, 2.0)
_WASHING_UP_L_MIN = 4.0
_FLOW_STEP_L_MIN = 0.25  # a binary fraction, so that a closed tap is closed exactly
_BATH_DRAWS, _TAP_DRAWS = 6 * PEOPLE_MAX, 3 * _TAPS_MAX + 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Washing:
    """Hot water (minutes, homes), and what washing does to the bathroom (slots, homes)."""

    tap_l_min: Floats
    vapour_kg_s: Floats
    extract_m3_s: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draws:
    """Uses of hot water on whole minutes, (homes, uses); flow 0 where there is none."""

    start_min: Floats
    minutes: Floats
    flow_l_min: Floats


def washing_of(day: int, homes: Homes, *, seed: int, presence: Presence) -> Washing:
    """The washing of a day (days since 1970-01-01 UTC)."""
    share = shares(seed, Subject.TAPS, homes.indices, (_BATH_DRAWS + _TAP_DRAWS,), day=day)
    for_baths = share[:, :_BATH_DRAWS].reshape(-1, 6, PEOPLE_MAX)
    bath = for_baths[:, 0] < homes.household.bath_share[:, None]
    baths = _baths(homes, presence, bath, for_baths)
    taps = _taps(homes, presence, share[:, _BATH_DRAWS:])
    return Washing(
        tap_l_min=_tap_l_min(baths, taps),
        vapour_kg_s=_steam_kg_s(baths, bath),
        extract_m3_s=_extract_m3_s(homes, baths),
    )


def _baths(homes: Homes, presence: Presence, bath: Bools, share: Floats) -> _Draws:
    """Showers and baths, one or none for each person."""
    number = np.arange(PEOPLE_MAX)
    morning = ~bath & (share[:, 1] < 0.6)
    queue = _BOTTLE_NECK_MIN * number
    start = np.where(
        morning,
        presence.gets_up_min + 5.0 + queue + 10.0 * share[:, 2],
        presence.to_bed_min - 45.0 - queue - 40.0 * share[:, 2],
    )
    flow = np.where(bath, _BATH_L_MIN, _between(_SHOWER_L_MIN, share[:, 3]))
    wanted = share[:, 4] < homes.household.shower_share[:, None]
    wanted &= (number < homes.household.people[:, None]) & _in(presence, start)
    return _Draws(
        start_min=_whole(start),
        minutes=np.where(bath, _BATH_MIN, _whole(_between(_SHOWER_MIN, share[:, 5]))),
        flow_l_min=np.where(wanted, _stepped(flow), 0.0),
    )


def _taps(homes: Homes, presence: Presence, share: Floats) -> _Draws:
    """Hands washed, rinsing, and last the washing-up."""
    people = homes.household.people[:, None]
    up = presence.gets_up_min[:, :1]
    awake_min = np.mod(presence.to_bed_min[:, :1] - up, MINUTES_A_DAY)
    when, how_long, how_much = np.split(share[:, : 3 * _TAPS_MAX], 3, axis=1)
    through_day = np.concatenate((when, 0.8 + 0.1 * share[:, -2:-1]), axis=1)
    start = up + awake_min * through_day
    washing_up_min = 1.0 + people * (0.4 + 0.6 * share[:, -1:])
    used = np.arange(_TAPS_MAX) < 6.0 + 2.0 * people
    flow = np.where(used, _stepped(_between(_TAP_L_MIN, how_much)), 0.0)
    flow = np.concatenate((flow, np.full_like(washing_up_min, _WASHING_UP_L_MIN)), axis=1)
    minutes = np.concatenate((_between(_TAP_MIN, how_long), washing_up_min), axis=1)
    return _Draws(
        start_min=_whole(start),
        minutes=_whole(minutes),
        flow_l_min=np.where(_in(presence, start), flow, 0.0),
    )


def _tap_l_min(baths: _Draws, taps: _Draws) -> Floats:
    flow = laid(
        np.concatenate((baths.start_min, taps.start_min), axis=1),
        np.concatenate((baths.minutes, taps.minutes), axis=1),
        np.concatenate((baths.flow_l_min, taps.flow_l_min), axis=1),
        step_min=1,
    )
    return np.minimum(flow, FLOW_MAX_L_MIN, out=flow)


def _steam_kg_s(baths: _Draws, bath: Bools) -> Floats:
    """Of the water while it runs, and of wet towels and tiles for hours after."""
    taken = baths.flow_l_min > 0.0
    steam = np.where(bath, _BATH_KG / _BATH_MIN, _SHOWER_KG_MIN) * taken
    towels = np.full_like(steam, _TOWELS_KG / _TOWELS_MIN) * taken
    given_off = laid(
        np.concatenate((baths.start_min, baths.start_min + baths.minutes), axis=1),
        np.concatenate((baths.minutes, np.full_like(steam, _TOWELS_MIN)), axis=1),
        np.concatenate((steam, towels), axis=1) / 60.0,
        step_min=SLOT_MIN,
    )
    return np.maximum(given_off, 0.0, out=given_off)


def _extract_m3_s(homes: Homes, baths: _Draws) -> Floats:
    """Air drawn out of the bathroom by its fan, or through the window of those without one."""
    household = homes.household
    taken = (baths.flow_l_min > 0.0).astype(np.float64)
    minutes = baths.minutes + _AIRED_AFTER_MIN
    airing = laid(baths.start_min, minutes, taken, step_min=SLOT_MIN)
    without_fan = np.where(household.bathroom_window, _BATHROOM_WINDOW_M3_S, 0.0)
    air = np.where(household.bathroom_fan, SHOWER_FAN_M3_S, without_fan)
    return air * np.clip(airing, 0.0, 1.0)


def _in(presence: Presence, start_min: Floats) -> Bools:
    """Whether somebody is at home when each use would begin, (homes, uses)."""
    slot = (np.mod(start_min, MINUTES_A_DAY) / SLOT_MIN).astype(np.intp) % SLOTS_A_DAY
    return presence.occupied[slot, np.arange(slot.shape[0])[:, None]]


def _whole(minutes: Floats) -> Floats:
    return np.floor(minutes + 0.5)


def _stepped(flow_l_min: Floats) -> Floats:
    return _FLOW_STEP_L_MIN * np.floor(flow_l_min / _FLOW_STEP_L_MIN + 0.5)


def _between(bounds: tuple[float, float], share: Floats) -> Floats:
    return bounds[0] + (bounds[1] - bounds[0]) * share
