"""What is believed of readings: what a broken device says is left out, and nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.daily import LEAD
from detectors.devices.believed import believed_boilers, believed_rooms
from detectors.devices.standing import known_beside, standing_since, standing_until
from detectors.frame import BoilerFrame
from tests.detectors.devices.sensors import boilers, home, hours, replaced


def _left_out(before: BoilerFrame, name: str, row: int) -> int:
    return int(np.isnan(believed_boilers(before)[name][row]).sum())


def test_a_sound_home_is_believed_to_the_last_reading() -> None:
    frame = home(homes=3)
    believed = believed_rooms(frame)
    for name, array in frame.values.items():
        np.testing.assert_array_equal(believed[name], array)


def test_a_sound_boiler_is_believed_to_the_last_reading() -> None:
    frame = boilers()
    believed = believed_boilers(frame)
    for name, array in frame.values.items():
        np.testing.assert_array_equal(believed[name], array)


@pytest.mark.parametrize("humidity", [0.0, 1.0, 99.5, 99.9, 100.0])
def test_humidity_at_an_end_of_its_scale_is_left_out_and_the_temperature_stays(
    humidity: float,
) -> None:
    frame = home()
    steps = hours(frame, 8, 10)
    replaced(frame, "rel_humidity_pct", 1, steps, humidity)
    believed = believed_rooms(frame)
    assert np.isnan(believed["rel_humidity_pct"][1, steps]).all()
    np.testing.assert_array_equal(believed["air_temp_c"], frame["air_temp_c"])
    np.testing.assert_array_equal(believed["rel_humidity_pct"][0], frame["rel_humidity_pct"][0])


def test_a_record_of_nothing_but_zeros_is_no_frost() -> None:
    frame = home()
    replaced(frame, "air_temp_c", 0, slice(100, 101), 0.0)
    replaced(frame, "rel_humidity_pct", 0, slice(100, 101), 0.0)
    believed = believed_rooms(frame)
    assert np.isnan(believed["air_temp_c"][0]).nonzero()[0].tolist() == [100]


def test_a_leap_of_many_degrees_and_back_is_left_out() -> None:
    frame = home()
    replaced(frame, "air_temp_c", 2, slice(150, 151), 31.0)
    believed = believed_rooms(frame)
    assert np.isnan(believed["air_temp_c"][2]).nonzero()[0].tolist() == [150]
    assert np.isnan(believed["rel_humidity_pct"][2]).nonzero()[0].tolist() == [150]


def test_a_window_thrown_open_in_frost_is_believed() -> None:
    frame = home()
    frame.values["air_temp_c"][0, 200:] -= 7.0  # at once, and it stays
    believed = believed_rooms(frame)
    np.testing.assert_array_equal(believed["air_temp_c"], frame["air_temp_c"])


def test_a_sensor_that_stands_for_a_working_day_is_left_out_for_all_of_it() -> None:
    frame = home()
    steps = hours(frame, 9, 17)
    for name in ("air_temp_c", "rel_humidity_pct"):
        replaced(frame, name, 1, steps, frame.values[name][1, steps.start])
    missing = np.isnan(believed_rooms(frame)["air_temp_c"])
    assert missing[1, steps].all()
    assert missing.sum() == missing[1, steps].sum()


def test_a_summer_night_in_which_nothing_changes_is_believed() -> None:
    frame = home()
    steps = hours(frame, 0, 5)
    for name in ("air_temp_c", "rel_humidity_pct"):
        replaced(frame, name, 1, steps, frame.values[name][1, steps.start])
    assert not np.isnan(believed_rooms(frame)["air_temp_c"]).any()


@pytest.mark.parametrize("temp_c", [-40.0, 0.0, 127.0, 140.0])
def test_the_temperature_of_a_broken_circuit_is_left_out_alone(temp_c: float) -> None:
    frame = boilers()
    replaced(frame, "flow_temp_c", 0, slice(500, 700), temp_c)
    assert _left_out(frame, "flow_temp_c", 0) == 200
    assert _left_out(frame, "return_temp_c", 0) == 0


def test_a_record_with_hot_water_that_stands_is_left_out_after_a_quarter_of_an_hour() -> None:
    frame = boilers()
    steps = hours(frame, 17, 19)
    for name, array in frame.values.items():
        replaced(frame, name, 0, steps, array[0, steps.start])
    missing = np.isnan(believed_boilers(frame)["heat_demand"][0]).nonzero()[0]
    assert missing.tolist() == list(range(steps.start + 15, steps.stop))


def test_frozen_telemetry_stays_out_though_single_messages_are_lost() -> None:
    frame = boilers()
    steps = hours(frame, 17, 19)
    for name, array in frame.values.items():
        replaced(frame, name, 0, steps, array[0, steps.start])
        array[0, steps.start + 50] = np.nan
    missing = np.isnan(believed_boilers(frame)["heat_demand"][0]).nonzero()[0]
    assert missing.tolist() == list(range(steps.start + 15, steps.stop))


def test_cold_water_may_stand_for_an_hour_as_a_coarse_sensor_shows_it() -> None:
    frame = boilers()
    steps = hours(frame, 1, 5)
    for name, array in frame.values.items():
        replaced(frame, name, 0, steps, array[0, steps.start])
    replaced(frame, "flow_temp_c", 0, slice(steps.start - 1, steps.start), 25.0)
    missing = np.isnan(believed_boilers(frame)["flow_temp_c"][0]).nonzero()[0]
    assert missing.tolist() == list(range(steps.start + 60, steps.stop))


def test_a_stuck_flow_sensor_is_no_frozen_adapter() -> None:
    frame = boilers()
    replaced(frame, "flow_temp_c", 0, slice(0, frame.steps), 45.0)
    assert _left_out(frame, "return_temp_c", 0) == 0


def test_what_is_believed_does_not_depend_on_where_the_frame_begins_an_hour_before() -> None:
    frame = boilers()
    for begin in (1, 2, 5, 17):
        steps = hours(frame, begin, begin + 1.7)
        for name, array in frame.values.items():
            replaced(frame, name, 1, steps, array[1, steps.start])
    whole = believed_boilers(frame)
    an_hour = 60
    for begin in range(0, frame.steps - 2 * an_hour, 97):
        part = believed_boilers(frame.part(steps=slice(begin, begin + 6 * an_hour)))
        for name in frame.values:
            expected = whole[name][:, begin + an_hour : begin + part.steps]
            np.testing.assert_array_equal(part[name][:, an_hour:], expected)


def test_the_order_of_the_homes_changes_nothing() -> None:
    frame = home(homes=2)
    replaced(frame, "air_temp_c", 1, slice(90, 91), 40.0)
    order = [4, 1, 5, 0, 3, 2]
    expected = believed_rooms(frame)["air_temp_c"][order]
    np.testing.assert_array_equal(believed_rooms(frame.part(rows=order))["air_temp_c"], expected)


def test_a_home_of_which_nothing_is_known_stays_unknown() -> None:
    rooms, plant = home(), boilers()
    for array in (*rooms.values.values(), *plant.values.values()):
        array[:] = np.nan
    assert np.isnan(believed_rooms(rooms)["air_temp_c"]).all()
    assert np.isnan(believed_boilers(plant)["flow_temp_c"]).all()
    assert LEAD.total_seconds() == 6 * 3600


_readings = st.lists(st.sampled_from([1.0, 2.0, float("nan")]), min_size=1, max_size=14)


@given(_readings)
@settings(max_examples=80, deadline=None)
def test_how_long_a_record_has_stood_is_what_counting_by_hand_says(readings: list[float]) -> None:
    record = {"air_temp_c": np.array([readings])}
    since = standing_since(record)
    until, count = standing_until(record, since)
    for step in range(len(readings)):
        known = [at for at in range(step + 1) if readings[at] == readings[at]]
        if not known:
            assert int(since[0, step]) == step
            continue
        value, begin = readings[known[-1]], known[-1]
        for at in reversed(known):
            if readings[at] != value:
                break
            begin = at
        after = [at for at in range(begin, len(readings)) if readings[at] == readings[at]]
        alike = []
        for at in after:
            if readings[at] != value:
                break
            alike.append(at)
        assert (int(since[0, step]), int(until[0, step]), int(count[0, step])) == (
            begin,
            alike[-1],
            len(alike),
        )


@given(_readings)
@settings(max_examples=80, deadline=None)
def test_the_neighbours_of_a_reading_are_the_nearest_known_ones(readings: list[float]) -> None:
    before, after = known_beside(np.array([readings]))
    for step in range(len(readings)):
        past = [x for x in readings[:step] if x == x]
        future = [x for x in readings[step + 1 :] if x == x]
        np.testing.assert_equal(before[0, step], past[-1] if past else np.nan)
        np.testing.assert_equal(after[0, step], future[0] if future else np.nan)
