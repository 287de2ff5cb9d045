"""The devices of each home: what every one of them adds of its own, for its life."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from firmware_sim.chance import Subject, normals, shares
from firmware_sim.homes.fabric import BEDROOM, LIVING
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints, Singles
from firmware_sim.sensing.adapters import ADAPTERS, NAMES, adapters_of

CARBON_DIOXIDE_SHARE = 0.2  # of living rooms
SURFACE_SHARE = 0.1  # of bedrooms
SENSOR_LIFE_DAYS = 1826.0  # a sensor is renewed after five years, and its drift with it
DRIFT_MOST_PCT_YEAR = 0.5  # a sound humidity sensor drifts by less
_OFFSET_K = 0.3
_OFFSET_PCT = 2.5
_EVERY_MIN = np.array([5, 10, 30], dtype=np.int64)
_EVERY_UPTO = np.array([0.85, 0.95])  # shares of those that speak every 5, and 5 or 10 minutes
_ON_CHANGE_SHARE = 0.08
_BATTERY_LIFE_DAYS = (365.0, 1095.0)
_SKEW_S = 1.5
_CHANCES, _NORMALS = 10, 8  # drawn for each sensor


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensors:
    """Arrays (homes, rooms), or (homes,) where said."""

    temp_offset_k: Floats
    temp_gain: Floats
    humidity_offset_pct: Floats
    humidity_gain: Floats
    humidity_drift_pct_year: Floats
    age_days: Floats
    """How old each sensor was on 1970-01-01, counted within its life."""
    steps_a_unit: Singles
    """Steps a kelvin, and a percent, in which it reports: 10 or 100."""
    has_carbon_dioxide: Bools
    carbon_dioxide_offset_ppm: Floats
    has_surface: Bools
    surface_offset_k: Floats
    battery_life_days: Floats
    battery_age_days: Floats
    """How old each battery was on 1970-01-01, counted within its life."""
    linkquality: Ints
    every_min: Ints
    """How often it measures and speaks."""
    on_change: Bools
    """It measures every 5 minutes and speaks only when something has changed."""
    phase_s: Ints
    """When within its `every_min` it does."""
    skew_s: Floats
    """How far ahead its clock is."""
    adapter: Ints
    """Index into `adapters.ADAPTERS`, (homes,)."""
    pressure_steps_bar: Singles
    """Steps a bar in which the pressure is reported, (homes,)."""
    boiler_second: Ints
    """Second of the minute at which the adapter speaks, (homes,)."""
    boiler_skew_s: Floats
    """(homes,)"""


def build_sensors(homes: Homes, *, seed: int, adapters: Sequence[str] | None = None) -> Sensors:
    """Draw the devices of these homes.

    `adapters` names the adapter of each home (of `adapters.NAMES`; others raise ValueError)
    instead of drawing it by the boiler's make.
    """
    rooms = homes.fabric.volume_m3.shape[1]
    share = shares(seed, Subject.SENSORS, homes.indices, (rooms + 1, _CHANCES))
    normal = normals(seed, Subject.SENSORS, homes.indices, (rooms + 1, _NORMALS), day=1)
    room = np.arange(rooms)
    each, odd = share[:, :rooms], normal[:, :rooms].astype(np.float64)
    on_change = each[..., 5] < _ON_CHANGE_SHARE
    every = np.where(
        on_change, _EVERY_MIN[0], _EVERY_MIN[np.searchsorted(_EVERY_UPTO, each[..., 4])]
    )
    adapter = adapters_of(homes.plant.make, share[:, rooms, 0])
    if adapters is not None:
        adapter = np.array([NAMES.index(name) for name in adapters], dtype=np.int64)
    steps = np.array([one.pressure_steps_bar for one in ADAPTERS], dtype=np.float32)
    battery_life = _between(*_BATTERY_LIFE_DAYS, each[..., 2])
    return Sensors(
        temp_offset_k=_OFFSET_K * _within(odd[..., 0]),
        temp_gain=1.0 + 0.005 * _within(odd[..., 1]),
        humidity_offset_pct=_OFFSET_PCT * _within(odd[..., 2]),
        humidity_gain=1.0 + 0.01 * _within(odd[..., 3]),
        humidity_drift_pct_year=np.clip(
            0.2 * odd[..., 4], -DRIFT_MOST_PCT_YEAR, DRIFT_MOST_PCT_YEAR
        ),
        age_days=SENSOR_LIFE_DAYS * each[..., 0],
        steps_a_unit=np.where(each[..., 1] < 0.5, 10.0, 100.0).astype(np.float32),
        has_carbon_dioxide=(room == LIVING) & (each[..., 6] < CARBON_DIOXIDE_SHARE),
        carbon_dioxide_offset_ppm=30.0 * _within(odd[..., 5]),
        has_surface=(room == BEDROOM) & (each[..., 7] < SURFACE_SHARE),
        surface_offset_k=_OFFSET_K * _within(odd[..., 6]),
        battery_life_days=battery_life,
        battery_age_days=battery_life * each[..., 3],
        linkquality=np.round(_between(60.0, 200.0, each[..., 8])).astype(np.int64),
        every_min=every,
        on_change=on_change,
        phase_s=(each[..., 9] * every * 60).astype(np.int64),
        skew_s=_SKEW_S * _within(odd[..., 7]),
        adapter=adapter,
        pressure_steps_bar=steps[adapter],
        boiler_second=(share[:, rooms, 1] * 60).astype(np.int64),
        boiler_skew_s=_SKEW_S * _within(normal[:, rooms, 0].astype(np.float64)),
    )


def _within(normal: Floats) -> Floats:
    """At most three spreads: what is further off does not leave the factory."""
    return np.clip(normal, -3.0, 3.0)


def _between(lowest: float, highest: float, share: Floats) -> Floats:
    return lowest + (highest - lowest) * share
