"""The demo's month: two homes go wrong and can be seen to, the others are sound."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.homes.fabric import BEDROOM, ROOMS
from firmware_sim.truth import truth_rows
from tests.firmware_sim.conftest import Month

DAMP, LEAKING = 6, 11  # home-7, home-12
SOUND = [home for home in range(30) if home not in {DAMP, LEAKING}]


def saturation_pa(temp_c: NDArray[np.floating]) -> NDArray[np.float64]:
    """Magnus, with Sonntag's constants: not the formula that the simulator uses."""
    return np.asarray(611.2 * np.exp(17.62 * temp_c / (243.12 + temp_c)))


def surface_humidity_pct(month: Month) -> NDArray[np.float64]:
    """At factor 0.75, from what the sensors reported; impossible values left out."""
    outdoor = month.outdoor_c[:, None, None]
    humidity = np.where(month.humidity_pct > 100.0, np.nan, month.humidity_pct)
    surface_c = outdoor + 0.75 * (month.temp_c - outdoor)
    return humidity * saturation_pa(month.temp_c) / saturation_pa(surface_c)


def mould_index(month: Month) -> NDArray[np.float64]:
    """VTT index (class sensitive, decline 0.25) by the hour, in plain loops; (hours, rooms)."""
    outdoor = month.outdoor_c[:, None, None]
    surface_c = (outdoor + 0.75 * (month.temp_c - outdoor)).reshape(len(outdoor), -1)
    humidity = np.minimum(surface_humidity_pct(month), 100.0).reshape(len(outdoor), -1)
    hours = len(outdoor) // 6
    index, dry = np.zeros(surface_c.shape[1]), np.zeros(surface_c.shape[1])
    out = np.empty((hours, surface_c.shape[1]))
    for hour in range(hours):
        span = slice(6 * hour, 6 * hour + 6)
        temp, moist = surface_c[span].mean(0), np.nanmean(humidity[span], 0)
        critical = np.maximum(-0.00267 * temp**3 + 0.16 * temp**2 - 3.13 * temp + 100, 80)
        x = np.clip((critical - moist) / (critical - 100), 0, 1)
        k2 = np.maximum(1 - np.exp(2.3 * (index - (0.3 + 6 * x - x**2))), 0)
        days = 7 * np.exp(-0.68 * np.log(temp) - 13.9 * np.log(moist) + 66.02)
        grows = moist >= critical
        dry = np.where(grows, 0, dry + 1)
        decline = 0.25 * np.select([dry <= 6, dry <= 24], [-0.032, 0.0], -0.016)
        pace = np.where(index < 1, 0.578, 0.386) * k2 / days
        index = np.maximum(index + np.where(grows, pace, decline) / 24, 0)
        out[hour] = index
    return out


def test_the_damp_bedroom_grows_mould_within_the_month(month: Month) -> None:
    index = mould_index(month)[:, DAMP * len(ROOMS) + BEDROOM]

    passed_one_day = np.argmax(index >= 1.0) / 24

    assert index[-1] > 1.1
    assert 7.0 < passed_one_day < 25.0


def test_the_damp_bedroom_is_humid_at_its_walls_nearly_always(month: Month) -> None:
    humidity = surface_humidity_pct(month)[:, DAMP, BEDROOM]

    assert np.mean(humidity > 85.0) > 0.9


def test_no_other_room_of_the_estate_comes_near_mould(month: Month) -> None:
    index = mould_index(month)
    humidity = np.nanmean(surface_humidity_pct(month), axis=0).reshape(-1)
    others = np.arange(index.shape[1]) != DAMP * len(ROOMS) + BEDROOM

    assert index[:, others].max() < 0.3
    assert humidity[others].max() < 82.0


def test_no_other_surface_is_wet_for_hours(month: Month) -> None:
    wet = surface_humidity_pct(month)[:, SOUND] >= 100.0

    in_a_row = np.array([wet[n : n + 18].all(axis=0) for n in range(len(wet) - 18)])

    assert not in_a_row.any()  # never three hours long


def test_ordinary_rooms_are_neither_dry_nor_humid(month: Month) -> None:
    humidity = np.where(month.humidity_pct > 100.0, np.nan, month.humidity_pct)[:, SOUND]

    means = np.nanmean(humidity, axis=0)

    assert means.min() > 35.0
    assert means.max() < 72.0
    assert np.nanmean((humidity > 30.0) & (humidity < 75.0)) > 0.9


