"""Psychrometrics against detection.md 1.1 and 1.3, and what must hold for any air."""

import inspect
from collections.abc import Callable

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors import humidity
from detectors.arrays import Floats
from detectors.humidity import (
    absolute_humidity_g_m3,
    dew_point_c,
    humidity_at_pct,
    rel_humidity_pct,
    saturation_pressure_over_ice_pa,
    saturation_pressure_pa,
    surface_humidity_pct,
    surface_temp_c,
    vapour_pressure_pa,
)

# detection.md 1.1, column ISO 13788 [Pa]: over ice below 0 °C, over water from there on.
ISO_ICE = [(-10, 259.33), (-5, 401.18)]
ISO_WATER = [
    (0, 610.50),
    (5, 871.86),
    (10, 1227.31),
    (15, 1704.41),
    (20, 2336.95),
    (25, 3165.92),
    (30, 4240.51),
]
# The same table: mass of vapour in saturated air over water [g/m³].
SATURATED_G_M3 = [(0, 4.843), (10, 9.392), (20, 17.274), (30, 30.310)]
# The same, last line: air °C, humidity %, vapour pressure Pa, dew point °C, g/m³.
AIRS = [
    (20, 50, 1168.5, 9.269, 8.637),
    (21, 60, 1491.3, 12.943, 10.986),
    (16, 80, 1453.8, 12.554, 10.895),
]
# detection.md 1.3: air °C, humidity %, outdoor °C, fRsi, surface °C, surface humidity %.
SURFACES = [
    (20, 50, 0, 0.75, 15.00, 68.56),
    (20, 60, 0, 0.75, 15.00, 82.27),
    (18, 65, 5, 0.6, 12.80, 90.75),
    (16, 70, 2, 0.727, 12.18, 89.69),
]
# Home Assistant, tests/components/mold_indicator/test_sensor.py: indoor °C, outdoor °C, humidity %,
# calibration factor = 1 / fRsi, whole per cent shown. Its Magnus constants differ by under 0.3 %.
HOME_ASSISTANT = [
    (20, 10, 50, 2, 68),
    (30, 10, 50, 2, 90),
    (30, 25, 50, 2, 57),
    (30, 25, 20, 2, 23),
]


def one(value: float) -> Floats:
    return np.array([[float(value)]])


@pytest.mark.parametrize(("temp_c", "pressure_pa"), ISO_WATER)
def test_saturation_over_water_is_that_of_iso_13788(temp_c: float, pressure_pa: float) -> None:
    assert_allclose(saturation_pressure_pa(one(temp_c)), pressure_pa, rtol=1e-3)


@pytest.mark.parametrize(("temp_c", "pressure_pa"), ISO_ICE)
def test_saturation_over_ice_is_that_of_iso_13788(temp_c: float, pressure_pa: float) -> None:
    assert_allclose(saturation_pressure_over_ice_pa(one(temp_c)), pressure_pa, rtol=1e-3)


@pytest.mark.parametrize(("temp_c", "mass_g_m3"), SATURATED_G_M3)
def test_saturated_air_holds_the_water_of_the_table(temp_c: float, mass_g_m3: float) -> None:
    assert_allclose(absolute_humidity_g_m3(one(temp_c), one(100)), mass_g_m3, rtol=1e-3)


@pytest.mark.parametrize(("temp_c", "rh_pct", "pressure_pa", "dew_c", "mass_g_m3"), AIRS)
def test_ordinary_air_has_the_table_s_vapour_dew_point_and_mass(
    temp_c: float, rh_pct: float, pressure_pa: float, dew_c: float, mass_g_m3: float
) -> None:
    air = one(temp_c), one(rh_pct)

    assert_allclose(vapour_pressure_pa(*air), pressure_pa, rtol=1e-3)
    assert_allclose(dew_point_c(*air), dew_c, atol=0.001)
    assert_allclose(absolute_humidity_g_m3(*air), mass_g_m3, rtol=1e-3)


@pytest.mark.parametrize(
    ("air_c", "rh_pct", "out_c", "f_rsi", "surface_c", "surface_pct"), SURFACES
)
def test_a_cold_surface_is_as_damp_as_the_standard_says(
    air_c: float, rh_pct: float, out_c: float, f_rsi: float, surface_c: float, surface_pct: float
) -> None:
    assert_allclose(surface_temp_c(one(air_c), one(out_c), one(f_rsi)), surface_c, atol=0.005)
    assert_allclose(
        surface_humidity_pct(one(air_c), one(rh_pct), one(out_c), one(f_rsi)),
        surface_pct,
        atol=0.005,
    )


