"""What sound devices make of a home: their errors, their steps, their silences, their instants."""

from dataclasses import fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.effects import Effects, none_at_work
from firmware_sim.folder.blocks import joined
from firmware_sim.homes.fabric import BEDROOM, LIVING, ROOMS
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.kinds import Ints
from firmware_sim.physics.air import rel_humidity_pct
from firmware_sim.sensing.adapters import ADAPTERS, NAMES
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.readings import Readings
from firmware_sim.sensing.room_speech import HEARTBEAT_MIN
from firmware_sim.sensing.sense import sense
from firmware_sim.sensing.sensors import DRIFT_MOST_PCT_YEAR, Sensors, build_sensors
from firmware_sim.trace import Stretch
from tests.firmware_sim.stretches import DAY, in_turn, made_up

SEED = 7
FEW = build_homes(range(8), seed=SEED)
MANY = build_homes(range(300), seed=SEED)
FIRST = DAY * MINUTES_A_DAY


def sensed(
    stretch: Stretch, homes: Homes, sensors: Sensors | None = None, *, rooms_every: int = 5
) -> Readings:
    """The readings of devices that have only just been put up."""
    found = sensors or build_sensors(homes, seed=SEED)
    areas = stretch.outdoors.air_temp_c.shape[1]
    memory = Memory.empty(homes=homes.count, rooms=len(ROOMS), areas=areas)
    return sense(stretch, homes, found, memory, seed=SEED, rooms_every=rooms_every)


def assert_same(one: Readings, other: Readings) -> None:
    """Every array of both, to the bit."""
    for part in ("rooms", "boilers", "weather"):
        ours, theirs = getattr(one, part), getattr(other, part)
        for field in fields(ours):
            assert_array_equal(getattr(ours, field.name), getattr(theirs, field.name), field.name)


def much_at_work(homes: Homes) -> Effects:
    """Every fault that a device can have, somewhere in the first homes."""
    effects = none_at_work(homes)
    devices = effects.devices
    devices.stuck[0, 0] = devices.stuck[1, 2] = True
    devices.telemetry_frozen[[0, 3]] = True
    devices.room_flaps[2, 1] = 0.5
    devices.implausible_share[2, 2] = 0.2
    devices.drift_temp_k[3, 0] = 1.5
    devices.clock_ahead_s[3, 1] = 3600.0
    devices.sits_in[4] = [1, 0, 2]
    devices.gateway_down[5] = True
    return effects


@settings(max_examples=12, deadline=None)
@given(cuts=st.sets(st.integers(1, 287), max_size=3))
def test_a_days_readings_do_not_depend_on_how_the_day_is_cut(cuts: set[int]) -> None:
    sensors = build_sensors(FEW, seed=SEED)
    later = FIRST + 613
    effects = ((FIRST, none_at_work(FEW)), (later, much_at_work(FEW)))
    whole = sensed(in_turn(made_up(FEW), *effects), FEW, sensors)

    memory = Memory.empty(homes=FEW.count, rooms=len(ROOMS), areas=1)
    edges = [0, *sorted(5 * cut for cut in cuts), MINUTES_A_DAY]
    parts = []
    for begin, end in pairwise(edges):
        first = FIRST + begin
        now = [each for each in effects if each[0] <= first][-1:]
        coming = [each for each in effects if first < each[0] < FIRST + end]
        stretch = in_turn(made_up(FEW, first=first, minutes=end - begin), *now, *coming)
        parts.append(sense(stretch, FEW, sensors, memory, seed=SEED))

    assert_same(joined(parts), whole)


def test_a_home_reads_the_same_in_any_block() -> None:
    homes, own = build_homes(range(100), seed=SEED), build_homes(range(50, 100), seed=SEED)
    stretch = made_up(homes)
    alone = Stretch(
        boilers=_only_homes(stretch.boilers, slice(50, 100)),
        rooms=_only_homes(stretch.rooms, slice(50, 100)),
        outdoors=stretch.outdoors,
        effects=((FIRST, none_at_work(own)),),
    )

    together, apart = sensed(stretch, homes), sensed(alone, own)

    for part in ("rooms", "boilers"):
        for field in fields(getattr(apart, part)):
            ours = getattr(getattr(apart, part), field.name)
            assert_array_equal(ours, getattr(getattr(together, part), field.name)[50:], field.name)


def _only_homes(trace: Any, some: slice) -> Any:
    names = [field.name for field in fields(trace) if field.name != "minute"]
    return replace(trace, **{name: getattr(trace, name)[:, some] for name in names})


