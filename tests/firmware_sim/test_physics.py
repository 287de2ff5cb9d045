"""Air, water and rooms: the formulas against reference values, and both balances closed."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from numpy.typing import NDArray

from firmware_sim import air, rooms, water
from firmware_sim.homes import build_homes
from firmware_sim.mould import Mould, grow_for_an_hour, surface

HOMES = build_homes(4, seed=1)
SHAPE = HOMES.volume_m3.shape


def grid(lowest: float, highest: float) -> st.SearchStrategy[NDArray[np.float64]]:
    """Arrays of the rooms' shape with values in the range."""
    values = st.lists(
        st.floats(lowest, highest), min_size=HOMES.volume_m3.size, max_size=HOMES.volume_m3.size
    )
    return values.map(lambda some: np.array(some).reshape(SHAPE))


def test_saturated_air_holds_what_the_standard_says() -> None:
    # ISO 13788 at 0, 10, 20 and 30 °C.
    pressures = air.saturation_pressure_pa(np.array([0.0, 10.0, 20.0, 30.0]))
    contents = 1000 * air.saturation_kg_m3(np.array([0.0, 10.0, 20.0, 30.0]))

    assert_allclose(pressures, [610.50, 1227.31, 2336.95, 4240.51], rtol=1e-5)
    assert_allclose(contents, [4.843, 9.392, 17.274, 30.310], rtol=1e-4)


def test_a_cold_surface_is_as_humid_as_the_published_vectors_say() -> None:
    # ISO 13788's relation at 20 °C and 60 %, 0 °C outdoors, factor 0.75: 82.27 %.
    pressure = 0.60 * air.saturation_pressure_pa(np.array([20.0]))

    temp, humidity = surface(np.array([20.0]), pressure, 0.0, np.array([0.75]))

    assert_allclose(temp, [15.0])
    assert_allclose(humidity, [82.27], atol=0.005)


@pytest.mark.parametrize(
    ("temp_c", "humidity_pct", "weeks", "index"),
    [(20.0, 97.0, 4, 1.3734), (20.0, 90.0, 8, 1.0642), (10.0, 90.0, 12, 1.0155)],
)
def test_mould_grows_as_in_the_independent_implementation(
    temp_c: float, humidity_pct: float, weeks: int, index: float
) -> None:
    # Improved VTT model, class sensitive, constant climate, hourly steps (trh-1, mi.py).
    mould = Mould(index=np.zeros((1, 1)), dry_h=np.zeros((1, 1)))

    for _ in range(weeks * 7 * 24):
        grow_for_an_hour(mould, np.array([[temp_c]]), np.array([[humidity_pct]]))

    assert_allclose(mould.index, [[index]], atol=0.001)


def test_water_weighs_what_the_tables_say() -> None:
    # kg/m³ at 4, 20, 60 and 80 °C (CRC Handbook).
    density = water.density_kg_m3(np.array([4.0, 20.0, 60.0, 80.0]))

    assert_allclose(density, [999.97, 998.21, 983.20, 971.80], atol=0.25)


@given(st.floats(1.0, 2.0), st.floats(0.004, 0.01), st.floats(30.0, 150.0))
def test_a_vessel_sized_for_a_swing_gives_that_swing(
    cold_bar: float, rise_bar_k: float, system_l: float
) -> None:
    cold, rise, system = np.array([cold_bar]), np.array([rise_bar_k]), np.array([system_l])
    gas = water.gas_volume_l(system_water_l=system, cold_bar=cold, rise_bar_k=rise)

    hot = water.pressure_bar(
        cold_bar=cold, gas_l=gas, swell_l=water.expansion_l(system, np.array([60.0]))
    )

    assert_allclose(hot - cold, 40.0 * rise, rtol=1e-9)


