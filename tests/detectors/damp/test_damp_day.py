"""What a day of a room comes to: means, hours, mould that goes on from the day before."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.damp.damp_day import damp_day
from detectors.damp.decay import decay_1_h
from detectors.mould import mould_index
from tests.detectors.damp.houses import NAN, day_of_hours, features_of


def test_a_day_of_a_room_is_its_means_over_the_day_and_not_over_its_lead() -> None:
    lead_is_hot = np.where(np.arange(30) < 6, 35.0, 20.0)

    day = damp_day(day_of_hours(lead_is_hot, 60.0), {})

    # detection.md 1.3: 20 °C, 60 %, 0 °C outdoors, 0.75 -> 15.00 °C and 82.27 %.
    assert_allclose(day["damp_air_temp_c"], [20.0])
    assert_allclose(day["damp_surface_temp_c"], [15.0])
    assert_allclose(day["damp_surface_pct"], [82.27], atol=0.005)
    assert_allclose(day["damp_vapour_pa"], [1402.17], atol=0.01)
    assert_allclose(day["damp_excess_pa"], [1402.17 - 0.8 * 610.5], atol=0.01)
    assert_array_equal(day["damp_known_h"], [24.0])
    assert_array_equal(day["damp_wet_h"], [0.0])
    assert_array_equal(day["damp_growth_h"], [24.0])


def test_hours_in_which_the_surface_is_at_the_dew_point_are_counted() -> None:
    # 20 °C and 60 %: dew point 12.0 °C; at 80 % 16.4 °C. The surface is at 15 °C.
    humid = np.where(np.arange(30) >= 25, 80.0, 60.0)

    assert_array_equal(damp_day(day_of_hours(20.0, humid), {})["damp_wet_h"], [5.0])


def test_mould_of_two_days_is_that_of_forty_eight_hours() -> None:
    first = features_of(day_of_hours(18.0, 75.0, outdoor_temp_c=5.0), {})
    second = features_of(day_of_hours(18.0, 75.0, outdoor_temp_c=5.0, day=1), first)

    surface_c = np.full((1, 48), 5.0 + 0.75 * 13.0)
    humidity = np.full((1, 48), float(first["damp_surface_pct"][0]))
    index = mould_index(surface_c, humidity, step_h=1, sensitivity="sensitive", decline=0.25)
    assert_allclose(first["mould_index"], index[:, 23], rtol=1e-4)
    assert_allclose(second["mould_index"], index[:, 47], rtol=1e-4)


def test_a_day_without_a_reading_leaves_everything_that_is_carried_as_it_was() -> None:
    first = features_of(day_of_hours(18.0, 80.0), {})
    silent = features_of(day_of_hours(NAN, NAN, day=1), first)

    carried = ("mould_index", "mould_dry_h", "mould_pace_day", "damp_fortnight_pct", "damp_score")
    for name in carried:
        assert_array_equal(silent[name], first[name])
    assert np.isnan(silent["damp_excess_pa"]).all()
    assert np.isnan(silent["damp_wet_h"]).all()


def test_no_yesterday_is_the_same_as_a_yesterday_of_which_nothing_is_known() -> None:
    frame = day_of_hours(18.0, 80.0)
    nothing = {name: np.full(1, NAN, np.float32) for name in damp_day(frame, {})}

    fresh, after_nothing = damp_day(frame, {}), damp_day(frame, nothing)

    for name, values in fresh.items():
        assert_allclose(after_nothing[name], values)


def test_a_wall_sensor_takes_the_place_of_the_factor_and_leaves_what_fits_one() -> None:
    day = damp_day(day_of_hours(20.0, 60.0, f_rsi=0.9, surface_temp_c=np.array(12.0)), {})

    assert_allclose(day["damp_surface_temp_c"], [12.0])
    assert_array_equal(day["damp_wall_h"], [24.0])
    assert_allclose(day["damp_wall_xy_k2"] / day["damp_wall_xx_k2"], [0.6])


def test_a_wall_that_cannot_be_so_cold_is_not_believed() -> None:
    day = damp_day(day_of_hours(20.0, 60.0, surface_temp_c=np.array(-40.0)), {})

    assert_allclose(day["damp_surface_temp_c"], [15.0])
    assert_array_equal(day["damp_wall_h"], [0.0])


@pytest.mark.parametrize("railed_pct", [0.0, 1.0, 99.9, 100.0])
def test_a_humidity_at_the_end_of_its_scale_grows_no_mould(railed_pct: float) -> None:
    day = damp_day(day_of_hours(20.0, railed_pct), {})

    assert_array_equal(day["damp_known_h"], [0.0])
    assert_array_equal(day["mould_index"], [0.0])


def test_without_weather_for_three_hours_nothing_is_said_of_surfaces() -> None:
    outdoor = np.where(np.arange(30) < 10, 0.0, NAN)

    # Four hours of the day had weather, two more are held on.
    assert_array_equal(
        damp_day(day_of_hours(20.0, 60.0, outdoor_temp_c=outdoor), {})["damp_known_h"], [6.0]
    )


@given(rate=st.floats(0.05, 0.8), peak=st.floats(300.0, 2000.0))
def test_an_excess_that_falls_by_an_air_change_is_read_as_that(rate: float, peak: float) -> None:
    hour = np.arange(24)
    excess = np.where(hour < 12, peak, peak * np.exp(-rate * (hour - 12)))[np.newaxis]

    assert_allclose(decay_1_h(excess, peak_above=250.0), [rate], rtol=1e-6)


def test_a_room_without_a_peak_has_no_decay() -> None:
    assert np.isnan(decay_1_h(np.full((1, 24), 100.0), peak_above=250.0)).all()
    assert np.isnan(decay_1_h(np.full((1, 24), NAN), peak_above=250.0)).all()


@settings(max_examples=25, deadline=None)
@given(holes=st.lists(st.integers(0, 29), max_size=30), quantity=st.integers(0, 3))
def test_a_missing_value_harms_no_neighbour_and_makes_no_damp(
    holes: list[int], quantity: int
) -> None:
    whole = day_of_hours(18.0, 70.0, rooms=3)
    whole_day = damp_day(whole, {})
    arrays = {name: array.copy() for name, array in whole.values.items()}
    outdoor = whole.outdoor_temp_c.copy()
    target = [*arrays.values(), outdoor][min(quantity, 2)]
    target[1, holes] = NAN

    day = damp_day(replace(whole, values=arrays, outdoor_temp_c=outdoor), {})

    for name, values in day.items():
        assert_array_equal(values[[0, 2]], whole_day[name][[0, 2]])
    assert day["mould_index"][1] <= whole_day["mould_index"][1] + 1e-12
    assert day["damp_growth_h"][1] <= 24.0 or np.isnan(day["damp_growth_h"][1])
