"""Windows that people open: of a morning, at night, after cooking, and in the warmth."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.homes.fabric import BEDROOM, LIVING
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats
from firmware_sim.people.presence import Presence, clock_ahead_min
from firmware_sim.people.timetable import laid

# Air through windows at 4 m/s of wind. A window ajar passes about 10 l/s, wide open 50 and more.
LEFT_OPEN_M3_S = np.array([0.045, 0.030, 0.020])
_AIRING_M3_S, _SMELL_M3_S = 0.040, 0.025
_AJAR_M3_S = 0.008
_WARM_M3_S = (0.080, 0.045)  # living room, bedroom
_SMELLS_FROM_MIN, _SMELL_MIN = 1100.0, 20.0
_MILD_NIGHT_C = 10.0
_WARM_C = (17.0, 24.0)  # from here on windows open, up to here all the way
_SUN_K = 5.0  # a sunny day feels so much warmer indoors


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """The weather at the homes' windows by slots, (slots, homes)."""

    air_temp_c: Floats
    sun: Floats
    wind_m_s: Floats


def opened_m3_s(
    day: int, homes: Homes, *, seed: int, outside: Outside, presence: Presence, left_open: Bools
) -> Floats:
    """Air through open windows through a day, (slots, homes, rooms)."""
    household = homes.household
    share = shares(seed, Subject.AIRING, homes.indices, (5,), day=day)
    mean_c: Floats = outside.air_temp_c.mean(axis=0)
    awake = presence.awake > 0.0
    feels_c = outside.air_temp_c + _SUN_K * outside.sun
    warm = np.clip((feels_c - _WARM_C[0]) / (_WARM_C[1] - _WARM_C[0]), 0.0, 1.0)
    opened: Floats = LEFT_OPEN_M3_S * left_open
    opened[..., LIVING] += _WARM_M3_S[0] * warm * awake + _after_cooking(day, homes, share)
    opened[..., BEDROOM] += (
        _WARM_M3_S[1] * warm * presence.occupied
        + _airing(homes, presence, mean_c, share)
        + _at_night(presence, household.night_window & (mean_c > _MILD_NIGHT_C))
    )
    opened *= (0.5 + 0.125 * outside.wind_m_s)[..., None]
    # Whoever is out or away has shut the windows that they did not forget.
    opened *= presence.occupied[..., None] | left_open
    return np.maximum(opened, 0.0)


def _after_cooking(day: int, homes: Homes, share: Floats) -> Floats:
    opens = homes.household.clears_smells & (share[:, 0] < 0.6)
    start = _SMELLS_FROM_MIN + 40.0 * share[:, 1] - clock_ahead_min(day, homes)
    air = np.where(opens, _SMELL_M3_S, 0.0)
    return _one(start, np.full(homes.count, _SMELL_MIN), air)


def _airing(homes: Homes, presence: Presence, mean_c: Floats, share: Floats) -> Floats:
    """The bedroom of a morning, less often the colder it is."""
    likely: Floats = homes.household.airing_share * np.clip((mean_c + 2.0) / 12.0, 0.15, 1.0)
    start = presence.gets_up_min[:, 0] + 5.0
    air = np.where(share[:, 3] < likely, _AIRING_M3_S, 0.0)
    return _one(start, 8.0 + 25.0 * share[:, 2], air)


def _at_night(presence: Presence, ajar: Bools) -> Floats:
    start, end = presence.to_bed_min[:, 0], presence.gets_up_min[:, 0]
    air = np.where(ajar, _AJAR_M3_S, 0.0)
    return _one(start, np.mod(end - start, MINUTES_A_DAY), air)


def _one(start: Floats, minutes: Floats, air_m3_s: Floats) -> Floats:
    """One opening a day, (homes,) to (slots, homes)."""
    return laid(start[:, None], minutes[:, None], air_m3_s[:, None], step_min=SLOT_MIN)
