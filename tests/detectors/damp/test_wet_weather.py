"""Rooms that follow the rain: what a day's rain is, and who is told of a wall that lets it in."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.findings import Severity
from detectors.arrays import Floats
from detectors.beside import home_of
from detectors.daily import DayFrame
from detectors.damp.building import from_building
from detectors.damp.damp_day import damp_day
from detectors.damp.wet_weather import wet_weather
from tests.detectors.damp.houses import NAN, day_of_hours, days, told, with_days

BEDROOM = 1
NAMES = ("damp_excess_pa", "damp_night_excess_pa")


def test_the_rain_of_a_day_is_what_was_told_after_its_lead() -> None:
    told = np.where(np.arange(30) < 6, 5.0, 0.25)  # heavy rain the evening before

    day = damp_day(replace(day_of_hours(20.0, 60.0), rain_mm=told[np.newaxis]), {})

    assert_allclose(day["damp_rain_mm"], [6.0])


def test_the_rain_of_a_day_is_unknown_where_a_quarter_of_it_told_none() -> None:
    frame = day_of_hours(20.0, 60.0, rooms=3)
    hours = np.arange(30)
    told = np.stack(
        [
            np.where(hours < 24, 1.0, NAN),  # 18 hours of the day
            np.where(hours < 23, 1.0, NAN),  # 17
            np.full(30, NAN),
        ]
    )

    day = damp_day(replace(frame, rain_mm=told), {})

    assert_array_equal(day["damp_rain_mm"], [18.0, NAN, NAN])


@pytest.mark.parametrize(
    ("every_h", "told_mm", "day_mm"),
    [
        (1, 0.5, 12.0),
        (24, 12.0, NAN),  # one sum a day does not tell when it fell
        (1, 300.0, NAN),  # a counter of the year's rain told as that of the hour
    ],
)
def test_rain_that_is_told_by_the_hour_is_known_and_sums_of_longer_are_not(
    every_h: int, told_mm: float, day_mm: float
) -> None:
    told = np.where(np.arange(30) % every_h == 0, told_mm, NAN)

    day = damp_day(replace(day_of_hours(20.0, 60.0), rain_mm=told[np.newaxis]), {})

    assert_array_equal(day["damp_rain_mm"], [day_mm])


def test_rain_alone_changes_nothing_else_of_a_day() -> None:
    frame = day_of_hours(20.0, 60.0)
    wet = damp_day(replace(frame, rain_mm=np.full((1, 30), 2.0)), {})
    unknown = damp_day(frame, {})

    for name in wet.keys() - {"damp_rain_mm"}:
        assert_array_equal(wet[name], unknown[name])


def british_rain(count: int, seed: int = 3) -> Floats:
    """Rain by the day [mm]: spells of wet days, about 800 mm a year on 150 days."""
    rng = np.random.default_rng(seed)
    front = np.zeros(count)
    for day in range(1, count):
        front[day] = 0.6 * front[day - 1] + 0.8 * rng.normal()
    return np.where(front > 0.2, rng.exponential(5.4, count), 0.0)


def with_rain(frame: DayFrame, rain_mm: Floats) -> DayFrame:
    return with_days(frame, damp_rain_mm=np.broadcast_to(rain_mm, frame.shape).copy())


def let_in(frame: DayFrame, rain_mm: Floats, pa_a_mm: float, row: int = BEDROOM) -> DayFrame:
    """Rain comes through the wall of a room, and dries into it over three days."""
    held_mm = np.zeros(frame.steps)
    for day in range(1, frame.steps):
        held_mm[day] = np.exp(-1.0 / 3.0) * (held_mm[day - 1] + rain_mm[day - 1])
    share = np.where(np.arange(len(frame.rows)) == row, 1.0, 1.0 / 3.0)
    more = share[:, np.newaxis] * pa_a_mm * held_mm
    return with_rain(with_days(frame, **{n: frame[n] + more for n in NAMES}), rain_mm)


def test_a_room_that_rain_comes_into_is_told_with_its_cause() -> None:
    rain_mm = british_rain(90)
    frame = let_in(days(90), rain_mm, 30.0)

    found = wet_weather(frame, home_of(frame.rows))
    episodes = [one for one in told(frame) if "after rain" in one.sentence]

    assert found.told[BEDROOM, 45:].mean() > 0.5
    assert not found.told[[0, 2]].any()
    assert [one.place for one in episodes] == ["bedroom"]
    assert episodes[0].causes[0].cause == "penetrating_damp"
    assert episodes[0].evidence["wetter_after_rain_by_g_m3"] >= 0.3


def test_a_room_that_follows_the_rain_strongly_needs_a_visit_where_its_walls_are_damp() -> None:
    rain_mm = british_rain(90)
    cool, warm = (
        let_in(with_days(days(90), damp_air_temp_c=days(90)["damp_air_temp_c"] + by), rain_mm, 45.0)
        for by in (-2.0, 10.0)
    )

    assert wet_weather(cool, home_of(cool.rows)).strong[BEDROOM, -1]
    assert wet_weather(warm, home_of(warm.rows)).strong[BEDROOM, -1]
    assert cool["damp_fortnight_pct"][BEDROOM, 60:].mean() > 70.0
    assert warm["damp_fortnight_pct"][BEDROOM].max() < 70.0
    assert Severity.MEDIUM in {one.severity_max for one in told(cool) if one.place == "bedroom"}
    assert {one.severity_max for one in told(warm)} == {Severity.LOW}


@pytest.mark.parametrize("seed", range(6))
def test_sound_rooms_do_not_follow_the_rain(seed: int) -> None:
    frame = with_rain(days(200, homes=4, seed=seed), british_rain(200, seed))

    assert not wet_weather(frame, home_of(frame.rows)).told.any()


def test_a_home_that_keeps_its_windows_shut_in_wet_weather_does_not_follow_the_rain() -> None:
    rain_mm = british_rain(120)
    more = 150.0 * (rain_mm > 1.0) + 10.0 * np.convolve(rain_mm, np.ones(4) / 4.0)[:120]
    frame = days(120)
    frame = with_days(frame, **{name: frame[name] + more for name in NAMES})

    assert not wet_weather(with_rain(frame, rain_mm), home_of(frame.rows)).told.any()


def test_washing_that_is_dried_indoors_on_wet_days_does_not_follow_the_rain() -> None:
    rain_mm = british_rain(120)
    more = np.zeros((3, 120))
    more[BEDROOM] = 250.0 * (rain_mm > 1.0)
    frame = days(120)
    frame = with_days(frame, damp_excess_pa=frame["damp_excess_pa"] + more)

    assert not wet_weather(with_rain(frame, rain_mm), home_of(frame.rows)).told.any()


def test_without_rain_nothing_is_said_of_it() -> None:
    rain_mm = british_rain(90)
    wet = let_in(days(90), rain_mm, 35.0)
    unknown = replace(wet, values={k: v for k, v in wet.values.items() if k != "damp_rain_mm"})
    seldom = with_rain(wet, np.where(np.arange(90) % 2, rain_mm, NAN))

    for frame in (unknown, seldom):
        found = wet_weather(frame, home_of(frame.rows))
        assert not found.told.any()
        assert np.isnan(found.wetter_pa).all()


def test_a_drought_tells_nothing() -> None:
    frame = with_rain(days(90), np.zeros(90))

    assert np.isnan(wet_weather(frame, home_of(frame.rows)).wetter_pa).all()


def test_what_follows_the_rain_rests_on_45_days_and_on_nothing_later() -> None:
    frame = let_in(days(110, homes=2), british_rain(110), 30.0, row=4)
    whole = from_building(frame, home_of(frame.rows))

    for begin, end in ((0, 80), (13, 100), (40, 110)):
        cut = frame.part(steps=slice(begin, end))
        part = from_building(cut, home_of(cut.rows))
        assert_array_equal(part.told[:, 45:], whole.told[:, begin + 45 : end])
        assert_array_equal(part.strong[:, 45:], whole.strong[:, begin + 45 : end])
        np.testing.assert_allclose(
            part.rain_pa[:, 45:], whole.rain_pa[:, begin + 45 : end], rtol=1e-9
        )
    assert whole.told[4].any()


def test_rooms_in_another_order_follow_the_rain_in_that_order() -> None:
    frame = let_in(days(90, homes=2), british_rain(90), 30.0, row=4)
    order = [4, 0, 5, 2, 1, 3]

    straight = wet_weather(frame, home_of(frame.rows)).told
    shuffled = frame.part(rows=order)

    assert_array_equal(wet_weather(shuffled, home_of(shuffled.rows)).told, straight[order])
