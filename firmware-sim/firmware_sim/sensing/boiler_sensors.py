"""Boilers' own sensors, as an adapter reads them out once a minute."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Ints, Singles
from firmware_sim.sensing.adapters import ADAPTERS, lacking
from firmware_sim.sensing.inforce import InForce
from firmware_sim.sensing.memory import BOILER_COUNTERS, BOILER_FLAGS, BOILER_FLOATS, Memory
from firmware_sim.sensing.noise import boiler_noise, cloud_gaps, mishaps
from firmware_sim.sensing.readings import BoilerReadings
from firmware_sim.sensing.sensors import Sensors
from firmware_sim.sensing.transport import fate_of, in_cloud_gap
from firmware_sim.trace import BoilerTrace

WATER_NOISE_K = 0.15
PRESSURE_NOISE_BAR = 0.02
FLAME_NOISE_UA = 0.8
JITTER_S = 1.0
OPEN_C = -40.0  # what an open circuit reads: no noise comes through it
_HOMES_AT_ONCE = 50  # so many turn from time-first to home-first within the processor's cache

_Record = dict[str, NDArray[Any]]


def sense_boilers(
    trace: BoilerTrace,
    homes: Homes,
    sensors: Sensors,
    memory: Memory,
    in_force: InForce,
    *,
    seed: int,
) -> BoilerReadings:
    """The boilers' readings of a stretch within one day; `memory` is moved on."""
    minute = trace.minute
    day = int(minute[0]) // MINUTES_A_DAY
    span = slice(int(minute[0]) % MINUTES_A_DAY, int(minute[-1]) % MINUTES_A_DAY + 1)
    noise = boiler_noise(seed, day, homes.indices)[..., span]
    record = _record(trace)
    _blur(record, noise, sensors, in_force)
    _leave_out(record, sensors)
    _freeze(record, memory, in_force)
    rooms = homes.fabric.volume_m3.shape[1]
    drawn = np.ascontiguousarray(mishaps(seed, day, homes.indices, rooms).boilers[:, span])
    fate = fate_of(drawn)
    away = _away(in_force, fate.lost.shape)
    clouds = np.flatnonzero(np.array([one.by_cloud for one in ADAPTERS])[sensors.adapter])
    today, yesterday = (cloud_gaps(seed, each, homes.indices)[clouds] for each in (day, day - 1))
    away[clouds] |= in_cloud_gap(minute % MINUTES_A_DAY, today, yesterday)
    return BoilerReadings(
        sent=~(fate.lost | away),
        copies=fate.copies,
        late_s=fate.late_s,
        measured_ms=_instants(minute, drawn, sensors, in_force),
        **record,
    )


def _record(trace: BoilerTrace) -> _Record:
    """The columns of a trace, home first, in the types of a reading."""
    record: _Record = {
        name: _home_first(getattr(trace, name), np.float32) for name in BOILER_FLOATS
    }
    record |= {name: _home_first(getattr(trace, name), np.int8) for name in BOILER_FLAGS}
    record |= {name: _home_first(getattr(trace, name), np.int32) for name in BOILER_COUNTERS}
    return record | {"fault_code": _home_first(trace.fault_code, np.int8)}


def _home_first(values: NDArray[Any], kind: type[np.generic]) -> NDArray[Any]:
    """(minutes, homes) turned to (homes, minutes)."""
    minutes, homes = values.shape
    turned = np.empty((homes, minutes), dtype=kind)
    for first in range(0, homes, _HOMES_AT_ONCE):
        some = slice(first, first + _HOMES_AT_ONCE)
        turned[some] = values[:, some].T
    return turned