def test_ordinary_homes_are_as_warm_as_their_people_want_them(month: Month) -> None:
    living = month.temp_c[:, SOUND, 0].mean(axis=0)

    assert living.min() > 16.0  # a thrifty household
    assert living.max() < 23.0
    assert 18.0 < np.median(living) < 21.0


def test_sound_boilers_hold_their_pressure(month: Month) -> None:
    still = month.still_bar[:, SOUND]
    cold = np.where(month.water_c[:, SOUND] < 30.0, still, np.nan)

    assert np.nanmin(cold) > 1.2
    assert np.nanmax(cold) < 1.65
    assert month.pressure_bar[:, SOUND].max() < 2.5


def test_the_pump_adds_its_head_to_the_pressure(month: Month) -> None:
    # Regressed on the published figures; a real boiler shows 0.37 bar, others 0.2 to 0.4.
    steps = np.array([fit(month, home)[1] for home in SOUND])

    assert steps.min() > 0.15
    assert steps.max() < 0.45


def fit(month: Month, home: int) -> tuple[float, float, float]:
    """Slope on flow temperature [bar/K], step with the pump [bar], slope in time [bar/day]."""
    days = (month.minute - month.minute[0]) / 1440
    terms = np.stack(
        [np.ones(len(days)), month.flow_c[:, home] - 20, month.pump[:, home], days], axis=1
    )
    solved = np.linalg.lstsq(terms, month.pressure_bar[:, home], rcond=None)[0]
    return float(solved[1]), float(solved[2]), float(solved[3])


def test_pressure_rises_with_the_water_by_six_millibar_a_kelvin(month: Month) -> None:
    rises = []
    for home in SOUND:
        still = ~month.pump[:, home]
        water_c, still_bar = month.water_c[still, home], month.still_bar[still, home]
        rises.append(np.polyfit(water_c, still_bar, 1)[0])

    assert min(rises) > 0.0025
    assert max(rises) < 0.0075
    assert 0.0050 < np.median(rises) < 0.0070


def test_a_regression_finds_the_leak_and_no_leak_elsewhere(month: Month) -> None:
    since = month.minute >= month.minute[-1] - 14 * 1440
    days = (month.minute[since] - month.minute[-1]) / 1440
    slopes = []
    for home in range(30):
        terms = np.stack(
            [
                np.ones(len(days)),
                month.flow_c[since, home] - 20,
                month.pump[since, home],
                days,
            ],
            axis=1,
        )
        slopes.append(np.linalg.lstsq(terms, month.pressure_bar[since, home], rcond=None)[0][3])

    assert -0.038 < slopes[LEAKING] < -0.032  # put in: 0.035 bar a day
    assert max(abs(slope) for home, slope in enumerate(slopes) if home != LEAKING) < 0.004


def test_the_leaking_boiler_still_works_at_the_end(month: Month) -> None:
    assert np.nanmin(month.still_bar[-144:, LEAKING]) > 0.6
    assert month.starts[-1, LEAKING] > month.starts[-144, LEAKING]
    boilers = month.simulation.boilers
    assert not (boilers.ignition_locked | boilers.overheat_locked).any()


def test_burners_start_as_often_as_real_ones(month: Month) -> None:
    days = (month.minute[-1] - month.minute[0]) / 1440

    a_day = (month.starts[-1] - month.starts[0]) / days

    assert a_day.min() > 5.0
    assert 20.0 < np.median(a_day) < 50.0  # the British median is 50


def test_the_truth_names_what_was_broken(month: Month) -> None:
    simulation = month.simulation
    names = [f"home-{home + 1}" for home in range(30)]

    broken = [
        (row["home_id"], row["fault"], row["place"])
        for row in truth_rows(simulation.episodes, minute=simulation.minute, home_ids=names)
    ]

    assert broken == [
        ("home-7", "high_moisture", "bedroom"),
        ("home-7", "under_ventilated", "bedroom"),
        ("home-12", "slow_leak", "boiler"),
    ]


def test_one_sensor_reports_what_cannot_be_a_few_times_a_day(month: Month) -> None:
    impossible = month.humidity_pct > 100.0

    by_sensor = impossible.sum(axis=0)

    assert 30 <= by_sensor[20, 2] <= 150  # th-2103, in thirty days
    assert by_sensor.sum() == by_sensor[20, 2]
