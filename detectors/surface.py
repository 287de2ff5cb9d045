"""How damp a room's coldest surfaces are, hour by hour: what every damp detector looks at."""

from dataclasses import dataclass, replace

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.frame import RoomFrame
from detectors.humidity import humidity_at_pct, surface_temp_c
from detectors.windows import held

F_RSI_ASSUMED = 0.75  # BRE IP 1/06, BS 5250, Approved Document C: the least a dwelling should have
WEATHER_HOLD_H = 2  # with the hour of its last sample: without weather for 3 h there is no finding
SENSOR_RAIL_LOW_PCT = 1.0  # a humidity sensor that fails reads one of its ends: no home is so dry,
SENSOR_RAIL_HIGH_PCT = 99.5  # and room air is not saturated for hours (own)
SURFACE_BELOW_AIR_K = 20.0  # a wall sensor further from the air is broken: fRsi 0.4 at 33 K (own)
SURFACE_ABOVE_AIR_K = 10.0  # sun on a wall (own)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SurfaceHours:
    """A room frame by the hour, with the temperature and humidity of its coldest surfaces.

    `temp_c`, `humidity_pct` (over water, 100 and more is condensation) and `measured` (by a sensor
    on the wall, else by fRsi) are (rows, hours); `f_rsi` and `assumed` (rows,).
    """

    hours: RoomFrame
    temp_c: Floats
    humidity_pct: Floats
    measured: Booleans
    f_rsi: Floats
    assumed: Booleans


def assumed_words(f_rsi: float) -> str:
    """What a person is told when nobody knows how cold the surfaces get."""
    return (
        "How cold these surfaces get was not measured: a usual value is assumed (temperature "
        f"factor {f_rsi:.2f})."
    )


def surface_hours(frame: RoomFrame) -> SurfaceHours:
    """The surfaces of every room; NaN in hours without air temperature, humidity or weather.

    Where a sensor on the wall is known and possible it is used and needs no weather; elsewhere
    the temperature follows from the home's fRsi, F_RSI_ASSUMED where that is not known. A humidity
    at the end of a sensor's scale is not believed. Raises NotHourly.
    """
    hours = _believed(frame).hourly()
    air_c, humidity = hours["air_temp_c"], hours["rel_humidity_pct"]
    assumed = np.isnan(frame.f_rsi)
    f_rsi = np.where(assumed, F_RSI_ASSUMED, frame.f_rsi)
    outdoor_c = held(hours.outdoor_temp_c, limit=WEATHER_HOLD_H)
    wall_c = hours["surface_temp_c"]
    measured = (wall_c >= air_c - SURFACE_BELOW_AIR_K) & (wall_c <= air_c + SURFACE_ABOVE_AIR_K)
    temp_c = np.where(measured, wall_c, surface_temp_c(air_c, outdoor_c, f_rsi[:, np.newaxis]))
    humidity_pct = humidity_at_pct(temp_c, air_c, humidity)
    return SurfaceHours(
        hours=hours,
        temp_c=temp_c,
        humidity_pct=humidity_pct,
        measured=measured,
        f_rsi=f_rsi,
        assumed=assumed,
    )


def _believed(frame: RoomFrame) -> RoomFrame:
    humidity = frame["rel_humidity_pct"]
    believed = (humidity > SENSOR_RAIL_LOW_PCT) & (humidity < SENSOR_RAIL_HIGH_PCT)
    values = {**frame.values, "rel_humidity_pct": np.where(believed, humidity, np.nan)}
    return replace(frame, values=values)
