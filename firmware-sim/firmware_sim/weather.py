"""Synthetic British weather: a season, a day, fronts that pass, and the small noise of an hour.

The weather of an instant depends on the seed and that instant alone.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import numpy as np

from firmware_sim.air import Floats, saturation_kg_m3
from firmware_sim.chance import Subject, draws

MINUTES_A_DAY = 1440
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# English lowlands: about 4 °C in January, 17 °C in July.
YEAR_MEAN_C = 10.4
YEAR_SWING_C = 6.2
COLDEST_DAY = 20

FRONT_MEMORY = 0.72  # yesterday's departure from the season lives on in today's
FRONT_DAYS = 20  # 0.72 ** 20 is a seven-hundredth: older days no longer matter
FRONT_SPREAD_C = 2.7
HOUR_SPREAD_C = 0.35
WARMEST_MINUTE = 14 * 60 + 30


class Season(StrEnum):
    """Which season the estate lives in: the calendar's, or one that is held for ever."""

    CALENDAR = "calendar"
    AUTUMN = "autumn"
    WINTER = "winter"


_HELD_DAY_OF_YEAR = {Season.AUTUMN: 335, Season.WINTER: COLDEST_DAY}


@dataclass(frozen=True, slots=True, kw_only=True)
class Weather:
    """One day's weather outdoors, an array of (minutes,) each."""

    air_temp_c: Floats
    vapour_kg_m3: Floats
    sun: Floats
    """Share of full winter sun that reaches a window, 0 to 1."""


def weather_of(day: int, *, seed: int, season: Season) -> Weather:
    """The weather of a day (days since 1970-01-01), minute by minute. [°C, kg/m³, share]"""
    minute = np.arange(MINUTES_A_DAY, dtype=np.float64)
    around = (day - 1, day, day + 1)
    noons = np.array([-720.0, 720.0, 2160.0])
    front = np.interp(minute, noons, [_front_c(seed, one) for one in around])
    cloud = np.interp(minute, noons, [_cloud(seed, one) for one in around])
    season_c = np.interp(minute, noons, [_season_mean_c(one, season) for one in around])
    base = season_c + front
    swing = (1.0 + 3.0 * (1.0 - cloud)) * np.cos(
        2 * np.pi * (minute - WARMEST_MINUTE) / MINUTES_A_DAY
    )
    temp = np.clip(base + swing + _hour_noise_c(seed, day, minute), -14.0, 36.0)
    humid = (0.77 + 0.11 * cloud) * saturation_kg_m3(base)
    height = np.maximum(np.sin(np.pi * (minute - 480.0) / 510.0), 0.0)  # up from 08:00 to 16:30
    return Weather(
        air_temp_c=temp,
        vapour_kg_m3=np.minimum(humid, 0.98 * saturation_kg_m3(temp)),
        sun=np.where(minute < 990.0, height, 0.0) * (1.0 - 0.8 * cloud),
    )


def _season_mean_c(day: int, season: Season) -> float:
    calendar = (EPOCH + timedelta(days=day)).timetuple().tm_yday
    day_of_year = _HELD_DAY_OF_YEAR.get(season, calendar)
    return YEAR_MEAN_C - YEAR_SWING_C * float(np.cos(2 * np.pi * (day_of_year - COLDEST_DAY) / 365))


@lru_cache(maxsize=64)
def _shocks(seed: int, day: int) -> tuple[float, float]:
    first, second = draws(seed, Subject.WEATHER_OF_DAY, day).standard_normal(2)
    return float(first), float(second)


def _front_c(seed: int, day: int) -> float:
    """An autoregressive departure written as a sum over past days, so that it needs no state."""
    weights = FRONT_MEMORY ** np.arange(FRONT_DAYS)
    shocks = np.array([_shocks(seed, day - back)[0] for back in range(FRONT_DAYS)])
    return float(FRONT_SPREAD_C * (weights * shocks).sum() / np.sqrt((weights**2).sum()))


def _cloud(seed: int, day: int) -> float:
    """Cloud cover of a day, 0 (clear) to 1 (overcast)."""
    first, second = _shocks(seed, day)
    return float(np.clip(0.65 + 0.15 * first + 0.25 * second, 0.0, 1.0))


def _hour_noise_c(seed: int, day: int, minute: Floats) -> Floats:
    today = draws(seed, Subject.WEATHER_OF_HOUR, day).standard_normal(24)
    tomorrow = draws(seed, Subject.WEATHER_OF_HOUR, day + 1).standard_normal(24)
    knots = HOUR_SPREAD_C * np.append(today, tomorrow[0])
    return np.interp(minute, np.arange(25) * 60.0, knots)
