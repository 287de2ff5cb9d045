"""Excess vapour at 5 °C outdoors, humidity classes, fRsi, and the criteria of time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.arrays import Floats
from detectors.damp.f_rsi import ASSUMED_WITHIN, factor
from detectors.damp.time_criteria import air_criteria, surface_criteria
from detectors.damp.vapour import class_limit_pa, humidity_class, regressed_excess
from detectors.frame import Frame
from tests.detectors.damp.houses import AUTUMN, NAN, rows


def weather(days: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).uniform(-2.0, 12.0, (1, days))


def test_the_excess_at_five_degrees_is_that_of_the_line_through_the_days() -> None:
    outdoor_c = weather(28)
    excess = 500.0 - 20.0 * outdoor_c

    found = regressed_excess(excess, outdoor_c)

    assert_allclose(found.at_5_c_pa[0, -1], 400.0, atol=8.0)
    assert_allclose(found.slope_pa_k[0, -1], -20.0, atol=2.0)
    assert abs(found.at_5_c_pa[0, -1] - 400.0) < found.within_pa[0, -1]


def test_a_month_of_even_weather_falls_back_on_the_fall_of_the_classes() -> None:
    outdoor_c = np.full((1, 28), 10.0)

    found = regressed_excess(np.full((1, 28), 300.0), outdoor_c)

    # A class falls to nothing at 20 °C: 300 Pa at 10 °C are 450 Pa at 5 °C.
    assert_allclose(found.at_5_c_pa[0, -1], 450.0)


def test_two_weeks_of_cold_days_are_needed() -> None:
    outdoor_c = weather(20)
    outdoor_c[0, :3] = 16.0

    known = ~np.isnan(regressed_excess(np.full((1, 20), 300.0), outdoor_c).at_5_c_pa)

    assert_array_equal(known[0], np.arange(20) >= 16)


@given(times=st.floats(0.2, 5.0))
def test_twice_the_excess_of_every_day_is_twice_the_excess_at_five_degrees(times: float) -> None:
    outdoor_c = weather(28)
    excess = 400.0 - 15.0 * outdoor_c + 30.0 * np.sin(np.arange(28))

    once, more = (regressed_excess(k * excess, outdoor_c).at_5_c_pa for k in (1.0, times))

    assert_allclose(more, times * once)


@pytest.mark.parametrize(
    ("excess", "at_0_c", "at_10_c"),
    [(100, 1, 1), (270, 1, 2), (271, 2, 3), (800, 3, 5), (1000, 4, 5), (3000, 5, 5)],
)
def test_humidity_classes_are_270_pa_wide_at_freezing_and_half_that_at_ten_degrees(
    excess: float, at_0_c: int, at_10_c: int
) -> None:
    # ISO 13788, annex A: 270, 540, 810 and 1080 Pa at 0 °C and below, 0 at 20 °C.
    assert humidity_class(np.array([excess]), 0.0)[0] == at_0_c
    assert humidity_class(np.array([excess]), 10.0)[0] == at_10_c


def test_classes_say_nothing_when_it_is_warm_or_nothing_is_known() -> None:
    assert_array_equal(humidity_class(np.array([100.0, NAN]), np.array([20.0, 0.0])), [NAN, NAN])
    assert_array_equal(class_limit_pa(4, np.array([0.0, 20.0])), [1080.0, 0.0])


def wall_days(*, hours: float, f_rsi: float, warmer_k: float = 15.0) -> Frame:
    xx = np.full((3, 28), hours * warmer_k**2)
    return Frame(
        start=AUTUMN,
        step_s=86400,
        steps=28,
        rows=rows(),
        values={
            "damp_wall_h": np.full((3, 28), hours),
            "damp_wall_xx_k2": xx,
            "damp_wall_xy_k2": f_rsi * xx,
            "damp_wall_yy_k2": f_rsi**2 * xx,
        },
    )


def test_a_wall_sensor_fits_the_factor_within_what_sensors_differ_by() -> None:
    by = factor(wall_days(hours=24.0, f_rsi=0.62), np.full(3, 0.8))

    assert_allclose(by.f_rsi[:, -1], 0.62)
    assert_array_equal(by.fitted[:, -1], True)
    assert_array_equal(by.assumed, False)
    # 0.4 K of sensors over 15 K, nine times of ten: 0.044.
    assert_allclose(by.within[:, -1], 1.645 * 0.4 / 15.0, rtol=1e-3)


def test_without_a_wall_sensor_the_survey_counts_and_without_one_the_usual_value() -> None:
    by = factor(wall_days(hours=0.0, f_rsi=0.5), np.array([0.8, NAN, 0.7]))

    assert_allclose(by.f_rsi[:, -1], [0.8, 0.75, 0.7])
    assert_array_equal(by.assumed[:, -1], [False, True, False])
    assert by.within[1, -1] == ASSUMED_WITHIN


def test_a_wall_as_warm_as_outdoors_fits_no_factor() -> None:
    by = factor(wall_days(hours=24.0, f_rsi=0.62, warmer_k=3.0), np.full(3, NAN))

    assert_array_equal(by.assumed, True)


def test_the_criteria_of_time_ask_less_of_a_month_than_of_a_day() -> None:
    # Approved Document F: air 65 % (month), 75 % (week), 85 % (day); surface 75, 85, 95 %.
    humid = np.full((1, 40), 70.0)
    humid[0, 30:] = 80.0
    humid[0, 39] = 90.0

    air, surface = air_criteria(humid), surface_criteria(humid)

    assert [bool(air.above[days][0, 29]) for days in (30, 7, 1)] == [True, False, False]
    assert [bool(air.above[days][0, 38]) for days in (30, 7, 1)] == [True, True, False]
    assert air.failed[0, 39] == 3.0
    assert surface.failed[0, 29] == 0.0


def test_a_month_of_which_half_is_not_known_fails_nothing() -> None:
    humid = np.full((1, 30), 90.0)
    humid[0, ::2] = NAN

    assert not air_criteria(humid).above[30][0, -1]
