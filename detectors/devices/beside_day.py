"""What a day shows of a room beside the other rooms of its home.

Rooms of one home are heated together and share their air, so that a sensor which goes its own way
shows it here: in what its air is like, in when it changes, and in what is done in the room.
"""

import numpy as np

from detectors.arrays import Floats
from detectors.beside import home_of
from detectors.daily import LEAD, Features
from detectors.devices.lags import STEP_S, changes, least_lag, quarters
from detectors.frame import RoomFrame
from detectors.humidity import vapour_pressure_pa

KNOWN_SHARE_MIN = 0.5  # of a day's quarters of an hour
BURST_PA = 120.0  # in a quarter of an hour: a shower or a pan, no more people in a room (own)
NIGHT_H = (0, 5)  # UTC
DAY_H = (10, 20)


def beside_day(frame: RoomFrame, _before: Features) -> Features:
    """Means of a day's air, its bursts of vapour, and its lag behind the home's other rooms.

    Of a frame of what is believed. `beside_temp_c`, `beside_vapour_pa`, `beside_outdoor_c`: means.
    `beside_night_k`: by how much the night is warmer than the day. `beside_bursts`: sudden rises
    of vapour. `beside_lag_h`: how long after the temperature of another room this one's changes,
    of the other rooms that with the least lag, less than 0 for before; `beside_alike`: how alike
    the changes then are, -1 to 1. NaN with less than half of the day known.
    """
    air_c = quarters(frame["air_temp_c"], frame)
    vapour = quarters(vapour_pressure_pa(frame["air_temp_c"], frame["rel_humidity_pct"]), frame)
    lead = int(LEAD.total_seconds()) // STEP_S
    rises = vapour[:, lead:] - vapour[:, lead - 1 : -1]
    known = np.count_nonzero(rises == rises, axis=1) >= KNOWN_SHARE_MIN * rises.shape[1]
    lag_h, alike = least_lag(changes(air_c), home_of(frame.rows))
    told = {
        "beside_temp_c": _mean(air_c[:, lead:]),
        "beside_vapour_pa": _mean(vapour[:, lead:]),
        "beside_night_k": _night_less_day(air_c[:, lead:]),
        "beside_bursts": np.count_nonzero(rises >= BURST_PA, axis=1).astype(np.float64),
        "beside_outdoor_c": _mean(quarters(frame.outdoor_temp_c, frame)[:, lead:]),
        "beside_lag_h": lag_h,
        "beside_alike": alike,
    }
    return {name: np.where(known, array, np.nan) for name, array in told.items()}


def _mean(values: Floats) -> Floats:
    known = values == values
    counts = np.count_nonzero(known, axis=1)
    sums = np.where(known, values, 0).sum(axis=1, dtype=np.float64)
    means: Floats = np.divide(sums, counts, where=counts > 0, out=np.full(len(sums), np.nan))
    return means


def _night_less_day(values: Floats) -> Floats:
    an_hour = 3600 // STEP_S
    night, day = (slice(begin * an_hour, end * an_hour) for begin, end in (NIGHT_H, DAY_H))
    warmer: Floats = _mean(values[:, night]) - _mean(values[:, day])
    return warmer
