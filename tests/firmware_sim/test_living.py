"""People live plausibly, each home by itself, and no day needs another one."""

from dataclasses import fields, replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from firmware_sim.climate.day import WeatherDay
from firmware_sim.climate.seasons import Season
from firmware_sim.climate.synthetic import Synthetic
from firmware_sim.clock import SLOT_MIN, SLOTS_A_DAY
from firmware_sim.homes.fabric import BATHROOM, BEDROOM, LIVING
from firmware_sim.homes.homes import Homes, build_homes
from firmware_sim.homes.household import PEOPLE_MAX, Heating, Role
from firmware_sim.kinds import Floats
from firmware_sim.people.comings import Comings
from firmware_sim.people.day import LivingDay
from firmware_sim.people.hot_water import FLOW_MAX_L_MIN
from firmware_sim.people.living import AWAKE_CO2_M3_S, day_of
from firmware_sim.people.timetable import laid, school_day, summer_time
from firmware_sim.people.warmth import OFF_C

SEED = 7
COUNT = 300
TUESDAY = 20_473  # 2026-01-20
SATURDAY = 20_477
JULY = 20_646
SLOT_S = SLOT_MIN * 60.0


@lru_cache
def estate() -> Homes:
    return build_homes(range(COUNT), seed=SEED)


@lru_cache
def weather(day: int) -> WeatherDay:
    return Synthetic(SEED, Season.CALENDAR, 4).day(day)


def lived(day: int, homes: Homes | None = None, comings: Comings | None = None) -> LivingDay:
    homes = homes or estate()
    return day_of(
        day,
        homes,
        seed=SEED,
        weather=weather(day),
        comings=comings or Comings.none(homes),
    )


@lru_cache
def winter_week() -> tuple[LivingDay, ...]:
    return tuple(lived(day) for day in range(TUESDAY - 1, TUESDAY + 6))


def daily(sums: list[Floats]) -> Floats:
    mean: Floats = np.mean(sums, axis=0)
    return mean


def whole_weather(air_temp_c: float) -> WeatherDay:
    return replace(
        weather(TUESDAY),
        air_temp_c=np.full_like(weather(TUESDAY).air_temp_c, air_temp_c),
        rain_mm=np.zeros_like(weather(TUESDAY).rain_mm),
    )


def test_any_day_alone_is_the_same_as_in_a_run_of_days() -> None:
    in_run = winter_week()[3]

    alone = lived(TUESDAY + 2, build_homes(range(COUNT), seed=SEED))

    for field in fields(LivingDay):
        assert_array_equal(getattr(in_run, field.name), getattr(alone, field.name), field.name)


@pytest.mark.parametrize("cut", [range(50), range(50, 120), range(250, 251)], ids=str)
def test_a_home_lives_the_same_whichever_homes_are_beside_it(cut: range) -> None:
    together = winter_week()[1]

    apart = lived(TUESDAY, build_homes(cut, seed=SEED))

    for field in fields(LivingDay):
        whole = getattr(together, field.name)[:, cut.start : cut.stop]
        assert_array_equal(getattr(apart, field.name), whole, field.name)


def test_households_differ_and_no_child_lives_alone() -> None:
    household = estate().household

    assert set(np.unique(household.role)) == {int(role) for role in Role}
    assert set(np.unique(household.heating)) == {int(kind) for kind in Heating}
    assert (household.role[:, 0] < Role.PUPIL).all()
    assert (np.count_nonzero(household.role, axis=1) == household.people).all()
    assert 1.9 < household.people.mean() < 2.7
    assert (household.set_back_c < household.set_point_c - 2.0).all()


def test_no_day_is_like_another() -> None:
    one, other = winter_week()[1], winter_week()[2]

    assert (one.tap_l_min != other.tap_l_min).any(axis=0).all()


def test_nothing_is_negative_and_nothing_missing() -> None:
    for day in (*winter_week(), lived(JULY)):
        for field in fields(LivingDay):
            values = getattr(day, field.name)
            assert np.isfinite(values).all(), field.name
            assert values.min() >= 0.0, field.name


def test_a_person_makes_one_to_four_kilograms_of_vapour_a_day() -> None:
    # BS 5250, from memory: 4 to 15 kg a day in a home, by how many live there and how they dry.
    made = daily([day.vapour_kg_s.sum(axis=(0, 2)) * SLOT_S for day in winter_week()])
    people = estate().household.people

    each = made / people

    assert 1.3 < np.median(each) < 2.7
    assert each.min() > 0.7
    assert each.max() < 4.5
    assert 4.0 < np.median(made[people >= 3]) < 9.0
    assert made.max() < 15.0


