"""Weather stations: one an area, a reading every ten minutes."""

import numpy as np

from firmware_sim.chance import Subject, normals
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.kinds import Floats, Ints, Singles
from firmware_sim.physics.air import rel_humidity_pct
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.noise import weather_noise
from firmware_sim.sensing.readings import WeatherReadings
from firmware_sim.trace import OutdoorTrace

EVERY_MIN = 10
SECOND = 30  # of the minute at which a station speaks
TEMP_NOISE_K, HUMIDITY_NOISE_PCT = 0.05, 0.5
TIP_NM = 200_000  # a bucket that tips at 0.2 mm
_NM_A_MM = 1e6
_OFFSET_K, _OFFSET_PCT = 0.15, 1.5


def sense_weather(trace: OutdoorTrace, memory: Memory, *, seed: int) -> WeatherReadings:
    """The stations' readings of a stretch within one day; `memory` keeps what tipped nothing."""
    areas = trace.air_temp_c.shape[1]
    at = np.flatnonzero(trace.minute % EVERY_MIN == 0)
    minute = trace.minute[at]
    day = int(trace.minute[0]) // MINUTES_A_DAY
    noise = weather_noise(seed, day, areas)[..., minute % MINUTES_A_DAY // EVERY_MIN]
    offset = normals(seed, Subject.WEATHER_NOISE, range(areas), (2, 1)).astype(np.float64)
    temp = trace.air_temp_c[at].T + _OFFSET_K * offset[:, 0] + TEMP_NOISE_K * noise[:, 0]
    humidity = rel_humidity_pct(trace.air_temp_c[at].T, trace.vapour_kg_m3[at].T)
    humidity = humidity + _OFFSET_PCT * offset[:, 1] + HUMIDITY_NOISE_PCT * noise[:, 1]
    return WeatherReadings(
        sent=np.ones(temp.shape, dtype=np.bool_),
        measured_ms=np.broadcast_to(60_000 * minute + 1000 * SECOND, temp.shape).copy(),
        air_temp_c=_tenths(temp),
        rel_humidity_pct=_tenths(np.clip(humidity, 1.0, 100.0)),
        rain_mm=_tipped_mm(trace.rain_mm, at, memory),
    )


def _tipped_mm(rain_mm: Floats, at: Ints, memory: Memory) -> Singles:
    """Rain of the tips of each bucket since the last reading, (areas, readings).

    Counted in whole millionths, so that it does not matter how the run is cut.
    """
    fallen = np.rint(_NM_A_MM * rain_mm).astype(np.int64).T
    total = memory.rain_nm[:, None] + np.cumsum(fallen, axis=1)
    tips = total[:, at] // TIP_NM
    memory.rain_nm[:] = total[:, -1] - (tips[:, -1] * TIP_NM if at.size else 0)
    since = np.diff(tips, axis=1, prepend=0)
    return _tenths(since * (TIP_NM / _NM_A_MM))


def _tenths(values: Floats) -> Singles:
    return np.rint(values * 10.0).astype(np.float32) / np.float32(10.0)
