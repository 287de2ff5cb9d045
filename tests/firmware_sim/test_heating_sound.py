"""Sound boilers: they burn, rest, warm water and swell as the measured ones do."""

from copy import deepcopy
from dataclasses import fields

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from firmware_sim.heating.burner import LIMITER_C, efficiency
from firmware_sim.heating.state import STEP_S, Boilers
from firmware_sim.homes.homes import build_homes
from firmware_sim.homes.plant import COMBI_SHARE
from firmware_sim.kinds import Floats
from tests.firmware_sim.warmed import DAY_MIN, Lived, burns_min, live, stored_j

HOMES = build_homes(range(100), seed=1)
DAYS = 2


@pytest.fixture(scope="module")
def winter() -> Lived:
    """Two days at 3 °C."""
    return live(HOMES, days=DAYS)


def test_a_burner_lights_about_fifty_times_on_a_winter_day(winter: Lived) -> None:
    # 50 cycles a day is the median of British boilers (10.1177/0143624420927352).
    starts = winter.rows["burner_starts"]

    a_day = (starts[-1] - starts[0]) / DAYS

    assert 35 <= np.median(a_day) <= 65
    assert np.quantile(a_day, 0.1) >= 10
    assert np.quantile(a_day, 0.95) <= 150


def test_a_burn_lasts_minutes_and_seldom_less_than_one(winter: Lived) -> None:
    # A burn under 60 s counts as short, 10 to 15 min are aimed at (detection.md, 3.2).
    begun = np.round(winter.rows["burner_starts"][-1] - winter.rows["burner_starts"][0])
    flame = winter.rows["flame_on"]

    mean_min = winter.boilers.burn_min / begun
    longest = [burns_min(flame[:, home]).max() for home in range(HOMES.count)]

    assert 4 <= np.median(mean_min) <= 15
    assert np.quantile(mean_min, 0.05) >= 1.5
    assert np.median(longest) >= 15


def test_the_gauge_rises_by_six_thousandths_of_a_bar_for_each_kelvin(winter: Lived) -> None:
    # A real combi: 1.38 + 0.0061 (flow - 20) + 0.38 [pump] bar (detection.md, 0.2).
    rise, step = _fitted(winter)

    assert 0.0050 <= np.median(rise) <= 0.0070
    assert ((rise > 0.003) & (rise < 0.010)).mean() >= 0.95
    assert 0.33 <= np.median(step) <= 0.41


def test_the_pump_moves_the_gauge_by_two_to_four_tenths_of_a_bar(winter: Lived) -> None:
    pressure, pump = winter.rows["pressure_bar"], winter.rows["pump_on"]
    starts = pump[1:] & ~pump[:-1]
    jump = np.where(starts, pressure[1:] - pressure[:-1], np.nan)

    by_home = np.nanmedian(jump, axis=0)

    assert by_home.min() >= 0.19
    assert by_home.max() <= 0.42  # with what the first warm water adds
    assert 0.34 <= np.median(by_home) <= 0.40


def test_the_pressure_stays_where_a_sound_system_has_it(winter: Lived) -> None:
    # Cold 1.0 to 1.5 bar, hot 1.5 to 2.5 (detection.md, 3.2).
    pressure = winter.rows["pressure_bar"]

    assert np.quantile(pressure.min(axis=0), 0.05) >= 1.2
    assert np.quantile(pressure.max(axis=0), 0.95) <= 2.5
    assert_array_equal(winter.boilers.vented_l, 0.0)
    assert_array_equal(winter.boilers.escaped_l, 0.0)


def test_heat_from_the_flame_goes_to_rooms_and_taps_and_none_is_lost(winter: Lived) -> None:
    rested = live(HOMES, days=1 / DAY_MIN)
    went_on = live(
        HOMES,
        days=DAYS,
        first=1,
        boilers=deepcopy(rested.boilers),
        air_temp_c=rested.air_temp_c,
    )
    before, after = rested.boilers, went_on.boilers

    burned = after.fired_j - before.fired_j
    tapped = after.tapped_j - before.tapped_j
    emitted = STEP_S * went_on.emitted_w.sum(axis=0)

    kept = stored_j(after, HOMES) - stored_j(before, HOMES)
    assert_allclose(tapped + emitted + kept, burned, rtol=1e-9)
    assert (tapped > 0.0).all()
    assert (winter.boilers.fired_j > 0.0).all()


def test_gas_holds_more_heat_than_the_water_gets(winter: Lived) -> None:
    share = winter.boilers.fired_j / winter.boilers.gas_j

    assert share.min() >= 0.87
    assert share.max() <= 0.97


def test_a_cool_return_condenses_and_a_hot_one_does_not() -> None:
    # 87 to 88 % dry, 90 % and more only from 45 or 46 °C down (detection.md, 3.2).
    warmer = efficiency(np.array([75.0, 55.0, 46.0, 45.0, 30.0]))

    assert_allclose(warmer[:2], 0.875)
    assert (warmer[2:] > 0.90).all()


def test_most_burning_in_a_sound_home_condenses(winter: Lived) -> None:
    burns = winter.rows["flame_on"] & ~winter.rows["hot_water_demand"]

    cool = [
        (winter.rows["return_temp_c"][burns[:, home], home] < 54.0).mean()
        for home in range(HOMES.count)
    ]

    assert np.median(cool) >= 0.95


def test_boilers_modulate_from_a_sixth_or_a_fifth_up_to_full_power(winter: Lived) -> None:
    modulation = winter.rows["modulation_pct"][winter.rows["flame_on"]]

    assert 100 / 6 - 0.01 <= modulation.min() <= 100 / 5
    assert modulation.max() <= 100.0