def _blur(record: _Record, noise: Singles, sensors: Sensors, in_force: InForce) -> None:
    """Add noise, and round to the steps in which an adapter reports."""
    still = _without_noise(record["flow_temp_c"], in_force)
    for number, name in enumerate(("flow_temp_c", "return_temp_c", "hot_water_temp_c")):
        blurred = noise[:, number] * np.float32(WATER_NOISE_K)
        if number == 0:
            blurred[still] = 0.0
        record[name] += blurred
        _round(record[name], np.float32(10.0))
    pressure = record["pressure_bar"]
    pressure += noise[:, 3] * np.float32(PRESSURE_NOISE_BAR)
    np.maximum(pressure, 0.0, out=pressure)
    _round(pressure, sensors.pressure_steps_bar[:, None])
    flame = record["flame_current_ua"]
    flame += noise[:, 4] * np.where(record["flame_on"] > 0, np.float32(FLAME_NOISE_UA), 0)
    np.maximum(flame, 0.0, out=flame)
    _round(flame, np.float32(10.0))
    for name in ("flow_target_c", "hot_water_target_c", "modulation_pct"):
        np.rint(record[name], out=record[name])


def _without_noise(flow_temp_c: Singles, in_force: InForce) -> Bools:
    """Where the flow sensor is open or stuck, (homes, minutes)."""
    still: Bools = flow_temp_c <= OPEN_C
    stuck = in_force.boilers("flow_sensor_stuck", usual=False)
    still[stuck.devices] |= stuck.values
    return still


def _round(values: Singles, steps_a_unit: Any) -> None:
    """Round in place to whole steps; dividing last gives the float32 nearest to the decimal."""
    values *= steps_a_unit
    np.rint(values, out=values)
    values /= steps_a_unit


def _leave_out(record: _Record, sensors: Sensors) -> None:
    """Blank what an adapter never has."""
    for name, values in record.items():
        without = lacking(sensors.adapter, name)
        if without.any():
            values[without] = np.nan if values.dtype == np.float32 else -1


def _freeze(record: _Record, memory: Memory, in_force: InForce) -> None:
    """Repeat the last whole record where telemetry is frozen."""
    kept = _kept(memory)
    frozen = in_force.devices("telemetry_frozen", usual=False)
    if frozen.devices.size:
        moving = np.where(frozen.values, -1, np.arange(frozen.values.shape[1]))
        last = np.maximum.accumulate(moving, axis=1)
        known = memory.boiler_known[frozen.devices, None] > 0
        for name, values in record.items():
            own = values[frozen.devices]
            before = np.where(known, kept[name][frozen.devices, None], own[:, :1])
            held = np.take_along_axis(own, np.maximum(last, 0), axis=1)
            values[frozen.devices] = np.where(last < 0, before, held)
    for name, values in record.items():
        kept[name][:] = values[:, -1]
    memory.boiler_known[:] = 1


def _kept(memory: Memory) -> Mapping[str, NDArray[Any]]:
    """Each column's place in the memory, (homes,)."""
    kept: _Record = dict(zip(BOILER_FLOATS, memory.boiler_floats, strict=True))
    kept |= dict(zip(BOILER_FLAGS, memory.boiler_flags, strict=True))
    kept |= dict(zip(BOILER_COUNTERS, memory.boiler_counters, strict=True))
    return kept | {"fault_code": memory.boiler_code}


def _away(in_force: InForce, shape: tuple[int, ...]) -> Bools:
    """Where an adapter or its gateway says nothing, (homes, minutes)."""
    away = np.zeros(shape, dtype=np.bool_)
    for name in ("boiler_silent", "gateway_down"):
        silent = in_force.devices(name, usual=False)
        away[silent.devices] |= silent.values
    return away


def _instants(minute: Ints, drawn: Singles, sensors: Sensors, in_force: InForce) -> Ints:
    """The instant of each reading by its adapter's clock, in ms since 1970-01-01 UTC."""
    own_ms = (1000 * sensors.boiler_second + 1000.0 * sensors.boiler_skew_s).astype(np.int64)
    instants = (drawn * np.float32(1000.0 * JITTER_S)).astype(np.int64)
    instants += own_ms[:, None]
    instants += minute * 60_000
    ahead = in_force.devices("boiler_clock_ahead_s")
    instants[ahead.devices] += (1000.0 * ahead.values).astype(np.int64)
    return instants
