"""What a day shows of a room's sensor itself: how often it spoke, how often it talked nonsense."""

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import LEAD, Features, lead_steps, without_lead
from detectors.devices.believed import (
    HUMIDITY_RAIL_HIGH_PCT,
    HUMIDITY_RAIL_LOW_PCT,
    frozen_rooms,
    impossible_rooms,
)
from detectors.devices.standing import standing_since, standing_until
from detectors.frame import RoomFrame
from detectors.windows import last_where, ratio

NEAR_RAIL_PCT = 90.0  # air that does saturate passes through here on its way (own)
LEAP_PCT = 20.0  # air that was saturated dries by less from a reading to the next (own)
LEAP_WITHIN_MIN = 20.0  # readings further apart tell nothing of how it dried (own)
GAP_MIN = 20.0  # a sensor that speaks every ten minutes has missed a turn and not come back (own)
LONG_GAP_MIN = 65.0  # one that speaks on change lives to say so every hour (own)
GAP_MAX_H = LEAD.total_seconds() / 3600  # longer ones do not lie within a frame: it is away


def device_day(frame: RoomFrame, _before: Features) -> Features:
    """Counts of a day's readings of every room, of the frame as it was received.

    A day without any reading has 0 of them and NaN for all else.
    """
    air, humidity = ~np.isnan(frame["air_temp_c"]), ~np.isnan(frame["rel_humidity_pct"])
    heard = air | humidity
    readings = _count(heard, frame)
    told = readings > 0
    gaps, long_gaps = _gaps(heard, frame)
    counts = {
        **_high_rail(frame),
        "device_gaps": gaps,
        "device_long_gaps": long_gaps,
        "device_stood_h": _stood_h(frame),
        "device_low_rail": _count(_at_low_rail(frame), frame),
        "device_impossible": _count(impossible_rooms(frame), frame),
        "device_in_part": _count(air != humidity, frame),
        "device_near_rail": _count(_near_high_rail(frame), frame),
        "device_battery_pct": _battery_pct(frame),
    }
    return {"device_readings": readings} | {
        name: np.where(told, array, np.nan) for name, array in counts.items()
    }


def _count(which: Booleans, frame: RoomFrame) -> Floats:
    count: Floats = np.count_nonzero(which[:, lead_steps(frame) :], axis=1).astype(np.float64)
    return count


def _at_low_rail(frame: RoomFrame) -> Booleans:
    """Humidity at the low end of its scale beside a temperature that is one."""
    low = frame["rel_humidity_pct"] <= HUMIDITY_RAIL_LOW_PCT
    beside: Booleans = low & (frame["air_temp_c"] != 0.0)
    return beside


def _near_high_rail(frame: RoomFrame) -> Booleans:
    humidity = frame["rel_humidity_pct"]
    return (humidity >= NEAR_RAIL_PCT) & (humidity < HUMIDITY_RAIL_HIGH_PCT)


def _high_rail(frame: RoomFrame) -> Features:
    """What is told of humidity at the high end of its scale.

    How many readings; how warm it was then, NaN without any; how often it left that end, and how
    often by LEAP_PCT or more, from a reading to the next one within LEAP_WITHIN_MIN, of those that
    followed on the day.
    """
    day = without_lead(frame["rel_humidity_pct"], frame)
    railed = day >= HUMIDITY_RAIL_HIGH_PCT
    counts = np.count_nonzero(railed, axis=1).astype(np.float64)
    air_c, left, leaps = np.full(len(day), np.nan), np.zeros(len(day)), np.zeros(len(day))
    some = np.flatnonzero(counts)  # few rooms
    humidity, waiting = day[some], railed[some]
    air_c[some] = _mean_among(without_lead(frame["air_temp_c"], frame)[some], waiting)
    for steps in range(1, int(LEAP_WITHIN_MIN * 60) // frame.step_s + 1):
        following = humidity[:, steps:]
        come = waiting[:, :-steps] & (following == following)
        down = come & (following < HUMIDITY_RAIL_HIGH_PCT)
        leapt = down & (humidity[:, :-steps] - following >= LEAP_PCT)
        left[some] += np.count_nonzero(down, axis=1)
        leaps[some] += np.count_nonzero(leapt, axis=1)
        waiting[:, :-steps] &= ~come
    return {
        "device_high_rail": counts,
        "device_rail_air_c": air_c,
        "device_rail_left": left,
        "device_rail_leaps": leaps,
    }


def _mean_among(values: Floats, among: Booleans) -> Floats:
    among = among & (values == values)
    counts = np.count_nonzero(among, axis=1)
    sums = np.where(among, values, 0.0).sum(axis=1, dtype=np.float64)
    return ratio(sums, counts, where=counts > 0)


def _gaps(heard: Booleans, frame: RoomFrame) -> tuple[Floats, Floats]:
    """How many silences of GAP_MIN and more, and of LONG_GAP_MIN, ended on the day."""
    last = last_where(heard)
    steps = np.arange(1, heard.shape[1]) - last[:, :-1]
    ended = heard[:, 1:] & (last[:, :-1] >= 0) & (steps * frame.step_s < GAP_MAX_H * 3600)
    first = lead_steps(frame) - 1
    minutes = np.where(ended, steps * (frame.step_s / 60.0), 0.0)[:, first:]
    gaps: Floats = np.count_nonzero(minutes >= GAP_MIN, axis=1).astype(np.float64)
    long_gaps: Floats = np.count_nonzero(minutes >= LONG_GAP_MIN, axis=1).astype(np.float64)
    return gaps, long_gaps


def _stood_h(frame: RoomFrame) -> Floats:
    """The longest time for which temperature and humidity stood, as far as the frame shows it.

    0 where it is shorter than what `frozen_rooms` asks for, or was over before the day began.
    """
    stood = np.zeros(len(frame.rows))
    some = np.flatnonzero(frozen_rooms(frame)[:, lead_steps(frame) :].any(axis=1))
    if len(some):
        record = {name: frame[name][some] for name in ("air_temp_c", "rel_humidity_pct")}
        since = standing_since(record)
        until, _ = standing_until(record, since)
        within = np.where(until >= lead_steps(frame), until - since, 0)
        stood[some] = within.max(axis=1) * frame.step_s / 3600.0
    return stood


def _battery_pct(frame: RoomFrame) -> Floats:
    """The last battery charge of the day; NaN without any."""
    charge = without_lead(frame["battery_pct"], frame)
    last = last_where(charge == charge)[:, -1]
    told = np.take_along_axis(charge, np.maximum(last, 0)[:, np.newaxis], axis=1)[:, 0]
    return np.where(last >= 0, told, np.nan)