def test_a_sensor_speaks_at_the_same_instants_whether_it_is_asked_by_slots_or_by_minutes() -> None:
    sensors = build_sensors(FEW, seed=SEED)
    sensors = replace(sensors, on_change=np.zeros_like(sensors.on_change))
    hour = range(FIRST + 600, FIRST + 660)
    by_slots = sensed(made_up(FEW, first=hour[0], minutes=60), FEW, sensors)

    memory = Memory.empty(homes=FEW.count, rooms=len(ROOMS), areas=1)
    by_minutes = joined(
        [
            sense(
                made_up(FEW, first=minute, minutes=1, rooms_every=1),
                FEW,
                sensors,
                memory,
                seed=SEED,
                rooms_every=1,
            )
            for minute in hour
        ]
    )

    assert by_slots.rooms.sent.sum() > 0
    assert _instants(by_minutes) == _instants(by_slots)
    assert_array_equal(by_minutes.boilers.pressure_bar, by_slots.boilers.pressure_bar)


def _instants(readings: Readings) -> list[tuple[int, int, int]]:
    home, room, _ = np.nonzero(readings.rooms.sent)
    spoken = readings.rooms.measured_ms[readings.rooms.sent]
    return sorted(zip(home.tolist(), room.tolist(), spoken.tolist(), strict=True))


def test_a_minute_between_two_slots_has_no_room_readings_and_all_the_others() -> None:
    readings = sensed(made_up(FEW, first=FIRST + 601, minutes=1), FEW)

    assert readings.rooms.air_temp_c.shape == (FEW.count, len(ROOMS), 0)
    assert readings.boilers.sent.shape == (FEW.count, 1)


def test_sound_room_sensors_are_off_by_a_third_of_a_kelvin_and_some_percent() -> None:
    stretch = made_up(MANY)
    readings = sensed(stretch, MANY).rooms

    true_c = stretch.rooms.air_temp_c.transpose(1, 2, 0).astype(np.float64)
    vapour_kg_m3 = stretch.rooms.vapour_kg_m3.transpose(1, 2, 0).astype(np.float64)
    true_pct = rel_humidity_pct(true_c, vapour_kg_m3)
    off_k = (readings.air_temp_c - true_c).mean(axis=2)
    off_pct = (readings.rel_humidity_pct - true_pct).mean(axis=2)
    assert 0.2 < off_k.std() < 0.4
    assert 2.0 < off_pct.std() < 3.2
    assert 0.03 < (readings.air_temp_c - true_c).std(axis=2).mean() < 0.08


def test_a_sound_humidity_sensor_drifts_by_less_than_half_a_percent_a_year() -> None:
    sensors = build_sensors(MANY, seed=SEED)

    assert np.abs(sensors.humidity_drift_pct_year).max() <= DRIFT_MOST_PCT_YEAR
    assert sensors.humidity_drift_pct_year.std() > 0.1


def test_values_come_in_the_steps_of_their_device() -> None:
    sensors = build_sensors(FEW, seed=SEED)
    readings = sensed(made_up(FEW), FEW, sensors)

    tenths = sensors.steps_a_unit == 10.0
    coarse = readings.rooms.air_temp_c[tenths]
    assert_array_equal(coarse, np.round(coarse.astype(np.float64), 1).astype(np.float32))
    assert set(np.unique(sensors.steps_a_unit)) == {10.0, 100.0}
    bars = readings.boilers.pressure_bar[sensors.pressure_steps_bar == 10.0]
    assert_array_equal(bars, np.round(bars.astype(np.float64), 1).astype(np.float32))


def test_one_message_in_two_hundred_is_lost_one_doubled_and_one_late() -> None:
    readings = sensed(made_up(MANY), MANY, _steady(MANY)).boilers

    assert 0.004 < 1.0 - readings.sent.mean() < 0.006
    assert 0.004 < (readings.copies == 2).mean() < 0.006
    assert 0.004 < (readings.late_s > 0.0).mean() < 0.006
    assert 600.0 < readings.late_s.max() <= 900.0


def _steady(homes: Homes) -> Sensors:
    """Devices of which none comes by way of a cloud."""
    return build_sensors(homes, seed=SEED, adapters=["ems_esp"] * homes.count)


def test_a_cloud_is_away_for_37_to_70_minutes_now_and_then() -> None:
    sensors = build_sensors(MANY, seed=SEED, adapters=["cloud"] * MANY.count)
    sent = sensed(made_up(MANY), MANY, sensors).boilers.sent

    gaps = [gap for home in sent for gap in _inner_gaps_min(home) if gap > 10]
    assert 30 < len(gaps) < 120  # a quarter of 300 days
    assert np.percentile(gaps, 5) >= 37
    assert np.percentile(gaps, 95) <= 71


