"""Homes with boilers in plain rooms and a steady day, for tests of the heating alone."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.faults.effects import BoilerEffects, none_at_work
from firmware_sim.heating.boiler import Boilers, at_rest, boiler_step, row
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Floats
from firmware_sim.physics.air import HEAT_OF_AIR_J_M3_K

DAY_MIN = 1440
START = 20_830 * DAY_MIN  # 2027-01-12, 00:00
GAINS_W = 60.0  # people and appliances, in each room
ROOM_HOURS = 10.0  # in which a room follows the weather
SET_BACK_K = 3.5
DRAWS = (
    (420, 8, 8.0),
    (475, 3, 4.0),
    (750, 2, 3.0),
    (1110, 4, 6.0),
    (1170, 3, 4.0),
    (1290, 7, 8.0),
)
"""Minute of the day, minutes, l/min; each home a little later than its neighbour."""

Change = Callable[[int, Boilers, BoilerEffects], None]
"""What happens to boilers before a minute (counted from the start)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What boilers did; arrays (minutes, homes) unless said."""

    homes: Homes
    boilers: Boilers
    """As they are in the end."""
    rows: dict[str, NDArray[Any]]
    air_temp_c: Floats
    """(homes, rooms), in the end."""
    room_c: Floats
    """Of the living room."""
    water_c: Floats
    emitted_w: Floats
    tap_l_min: Floats


def live(
    homes: Homes,
    *,
    days: float,
    effects: BoilerEffects | None = None,
    boilers: Boilers | None = None,
    air_temp_c: Floats | None = None,
    first: int = 0,
    outdoor_c: float = 3.0,
    swing_k: float = 3.0,
    before: Change | None = None,
    heating: bool = True,
) -> Lived:
    """Live for some days from minute `first` on; outdoors is coldest at 03:00."""
    at_work = none_at_work(homes).boiler if effects is None else effects
    state = at_rest(homes) if boilers is None else boilers
    set_point = homes.household.set_point_c
    air = np.repeat(set_point[:, None] - 1.0, 3, axis=1) if air_temp_c is None else air_temp_c
    loss_w_k = _loss_w_k(homes)
    kept: dict[str, list[NDArray[Any]]] = {}
    for minute in range(first, first + round(days * DAY_MIN)):
        now = minute % DAY_MIN
        if before is not None:
            before(minute, state, at_work)
        outdoor = outdoor_c - swing_k * np.cos(2 * np.pi * (now - 180) / DAY_MIN)
        wanted = set_point if 390 <= now < 540 or 960 <= now < 1350 else set_point - SET_BACK_K
        tap = draws_at(now, homes)
        emitted = boiler_step(
            state,
            homes,
            at_work,
            air_temp_c=air,
            set_point_c=wanted if heating else np.full(homes.count, 5.0),
            tap_l_min=tap,
            outdoor_c=np.full(homes.count, outdoor),
            minute=START + minute,
            lit=luck_of(minute // DAY_MIN)[now, homes.first : homes.first + homes.count],
        )
        warming = (emitted + GAINS_W - loss_w_k * (air - outdoor)) / (ROOM_HOURS * 3600 * loss_w_k)
        seen = row(state, homes, at_work) | {
            "room_c": air[:, 0],
            "water_c": state.water_c,
            "emitted_w": emitted.sum(axis=1),
            "tap_l_min": tap,
        }
        for name, values in seen.items():
            kept.setdefault(name, []).append(values.copy())
        air = air + 60.0 * warming
    rows = {name: np.array(values) for name, values in kept.items()}
    own = {name: rows.pop(name) for name in ("room_c", "water_c", "emitted_w", "tap_l_min")}
    return Lived(homes=homes, boilers=state, rows=rows, air_temp_c=air, **own)


@cache
def luck_of(day: int) -> Floats:
    """Whether attempts to light succeed on a day, (minutes, 100 homes), from 0 to 1."""
    return np.random.default_rng(day).random((DAY_MIN, 100))


def draws_at(now: int, homes: Homes) -> Floats:
    """Hot water wanted at a minute of the day. [l/min]"""
    by_home = np.array(homes.indices) * 7 % 60
    tap = np.zeros(homes.count)
    for start, minutes, l_min in DRAWS:
        runs = (now >= start + by_home) & (now < start + by_home + minutes)
        tap = np.where(runs, l_min, tap)
    return tap


def burns_min(flame_on: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Lengths of the burns in one home's flame, as a minute's reading shows them."""
    edges = np.diff(np.concatenate([[False], flame_on, [False]]).astype(np.int64))
    return np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)


def stored_j(boilers: Boilers, homes: Homes) -> Floats:
    """Heat above 0 °C in the exchanger, in the heating water, and in cylinders, (homes,). [J]"""
    plant = homes.plant
    return (
        plant.exchanger_j_k * boilers.flow_c
        + plant.water_capacity_j_k * boilers.water_c
        + np.where(plant.combi, 0.0, plant.cylinder_j_k * boilers.hot_water_c)
    )


def _loss_w_k(homes: Homes) -> Floats:
    fabric = homes.fabric
    through = fabric.fabric_to_outdoors_w_k + fabric.glass_w_k
    return through + HEAT_OF_AIR_J_M3_K * fabric.infiltration_m3_s