def test_a_person_uses_about_fifty_litres_of_hot_water_a_day() -> None:
    # Energy Saving Trust 2008, from memory: 40 litres a day and 28 more a person.
    used = daily([day.tap_l_min.sum(axis=0) for day in winter_week()])
    people = estate().household.people

    for number in (1, 2, 4):
        expected = 40.0 + 28.0 * number
        assert used[people == number].mean() == pytest.approx(expected, rel=0.35)
    assert max(day.tap_l_min.max() for day in winter_week()) <= FLOW_MAX_L_MIN


def test_a_closed_tap_is_closed_exactly() -> None:
    flow = winter_week()[1].tap_l_min

    assert flow[flow > 0.0].min() >= 0.25
    assert (flow == 0.0).mean() > 0.9


def test_people_and_appliances_heat_a_home_by_a_few_hundred_watts() -> None:
    gains = daily([day.gains_w.sum(axis=2).mean(axis=0) for day in winter_week()])

    assert 150.0 < np.median(gains) < 400.0
    assert gains.min() > 80.0
    assert gains.max() < 900.0


def test_workers_are_out_on_weekdays_and_home_at_weekends() -> None:
    role = estate().household.role
    alone_at_work = (role[:, 0] == Role.WORKER) & (estate().household.people == 1)

    tuesday = winter_week()[1].occupied[10 * 12 : 15 * 12, alone_at_work].mean()
    saturday = winter_week()[5].occupied[10 * 12 : 15 * 12, alone_at_work].mean()

    assert alone_at_work.sum() > 20
    assert tuesday < 0.3 < 0.5 < saturday


def test_nearly_everybody_sleeps_at_home() -> None:
    nights = [day.occupied[24:60].mean() for day in winter_week()]  # 02:00 to 05:00

    assert np.mean(nights) > 0.95


def test_sleepers_are_in_the_bedroom_and_the_rest_in_the_living_room() -> None:
    breath = winter_week()[1].carbon_dioxide_m3_s

    night, evening = breath[30:48].mean(axis=(0, 1)), breath[234:246].mean(axis=(0, 1))

    assert night[BEDROOM] > 3.0 * night[LIVING]
    assert evening[LIVING] > 3.0 * evening[BEDROOM]
    assert breath[..., BATHROOM].max() == 0.0


def test_showers_steam_up_bathrooms() -> None:
    steam = daily([day.vapour_kg_s[..., BATHROOM].sum(axis=0) * SLOT_S for day in winter_week()])

    assert 0.15 < np.median(steam / estate().household.people) < 0.6


def test_each_habit_of_heating_is_followed() -> None:
    set_point = winter_week()[1].set_point_c
    household = estate().household
    on = set_point > household.set_back_c + 1.0

    def hours(kind: Heating) -> float:
        return float(on[:, household.heating == kind].mean() * 24.0)

    assert hours(Heating.THRIFTY) < hours(Heating.TWICE) < hours(Heating.ALL_DAY)
    assert hours(Heating.ALWAYS) == 24.0
    assert 7.0 < hours(Heating.TWICE) < 10.0
    assert household.set_point_c[household.heating == Heating.THRIFTY].max() <= 19.0
    assert 19.5 < np.median(household.set_point_c) < 21.5


def test_most_heating_is_off_in_a_warm_summer_and_all_of_it_follows_habit_in_winter() -> None:
    homes = estate()
    none = Comings.none(homes)

    warm = day_of(TUESDAY, homes, seed=SEED, weather=whole_weather(19.0), comings=none)
    cold = day_of(TUESDAY, homes, seed=SEED, weather=whole_weather(2.0), comings=none)

    assert (warm.set_point_c == OFF_C).all()
    assert cold.set_point_c.min() > 12.0


def test_windows_open_in_the_heat_and_stay_nearly_shut_in_the_cold() -> None:
    homes = estate()
    none = Comings.none(homes)

    hot, cold = (
        day_of(TUESDAY, homes, seed=SEED, weather=whole_weather(temp), comings=none).opened_m3_s
        for temp in (26.0, 0.0)
    )

    assert hot[144:240, :, LIVING].mean() > 0.02
    assert cold.mean() < 0.002


def test_nobody_breathes_bathes_or_cooks_in_a_home_on_holiday() -> None:
    homes = estate()
    comings = Comings.none(homes)
    comings.away[:, 3] = True

    day, usual = lived(TUESDAY, homes, comings), winter_week()[1]

    assert not day.occupied[:, 3].any()
    assert day.tap_l_min[:, 3].max() == 0.0
    assert day.carbon_dioxide_m3_s[:, 3].max() == 0.0
    assert day.set_point_c[:, 3].max() <= homes.household.holiday_set_back_c[3]
    assert day.vapour_kg_s[:, 3].sum() == pytest.approx(
        homes.household.plants_kg_s[3] * SLOTS_A_DAY
    )
    others = np.arange(COUNT) != 3
    for field in fields(LivingDay):
        assert_array_equal(
            getattr(day, field.name)[:, others], getattr(usual, field.name)[:, others]
        )


