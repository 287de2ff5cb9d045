"""What the devices make of the physics: noise, offsets, steps of the display, and oddities.

Noise depends on the seed and the minute alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from firmware_sim.air import rel_humidity_pct
from firmware_sim.boiler import Doing, doing
from firmware_sim.chance import Subject, draws
from firmware_sim.homes import ROOMS, Sensors
from firmware_sim.simulation import Simulation
from firmware_sim.weather import MINUTES_A_DAY

TEMP_NOISE_K, HUMIDITY_NOISE_PCT = 0.05, 0.4
PRESSURE_NOISE_BAR, FLOW_NOISE_K = 0.02, 0.2
MISSING_SHARE = 0.02  # of a careless sensor's messages
IMPOSSIBLE_SHARE = 0.02  # about three a day at a reading every ten minutes
IMPOSSIBLE_HUMIDITY_PCT = 120.5
FLAME_CURRENT_UA = 22.0

Grid = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensed:
    """The readings of one minute, rounded as the devices round them, as plain Python numbers."""

    minute: int
    outdoor_temp_c: float
    outdoor_humidity_pct: float
    temp_c: Grid
    humidity_pct: Grid
    missing: Sequence[Sequence[bool]]
    """Where a room sensor leaves its humidity out."""
    linkquality: Sequence[Sequence[int]]
    flow_c: Sequence[float]
    return_c: Sequence[float]
    hot_water_c: Sequence[float]
    pressure_bar: Sequence[float]
    power_pct: Sequence[int]
    flame_current_ua: Sequence[float]
    flow_target_c: Sequence[int]
    burn_starts: Sequence[int]
    burn_min: Sequence[int]
    locked_min: Sequence[int]
    pump: Sequence[bool]
    demand: Sequence[bool]
    burning: Sequence[bool]
    drawing: Sequence[bool]
    doing: Sequence[Doing]


@dataclass(frozen=True, slots=True)
class Oddities:
    """Room sensors (homes, rooms) that misbehave now and then."""

    missing: NDArray[np.bool_]
    impossible: NDArray[np.bool_]


def sense(simulation: Simulation, sensors: Sensors, oddities: Oddities) -> Sensed:
    """Read every device of the estate at the simulation's present minute."""
    minute = simulation.minute
    now = minute % MINUTES_A_DAY
    homes, rooms, boilers = simulation.homes, simulation.rooms, simulation.boilers
    noise = _room_noise(simulation.seed, minute // MINUTES_A_DAY, homes.count)[now]
    heat = _boiler_noise(simulation.seed, minute // MINUTES_A_DAY, homes.count)[now]
    chance = _odd_chance(simulation.seed, minute // MINUTES_A_DAY, homes.count)[now]
    humidity = rel_humidity_pct(rooms.air_temp_c, rooms.vapour_kg_m3)
    humidity = humidity + sensors.humidity_offset_pct + HUMIDITY_NOISE_PCT * noise[..., 1]
    humidity = np.clip(humidity, 1.0, 99.9)
    odd = oddities.impossible & (chance < IMPOSSIBLE_SHARE)
    temp = rooms.air_temp_c + sensors.temp_offset_k + TEMP_NOISE_K * noise[..., 0]
    outdoor_c, outdoor_pct = _outdoors(simulation, now)
    pressure = boilers.pressure_bar + PRESSURE_NOISE_BAR * heat[:, 0]
    power = 100.0 * boilers.power_w / homes.power_max_w
    current = np.where(boilers.burning, FLAME_CURRENT_UA + heat[:, 2], 0.0)
    return Sensed(
        minute=minute,
        outdoor_temp_c=round(outdoor_c, 1),
        outdoor_humidity_pct=round(outdoor_pct, 1),
        temp_c=np.round(temp, 1).tolist(),
        humidity_pct=np.round(np.where(odd, IMPOSSIBLE_HUMIDITY_PCT, humidity), 1).tolist(),
        missing=(oddities.missing & (chance > 1.0 - MISSING_SHARE)).tolist(),
        linkquality=np.clip(sensors.linkquality + 6.0 * noise[..., 0], 1, 255).astype(int).tolist(),
        flow_c=np.round(boilers.flow_c + FLOW_NOISE_K * heat[:, 1], 1).tolist(),
        return_c=np.round(boilers.return_c + FLOW_NOISE_K * heat[:, 3], 1).tolist(),
        hot_water_c=np.round(boilers.hot_water_c, 1).tolist(),
        pressure_bar=np.round(np.maximum(pressure, 0.0), 1).tolist(),
        power_pct=np.round(power).astype(int).tolist(),
        flame_current_ua=np.round(current, 1).tolist(),
        flow_target_c=np.where(boilers.demand, homes.flow_target_c, 5.0).astype(int).tolist(),
        burn_starts=boilers.starts.astype(int).tolist(),
        burn_min=boilers.burn_min.astype(int).tolist(),
        locked_min=boilers.locked_min.astype(int).tolist(),
        pump=boilers.pump.tolist(),
        demand=boilers.demand.tolist(),
        burning=boilers.burning.tolist(),
        drawing=boilers.drawing.tolist(),
        doing=[Doing(number) for number in doing(boilers, homes).tolist()],
    )


def _outdoors(simulation: Simulation, now: int) -> tuple[float, float]:
    weather = simulation.day().weather
    noise = _weather_noise(simulation.seed, simulation.minute // MINUTES_A_DAY)[now]
    temp, vapour = weather.air_temp_c[now : now + 1], weather.vapour_kg_m3[now : now + 1]
    humidity = float(rel_humidity_pct(temp, vapour)[0]) + HUMIDITY_NOISE_PCT * float(noise[1])
    return float(temp[0]) + TEMP_NOISE_K * float(noise[0]), min(max(humidity, 1.0), 100.0)


# Two days are kept: around midnight the last minute of one and the first of the next are asked for.
@lru_cache(maxsize=2)
def _room_noise(seed: int, day: int, homes: int) -> NDArray[np.float32]:
    shape = (homes, MINUTES_A_DAY, len(ROOMS), 2)
    noise = draws(seed, Subject.ROOM_NOISE, day).standard_normal(shape, dtype=np.float32)
    return noise.swapaxes(0, 1)


@lru_cache(maxsize=2)
def _boiler_noise(seed: int, day: int, homes: int) -> NDArray[np.float32]:
    shape = (homes, MINUTES_A_DAY, 4)
    noise = draws(seed, Subject.BOILER_NOISE, day).standard_normal(shape, dtype=np.float32)
    return noise.swapaxes(0, 1)


@lru_cache(maxsize=2)
def _odd_chance(seed: int, day: int, homes: int) -> NDArray[np.float32]:
    shape = (homes, MINUTES_A_DAY, len(ROOMS))
    chance = draws(seed, Subject.ODDITIES, day).random(shape, dtype=np.float32)
    return chance.swapaxes(0, 1)


@lru_cache(maxsize=2)
def _weather_noise(seed: int, day: int) -> NDArray[np.float64]:
    return draws(seed, Subject.WEATHER_NOISE, day).standard_normal((MINUTES_A_DAY, 2))
