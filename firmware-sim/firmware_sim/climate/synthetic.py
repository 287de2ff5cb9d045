"""Synthetic British weather: air masses, highs and lows, fronts with their rain, and the sun.

The areas lie in one region: they share its fronts and depart a little from one another. The
weather of an instant depends on the seed and that instant alone.
"""

from dataclasses import dataclass, field

import numpy as np

from firmware_sim.chance import Subject
from firmware_sim.climate.day import WeatherDay
from firmware_sim.climate.memory import by_minute, of_areas, of_region
from firmware_sim.climate.places import Places, draw_places
from firmware_sim.climate.seasons import COLDEST_DAY, DAYS_A_YEAR, Season, day_of_season
from firmware_sim.climate.sun import share_of_full_sun
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import saturation_kg_m3

AREAS_MAX = 4_000
"""A million homes at 250 an area; a day of weather for them takes half a gigabyte."""

# English lowlands: about 4 °C in January, 17 °C in July (normals of 1991 to 2020, rounded).
_YEAR_MEAN_C = 10.4
_YEAR_SWING_C = 6.3
_COLDEST_C, _WARMEST_C = -16.0, 38.0

# Departures from the season: about 3.2 K from day to day in winter, 2.4 K in summer; longest to
# the cold side in winter (easterlies) and to the warm side in summer.
_SPREAD_C = (2.9, 0.5)  # mean, and how much more in winter
_SKEW = 0.13
_SLOW_SHARE = 0.45  # of it lasts for weeks: some winters are hard
_LOCAL_SHARE = 0.25  # of it is each area's own

_WARMEST_MINUTE = 14 * 60 + 30
_HOUR_SPREAD_C = 0.35
_WIND_M_S, _WIND_SPREAD = 3.7, 0.42
_RAIN_THRESHOLD = 0.98  # it rains for about a tenth of the time
_RAIN_MM_H = 1.3  # for each standard deviation by which the threshold is passed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sky:
    """What drives a day's weather; mean 0 and standard deviation 1, (areas, minutes)."""

    warmth: Floats
    high: Floats
    """Of the pressure: dry, calm and clear where it is high."""
    front: Floats
    """Passing within hours; it rains where it is well above 1."""
    gust: Floats
    patchy: Floats
    """Of cloud and of the air's warmth, from hour to hour."""


@dataclass(frozen=True, slots=True)
class Synthetic:
    """Weather of `areas` areas, drawn from a seed. ValueError for too many areas or none."""

    seed: int
    season: Season
    areas: int
    _places: Places = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.areas <= AREAS_MAX:
            raise ValueError(f"there can be 1 to {AREAS_MAX} areas, not {self.areas}")
        object.__setattr__(self, "_places", draw_places(self.areas, seed=self.seed))

    def day(self, number: int) -> WeatherDay:
        """The weather of a day (days since 1970-01-01 UTC)."""
        sky = _sky(number, seed=self.seed, areas=self.areas)
        of_year = day_of_season(number, self.season)
        winter = _winter(number, self.season)
        cloud = _cloud(sky, winter)
        base = _base_c(sky, winter, self._places)
        temp = np.clip(base + _daily_c(sky, cloud, winter, self._places), _COLDEST_C, _WARMEST_C)
        texture = _texture(number, seed=self.seed, areas=self.areas)
        return WeatherDay(
            air_temp_c=_minutes_first(temp),
            vapour_kg_m3=_minutes_first(_vapour(sky, cloud, winter, base, temp)),
            sun=_minutes_first(share_of_full_sun(of_year, cloud)),
            wind_m_s=_minutes_first(_wind(sky, winter, self._places)),
            rain_mm=_minutes_first(_rain(sky, texture, self._places)),
        )


