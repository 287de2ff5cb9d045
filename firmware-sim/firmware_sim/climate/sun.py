"""Where the sun stands, and how much of it comes through a south window.

Clear sky and cloud after Kasten and Czeplak (1980), as commonly quoted.
"""

import math

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Floats

LATITUDE_DEG = 53.0
"""The middle of England."""
FULL_SUN_W_M2 = 800.0
"""On a south wall; about the most that the clearest spring noon gives."""

_NOON_MIN = 726.0  # 12:06 UTC, a degree and a half west of Greenwich
_GROUND_REFLECTS = 0.2
_LOWEST_SIN = 0.06  # below 3.5° houses and trees stand in the way


def sin_height(day_of_season: int, *, latitude_deg: float = LATITUDE_DEG) -> Floats:
    """Sine of the sun's height through a day, negative at night, (minutes,)."""
    declination, latitude = _declination(day_of_season), math.radians(latitude_deg)
    up = math.sin(latitude) * math.sin(declination)
    across = math.cos(latitude) * math.cos(declination)
    return up + across * np.cos(_hour_angle())


def day_length_h(day_of_season: int, *, latitude_deg: float = LATITUDE_DEG) -> float:
    """How long the middle of the sun is up, by geometry alone. [h]

    >>> round(day_length_h(355), 1), round(day_length_h(172), 1)
    (7.3, 16.7)
    """
    above = -math.tan(math.radians(latitude_deg)) * math.tan(_declination(day_of_season))
    return 24.0 * math.acos(min(max(above, -1.0), 1.0)) / math.pi


def share_of_full_sun(
    day_of_season: int, cloud: Floats, *, latitude_deg: float = LATITUDE_DEG
) -> Floats:
    """Sun on a south window as a share of `FULL_SUN_W_M2`, 0 to 1, (areas, minutes).

    `cloud` (areas, minutes) is the share of the sky that is covered; NaN in, NaN out.
    """
    height = sin_height(day_of_season, latitude_deg=latitude_deg)
    up = height > _LOWEST_SIN
    high = np.maximum(height, _LOWEST_SIN)
    clear_w_m2 = np.where(up, np.maximum(910.0 * high - 30.0, 0.0), 0.0)
    on_ground = clear_w_m2 * (1.0 - 0.75 * cloud**3.4)
    diffuse = on_ground * (0.3 + 0.7 * cloud**2)
    beam = (on_ground - diffuse) * (_cos_incidence(day_of_season, latitude_deg) / high)
    on_window = beam + 0.5 * diffuse + 0.5 * _GROUND_REFLECTS * on_ground
    return np.clip(on_window / FULL_SUN_W_M2, 0.0, 1.0)


def _cos_incidence(day_of_season: int, latitude_deg: float) -> Floats:
    """Cosine of the angle between the sun and a south window's normal, not below zero."""
    declination, latitude = _declination(day_of_season), math.radians(latitude_deg)
    facing = math.sin(latitude) * math.cos(declination) * np.cos(_hour_angle())
    return np.maximum(facing - math.cos(latitude) * math.sin(declination), 0.0)


def _declination(day_of_season: int) -> float:
    return math.radians(23.45) * math.sin(2.0 * math.pi * (284 + day_of_season) / 365.0)


def _hour_angle() -> Floats:
    minute = np.arange(MINUTES_A_DAY, dtype=np.float64) + 0.5
    return 2.0 * math.pi * (minute - _NOON_MIN) / MINUTES_A_DAY