def test_no_sound_boiler_shows_a_code_or_comes_near_its_limiter(winter: Lived) -> None:
    assert_array_equal(winter.rows["fault_code"], -1)
    assert winter.rows["flow_temp_c"].max() < LIMITER_C - 5.0


def test_a_tap_runs_warm_within_two_minutes(winter: Lived) -> None:
    combi = HOMES.plant.combi
    tap = winter.tap_l_min
    third_minute = (tap[2:] > 0) & (tap[1:-1] > 0) & (tap[:-2] > 0)

    water = winter.rows["hot_water_temp_c"][2:][third_minute]

    assert water.min() >= 38.0
    assert abs(combi.mean() - COMBI_SHARE) <= 0.1
    assert (winter.rows["hot_water_temp_c"][:, ~combi] >= 45.0).all()


def test_hot_water_goes_before_heating(winter: Lived) -> None:
    radiators = np.diff(winter.water_c, axis=0)
    drawing = (winter.rows["hot_water_demand"] & HOMES.plant.combi)[1:]

    assert drawing.any()
    assert radiators[drawing].max() <= 0.0


def test_the_rooms_come_near_what_they_are_set_to(winter: Lived) -> None:
    evening = winter.room_c[DAY_MIN + 1200 : DAY_MIN + 1320]

    short_k = HOMES.household.set_point_c - evening.mean(axis=0)

    assert np.median(np.abs(short_k)) <= 0.8
    assert np.quantile(short_k, 0.9) <= 1.5


def test_the_flow_of_a_heating_curve_follows_the_weather() -> None:
    homes = build_homes(range(50), seed=2)
    cold, mild = (live(homes, days=0.5, outdoor_c=at).rows for at in (-2.0, 12.0))
    calls = np.ones(homes.count, dtype=np.bool_)
    for run in (cold, mild):
        calls &= run["heat_demand"][400] & ~run["hot_water_demand"][400]

    warmer_k = (cold["flow_target_c"] - mild["flow_target_c"])[400]

    curve = calls & homes.plant.compensated
    assert curve.any()
    assert (warmer_k[curve] > 5.0).all()
    assert (calls & ~homes.plant.compensated).any()
    assert_array_equal(warmer_k[calls & ~homes.plant.compensated], 0.0)


def test_the_pump_runs_on_for_two_to_four_minutes_after_a_burn(winter: Lived) -> None:
    flame, pump = winter.rows["flame_on"], winter.rows["pump_on"]
    calls = winter.rows["heat_demand"] | winter.rows["hot_water_demand"]
    for home in range(HOMES.count):
        ends = np.flatnonzero(flame[:-6, home] & ~flame[1:-5, home])
        quiet = [end for end in ends if not calls[end + 1 : end + 7, home].any()]
        ran_on = {int(pump[end + 1 : end + 7, home].sum()) for end in quiet}
        assert ran_on <= {1, 2, 3, 4}


def test_flow_and_return_of_a_sound_boiler_are_never_as_far_apart_as_with_a_failing_pump(
    winter: Lived,
) -> None:
    # More than 25 to 30 K between them speaks of a pump (detection.md, 3.2).
    warming = winter.rows["flame_on"] & ~winter.rows["hot_water_demand"]

    apart = (winter.rows["flow_temp_c"] - winter.rows["return_temp_c"])[warming]

    assert 7.0 <= np.median(apart) <= 15.0
    assert np.quantile(apart, 0.9999) <= 25.0


def test_flow_and_return_meet_when_the_boiler_rests(winter: Lived) -> None:
    # Within 2 to 3 K after more than 60 minutes off (detection.md, 3.2).
    idle = np.zeros(HOMES.count)
    apart = []
    for minute in range(DAYS * DAY_MIN):
        idle = np.where(winter.rows["pump_on"][minute], 0.0, idle + 1.0)
        off = winter.rows["flow_temp_c"][minute] - winter.rows["return_temp_c"][minute]
        apart.append(np.abs(off[idle > 90]))

    assert np.concatenate(apart).max() <= 3.0


def test_in_summer_only_hot_water_is_made() -> None:
    combi = HOMES.plant.combi

    summer = live(HOMES, days=1, outdoor_c=22.0, heating=False)

    assert not summer.rows["heat_demand"].any()
    starts = summer.rows["burner_starts"]
    assert (starts[-1] - starts[0] >= 1).all()
    assert np.median((starts[-1] - starts[0])[combi]) <= 12


def test_a_home_is_the_same_alone_and_among_others(winter: Lived) -> None:
    alone = live(build_homes(range(50, 100), seed=1), days=DAYS)

    for name, values in winter.rows.items():
        assert_array_equal(values[:, 50:], alone.rows[name], err_msg=name)


def test_a_run_taken_up_again_goes_on_as_if_it_had_never_stopped(winter: Lived) -> None:
    first = live(HOMES, days=0.7)
    kept = deepcopy(first.boilers)

    second = live(HOMES, days=DAYS - 0.7, first=1008, boilers=kept, air_temp_c=first.air_temp_c)

    for field in fields(Boilers):
        whole = getattr(winter.boilers, field.name)
        assert_array_equal(getattr(second.boilers, field.name), whole, err_msg=field.name)


def _fitted(lived: Lived) -> tuple[Floats, Floats]:
    """Each home's pressure as a line over flow temperature, and a step with the pump."""
    rows = lived.rows
    found = []
    for home in range(lived.homes.count):
        flow, pump = rows["flow_temp_c"][:, home], rows["pump_on"][:, home]
        known = np.column_stack([np.ones(flow.size), flow, pump])
        found.append(np.linalg.lstsq(known, rows["pressure_bar"][:, home], rcond=None)[0])
    return np.array(found)[:, 1], np.array(found)[:, 2]