def _inner_gaps_min(sent: Any) -> Ints:
    return np.diff(np.flatnonzero(sent)) - 1


def test_a_fifth_of_living_rooms_has_carbon_dioxide_and_a_tenth_of_bedrooms_a_surface() -> None:
    readings = sensed(made_up(MANY), MANY).rooms

    has_co2 = np.isfinite(readings.co2_ppm[..., 0])
    has_surface = np.isfinite(readings.surface_temp_c[..., 0])
    assert 0.15 < has_co2[:, LIVING].mean() < 0.25
    assert 0.06 < has_surface[:, BEDROOM].mean() < 0.15
    assert not has_co2[:, 1:].any()
    assert not has_surface[:, [LIVING, 2]].any()
    assert_array_equal(np.isnan(readings.co2_ppm).all(axis=2), ~has_co2)


def test_a_battery_runs_down_in_one_to_three_years_and_is_exchanged() -> None:
    sensors = build_sensors(FEW, seed=SEED)
    left = np.array(
        [
            sensed(made_up(FEW, first=(DAY + day) * MINUTES_A_DAY, minutes=5), FEW, sensors)
            .rooms.battery_pct[..., 0]
            .ravel()
            for day in range(0, 1100, 10)
        ]
    )

    exchanged = (np.diff(left, axis=0) > 50.0).sum(axis=0)
    assert left.min() >= 30.0
    assert left.max() <= 100.0
    assert exchanged.min() >= 1
    assert exchanged.max() <= 4


def test_a_battery_that_was_exchanged_is_full() -> None:
    effects = none_at_work(FEW)
    effects.devices.battery_new_minute[0, 1] = FIRST + 60
    stretch = in_turn(made_up(FEW), (FIRST, none_at_work(FEW)), (FIRST + 60, effects))

    battery = sensed(stretch, FEW).rooms.battery_pct[0, 1]

    assert battery[0] < 95.0
    assert battery[-1] == 100.0


@pytest.mark.parametrize("adapter", ADAPTERS, ids=NAMES)
def test_an_adapter_never_has_the_columns_that_it_lacks(adapter: Any) -> None:
    sensors = build_sensors(FEW, seed=SEED, adapters=[adapter.name] * FEW.count)
    readings = sensed(made_up(FEW), FEW, sensors).boilers

    absent = {
        field.name
        for field in fields(readings)
        if field.name not in {"sent", "copies", "late_s", "measured_ms", "fault_code"}
        and _absent(getattr(readings, field.name)).all()
    }
    assert absent == adapter.lacks


def _absent(values: Any) -> Any:
    return np.isnan(values) if values.dtype == np.float32 else values < 0


def test_each_adapter_is_in_use_and_clouds_are_few() -> None:
    adapter = build_sensors(MANY, seed=SEED).adapter

    share = np.bincount(adapter, minlength=len(ADAPTERS)) / MANY.count
    assert share.min() > 0.02
    assert share[NAMES.index("cloud")] < 0.15


def test_a_sensor_that_speaks_on_change_is_quiet_in_a_still_room_but_for_a_heartbeat() -> None:
    sensors = build_sensors(FEW, seed=SEED)
    sensors = replace(
        sensors,
        on_change=np.ones_like(sensors.on_change),
        every_min=np.full_like(sensors.every_min, 5),
        phase_s=sensors.phase_s % 300,
    )
    stretch = made_up(FEW)
    still = replace(
        stretch,
        rooms=replace(
            stretch.rooms,
            air_temp_c=np.full_like(stretch.rooms.air_temp_c, 20.0),
            vapour_kg_m3=np.full_like(stretch.rooms.vapour_kg_m3, 0.009),
        ),
    )

    quiet, lively = (sensed(each, FEW, sensors).rooms.sent.sum(axis=2) for each in (still, stretch))

    assert quiet.min() >= MINUTES_A_DAY // HEARTBEAT_MIN - 2  # one or two of them may be lost
    assert quiet.mean() < 32.0
    assert lively.mean() > 1.3 * quiet.mean()


def test_the_readings_of_a_rain_gauge_add_up_to_the_rain() -> None:
    stretch = made_up(FEW, areas=3)

    weather = sensed(stretch, FEW).weather

    # What fell after the last reading at 23:50, or has not tipped the bucket, is still to come.
    fallen = stretch.outdoors.rain_mm[: 1430 + 1].sum(axis=0)
    assert weather.rain_mm.shape == (3, 144)
    assert np.abs(weather.rain_mm.sum(axis=1) - fallen).max() <= 0.2
    assert_array_equal(np.diff(weather.measured_ms, axis=1), 600_000)
