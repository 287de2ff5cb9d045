"""Sealed heating systems minute by minute: Boyle's law, a pump, and a gauge in steps of 0.1 bar."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.boiler.pressure_day import pressure_features
from detectors.boiler.sealed_system import (
    ATMOSPHERE_BAR,
    SWELL_PER_MILLE_K,
    SWELL_PER_MILLE_K2,
    USUAL_SQUEEZE,
)
from detectors.daily import DAY_S, LEAD, DayFrame
from detectors.frame import BoilerFrame
from tests.detectors.homes import AUTUMN, rows

DAY_MIN = 1440
LEAD_MIN = int(LEAD.total_seconds()) // 60
HEAD_BAR = 0.35
NOISE_BAR = 0.02

Course = Callable[[Floats], Floats]
"""Something by days since the start (minutes,), for each home (homes, minutes) or for all."""


def always(value: float) -> Course:
    return lambda day: np.full(day.shape, value)


def leaking(bar_per_day: float, *, from_day: float = 0.0, cold_bar: float = 1.4) -> Course:
    return lambda day: cold_bar - bar_per_day * np.maximum(day - from_day, 0.0)


def system(
    begin_min: int,
    minutes: int,
    *,
    homes: int = 2,
    seed: int = 1,
    cold_bar: Course | None = None,
    squeeze: Course | None = None,
    heating: bool = True,
    head_bar: Course | None = None,
    **replaced: Floats,
) -> BoilerFrame:
    """Boilers that heat mornings and evenings, from a minute since AUTUMN on.

    The thermostat calls for twelve minutes of every twenty, with flame and pump; the water warms to
    55 °C with a time constant of an hour and cools with one of three.
    """
    minute = begin_min + np.arange(minutes)
    day = minute / DAY_MIN
    shape = (homes, minutes)
    called, water_c = _warmed(minute, heating=heating)
    pump = called & (minute % 20 < 12)
    swell = swell_of(water_c)
    cold = (cold_bar or always(1.4))(day)
    squeezed = (squeeze or always(USUAL_SQUEEZE))(day) * swell
    still = 1.0 / (1.0 / (cold + ATMOSPHERE_BAR) - squeezed) - ATMOSPHERE_BAR
    gauge = np.minimum(still + (head_bar or always(HEAD_BAR))(day) * pump, 3.0)
    rng = np.random.default_rng([seed, begin_min + LEAD_MIN])
    noisy = np.maximum(gauge + rng.normal(0.0, NOISE_BAR, shape), 0.0)
    values: dict[str, Floats] = {
        "pressure_bar": np.round(noisy, 1),
        "flow_temp_c": np.broadcast_to(water_c + 5.0 * pump, shape),
        "return_temp_c": np.broadcast_to(water_c - 5.0 * pump, shape),
        "pump_on": np.broadcast_to(pump, shape),
        "heat_demand": np.broadcast_to(pump, shape),
        "flame_on": np.broadcast_to(pump, shape),
        "hot_water_demand": np.zeros(shape),
    } | replaced
    nothing = np.full(shape, np.nan, dtype=np.float32)
    return BoilerFrame(
        start=AUTUMN + timedelta(minutes=begin_min),
        step_s=60,
        steps=minutes,
        rows=rows(homes, "boiler"),
        values={name: array.astype(np.float32, order="C") for name, array in values.items()},
        outdoor_temp_c=nothing,
        indoor_temp_c=nothing,
        codes=("F.22", "F.28"),
    )


def swell_of(water_c: Floats) -> Floats:
    warmth = water_c - 20.0
    swell: Floats = warmth * (SWELL_PER_MILLE_K + SWELL_PER_MILLE_K2 * warmth)
    return swell


def days(
    count: int, change: Callable[[BoilerFrame], BoilerFrame] | None = None, **kinds: object
) -> DayFrame:
    """What so many days of these systems came to; `change` may spoil each day's minutes."""
    found = []
    for day in range(count):
        frame = system(day * DAY_MIN - LEAD_MIN, DAY_MIN + LEAD_MIN, **kinds)  # type: ignore[arg-type]
        found.append(pressure_features(change(frame) if change else frame))
    return DayFrame(
        start=AUTUMN,
        step_s=DAY_S,
        steps=count,
        rows=frame.rows,
        values={
            name: np.stack([one[name] for one in found], axis=1).astype(np.float32)
            for name in found[0]
        },
        f_rsi=np.full(len(frame.rows), np.nan),
    )


def days_since(instant: datetime, day: float = 0.0) -> float:
    """Days from a day since AUTUMN to an instant."""
    return (instant - AUTUMN).total_seconds() / DAY_S - day


def _warmed(minute: Integers, *, heating: bool) -> tuple[Booleans, Floats]:
    """Whether heat is called for, and how warm the water is, at each of these minutes."""
    called, water_c = _day(heating)
    place = minute % DAY_MIN
    return called[place], water_c[place]


@lru_cache(maxsize=2)
def _day(heating: bool) -> tuple[Booleans, Floats]:
    """A day like the one before."""
    hour = np.arange(2 * DAY_MIN) % DAY_MIN / 60.0
    called = np.asarray(
        heating & (((hour >= 6) & (hour < 9)) | ((hour >= 16) & (hour < 22))), dtype=np.bool_
    )
    water_c, warm = np.empty(2 * DAY_MIN), 20.0
    for place, calls in enumerate(called):
        warm += (55.0 - warm) / 60.0 if calls else (20.0 - warm) / 180.0
        water_c[place] = warm
    return called[DAY_MIN:], water_c[DAY_MIN:]
