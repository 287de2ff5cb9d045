"""Room sensors: what they make of a room's air, sound or broken."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Singles
from firmware_sim.physics.air import rel_humidity_pct
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.noise import misdeeds, mishaps, room_noise
from firmware_sim.sensing.readings import RoomReadings
from firmware_sim.sensing.room_rows import Rows, flat
from firmware_sim.sensing.room_speech import away, filed_under, has_changed, instants_ms, turns
from firmware_sim.sensing.sensors import SENSOR_LIFE_DAYS, Sensors
from firmware_sim.sensing.transport import fate_of
from firmware_sim.trace import RoomTrace

TEMP_NOISE_K, HUMIDITY_NOISE_PCT = 0.05, 0.4
CARBON_DIOXIDE_NOISE_PPM, SURFACE_NOISE_K = 12.0, 0.1
RAIL_LOW_PCT, RAIL_HIGH_PCT = 1.0, 99.9
# What broken sensors and their buses are known to say: no answer, overflow, all bits zero.
IMPOSSIBLE_TEMP_C, IMPOSSIBLE_HUMIDITY_PCT = 999.0, 120.5
# Of its charge a battery has given when it is exchanged: whoever looks after it does not wait for
# the end, so that a battery that reports little has a fault.
_WORN_PCT = 70.0


def sense_rooms(
    trace: RoomTrace, homes: Homes, sensors: Sensors, memory: Memory, rows: Rows
) -> RoomReadings:
    """The room sensors' readings of a stretch; `memory` is moved on."""
    temp, humidity = _measured(trace, homes, sensors, rows)
    _stuck(temp, humidity, memory, rows)
    _err(temp, humidity, homes, rows)
    spoken, due = turns(sensors, rows)
    drawn = mishaps(rows.seed, rows.day, homes.indices, temp.shape[1]).rooms[..., rows.slots]
    fate = fate_of(np.ascontiguousarray(drawn))
    due &= ~away(homes, rows, temp.shape)
    due &= has_changed(temp, humidity, due, sensors, memory, rows)
    return RoomReadings(
        sent=due & ~fate.lost,
        copies=fate.copies,
        late_s=fate.late_s,
        measured_ms=instants_ms(spoken, drawn, sensors, rows),
        room=filed_under(rows, temp.shape),
        air_temp_c=temp,
        rel_humidity_pct=humidity,
        co2_ppm=_carbon_dioxide(trace, homes, sensors, rows),
        surface_temp_c=_surface(trace, homes, sensors, rows),
        battery_pct=_battery(sensors, rows, temp.shape),
    )


def _measured(
    trace: RoomTrace, homes: Homes, sensors: Sensors, rows: Rows
) -> tuple[Singles, Singles]:
    """Temperature and humidity as sound sensors show them, (homes, rooms, rows)."""
    noise = room_noise(rows.seed, rows.day, homes.indices, trace.air_temp_c.shape[2])
    true_c = _where_it_sits(trace.air_temp_c, rows)
    humidity = rel_humidity_pct(true_c, _where_it_sits(trace.vapour_kg_m3, rows))
    steps = sensors.steps_a_unit[..., None]
    temp = true_c * sensors.temp_gain[..., None] + sensors.temp_offset_k[..., None]
    temp += TEMP_NOISE_K * noise.temp[..., rows.slots]
    age_years = (sensors.age_days + rows.day) % SENSOR_LIFE_DAYS / 365.25
    offset = sensors.humidity_offset_pct + sensors.humidity_drift_pct_year * age_years
    humidity *= sensors.humidity_gain[..., None]
    humidity += offset[..., None]
    humidity += HUMIDITY_NOISE_PCT * noise.humidity[..., rows.slots]
    drift = rows.in_force.devices("drift_temp_k")
    flat(temp)[drift.devices] += drift.values
    drift = rows.in_force.devices("drift_humidity_pct")
    flat(humidity)[drift.devices] += drift.values
    np.clip(humidity, RAIL_LOW_PCT, RAIL_HIGH_PCT, out=humidity)
    return _stepped(temp, steps), _stepped(humidity, steps)


