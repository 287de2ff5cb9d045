"""What people do in a day: where they are, what they heat, cook, wash, dry and open.

Heat and vapour of people after BS 5250 and CIBSE Guide A (from memory): 75 W and 55 g an hour
awake, 60 W and 40 g asleep; breath of 0.005 l/s of CO2 awake.
"""

import numpy as np

from firmware_sim.climate.day import WeatherDay
from firmware_sim.clock import SLOT_MIN, SLOTS_A_DAY
from firmware_sim.homes.fabric import BATHROOM, BEDROOM, LIVING, ROOMS
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.people.comings import Comings
from firmware_sim.people.day import LivingDay
from firmware_sim.people.hot_water import washing_of
from firmware_sim.people.kitchen import Cooking, cooking_of
from firmware_sim.people.laundry import drying_kg_s
from firmware_sim.people.presence import Presence, presence_of
from firmware_sim.people.warmth import set_points_c
from firmware_sim.people.windows import Outside, opened_m3_s

AWAKE_W, ASLEEP_W = 75.0, 60.0
AWAKE_KG_S, ASLEEP_KG_S = 0.055 / 3600.0, 0.040 / 3600.0
AWAKE_CO2_M3_S, ASLEEP_CO2_M3_S = 5.0e-6, 3.6e-6
_IN_LIVING_SHARE = 0.85  # of the time awake; the rest in the bedroom
_BEDROOM_SLEEPERS = 2.0  # others sleep in the rooms that the living room stands for
_DEVICES_W, _LIGHTS_W = 40.0, 35.0  # a person who is up; a home that is lit
_DARK_SUN = 0.04


def day_of(
    day: int, homes: Homes, *, seed: int, weather: WeatherDay, comings: Comings
) -> LivingDay:
    """The day (days since 1970-01-01 UTC) as these homes live it, under that day's weather.

    A home's day depends on nothing but itself, the seed, the weather of its area and what comes.
    """
    outside = _outside(homes, weather)
    mean_c = weather.air_temp_c.mean(axis=0)[homes.area]
    rain_mm = weather.rain_mm.sum(axis=0)[homes.area]
    presence = presence_of(day, homes, seed=seed, comings=comings)
    cooking = cooking_of(day, homes, seed=seed, presence=presence, guests=comings.guests)
    washing = washing_of(day, homes, seed=seed, presence=presence)
    dries = drying_kg_s(day, homes, seed=seed, mean_outdoor_c=mean_c, rain_mm=rain_mm)
    vapour = _vapour(homes, presence, cooking, dries * ~comings.away, comings.drying_kg_s)
    vapour[..., BATHROOM] += washing.vapour_kg_s
    opened = opened_m3_s(
        day,
        homes,
        seed=seed,
        outside=outside,
        presence=presence,
        left_open=comings.window_open,
    )
    opened[..., LIVING] += cooking.fan_m3_s
    opened[..., BATHROOM] += washing.extract_m3_s
    return LivingDay(
        gains_w=_gains(homes, presence, cooking, outside.sun),
        vapour_kg_s=vapour,
        carbon_dioxide_m3_s=_carbon_dioxide(presence, cooking),
        opened_m3_s=opened,
        set_point_c=set_points_c(day, homes, seed=seed, mean_outdoor_c=mean_c, comings=comings),
        occupied=presence.occupied,
        tap_l_min=washing.tap_l_min,
    )


def _outside(homes: Homes, weather: WeatherDay) -> Outside:
    def by_slot(by_minute: Floats) -> Floats:
        slots = by_minute.reshape(SLOTS_A_DAY, SLOT_MIN, -1).mean(axis=1)
        return np.take(slots, homes.area, axis=1)

    return Outside(
        air_temp_c=by_slot(weather.air_temp_c),
        sun=by_slot(weather.sun),
        wind_m_s=by_slot(weather.wind_m_s),
    )


def _gains(homes: Homes, presence: Presence, cooking: Cooking, sun: Floats) -> Floats:
    gains = np.zeros((*presence.awake.shape, len(ROOMS)))
    lit = (presence.awake > 0.0) & (sun < _DARK_SUN)
    in_bedroom = np.minimum(presence.asleep, _BEDROOM_SLEEPERS)
    gains[..., LIVING] = (
        homes.household.appliances_w
        + (_IN_LIVING_SHARE * AWAKE_W + _DEVICES_W) * presence.awake
        + ASLEEP_W * (presence.asleep - in_bedroom)
        + _LIGHTS_W * lit
        + cooking.heat_w
    )
    gains[..., BEDROOM] = (1.0 - _IN_LIVING_SHARE) * AWAKE_W * presence.awake
    gains[..., BEDROOM] += ASLEEP_W * in_bedroom
    return gains


def _vapour(
    homes: Homes, presence: Presence, cooking: Cooking, dries: Floats, beside: Floats
) -> Floats:
    made = beside.copy()
    in_bedroom = np.minimum(presence.asleep, _BEDROOM_SLEEPERS)
    for_bedroom = dries * homes.household.dries_in_bedroom
    made[..., LIVING] += (
        homes.household.plants_kg_s
        + _IN_LIVING_SHARE * AWAKE_KG_S * presence.awake
        + ASLEEP_KG_S * (presence.asleep - in_bedroom)
        + cooking.vapour_kg_s
        + (dries - for_bedroom)
    )
    made[..., BEDROOM] += (1.0 - _IN_LIVING_SHARE) * AWAKE_KG_S * presence.awake
    made[..., BEDROOM] += ASLEEP_KG_S * in_bedroom + for_bedroom
    return made


def _carbon_dioxide(presence: Presence, cooking: Cooking) -> Floats:
    breath = np.zeros((*presence.awake.shape, len(ROOMS)))
    in_bedroom = np.minimum(presence.asleep, _BEDROOM_SLEEPERS)
    breath[..., LIVING] = _IN_LIVING_SHARE * AWAKE_CO2_M3_S * presence.awake
    breath[..., LIVING] += ASLEEP_CO2_M3_S * (presence.asleep - in_bedroom)
    breath[..., LIVING] += cooking.carbon_dioxide_m3_s
    breath[..., BEDROOM] = (1.0 - _IN_LIVING_SHARE) * AWAKE_CO2_M3_S * presence.awake
    breath[..., BEDROOM] += ASLEEP_CO2_M3_S * in_bedroom
    return breath
