"""What a day comes to for a device: stood, railed, impossible, gone and come back."""

import numpy as np

from detectors.devices.device_day import device_day
from detectors.devices.telemetry_day import telemetry_day
from tests.detectors.devices.sensors import boilers, home, hours, replaced

STILL = ("air_temp_c", "rel_humidity_pct")


def test_a_sound_sensor_speaks_all_day_and_says_nothing_strange() -> None:
    day = device_day(home(homes=1), {})
    assert day["device_readings"].tolist() == [288.0] * 3
    assert day["device_battery_pct"].tolist() == [80.0] * 3
    for name in ("gaps", "long_gaps", "low_rail", "high_rail", "impossible", "in_part", "stood_h"):
        assert day[f"device_{name}"].tolist() == [0.0] * 3


def test_a_day_without_readings_tells_nothing() -> None:
    frame = home(homes=1)
    for array in frame.values.values():
        array[1] = np.nan
    day = device_day(frame, {})
    assert day["device_readings"].tolist() == [288.0, 0.0, 288.0]
    assert np.isnan(day["device_gaps"]).tolist() == [False, True, False]
    assert np.isnan(day["device_battery_pct"]).tolist() == [False, True, False]


def test_what_stood_since_the_evening_before_counts_with_the_night() -> None:
    frame = home(homes=1)
    steps = hours(frame, -5, 11)
    for name in STILL:
        replaced(frame, name, 0, steps, 20.0)
    stood_h = device_day(frame, {})["device_stood_h"]
    assert np.round(stood_h).tolist() == [16.0, 0.0, 0.0]


def test_what_stood_the_evening_before_and_moves_again_is_not_todays() -> None:
    frame = home(homes=1)
    for name in STILL:
        replaced(frame, name, 0, hours(frame, -6, -0.1), 20.0)
    assert device_day(frame, {})["device_stood_h"].tolist() == [0.0, 0.0, 0.0]


def test_a_sensor_every_half_hour_that_stands_is_seen_as_well() -> None:
    frame = home(homes=1)
    silent = np.arange(frame.steps) % 6 != 0
    for name in STILL:
        replaced(frame, name, 0, hours(frame, 0, 20), 20.0)
    for array in frame.values.values():
        array[:, silent] = np.nan
    day = device_day(frame, {})
    assert np.round(day["device_stood_h"]).tolist() == [20.0, 0.0, 0.0]
    assert day["device_readings"].tolist() == [48.0] * 3


def test_readings_at_the_ends_of_the_scale_are_counted() -> None:
    frame = home(homes=1)
    replaced(frame, "rel_humidity_pct", 0, hours(frame, 3, 5), 1.0)
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 3, 6), 99.9)
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 6, 7), 95.0)
    day = device_day(frame, {})
    assert day["device_low_rail"].tolist() == [24.0, 0.0, 0.0]
    assert day["device_high_rail"].tolist() == [0.0, 36.0, 0.0]
    assert day["device_near_rail"].tolist() == [0.0, 12.0, 0.0]


def test_a_broken_hygrometer_leaps_from_its_end_and_wet_air_dries() -> None:
    frame = home(homes=1)
    replaced(frame, "rel_humidity_pct", 0, hours(frame, 3, 6), 99.9)
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 3, 6), 99.9)
    replaced(frame, "rel_humidity_pct", 1, hours(frame, 6, 6.25), 88.0)
    replaced(frame, "rel_humidity_pct", 2, hours(frame, 3, 6), 99.9)
    replaced(frame, "rel_humidity_pct", 2, hours(frame, 6, 7), np.nan)  # nothing is known of it
    frame.values["air_temp_c"][0, hours(frame, 3, 6)] = 18.5
    day = device_day(frame, {})
    assert day["device_rail_left"].tolist() == [1.0, 1.0, 0.0]
    assert day["device_rail_leaps"].tolist() == [1.0, 0.0, 0.0]
    assert day["device_rail_air_c"][0] == 18.5


def test_a_sensor_that_speaks_every_ten_minutes_leaps_as_well() -> None:
    frame = home(homes=1)
    replaced(frame, "rel_humidity_pct", 0, hours(frame, 3, 6), 99.9)
    for array in frame.values.values():
        array[:, 1::2] = np.nan
    day = device_day(frame, {})
    assert day["device_rail_leaps"].tolist() == [1.0, 0.0, 0.0]
    assert np.isnan(day["device_rail_air_c"]).tolist() == [False, True, True]


def test_records_of_zeros_leaps_and_refused_values_are_counted_apart() -> None:
    frame = home(homes=1)
    for name in STILL:
        replaced(frame, name, 0, slice(100, 101), 0.0)
    replaced(frame, "air_temp_c", 0, slice(120, 121), 45.0)
    replaced(frame, "air_temp_c", 0, slice(140, 143), np.nan)
    day = device_day(frame, {})
    assert day["device_impossible"].tolist() == [2.0, 0.0, 0.0]
    assert day["device_in_part"].tolist() == [3.0, 0.0, 0.0]
    assert day["device_low_rail"].tolist() == [0.0, 0.0, 0.0]


def test_silences_are_counted_on_the_day_on_which_they_end() -> None:
    frame = home(homes=1)
    for array in frame.values.values():
        for begin in (-2, -0.2, 4, 9):
            array[0, hours(frame, begin, begin + 0.5)] = np.nan
        array[0, hours(frame, 15, 17)] = np.nan
    day = device_day(frame, {})
    assert day["device_gaps"].tolist() == [4.0, 0.0, 0.0]
    assert day["device_long_gaps"].tolist() == [1.0, 0.0, 0.0]


def test_frozen_hours_are_those_after_the_record_has_stood_too_long() -> None:
    frame = boilers()
    steps = hours(frame, 17, 21)
    for name, array in frame.values.items():
        replaced(frame, name, 1, steps, array[1, steps.start])
    day = telemetry_day(frame)
    assert day["telemetry_frozen_h"].tolist() == [0.0, 3.75, 0.0]
    assert day["telemetry_readings"].tolist() == [1440.0] * 3


def test_a_boiler_that_was_not_heard_all_day_is_not_frozen_but_unknown() -> None:
    frame = boilers()
    for array in frame.values.values():
        array[0] = np.nan
    day = telemetry_day(frame)
    assert np.isnan(day["telemetry_frozen_h"]).tolist() == [True, False, False]
    assert day["telemetry_readings"].tolist() == [0.0, 1440.0, 1440.0]
