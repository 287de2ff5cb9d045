"""British weather: any day alone, areas that share their fronts, and about as much of everything
as the normals of 1991 to 2020 have (rounded, from general knowledge)."""

from dataclasses import fields
from functools import lru_cache

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.climate.day import WeatherDay
from firmware_sim.climate.seasons import Season
from firmware_sim.climate.sun import day_length_h, share_of_full_sun, sin_height
from firmware_sim.climate.synthetic import AREAS_MAX, Synthetic
from firmware_sim.kinds import Bools, Floats
from firmware_sim.physics.air import rel_humidity_pct

DAY = 20_760  # 2026-11-03
YEAR = range(20_454, 20_454 + 365)  # 2026
SEEDS = range(1, 6)


def climate(seed: int = 5, *, season: Season = Season.CALENDAR, areas: int = 1) -> Synthetic:
    return Synthetic(seed, season, areas)


def assert_same(one: WeatherDay, other: WeatherDay) -> None:
    for field in fields(WeatherDay):
        assert_array_equal(getattr(one, field.name), getattr(other, field.name), field.name)


def months(*numbers: int) -> Bools:
    """Which days of 2026 lie in these months, (365,)."""
    dates = np.arange("2026-01-01", "2027-01-01", dtype="datetime64[D]")
    return np.isin(dates.astype("datetime64[M]").astype(int) % 12 + 1, numbers)


@lru_cache
def years() -> dict[str, Floats]:
    """A year in the area of five seeds: each quantity as (seeds, days, minutes)."""
    days = [[climate(seed).day(day) for day in YEAR] for seed in SEEDS]
    return {
        field.name: np.array([[getattr(one, field.name)[:, 0] for one in year] for year in days])
        for field in fields(WeatherDay)
    }


def test_any_day_alone_is_the_same_as_in_a_run_of_days() -> None:
    run = {day: climate(areas=2).day(day) for day in range(DAY - 3, DAY + 4)}

    alone = climate(areas=2).day(DAY)

    assert_same(run[DAY], alone)


def test_an_area_has_the_same_weather_however_many_others_there_are() -> None:
    few, many = climate(areas=2).day(DAY), climate(areas=7).day(DAY)

    for field in fields(WeatherDay):
        assert_array_equal(getattr(many, field.name)[:, :2], getattr(few, field.name))


def test_another_seed_is_another_weather() -> None:
    one, other = climate(5).day(DAY).air_temp_c, climate(6).day(DAY).air_temp_c

    assert abs(one - other).max() > 0.5


def test_midnight_leaves_no_seam() -> None:
    days = [climate(areas=2).day(DAY + n) for n in range(30)]
    temp = np.concatenate([day.air_temp_c for day in days])
    wind = np.concatenate([day.wind_m_s for day in days])

    assert np.abs(np.diff(temp, axis=0)).max() < 0.1  # kelvin in one minute
    assert np.abs(np.diff(wind, axis=0)).max() < 0.5


def test_areas_share_their_fronts_and_depart_from_one_another() -> None:
    days = [climate(areas=6).day(day) for day in YEAR[::3]]
    departs = np.array([day.air_temp_c.mean(axis=0) for day in days])
    departs = departs - departs.mean(axis=1, keepdims=True)
    levels = np.array([day.air_temp_c.mean(axis=0) for day in days])

    alike = np.corrcoef(levels[:30], rowvar=False)

    assert alike.min() > 0.75
    assert departs.std(axis=0).min() > 0.1


@pytest.mark.parametrize(
    ("month", "lowest_c", "highest_c"), [(1, 2.5, 6.5), (7, 14.5, 19.0)], ids=["January", "July"]
)
def test_a_month_is_as_warm_as_in_england(month: int, lowest_c: float, highest_c: float) -> None:
    temp = years()["air_temp_c"][:, months(month)].mean()

    assert lowest_c < temp < highest_c


def test_a_day_is_as_far_from_its_night_as_in_england() -> None:
    apart = np.ptp(years()["air_temp_c"], axis=2)

    assert 4.5 < apart[:, months(12, 1, 2)].mean() < 7.5
    assert 7.0 < apart[:, months(6, 7, 8)].mean() < 11.0