@given(st.floats(1.0, 2.0), st.floats(0.1, 0.9))
def test_the_water_lost_for_a_pressure_leaves_that_pressure(cold: float, wanted: float) -> None:
    cold_bar, gas_l = np.array([cold]), np.array([8.0])

    lost = water.lost_for_pressure_l(cold_bar=cold_bar, gas_l=gas_l, wanted_bar=np.array([wanted]))

    left = water.pressure_bar(cold_bar=cold_bar, gas_l=gas_l, swell_l=-lost)
    assert_allclose(left, [wanted], rtol=1e-9)


@given(grid(5, 30), grid(0.0, 0.05), grid(0, 3000), st.floats(-10, 30))
def test_the_heat_that_rooms_keep_is_what_came_in_less_what_went_out(
    start_c: NDArray[np.float64],
    ventilation: NDArray[np.float64],
    heat_w: NDArray[np.float64],
    outdoor_c: float,
) -> None:
    state = rooms.at_rest(HOMES)
    state.air_temp_c = start_c
    fabric_before = state.fabric_temp_c

    rooms.heat_step(
        state,
        HOMES,
        outdoor_c=outdoor_c,
        ventilation_m3_s=ventilation,
        mixing=rooms.mixing_by(HOMES.mixing_m3_s),
        heat_w=heat_w,
    )

    kept = (
        HOMES.air_capacity_j_k * (state.air_temp_c - start_c)
        + HOMES.fabric_capacity_j_k * (state.fabric_temp_c - fabric_before)
    ).sum(axis=1)
    aired = air.HEAT_OF_AIR_J_M3_K * ventilation * (state.air_temp_c - outdoor_c)
    conducted = HOMES.fabric_to_outdoors_w_k * (fabric_before - outdoor_c)
    balance = (60.0 * (heat_w - aired - conducted)).sum(axis=1)
    assert_allclose(kept, balance, rtol=1e-9, atol=1e-3)


@given(grid(10, 25), grid(0.3, 0.95), grid(0.0, 0.02), grid(0, 1e-3), st.floats(-5, 15))
def test_the_water_that_rooms_keep_is_what_was_made_less_what_left(
    temp_c: NDArray[np.float64],
    humidity: NDArray[np.float64],
    ventilation: NDArray[np.float64],
    made_kg_s: NDArray[np.float64],
    outdoor_c: float,
) -> None:
    state = rooms.at_rest(HOMES)
    state.air_temp_c = temp_c
    state.vapour_kg_m3 = before = humidity * air.saturation_kg_m3(temp_c)
    buffer_before = state.buffer_humidity
    outdoor_kg_m3 = float(0.8 * air.saturation_kg_m3(np.array(outdoor_c)))

    wept = rooms.moisture_step(
        state,
        HOMES,
        outdoor_c=outdoor_c,
        outdoor_kg_m3=outdoor_kg_m3,
        ventilation_m3_s=ventilation,
        mixing=rooms.mixing_by(HOMES.mixing_m3_s),
        vapour_kg_s=made_kg_s,
    )

    # What condensed because the air was full left after the exchange with outdoors.
    in_air = HOMES.volume_m3 * (state.vapour_kg_m3 - before)
    in_walls = HOMES.buffer_kg * (state.buffer_humidity - buffer_before)
    full = air.saturation_kg_m3(temp_c)
    fresh = np.where(state.vapour_kg_m3 < full, state.vapour_kg_m3, np.nan)
    aired = 60.0 * ventilation * (fresh - outdoor_kg_m3)
    kept = (in_air + in_walls + wept + aired).sum(axis=1)
    known = np.isfinite(kept)
    assert_allclose(kept[known], 60.0 * made_kg_s.sum(axis=1)[known], rtol=1e-9, atol=1e-9)


def test_a_home_is_the_same_in_a_large_estate_and_in_a_small_one() -> None:
    few, many = build_homes(3, seed=9), build_homes(40, seed=9)

    for field in fields(few):
        assert_allclose(getattr(many, field.name)[:3], getattr(few, field.name), err_msg=field.name)
