"""What is believed of the readings: all but what a broken device is known to say.

Every detector but those of the devices themselves looks through here, so that a bad sensor tells
nothing of damp or of a boiler. What is not believed is NaN.
"""

from dataclasses import replace

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.devices.standing import known_beside, standing_since, standing_until
from detectors.frame import BoilerFrame, RoomFrame

HUMIDITY_RAIL_LOW_PCT = 1.0  # a humidity sensor that fails reads one of its ends: no home is so dry
HUMIDITY_RAIL_HIGH_PCT = 99.5  # and room air is not saturated for hours (own)
SPIKE_K = 5.0  # room air does not leap so far and back between readings (own)

WATER_RAIL_LOW_C = 0.0  # an open circuit reads -40 °C, a dead bus 0; frozen water gives no heat
WATER_RAIL_HIGH_C = 120.0  # a short circuit reads 127 or 140 °C; boilers cut out at 110
WATER_TEMPS = ("flow_temp_c", "return_temp_c", "hot_water_temp_c")

ROOM_FROZEN_S = 6 * 3600  # LEAD: a summer's night may leave 0.1 K and 1 % for some hours (own)
WARM_FLOW_C = 30.0  # warmer water cools or is heated: its temperature does not stand (own)
WARM_FROZEN_S = 15 * 60  # a cloud that is asked every ten minutes repeats itself so long (own)
REST_FROZEN_S = 3600  # cold water at rest may stand for as long as a sensor rounds (own)
RECORDS_MIN = 6  # a real adapter's frozen records were told by six alike (detection.md, 3.2)
REPEATS_LOG2 = 3  # eight equal flow temperatures on end, before whole records are compared (own)


def believed_rooms(frame: RoomFrame) -> RoomFrame:
    """The rooms without railed humidity, leaps of temperature and records that stand still.

    Humidity at an end of its scale is left out, and the temperature of that record too where it
    is 0 (a sensor that answers with nothing but zeros); temperature SPIKE_K away from both the
    reading before and the one after, with its humidity; and both where they have not changed for
    ROOM_FROZEN_S. What else the record holds stays.
    """
    air_c, humidity = frame["air_temp_c"], frame["rel_humidity_pct"]
    railed = (humidity <= HUMIDITY_RAIL_LOW_PCT) | (humidity >= HUMIDITY_RAIL_HIGH_PCT)
    nothing = impossible_rooms(frame) | frozen_rooms(frame)
    values = dict(frame.values)
    if "air_temp_c" in values:
        values["air_temp_c"] = np.where(nothing, np.nan, air_c).astype(air_c.dtype)
    if "rel_humidity_pct" in values:
        believed = np.where(nothing | railed, np.nan, humidity)
        values["rel_humidity_pct"] = believed.astype(humidity.dtype)
    return replace(frame, values=values)


def believed_boilers(frame: BoilerFrame) -> BoilerFrame:
    """The boilers without temperatures of a broken circuit and without frozen records.

    Whole records are left out from when they have stood for WARM_FROZEN_S, or REST_FROZEN_S where
    the water is cold and no flame burns. Looks back that far and never ahead: what a frame says
    from an hour after its start on does not depend on where it starts.
    """
    values = dict(frame.values)
    for name in WATER_TEMPS:
        if name in values:
            railed = water_railed(values[name])
            if railed.any():
                values[name] = np.where(railed, np.float32(np.nan), values[name])
    suspicious, frozen = frozen_boilers(frame)
    if frozen.any():
        for name, array in values.items():
            values[name] = array.copy()
            values[name][suspicious] = np.where(frozen, np.nan, array[suspicious])
    return replace(frame, values=values)


def impossible_rooms(frame: RoomFrame) -> Booleans:
    """Records that cannot be, (rows, steps): nothing but zeros, or a leap of SPIKE_K and back."""
    air_c, humidity = frame["air_temp_c"], frame["rel_humidity_pct"]
    impossible = np.zeros(frame.shape, dtype=np.bool_)
    leaping = np.fmax.reduce(air_c, axis=1) - np.fmin.reduce(air_c, axis=1) > SPIKE_K
    some = np.flatnonzero(leaping)  # few rooms: only these are looked through reading by reading
    air_c = air_c[some]
    zeros = (air_c == 0.0) & (humidity[some] <= HUMIDITY_RAIL_LOW_PCT)
    before, after = known_beside(np.where(zeros, np.nan, air_c))
    above = (air_c > before + SPIKE_K) & (air_c > after + SPIKE_K)
    below = (air_c < before - SPIKE_K) & (air_c < after - SPIKE_K)
    impossible[some] = zeros | above | below
    return impossible


def frozen_rooms(frame: RoomFrame) -> Booleans:
    """Where temperature and humidity stand for ROOM_FROZEN_S and RECORDS_MIN, (rows, steps).

    True for the whole of such a stretch as far as the frame holds it.
    """
    frozen = np.zeros(frame.shape, dtype=np.bool_)
    half = max(ROOM_FROZEN_S // 2 // frame.step_s, 1)  # a long stretch holds one such block wholly
    blocks = frame["air_temp_c"][:, : frame.steps // half * half]
    blocks = blocks.reshape(len(frame.rows), -1, half)
    still = np.fmax.reduce(blocks, axis=2) == np.fmin.reduce(blocks, axis=2)
    some = np.flatnonzero(still.any(axis=1))
    record = {name: frame[name][some] for name in ("air_temp_c", "rel_humidity_pct")}
    since = standing_since(record)
    until, readings = standing_until(record, since)
    stands = (until - since) * frame.step_s >= ROOM_FROZEN_S
    frozen[some] = stands & (readings >= RECORDS_MIN)
    return frozen


def frozen_boilers(frame: BoilerFrame) -> tuple[Integers, Booleans]:
    """The boilers that may be frozen, (some,), and the minutes in which they are, (some, steps)."""
    suspicious = _repeats(frame["flow_temp_c"])
    if not len(suspicious):
        return suspicious, np.zeros((0, frame.steps), dtype=np.bool_)
    part = frame.part(rows=[int(row) for row in suspicious])
    stood_s = (np.arange(frame.steps) - standing_since(part.values)) * frame.step_s
    moving = (part["flow_temp_c"] >= WARM_FLOW_C) | (part["flame_on"] == 1)
    return suspicious, stood_s >= np.where(moving, WARM_FROZEN_S, REST_FROZEN_S)


def water_railed(temp_c: Floats) -> Booleans:
    """Where a water temperature is one that only a broken circuit reads."""
    return (temp_c <= WATER_RAIL_LOW_C) | (temp_c >= WATER_RAIL_HIGH_C)


def _repeats(values: Floats) -> Integers:
    """The rows in which 2**REPEATS_LOG2 values on end are followed by one like themselves."""
    alike: Booleans = values[:, 1:] == values[:, :-1]
    for doubling in range(REPEATS_LOG2):
        shorter = max(alike.shape[1] - 2**doubling, 0)
        alike = alike[:, alike.shape[1] - shorter :] & alike[:, :shorter]
    return np.flatnonzero(alike.any(axis=1))
