"""All that drives the homes during one day: weather, people, and the luck of lighting a burner."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, shares
from firmware_sim.climate.day import Climate, WeatherDay
from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN, SLOTS_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.people.comings import Comings
from firmware_sim.people.day import LivingDay
from firmware_sim.people.living import day_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotWeather:
    """Outdoors by slots as each home has it, (slots, homes): means, but rain."""

    air_temp_c: Floats
    vapour_kg_m3: Floats
    sun: Floats
    wind_m_s: Floats
    rain_kg_s: Floats
    """Millimetres of rain a second; a millimetre is a kilogram on a square metre."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Driving:
    """One day of a block of homes, before anything happens in it."""

    day: int
    weather: WeatherDay
    """By minutes and areas."""
    outdoor_c: Floats
    """(minutes, homes)"""
    slots: SlotWeather
    living: LivingDay
    luck: Floats
    """Uniform from 0 to 1, (minutes, homes): whether an attempt to light the burner succeeds."""


def drive(day: int, homes: Homes, *, seed: int, climate: Climate, comings: Comings) -> Driving:
    """The day (days since 1970-01-01 UTC) of these homes; depends on no other day."""
    weather = climate.day(day)
    luck = shares(seed, Subject.IGNITION, homes.indices, (MINUTES_A_DAY,), day=day)
    return Driving(
        day=day,
        weather=weather,
        outdoor_c=weather.air_temp_c[:, homes.area],
        slots=_by_slots(weather, homes),
        living=day_of(day, homes, seed=seed, weather=weather, comings=comings),
        luck=np.ascontiguousarray(luck.T),
    )


def _by_slots(weather: WeatherDay, homes: Homes) -> SlotWeather:
    def mean(by_minute: Floats) -> Floats:
        means = by_minute.reshape(SLOTS_A_DAY, SLOT_MIN, -1).mean(axis=1)
        return np.ascontiguousarray(means[:, homes.area])

    return SlotWeather(
        air_temp_c=mean(weather.air_temp_c),
        vapour_kg_m3=mean(weather.vapour_kg_m3),
        sun=mean(weather.sun),
        wind_m_s=mean(weather.wind_m_s),
        rain_kg_s=mean(weather.rain_mm) / 60.0,
    )