def test_a_held_season_is_autumn_in_july_too() -> None:
    days = [climate(season=Season.AUTUMN).day(20_635 + n) for n in range(31)]

    assert 2.0 < np.mean([day.air_temp_c for day in days]) < 11.0
    assert max(np.count_nonzero(day.sun) for day in days) / 60.0 < day_length_h(335)


def test_a_held_season_stands_still_for_years() -> None:
    winter = climate(season=Season.WINTER)

    means = [winter.day(day).air_temp_c.mean() for day in range(DAY, DAY + 730, 5)]

    assert np.mean(means[:73]) == pytest.approx(np.mean(means[73:]), abs=2.0)
    assert np.mean(means) < 7.0


def test_outdoor_air_is_as_humid_as_in_england_and_never_more_than_full() -> None:
    humidity = rel_humidity_pct(years()["air_temp_c"], years()["vapour_kg_m3"])

    assert humidity.max() < 98.6
    assert humidity.min() > 25.0
    assert 76.0 < humidity.mean() < 84.0
    assert 81.0 < humidity[:, months(12, 1, 2)].mean() < 90.0
    assert 54.0 < humidity[:, months(6, 7, 8), 840:960].mean() < 68.0  # summer afternoons


def test_a_year_has_about_800_millimetres_of_rain_on_about_150_days() -> None:
    by_day = years()["rain_mm"].sum(axis=2)

    assert years()["rain_mm"].min() == 0.0
    assert 650.0 < by_day.sum(axis=1).mean() < 950.0
    assert by_day.sum(axis=1).min() > 450.0
    assert by_day.sum(axis=1).max() < 1_300.0
    assert 115.0 < (by_day >= 1.0).sum(axis=1).mean() < 170.0


def test_it_rains_for_hours_and_not_all_the_time() -> None:
    raining = np.greater(years()["rain_mm"], 0.002)

    assert 0.06 < raining.mean() < 0.15
    hourly = np.any(raining.reshape(len(SEEDS), -1, 60), axis=2)
    again = (hourly[:, 1:] & hourly[:, :-1]).sum() / hourly[:, :-1].sum()
    assert again > 0.6  # an hour of rain is mostly followed by another


def test_the_wind_blows_at_about_four_metres_a_second_and_more_in_winter() -> None:
    wind = years()["wind_m_s"]

    assert wind.min() > 0.0
    assert 3.0 < wind.mean() < 6.5
    assert wind[:, months(12, 1, 2)].mean() > wind[:, months(6, 7, 8)].mean()


def test_within_six_winters_there_is_a_cold_snap_and_a_mild_winter() -> None:
    winters = np.array(
        [
            [climate().day(day + 365 * year).air_temp_c.mean() for day in range(20_789, 20_879)]
            for year in range(6)
        ]
    )

    freezing = winters < 0.0
    snaps = freezing[:, :-2] & freezing[:, 1:-1] & freezing[:, 2:]

    assert snaps.any()
    assert np.ptp(winters.mean(axis=1)) > 1.0
    assert freezing.mean() < 0.25


def test_some_summer_is_hot() -> None:
    summers = years()["air_temp_c"][:, months(6, 7, 8)]

    assert summers.max() > 27.0
    assert (summers.max(axis=2) > 30.0).mean() < 0.05


def test_the_sun_is_up_as_long_as_at_53_degrees_north() -> None:
    for day, hours in ((355, 7.5), (80, 12.0), (172, 16.5)):  # almanac: solstices and equinox
        assert day_length_h(day) == pytest.approx(hours, abs=0.3)
        assert np.count_nonzero(sin_height(day) > 0.0) / 60.0 == pytest.approx(hours, abs=0.3)


def test_there_is_no_sun_at_night_and_most_of_it_from_a_clear_sky() -> None:
    clear, closed = np.zeros((1, 1440)), np.ones((1, 1440))

    for day in (20, 80, 172):
        night = sin_height(day) < 0.0
        bright = share_of_full_sun(day, clear)
        assert bright[0, night].max() == 0.0
        assert bright.max() <= 1.0
        assert bright.sum() > 3.0 * share_of_full_sun(day, closed).sum()


def test_a_climate_without_areas_or_with_too_many_is_refused() -> None:
    for areas in (0, AREAS_MAX + 1):
        with pytest.raises(ValueError, match="areas"):
            climate(areas=areas)