@pytest.mark.parametrize(("air_c", "out_c", "rh_pct", "factor", "shown"), HOME_ASSISTANT)
def test_the_whole_per_cent_is_home_assistant_s(
    air_c: float, out_c: float, rh_pct: float, factor: float, shown: int
) -> None:
    surface = surface_humidity_pct(one(air_c), one(rh_pct), one(out_c), one(1 / factor))

    assert int(surface[0, 0]) == shown


def test_below_freezing_a_sensor_s_humidity_is_over_water() -> None:
    # detection.md 1.1: 287.03 Pa (Magnus over water) against 259.33 Pa over ice at -10 °C.
    assert_allclose(vapour_pressure_pa(one(-10), one(100)), 287.03, rtol=0.006)


@given(st.floats(-30, 50), st.floats(0.1, 100))
def test_air_cooled_to_its_dew_point_is_saturated(temp_c: float, rh_pct: float) -> None:
    dew = dew_point_c(one(temp_c), one(rh_pct))

    assert_allclose(
        vapour_pressure_pa(dew, one(100)), vapour_pressure_pa(one(temp_c), one(rh_pct)), rtol=1e-9
    )


@given(st.floats(-30, 50), st.floats(0.1, 100))
def test_humidity_comes_back_from_its_vapour_pressure(temp_c: float, rh_pct: float) -> None:
    pressure = vapour_pressure_pa(one(temp_c), one(rh_pct))

    assert_allclose(rel_humidity_pct(one(temp_c), pressure), rh_pct, rtol=1e-9)


@given(st.floats(5, 30), st.floats(1, 100), st.floats(-20, 4), st.floats(0.3, 1))
def test_a_surface_is_wet_exactly_when_it_is_at_or_below_the_dew_point(
    air_c: float, rh_pct: float, out_c: float, f_rsi: float
) -> None:
    below = surface_temp_c(one(air_c), one(out_c), one(f_rsi)) - dew_point_c(
        one(air_c), one(rh_pct)
    )
    if abs(below[0, 0]) < 1e-6:
        return

    wet = surface_humidity_pct(one(air_c), one(rh_pct), one(out_c), one(f_rsi)) >= 100

    assert_array_equal(wet, below < 0)


def test_air_without_water_has_no_dew_point() -> None:
    assert_array_equal(dew_point_c(one(20), one(0)), one(np.nan))


PUBLIC: list[Callable[..., Floats]] = [
    absolute_humidity_g_m3,
    dew_point_c,
    humidity_at_pct,
    rel_humidity_pct,
    saturation_pressure_over_ice_pa,
    saturation_pressure_pa,
    surface_humidity_pct,
    surface_temp_c,
    vapour_pressure_pa,
]
ARGUMENTS = [
    (function, place)
    for function in PUBLIC
    for place in range(len(inspect.signature(function).parameters))
]


def test_every_public_function_is_tried_with_missing_values() -> None:
    public = [
        name
        for name, function in inspect.getmembers(humidity, inspect.isfunction)
        if not name.startswith("_") and function.__module__ == humidity.__name__
    ]

    assert public == [function.__name__ for function in PUBLIC]


@pytest.mark.parametrize(("function", "place"), ARGUMENTS)
def test_a_missing_value_gives_a_missing_answer_and_harms_no_neighbour(
    function: Callable[..., Floats], place: int
) -> None:
    whole = [np.full((3, 4), 10.0 + n) for n in range(len(inspect.signature(function).parameters))]
    holed = [array.copy() for array in whole]
    holed[place][1, 2] = np.nan

    answer = function(*holed)

    expected = function(*whole)
    expected[1, 2] = np.nan
    assert_array_equal(answer, expected)


@given(hnp.arrays(np.float32, (2, 3), elements=st.floats(0, 30, width=32)))
def test_float32_stays_float32(temp_c: Floats) -> None:
    answers = [dew_point_c(temp_c, temp_c + 1), absolute_humidity_g_m3(temp_c, temp_c)]

    assert [answer.dtype for answer in answers] == [np.float32, np.float32]


def test_damper_air_and_colder_walls_make_damper_surfaces() -> None:
    rh, f_rsi = np.meshgrid(np.linspace(30, 90, 13), np.linspace(0.4, 1, 13))

    surface = surface_humidity_pct(one(19), rh, one(2), f_rsi)

    assert (np.diff(surface, axis=1) > 0).all()
    assert (np.diff(surface, axis=0) < 0).all()
