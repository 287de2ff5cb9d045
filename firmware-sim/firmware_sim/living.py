"""What people do in a day: where they are, what they heat, cook, wash and dry.

Clocks are kept at GMT all the year round.
"""

from dataclasses import dataclass

import numpy as np

from firmware_sim.air import Bools, Floats
from firmware_sim.chance import Subject, draws
from firmware_sim.homes import BATHROOM, BEDROOM, LIVING, ROOMS, Homes
from firmware_sim.weather import MINUTES_A_DAY, Season, Weather, weather_of

SECONDS_AN_HOUR = 3600.0
HEAT_OF_A_PERSON_W = 75.0
ASLEEP_KG_H = 0.040  # vapour that one person gives off
AWAKE_KG_H = 0.055
DINNER_KG, BREAKFAST_KG = 0.22, 0.06  # what the hood does not catch
SHOWER_KG = 0.22
PETS_AND_PLANTS_KG_H = 0.012
APPLIANCES_W = 90.0
BATHROOM_FAN_M3_S, KITCHEN_FAN_M3_S = 0.012, 0.020
TAP_L_MIN, SHOWER_L_MIN = 5.0, 8.0
SHOWERS_MAX = 4  # a household has at most four people
TAPS = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """All that drives the homes during one day; (minutes, homes) or (minutes, homes, rooms)."""

    weather: Weather
    gains_w: Floats
    vapour_kg_s: Floats
    ventilation_m3_s: Floats
    set_point_c: Floats
    tap_l_min: Floats
    occupied: Bools


def day_of(day: int, homes: Homes, *, seed: int, season: Season) -> Day:
    """The day (days since 1970-01-01) as these homes live it."""
    weather = weather_of(day, seed=seed, season=season)
    share = draws(seed, Subject.LIVING, day).random((homes.count, 48))
    minute = np.arange(MINUTES_A_DAY, dtype=np.float64)[:, None]
    lived = minute + homes.clock_shift_min  # the minute by these people's own clock
    weekend = (day + 3) % 7 >= 5  # 1970-01-01 was a Thursday
    away = (homes.works > 0) & (not weekend) & (lived >= 500.0) & (lived < 1020.0)
    asleep = (lived < 400.0) | (lived >= 1365.0)
    cooking = _during(lived, 1060.0 + 60.0 * share[:, 0], 40.0)
    breakfast = _during(lived, 425.0 + 30.0 * share[:, 1], 12.0)
    shower, washing = _showers(homes, lived, share)
    return Day(
        weather=weather,
        gains_w=_gains(homes, weather, away, asleep, cooking),
        vapour_kg_s=_vapour(homes, lived, share, (away, asleep, cooking, breakfast, shower)),
        ventilation_m3_s=_ventilation(homes, share, cooking, washing),
        set_point_c=_set_points(homes, lived, away, asleep),
        tap_l_min=_taps(lived, share, shower),
        occupied=~away,
    )


def _during(lived: Floats, start: Floats, minutes: Floats | float) -> Bools:
    return (lived >= start) & (lived < start + minutes)


def _showers(homes: Homes, lived: Floats, share: Floats) -> tuple[Bools, Bools]:
    """Minutes with the shower on, and minutes with the bathroom's fan on."""
    on = np.zeros(lived.shape, dtype=np.bool_)
    fan = np.zeros(lived.shape, dtype=np.bool_)
    for person in range(SHOWERS_MAX):
        takes_one = (homes.people > person) & (share[:, 2 + person] < 0.75)
        morning = share[:, 6 + person] < 0.6
        start = np.where(morning, 405.0 + 14.0 * person, 1240.0 + 16.0 * person)
        start = start + 10.0 * share[:, 10 + person]
        on |= takes_one & _during(lived, start, 7.0)
        fan |= takes_one & _during(lived, start, 30.0)
    return on, fan


def _gains(homes: Homes, weather: Weather, away: Bools, asleep: Bools, cooking: Bools) -> Floats:
    people_w = homes.people * HEAT_OF_A_PERSON_W
    gains = weather.sun[:, None, None] * homes.window_w
    gains[..., LIVING] += np.where(asleep, 40.0, np.where(away, 50.0, people_w + APPLIANCES_W))
    gains[..., LIVING] += 600.0 * cooking
    gains[..., BEDROOM] += np.where(asleep, np.minimum(people_w, 2 * HEAT_OF_A_PERSON_W), 5.0)
    return gains


def _vapour(
    homes: Homes, lived: Floats, share: Floats, doing: tuple[Bools, Bools, Bools, Bools, Bools]
) -> Floats:
    away, asleep, cooking, breakfast, shower = doing
    sleepers = np.minimum(homes.people, 2.0)
    awake = ~asleep & ~away
    drying = _during(lived, np.full(homes.count, 540.0), 540.0) & (share[:, 14] < 0.4)
    made = np.zeros((*lived.shape, len(ROOMS)))
    made[..., LIVING] = (
        PETS_AND_PLANTS_KG_H
        + np.where(awake, homes.people * AWAKE_KG_H, 0.0)
        + np.where(asleep, (homes.people - sleepers) * ASLEEP_KG_H, 0.0)
        + cooking * (DINNER_KG * 60.0 / 40.0)
        + breakfast * (BREAKFAST_KG * 60.0 / 12.0)
        + drying * homes.drying_kg / 9.0
    )
    made[..., BEDROOM] = np.where(asleep, sleepers * ASLEEP_KG_H, 0.002)
    made[..., BATHROOM] = shower * (SHOWER_KG * 60.0 / 7.0)
    return made / SECONDS_AN_HOUR


def _ventilation(homes: Homes, share: Floats, cooking: Bools, washing: Bools) -> Floats:
    windy = 0.85 + 0.3 * share[:, 15:16]
    air = np.broadcast_to(homes.ventilation_m3_s * windy, (*cooking.shape, len(ROOMS))).copy()
    air[..., LIVING] += KITCHEN_FAN_M3_S * cooking
    air[..., BATHROOM] += BATHROOM_FAN_M3_S * washing
    return air


def _set_points(homes: Homes, lived: Floats, away: Bools, asleep: Bools) -> Floats:
    warming_up = (lived >= 370.0) & (lived < 400.0)
    winding_down = lived >= 1335.0
    wanted = (~asleep | warming_up) & ~away & ~winding_down
    return np.where(wanted, homes.set_point_c, homes.set_back_c)


def _taps(lived: Floats, share: Floats, shower: Bools) -> Floats:
    flow = np.where(shower, SHOWER_L_MIN, 0.0)
    for tap in range(TAPS):
        start = 420.0 + 900.0 * share[:, 20 + tap]
        flow = np.maximum(flow, TAP_L_MIN * _during(lived, start, 1.0 + 4.0 * share[:, 30 + tap]))
    return flow
