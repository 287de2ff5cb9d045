"""Rooms by the hour: air, weather and coldest surface of the day that a frame judges."""

from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import lead_steps
from detectors.frame import RoomFrame
from detectors.humidity import (
    saturation_pressure_pa,
    surface_temp_c,
    vapour_pressure_pa,
)
from detectors.surface import (
    F_RSI_ASSUMED,
    SENSOR_RAIL_HIGH_PCT,
    SENSOR_RAIL_LOW_PCT,
    SURFACE_ABOVE_AIR_K,
    SURFACE_BELOW_AIR_K,
    WEATHER_HOLD_H,
)
from detectors.windows import held, ratio


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RoomHours:
    """The hours of a day, (rows, hours); NaN where an hour had no sample.

    Humidity stands as vapour pressure, averaged as such. `surface_c` and `surface_pct` are those
    of the coldest surface: by a sensor on the wall where `walled`, else by fRsi.
    """

    air_c: Floats
    vapour_pa: Floats
    outdoor_c: Floats
    outdoor_pa: Floats
    wall_c: Floats
    walled: Booleans
    surface_c: Floats
    surface_pct: Floats

    @property
    def excess_pa(self) -> Floats:
        """Vapour pressure above that outdoors [Pa], the water a room has of its own."""
        return self.vapour_pa - self.outdoor_pa


def room_hours(frame: RoomFrame) -> RoomHours:
    """The hours after a frame's lead; raises NotHourly.

    A humidity at the end of its sensor's scale is not believed, nor a wall that is colder or
    warmer than a wall can be. The last weather counts for WEATHER_HOLD_H. fRsi is the home's,
    F_RSI_ASSUMED where that is not known.
    """
    size, lead = frame.steps_per_hour, lead_steps(frame)
    air, humidity = frame["air_temp_c"][:, lead:], frame["rel_humidity_pct"][:, lead:]
    believed = (humidity > SENSOR_RAIL_LOW_PCT) & (humidity < SENSOR_RAIL_HIGH_PCT)
    pressure = vapour_pressure_pa(air, np.where(believed, humidity, np.float32(np.nan)))
    outdoors = vapour_pressure_pa(frame.outdoor_temp_c, frame.outdoor_rel_humidity_pct)
    air_c, outdoor_c = _hourly(air, size), _weather(frame.outdoor_temp_c, size, lead)
    vapour_pa = _hourly(pressure, size)
    wall_c = np.full(air_c.shape, np.nan)
    if "surface_temp_c" in frame.values:
        wall_c = _hourly(frame["surface_temp_c"][:, lead:], size)
    walled = (wall_c >= air_c - SURFACE_BELOW_AIR_K) & (wall_c <= air_c + SURFACE_ABOVE_AIR_K)
    f_rsi = np.where(np.isnan(frame.f_rsi), F_RSI_ASSUMED, frame.f_rsi)
    by_factor_c = surface_temp_c(air_c, outdoor_c, f_rsi[:, np.newaxis])
    surface_c = np.where(walled, wall_c, by_factor_c)
    return RoomHours(
        air_c=air_c,
        vapour_pa=vapour_pa,
        outdoor_c=outdoor_c,
        outdoor_pa=_weather(outdoors, size, lead),
        wall_c=np.where(walled, wall_c, np.nan),
        walled=walled,
        surface_c=surface_c,
        surface_pct=100.0 * vapour_pa / saturation_pressure_pa(surface_c),
    )


def _weather(values: Floats, size: int, lead: int) -> Floats:
    return held(_hourly(values, size), limit=WEATHER_HOLD_H)[:, lead // size :]


def _hourly(values: Floats, size: int) -> Floats:
    """Mean of what is known of each hour, in double precision; NaN where nothing is."""
    rows, steps = values.shape
    groups = values[:, : steps // size * size].reshape(rows, steps // size, size)
    known = ~np.isnan(groups)
    counts = known.sum(axis=2)
    sums = np.where(known, groups, 0).sum(axis=2)
    return ratio(sums, counts, where=counts > 0)
