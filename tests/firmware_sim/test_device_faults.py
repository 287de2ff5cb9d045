"""What broken devices report, beside the same devices when they are sound."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.effects import Effects, none_at_work
from firmware_sim.homes.fabric import BATHROOM, BEDROOM, LIVING
from firmware_sim.homes.homes import build_homes
from firmware_sim.sensing.memory import BOILER_COUNTERS, BOILER_FLAGS, BOILER_FLOATS
from firmware_sim.sensing.readings import Readings
from firmware_sim.sensing.room_sensors import IMPOSSIBLE_HUMIDITY_PCT, IMPOSSIBLE_TEMP_C
from firmware_sim.sensing.sensors import build_sensors
from tests.firmware_sim.stretches import DAY, in_turn, made_up
from tests.firmware_sim.test_sensing import SEED, sensed

HOMES = build_homes(range(6), seed=SEED)
FIRST = DAY * MINUTES_A_DAY
NOON = FIRST + 720
HOME = 2

Break = Callable[[Effects], None]


@pytest.fixture(scope="module")
def sound() -> Readings:
    """A day on which nothing is broken."""
    return sensed(made_up(HOMES), HOMES)


def broken(act: Break) -> Readings:
    """The same day, with something broken from noon on."""
    effects = none_at_work(HOMES)
    act(effects)
    return sensed(in_turn(made_up(HOMES), (FIRST, none_at_work(HOMES)), (NOON, effects)), HOMES)


def test_a_silent_sensor_says_nothing_more_and_its_neighbours_go_on(sound: Readings) -> None:
    readings = broken(lambda of: _at(of.devices.room_silent))

    assert_array_equal(
        readings.rooms.sent[HOME, BEDROOM, :144], sound.rooms.sent[HOME, BEDROOM, :144]
    )
    assert not readings.rooms.sent[HOME, BEDROOM, 144:].any()
    assert_array_equal(readings.rooms.sent[HOME, LIVING], sound.rooms.sent[HOME, LIVING])


def test_nothing_of_a_home_comes_through_while_its_gateway_is_down(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.gateway_down[HOME] = True

    readings = broken(act)

    assert not readings.rooms.sent[HOME, :, 144:].any()
    assert not readings.boilers.sent[HOME, 720:].any()
    assert_array_equal(readings.boilers.sent[HOME + 1], sound.boilers.sent[HOME + 1])


def test_a_flapping_sensor_is_away_for_its_share_of_the_time_in_stretches() -> None:
    def act(of: Effects) -> None:
        of.devices.room_flaps[:] = 0.5

    sensors = build_sensors(HOMES, seed=SEED)
    sent = broken(act).rooms.sent[..., 144:]

    often = sent[(sensors.every_min == 5) & ~sensors.on_change]
    away = ~often.reshape(len(often), -1, 4).any(axis=2)  # four slots are twenty minutes
    assert 0.35 < away.mean() < 0.65


def test_a_stuck_sensor_keeps_to_its_last_value_and_goes_on_speaking(sound: Readings) -> None:
    readings = broken(lambda of: _at(of.devices.stuck))

    for name in ("air_temp_c", "rel_humidity_pct"):
        ours = getattr(readings.rooms, name)[HOME, BEDROOM]
        theirs = getattr(sound.rooms, name)[HOME, BEDROOM]
        assert_array_equal(ours[:144], theirs[:144])
        assert_array_equal(ours[144:], theirs[143])
    assert readings.rooms.sent[HOME, BEDROOM, 144:].any()


@pytest.mark.parametrize(("name", "rail_pct"), [("railed_low", 1.0), ("railed_high", 99.9)])
def test_a_railed_sensor_stands_at_the_end_of_its_range(name: str, rail_pct: float) -> None:
    readings = broken(lambda of: _at(getattr(of.devices, name)))

    assert_array_equal(readings.rooms.rel_humidity_pct[HOME, BEDROOM, 144:], np.float32(rail_pct))


def test_an_implausible_sensor_says_now_and_then_what_cannot_be(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.implausible_share[HOME, BEDROOM] = 0.3

    readings = broken(act).rooms

    temp, humidity = (
        values[HOME, BEDROOM, 144:] for values in (readings.air_temp_c, readings.rel_humidity_pct)
    )
    wrong = (
        (temp == IMPOSSIBLE_TEMP_C)
        | (humidity == np.float32(IMPOSSIBLE_HUMIDITY_PCT))
        | ((temp == 0.0) & (humidity == 0.0))
    )
    assert 0.15 < wrong.mean() < 0.45
    assert_array_equal(temp[~wrong], sound.rooms.air_temp_c[HOME, BEDROOM, 144:][~wrong])


def test_a_drifting_sensor_is_off_by_its_drift(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.drift_temp_k[HOME, BEDROOM] = 2.0
        of.devices.drift_humidity_pct[HOME, BEDROOM] = 8.0

    readings = broken(act).rooms

    off_k = readings.air_temp_c[HOME, BEDROOM] - sound.rooms.air_temp_c[HOME, BEDROOM]
    off_pct = readings.rel_humidity_pct[HOME, BEDROOM] - sound.rooms.rel_humidity_pct[HOME, BEDROOM]
    assert np.abs(off_k[144:] - 2.0).max() < 0.11
    assert np.abs(off_pct[144:] - 8.0).max() < 0.11
    assert not off_k[:144].any()


def test_a_wrong_clock_misdates_its_own_readings_only(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.clock_ahead_s[HOME, BEDROOM] = -5400.0
        of.devices.boiler_clock_ahead_s[HOME] = 600.0

    readings = broken(act)

    rooms = readings.rooms.measured_ms - sound.rooms.measured_ms
    boilers = readings.boilers.measured_ms - sound.boilers.measured_ms
    assert set(rooms[HOME, BEDROOM, 144:].tolist()) == {-5_400_000}
    assert set(boilers[HOME, 720:].tolist()) == {600_000}
    assert np.count_nonzero(rooms) == 144
    assert np.count_nonzero(boilers) == 720


def test_swapped_sensors_are_filed_under_each_others_rooms() -> None:
    def act(of: Effects) -> None:
        of.devices.said_to_be_in[HOME] = [BEDROOM, LIVING, BATHROOM]

    readings = broken(act).rooms

    assert_array_equal(readings.room[HOME, :, 0], [LIVING, BEDROOM, BATHROOM])
    assert_array_equal(readings.room[HOME, :, -1], [BEDROOM, LIVING, BATHROOM])


def test_a_sensor_that_was_moved_measures_the_room_where_it_sits(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.sits_in[HOME] = [BEDROOM, LIVING, BATHROOM]

    stretch = made_up(HOMES)
    moved = broken(act).rooms.air_temp_c - sound.rooms.air_temp_c

    true_c = stretch.rooms.air_temp_c
    rise = true_c[144:, HOME, BEDROOM] - true_c[144:, HOME, LIVING]
    assert np.abs(moved[HOME, LIVING, 144:] - rise).max() < 0.15
    assert not moved[HOME, BATHROOM].any()


def test_frozen_telemetry_repeats_the_whole_record_under_new_instants(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.telemetry_frozen[HOME] = True

    readings = broken(act).boilers

    for name in (*BOILER_FLOATS, *BOILER_FLAGS, *BOILER_COUNTERS, "fault_code"):
        ours, theirs = getattr(readings, name)[HOME], getattr(sound.boilers, name)[HOME]
        assert_array_equal(ours[:720], theirs[:720])
        assert_array_equal(ours[720:], theirs[719])
    assert_array_equal(readings.measured_ms, sound.boilers.measured_ms)


def test_no_noise_comes_through_a_flow_sensor_that_is_stuck_or_open() -> None:
    def act(of: Effects) -> None:
        of.boiler.flow_sensor_stuck[HOME] = True

    effects = none_at_work(HOMES)
    act(effects)
    stretch = made_up(HOMES)
    stretch.boilers.flow_temp_c[720:, HOME] = 43.2
    stretch.boilers.flow_temp_c[:, HOME + 1] = -40.0
    flow = sensed(
        in_turn(stretch, (FIRST, none_at_work(HOMES)), (NOON, effects)), HOMES
    ).boilers.flow_temp_c

    assert set(flow[HOME, 720:].tolist()) == {np.float32(43.2).item()}
    assert set(flow[HOME + 1].tolist()) == {-40.0}


def test_a_failing_battery_shows_less_but_never_less_than_nothing(sound: Readings) -> None:
    def act(of: Effects) -> None:
        of.devices.battery_less_pct[HOME, BEDROOM] = 30.0
        of.devices.battery_less_pct[HOME, LIVING] = 100.0

    readings = broken(act).rooms.battery_pct

    usual = sound.rooms.battery_pct[HOME, BEDROOM, -1]
    assert readings[HOME, BEDROOM, -1] == max(usual - 30.0, 0.0)
    assert readings[HOME, LIVING, -1] == 0.0


def _at(array: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> None:
    array[HOME, BEDROOM] = True
