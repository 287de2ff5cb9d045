"""When room sensors speak, when nothing of it comes through, and what they sign it with."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Ints, Singles
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.noise import FLAP_MIN, misdeeds
from firmware_sim.sensing.room_rows import Rows, flat
from firmware_sim.sensing.sensors import Sensors

JITTER_S = 4.0  # a sleeping sensor's own timer
CHANGE_K, CHANGE_PCT = 0.3, 2.0  # what a sensor that speaks on change takes for one
HEARTBEAT_MIN = 50  # it speaks at least so often: one message lost is then no two hours of silence


def turns(sensors: Sensors, rows: Rows) -> tuple[Ints, Bools]:
    """The minute in which each sensor last had its turn by the end of a row, and whether in it."""
    last = rows.minute + (rows.every_min - 1)
    every = sensors.every_min[..., None]
    since = (last - (sensors.phase_s // 60)[..., None]) % every
    return last - since, since < rows.every_min


def away(homes: Homes, rows: Rows, shape: tuple[int, ...]) -> Bools:
    """Where a sensor or its gateway says nothing, (homes, rooms, rows)."""
    gone = np.zeros(shape, dtype=np.bool_)
    silent = rows.in_force.devices("room_silent", usual=False)
    flat(gone)[silent.devices] = silent.values
    down = rows.in_force.devices("gateway_down", usual=False)
    gone[down.devices] |= down.values[:, None, :]
    flaps = rows.in_force.devices("room_flaps")
    if flaps.devices.size:
        drawn = misdeeds(rows.seed, rows.day, homes.indices, shape[1]).away
        window = rows.minute % MINUTES_A_DAY // FLAP_MIN
        chance = drawn.reshape(-1, drawn.shape[-1])[flaps.devices][:, window]
        flat(gone)[flaps.devices] |= chance < flaps.values
    return gone


def has_changed(
    temp: Singles, humidity: Singles, due: Bools, sensors: Sensors, memory: Memory, rows: Rows
) -> Bools:
    """Where a sensor that speaks on change has seen one; everywhere for the others."""
    speaking = np.ones(due.shape, dtype=np.bool_)
    some = np.flatnonzero(sensors.on_change)
    own_temp, own_humidity, own_due = (flat(each)[some].T for each in (temp, humidity, due))
    said_c, said_pct, said_at = (
        kept.ravel()[some]
        for kept in (memory.sent_temp_c, memory.sent_humidity_pct, memory.sent_minute)
    )
    speaks = np.zeros(own_due.shape, dtype=np.bool_)
    for row, minute in enumerate(rows.minute):
        speaks[row] = own_due[row] & (
            (np.abs(own_temp[row] - said_c) >= CHANGE_K)
            | (np.abs(own_humidity[row] - said_pct) >= CHANGE_PCT)
            | (minute - said_at >= HEARTBEAT_MIN)
        )
        said_c = np.where(speaks[row], own_temp[row], said_c)
        said_pct = np.where(speaks[row], own_humidity[row], said_pct)
        said_at = np.where(speaks[row], minute, said_at)
    memory.sent_temp_c.ravel()[some] = said_c
    memory.sent_humidity_pct.ravel()[some] = said_pct
    memory.sent_minute.ravel()[some] = said_at
    flat(speaking)[some] = speaks.T
    return speaking


def instants_ms(spoken: Ints, drawn: Singles, sensors: Sensors, rows: Rows) -> Ints:
    """The instant of each message by its sensor's own clock, in ms since 1970-01-01 UTC."""
    own_ms = (1000 * (sensors.phase_s % 60) + 1000.0 * sensors.skew_s).astype(np.int64)
    instants = spoken * 60_000 + own_ms[..., None]
    # The draw that decides a message's fate moves it within a few seconds too.
    instants += (drawn * np.float32(1000.0 * JITTER_S)).astype(np.int64)
    ahead = rows.in_force.devices("clock_ahead_s")
    flat(instants)[ahead.devices] += (1000.0 * ahead.values).astype(np.int64)
    return instants


def filed_under(rows: Rows, shape: tuple[int, ...]) -> NDArray[np.int8]:
    """The room under which each reading is filed, (homes, rooms, rows)."""
    rooms = np.arange(shape[1], dtype=np.int8)
    room = np.broadcast_to(rooms[:, None], shape).copy()
    said = rows.in_force.devices("said_to_be_in", usual=np.tile(rooms, shape[0]))
    flat(room)[said.devices] = said.values
    return room