def test_guests_breathe_and_warm_the_living_room() -> None:
    homes = estate()
    comings = Comings.none(homes)
    comings.guests[228:264, 5] = 6.0  # 19:00 to 22:00

    more, usual = lived(TUESDAY, homes, comings), winter_week()[1]

    breath = more.carbon_dioxide_m3_s[228:250, 5] - usual.carbon_dioxide_m3_s[228:250, 5]
    assert breath.sum(axis=1).max() == pytest.approx(6.0 * AWAKE_CO2_M3_S, rel=0.01)
    assert more.vapour_kg_s[:, 5].sum() > usual.vapour_kg_s[:, 5].sum()
    assert more.gains_w[228:264, 5].sum() > usual.gains_w[228:264, 5].sum()


def test_a_window_left_open_lets_air_through_even_when_nobody_is_in() -> None:
    homes = estate()
    comings = Comings.none(homes)
    comings.window_open[:, 9, BEDROOM] = True
    comings.away[:, 9] = True

    air = lived(TUESDAY, homes, comings).opened_m3_s[:, 9]

    assert air[:, BEDROOM].min() > 0.010
    assert air[:, LIVING].max() == 0.0


def test_a_drying_day_gives_off_just_its_water() -> None:
    homes = estate()
    comings = Comings.none(homes)
    comings.drying_kg_s[100:200, 4, LIVING] = 3.0 / (100 * SLOT_S)

    more = lived(TUESDAY, homes, comings).vapour_kg_s - winter_week()[1].vapour_kg_s

    assert more[:, 4].sum() * SLOT_S == pytest.approx(3.0)
    assert (more[:, :4] == 0.0).all()


def test_people_get_up_an_hour_earlier_by_utc_in_summer() -> None:
    before, after = 20_538, 20_545  # Thursdays before and after 29 March 2026

    first_draw = [np.argmax(lived(day).tap_l_min > 0.0, axis=0) for day in (before, after)]

    assert 40.0 < np.median(first_draw[0]) - np.median(first_draw[1]) < 80.0


def test_the_clocks_and_the_schools_keep_their_dates() -> None:
    assert not summer_time(20_540)  # 28 March 2026
    assert summer_time(20_541)
    assert summer_time(20_750)  # 24 October 2026
    assert not summer_time(20_751)
    assert school_day(TUESDAY)
    assert not school_day(SATURDAY)
    assert not school_day(20_670)  # 5 August 2026, a Wednesday


@settings(max_examples=60, deadline=None)
@given(
    start=st.floats(-1_440.0, 2_880.0),
    minutes=st.floats(0.0, 1_434.0),
    level=st.floats(0.0, 100.0),
    step=st.sampled_from([1, 5]),
)
def test_what_happens_in_a_day_comes_out_whole(
    start: float, minutes: float, level: float, step: int
) -> None:
    over = laid(np.array([[start]]), np.array([[minutes]]), np.array([[level]]), step_min=step)

    assert over.shape == (1440 // step, 1)
    assert over.sum() * step == pytest.approx(level * minutes, abs=1e-6)
    assert over.min() >= -1e-9
    assert over.max() <= level + 1e-9


def test_what_runs_past_midnight_is_laid_over_the_first_hours() -> None:
    over = laid(np.array([[1_430.0]]), np.array([[20.0]]), np.array([[2.0]]), step_min=5)

    assert_array_equal(np.flatnonzero(over), [0, 1, 286, 287])
    assert over.sum() == 8.0


def test_a_chosen_number_of_people_lives_there_and_too_many_are_refused() -> None:
    homes = build_homes(range(3), seed=SEED, overrides={1: {"people": 5.0}})

    assert np.count_nonzero(homes.household.role[1]) == 5
    with pytest.raises(ValueError, match=f"0 to {PEOPLE_MAX} people, not 30"):
        build_homes(range(3), seed=SEED, overrides={1: {"people": 30.0}})


def test_an_empty_home_neither_washes_nor_breathes() -> None:
    homes = build_homes(range(3), seed=SEED, overrides={1: {"people": 0.0}})

    day = lived(TUESDAY, homes)

    assert not day.occupied[:, 1].any()
    assert day.tap_l_min[:, 1].max() == 0.0
    assert day.carbon_dioxide_m3_s[:, 1].max() == 0.0
