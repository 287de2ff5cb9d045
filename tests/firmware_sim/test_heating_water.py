"""The sealed system: water that swells, leaks, is filled in and let out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from firmware_sim.faults.effects import BoilerEffects, none_at_work
from firmware_sim.heating import sealed, service
from firmware_sim.heating.boiler import Boilers, at_rest
from firmware_sim.heating.codes import CODES, Condition
from firmware_sim.homes.homes import build_homes
from firmware_sim.kinds import Floats
from firmware_sim.physics import water
from tests.firmware_sim.warmed import DAY_MIN, Lived, live

HOMES = build_homes(range(50), seed=4)
PLANT = HOMES.plant
EVERY = np.arange(HOMES.count)


def cold_days(days: float, effects: BoilerEffects, boilers: Boilers | None = None) -> Boilers:
    """Systems that stand cold at 20 °C, with only their water at work."""
    state = at_rest(HOMES) if boilers is None else boilers
    state.water_c[:] = water.FILL_TEMP_C
    for _ in range(round(days * DAY_MIN)):
        sealed.carry_on(state, PLANT, effects)
    return state


def effects_of(**values: float | Floats) -> BoilerEffects:
    effects = none_at_work(HOMES).boiler
    for name, value in values.items():
        getattr(effects, name)[:] = value
    return effects


def test_water_weighs_what_the_tables_say() -> None:
    # kg/m³ at 4, 20, 60 and 80 °C (CRC Handbook).
    density = water.density_kg_m3(np.array([4.0, 20.0, 60.0, 80.0]))

    assert_allclose(density, [999.97, 998.21, 983.20, 971.80], atol=0.25)


@given(st.floats(1.0, 99.0))
def test_water_swells_by_what_its_density_says(temp_c: float) -> None:
    density = water.density_kg_m3(np.array([20.0, temp_c]))

    swell = water.expansion_l(np.array([50.0]), np.array([temp_c]))

    assert_allclose(swell, [50.0 * (density[0] / density[1] - 1.0)], rtol=1e-9, atol=1e-12)


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


@pytest.mark.parametrize(
    ("system_l", "gas_pre_bar", "swing_bar"),
    [(60.0, 1.0, 0.46), (100.0, 1.0, 0.89), (60.0, 0.5, 0.66), (60.0, 0.2, 0.88)],
)
def test_an_eight_litre_vessel_swings_as_the_worked_examples_say(
    system_l: float, gas_pre_bar: float, swing_bar: float
) -> None:
    # 8 l vessel, filled to 1.2 bar, 20 to 70 °C (detection.md, 3.1).
    gas = np.array([8.0 * (gas_pre_bar + 1.013) / (1.2 + 1.013)])
    cold = np.array([1.2])

    hot = water.pressure_bar(
        cold_bar=cold,
        gas_l=gas,
        swell_l=water.expansion_l(np.array([system_l]), np.array([70.0])),
    )

    assert_allclose(hot - cold, swing_bar, rtol=0.03)


@given(st.floats(1.0, 2.0), st.floats(0.1, 2.9))
def test_the_swell_for_a_pressure_gives_that_pressure(cold: float, wanted: float) -> None:
    cold_bar, gas_l = np.array([cold]), np.array([8.0])

    swell = water.swell_at_pressure_l(cold_bar=cold_bar, gas_l=gas_l, at_bar=np.array([wanted]))

    found = water.pressure_bar(cold_bar=cold_bar, gas_l=gas_l, swell_l=swell)
    assert_allclose(found, [wanted], rtol=1e-9)


def test_seven_hundredths_of_a_bar_a_day_are_a_quarter_of_a_litre() -> None:
    # 3.3 l/bar for an 8 l vessel with 1.0 bar at a fill of 1.2 (detection.md, 3.1).
    gas = np.array([8.0 * 2.013 / 2.213])

    per_bar = water.litres_for_one_bar(
        cold_bar=np.array([1.2]), gas_l=gas, missing_l=np.array([0.0])
    )

    assert_allclose(per_bar, 3.3, rtol=0.01)
    assert_allclose(0.07 * per_bar, 0.23, atol=0.005)


def test_a_leak_takes_its_rate_from_the_cold_pressure_and_wets_the_home() -> None:
    sound, leaking = cold_days(5, effects_of()), cold_days(5, effects_of(leak_bar_day=0.07))

    fallen = sound.pressure_bar - leaking.pressure_bar

    assert_allclose(fallen, 5 * 0.07, rtol=0.01)
    assert_allclose(leaking.escaped_l, leaking.missing_l - sound.missing_l, rtol=0.02)
    assert (leaking.escaped_l > 0.5).all()
    assert (sound.escaped_l == 0.0).all()


def test_a_sound_system_loses_no_more_than_a_quarter_of_a_bar_in_a_year() -> None:
    # A sound period of a real boiler: -0.005 ± 0.002 bar a day (detection.md, 0.2) at the most.
    week = cold_days(7, effects_of())

    fallen_in_a_year = (PLANT.cold_pressure_bar - week.pressure_bar) / 7 * 365

    assert fallen_in_a_year.min() > 0.0
    assert fallen_in_a_year.max() <= 0.25


def test_a_filling_loop_that_lets_by_raises_the_pressure_until_the_relief_valve_opens() -> None:
    filling = effects_of(fill_bar_day=0.4)

    days = [cold_days(at, filling) for at in (1.0, 6.0)]

    assert_allclose(days[0].pressure_bar - PLANT.cold_pressure_bar, 0.4, rtol=0.02)
    assert_allclose(days[1].pressure_bar, sealed.RELIEF_BAR, atol=1e-3)
    assert (days[1].vented_l > 0.0).all()
    assert (days[1].escaped_l == 0.0).all()


def test_a_failing_vessel_doubles_the_swing_long_before_the_valve_opens() -> None:
    sound, failing = (live(HOMES, days=1, effects=effects_of(vessel_share=x)) for x in (1.0, 0.6))

    steeper = _swing(failing) / _swing(sound)

    assert 1.5 <= np.median(steeper) <= 2.2
    assert (failing.boilers.vented_l == 0.0).mean() >= 0.9


def test_a_waterlogged_vessel_opens_the_valve_and_the_next_morning_the_boiler_is_locked() -> None:
    lived = live(HOMES, days=1.3, effects=effects_of(vessel_share=0.05))

    hottest = lived.rows["pressure_bar"][:DAY_MIN].max(axis=0)
    next_morning = lived.rows["pressure_bar"][DAY_MIN + 360]
    codes = {CODES[code].condition for code in np.unique(lived.rows["fault_code"]) if code >= 0}

    assert np.median(hottest) >= 2.8
    assert hottest.max() <= sealed.RELIEF_BAR + 1e-9
    assert (lived.boilers.vented_l > 0.1).mean() >= 0.9
    assert np.median(next_morning) < 0.7
    assert codes == {Condition.LOW_PRESSURE}


def test_a_boiler_locks_below_half_a_bar_and_waits_for_eight_tenths() -> None:
    boilers = at_rest(HOMES)
    seen = []
    for to_bar in (0.55, 0.45):
        service.drop_to(boilers, HOMES, EVERY, to_bar)
        seen.append(cold_days(1 / DAY_MIN, effects_of(), boilers).low_pressure.copy())
    for to_bar in (0.7, 0.9):
        service.refill(boilers, HOMES, EVERY, to_bar)
        seen.append(cold_days(1 / DAY_MIN, effects_of(), boilers).low_pressure.copy())

    assert [bool(locked.all()) for locked in seen] == [False, True, True, False]
    assert [bool(locked.any()) for locked in seen] == [False, True, True, False]


@given(st.floats(0.9, 2.5), st.floats(20.0, 60.0))
def test_a_top_up_brings_the_gauge_to_where_it_was_wanted(to_bar: float, water_c: float) -> None:
    boilers = at_rest(HOMES)
    service.drop_to(boilers, HOMES, EVERY, 0.3)
    boilers.water_c[:] = water_c

    service.refill(boilers, HOMES, EVERY[:10], to_bar)

    sealed.carry_on(boilers, PLANT, effects_of())
    assert_allclose(boilers.pressure_bar[:10], to_bar, atol=1e-3)
    assert (boilers.pressure_bar[10:] < 0.85).all()


def test_letting_out_and_topping_up_never_go_the_wrong_way() -> None:
    boilers = at_rest(HOMES)

    service.refill(boilers, HOMES, EVERY, 0.5)
    service.drop_to(boilers, HOMES, EVERY, 2.5)

    assert (boilers.missing_l == 0.0).all()


def test_an_empty_system_loses_no_more_water() -> None:
    boilers = cold_days(1.0, effects_of(leak_bar_day=12.0))
    escaped = boilers.escaped_l.copy()

    later = cold_days(1.0, effects_of(leak_bar_day=12.0), boilers)

    assert_allclose(later.pressure_bar, 0.0)
    assert_allclose(later.escaped_l, escaped)


def _swing(lived: Lived) -> Floats:
    """Rise of the resting pressure for each kelvin of the water, of each home. [bar/K]"""
    still = lived.rows["pressure_bar"] - PLANT.pump_head_bar * lived.rows["pump_on"]
    return np.array(
        [np.polyfit(lived.water_c[:, home], still[:, home], 1)[0] for home in range(HOMES.count)]
    )