def _where_it_sits(trace: Singles, rows: Rows) -> Floats:
    """A column of the trace, home first, at the sensors: some sit in another room than their own.

    (rows, homes, rooms) to (homes, rooms, rows).
    """
    column = np.ascontiguousarray(trace.transpose(1, 2, 0), dtype=np.float64)
    homes, rooms, _ = column.shape
    moved = rows.in_force.devices("sits_in", usual=np.tile(np.arange(rooms), homes))
    if moved.devices.size:
        home = (moved.devices // rooms)[:, None]
        there = trace[np.arange(rows.minute.size), home, moved.values]
        flat(column)[moved.devices] = there
    return column


def _stuck(temp: Singles, humidity: Singles, memory: Memory, rows: Rows) -> None:
    """Keep stuck sensors at what they measured last."""
    stuck = rows.in_force.devices("stuck", usual=False)
    if stuck.devices.size and rows.minute.size:
        moving = np.where(stuck.values, -1, np.arange(rows.minute.size))
        last = np.maximum.accumulate(moving, axis=1)
        for values, kept in ((temp, memory.temp_c), (humidity, memory.humidity_pct)):
            own = flat(values)[stuck.devices]
            before = kept.ravel()[stuck.devices, None]
            before = np.where(np.isnan(before), own[:, :1], before)
            held = np.take_along_axis(own, np.maximum(last, 0), axis=1)
            flat(values)[stuck.devices] = np.where(last < 0, before, held)
    if rows.minute.size:
        memory.temp_c[:] = temp[..., -1]
        memory.humidity_pct[:] = humidity[..., -1]


def _err(temp: Singles, humidity: Singles, homes: Homes, rows: Rows) -> None:
    """Rail humidity, and say what cannot be."""
    for name, rail in (("railed_low", RAIL_LOW_PCT), ("railed_high", RAIL_HIGH_PCT)):
        railed = rows.in_force.devices(name, usual=False)
        if railed.devices.size:
            own = flat(humidity)[railed.devices]
            flat(humidity)[railed.devices] = np.where(railed.values, np.float32(rail), own)
    share = rows.in_force.devices("implausible_share")
    if not share.devices.size:
        return
    drawn = misdeeds(rows.seed, rows.day, homes.indices, temp.shape[1]).reading
    chance = drawn.reshape(-1, drawn.shape[-1])[share.devices][:, rows.slots]
    thirds = np.where(chance < share.values, 3.0 * chance / np.maximum(share.values, 1e-9), 9.0)
    own_temp, own_humidity = flat(temp)[share.devices], flat(humidity)[share.devices]
    own_temp[thirds < 1.0] = IMPOSSIBLE_TEMP_C
    own_humidity[(thirds >= 1.0) & (thirds < 2.0)] = IMPOSSIBLE_HUMIDITY_PCT
    own_temp[(thirds >= 2.0) & (thirds < 3.0)] = 0.0
    own_humidity[(thirds >= 2.0) & (thirds < 3.0)] = 0.0
    flat(temp)[share.devices] = own_temp
    flat(humidity)[share.devices] = own_humidity


def _carbon_dioxide(trace: RoomTrace, homes: Homes, sensors: Sensors, rows: Rows) -> Singles:
    noise = room_noise(rows.seed, rows.day, homes.indices, trace.air_temp_c.shape[2])
    home, room = np.nonzero(sensors.has_carbon_dioxide)
    own = _where_it_sits(trace.carbon_dioxide_ppm, rows)[home, room]
    own += sensors.carbon_dioxide_offset_ppm[home, room, None]
    own += CARBON_DIOXIDE_NOISE_PPM * noise.carbon_dioxide[home][:, rows.slots]
    return _only(sensors.has_carbon_dioxide, np.rint(np.maximum(own, 0.0)))


def _surface(trace: RoomTrace, homes: Homes, sensors: Sensors, rows: Rows) -> Singles:
    noise = room_noise(rows.seed, rows.day, homes.indices, trace.air_temp_c.shape[2])
    home, room = np.nonzero(sensors.has_surface)
    own = _where_it_sits(trace.surface_temp_c, rows)[home, room]
    own += sensors.surface_offset_k[home, room, None]
    own += SURFACE_NOISE_K * noise.surface[home][:, rows.slots]
    return _only(sensors.has_surface, np.rint(own * 10.0) / 10.0)


def _only(has: Bools, values: NDArray[np.float64]) -> Singles:
    """The values where there is such a sensor, NaN elsewhere."""
    everywhere = np.full((*has.shape, values.shape[1]), np.nan, dtype=np.float32)
    everywhere[has] = values
    return everywhere


def _battery(sensors: Sensors, rows: Rows, shape: tuple[int, ...]) -> Singles:
    """Battery left, in whole percent: it is exchanged when its life is over."""
    used = (sensors.battery_age_days + rows.day) % sensors.battery_life_days
    share = np.broadcast_to((used / sensors.battery_life_days)[..., None], shape).copy()
    new = rows.in_force.devices("battery_new_minute")
    age_days = (rows.minute - new.values) / MINUTES_A_DAY
    life_days = sensors.battery_life_days.ravel()[new.devices, None]
    flat(share)[new.devices] = np.where(
        new.values > 0, age_days / life_days % 1.0, flat(share)[new.devices]
    )
    left = (100.0 - _WORN_PCT * share).astype(np.float32)
    less = rows.in_force.devices("battery_less_pct")
    flat(left)[less.devices] -= less.values.astype(np.float32)
    return np.rint(np.maximum(left, 0.0, out=left), out=left)


def _stepped(values: NDArray[np.float64], steps_a_unit: Singles) -> Singles:
    """Values in the steps of each device, as the nearest float32."""
    stepped: Singles = np.rint(values * steps_a_unit).astype(np.float32)
    stepped /= steps_a_unit
    return stepped
