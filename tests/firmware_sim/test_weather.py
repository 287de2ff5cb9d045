"""British weather: the same for the same instant, without a seam at midnight, and plausible."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from firmware_sim.air import rel_humidity_pct
from firmware_sim.weather import Season, weather_of

DAY = 20_760  # 2026-11-03


def test_a_day_has_the_same_weather_whenever_it_is_asked_for() -> None:
    first = weather_of(DAY, seed=5, season=Season.CALENDAR)
    weather_of(DAY + 7, seed=5, season=Season.CALENDAR)

    again = weather_of(DAY, seed=5, season=Season.CALENDAR)

    assert_array_equal(first.air_temp_c, again.air_temp_c)
    assert_array_equal(first.vapour_kg_m3, again.vapour_kg_m3)


def test_another_seed_is_another_weather() -> None:
    one = weather_of(DAY, seed=5, season=Season.CALENDAR).air_temp_c
    other = weather_of(DAY, seed=6, season=Season.CALENDAR).air_temp_c

    assert abs(one - other).max() > 0.5


def test_midnight_leaves_no_seam() -> None:
    days = [weather_of(DAY + n, seed=5, season=Season.CALENDAR).air_temp_c for n in range(30)]

    steps = np.abs(np.diff(np.concatenate(days)))

    assert steps.max() < 0.1  # kelvin in one minute


@pytest.mark.parametrize(
    ("first_day", "lowest_c", "highest_c"),
    [(20_454, 1.5, 7.5), (20_635, 13.5, 20.0)],  # January and July 2026
    ids=["January", "July"],
)
def test_a_month_is_as_warm_as_in_england(
    first_day: int, lowest_c: float, highest_c: float
) -> None:
    months = [
        np.mean(
            [
                weather_of(first_day + n, seed=s, season=Season.CALENDAR).air_temp_c
                for n in range(31)
            ]
        )
        for s in range(8)
    ]

    assert lowest_c < np.mean(months) < highest_c


def test_a_held_season_is_autumn_in_july_too() -> None:
    july = [weather_of(20_635 + n, seed=5, season=Season.AUTUMN).air_temp_c for n in range(31)]

    assert 2.0 < np.mean(july) < 11.0


def test_outdoor_air_is_never_more_than_full() -> None:
    for day in range(DAY, DAY + 60):
        weather = weather_of(day, seed=2, season=Season.WINTER)
        humidity = rel_humidity_pct(weather.air_temp_c, weather.vapour_kg_m3)
        assert humidity.min() > 30.0
        assert humidity.max() < 98.5