def _sky(day: int, *, seed: int, areas: int) -> _Sky:
    drawn = _Drawn(day=day, seed=seed, areas=areas)
    quick = drawn.by_air_mass(0, memory=0.94, local_share=_LOCAL_SHARE)
    slow = drawn.by_air_mass(2, memory=0.988, local_share=0.0)
    high = drawn.by_air_mass(1, memory=0.93, local_share=0.2)
    return _Sky(
        warmth=np.sqrt(1.0 - _SLOW_SHARE**2) * quick + _SLOW_SHARE * slow,
        high=high,
        front=-0.5 * high + np.sqrt(1.0 - 0.5**2) * drawn.by_hour(0, memory=0.8, local_share=0.5),
        gust=drawn.by_hour(1, memory=0.8, local_share=0.5),
        patchy=drawn.by_hour(2, memory=0.7, local_share=0.7),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Processes of a day that the region and each area share out between them."""

    day: int
    seed: int
    areas: int

    def by_air_mass(self, process: int, *, memory: float, local_share: float) -> Floats:
        """With a knot every six hours, (areas, minutes)."""
        return self._of(Subject.WEATHER_OF_DAY, 4, process, memory, local_share)

    def by_hour(self, process: int, *, memory: float, local_share: float) -> Floats:
        """With a knot every hour, (areas, minutes)."""
        return self._of(Subject.WEATHER_OF_HOUR, 24, process, memory, local_share)

    def _of(
        self, subject: Subject, knots: int, process: int, memory: float, local_share: float
    ) -> Floats:
        region = of_region(
            self.day, seed=self.seed, subject=subject, knots=knots, process=process, memory=memory
        )
        local = of_areas(
            self.day,
            seed=self.seed,
            subject=subject,
            knots=knots,
            process=process,
            memory=min(memory, 0.9),  # an area departs from its region for a few days at most
            areas=self.areas,
        )
        return by_minute(np.sqrt(1.0 - local_share**2) * region + local_share * local)


def _winter(day: int, season: Season) -> Floats:
    """1 at midwinter, -1 at midsummer, (minutes,)."""
    passed = np.arange(MINUTES_A_DAY) / MINUTES_A_DAY if season is Season.CALENDAR else 0.0
    of_year = day_of_season(day, season) + passed
    return np.broadcast_to(
        np.cos(2.0 * np.pi * (of_year - COLDEST_DAY) / DAYS_A_YEAR), (MINUTES_A_DAY,)
    )


def _cloud(sky: _Sky, winter: Floats) -> Floats:
    """Share of the sky that is covered."""
    drawn = 0.66 + 0.06 * winter - 0.16 * sky.high + 0.14 * sky.front + 0.16 * sky.patchy
    return np.clip(drawn, 0.0, 1.0)


def _base_c(sky: _Sky, winter: Floats, places: Places) -> Floats:
    """Air temperature without the difference of day and night."""
    season = _YEAR_MEAN_C + places.warmer_k - _YEAR_SWING_C * places.season_factor * winter
    # Under a high it is cold in winter and warm in summer.
    drawn = (0.92 * sky.warmth - 0.39 * winter * sky.high) / np.sqrt(0.92**2 + (0.39 * winter) ** 2)
    skew = -_SKEW * winter
    skewed = (drawn + skew * (drawn**2 - 1.0)) / np.sqrt(1.0 + 2.0 * skew**2)
    return season + (_SPREAD_C[0] + _SPREAD_C[1] * winter) * skewed


def _daily_c(sky: _Sky, cloud: Floats, winter: Floats, places: Places) -> Floats:
    """Difference of day and night, and the small noise of the hour."""
    minute = np.arange(MINUTES_A_DAY)
    wave = np.cos(2.0 * np.pi * (minute - _WARMEST_MINUTE) / MINUTES_A_DAY)
    clear_k = 5.4 - 1.5 * winter
    swing = clear_k * (1.0 - 0.75 * cloud) * places.day_factor + 0.6
    return swing * wave + _HOUR_SPREAD_C * sky.patchy


def _vapour(sky: _Sky, cloud: Floats, winter: Floats, base: Floats, temp: Floats) -> Floats:
    """Vapour that an air mass keeps through the day, and never more than it can hold."""
    wetter = 0.10 * (cloud - 0.66) + 0.03 * sky.front - 0.02 * sky.high
    share = np.clip(0.80 + 0.055 * winter + wetter, 0.40, 0.98)
    return np.minimum(share * saturation_kg_m3(base), 0.985 * saturation_kg_m3(temp))


def _wind(sky: _Sky, winter: Floats, places: Places) -> Floats:
    blowing = -0.6 * sky.high + 0.35 * np.maximum(sky.front, 0.0) + 0.6 * sky.gust
    return (_WIND_M_S + 0.5 * winter) * places.wind_factor * np.exp(_WIND_SPREAD * blowing)


def _texture(day: int, *, seed: int, areas: int) -> Floats:
    """Heavier and lighter rain within the hour, and breaks in it; about 1 in the mean."""
    drawn = of_areas(
        day, seed=seed, subject=Subject.RAIN, knots=144, process=0, memory=0.6, areas=areas
    )
    return np.maximum(0.75 + 0.9 * by_minute(drawn), 0.0)


def _rain(sky: _Sky, texture: Floats, places: Places) -> Floats:
    """Rain of each minute. [mm]"""
    over = np.maximum(sky.front - _RAIN_THRESHOLD, 0.0)
    return _RAIN_MM_H / 60.0 * places.rain_factor * over * texture


def _minutes_first(by_area: Floats) -> Floats:
    return np.ascontiguousarray(by_area.T)
