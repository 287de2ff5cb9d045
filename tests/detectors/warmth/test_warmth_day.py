"""What a day of readings says of a home's warmth."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.arrays import Floats
from detectors.frame import BoilerFrame, RoomFrame, Row
from detectors.warmth.lived_in import lived_in
from detectors.warmth.warmth_day import boiler_warmth, room_warmth

EVENING = datetime(2026, 1, 3, 18, 0, tzinfo=UTC)  # six hours before the day
HOURS = 30


def boiler_day(homes: int = 2, **values: Floats) -> BoilerFrame:
    """A day at 20 °C in and 5 °C out, flow at 50 °C and return at 40 °C, burning at 30 %."""
    shape = (homes, HOURS * 60)
    usual = {
        "flow_temp_c": 50.0,
        "return_temp_c": 40.0,
        "hot_water_demand": 0.0,
        "heat_demand": 1.0,
        "flame_on": 1.0,
        "modulation_pct": 30.0,
    }
    filled = {name: np.full(shape, value, np.float32) for name, value in usual.items()}
    return BoilerFrame(
        start=EVENING,
        step_s=60,
        steps=shape[1],
        rows=tuple(Row("demo", f"home-{number}", "boiler") for number in range(homes)),
        values=filled | values,
        outdoor_temp_c=np.full(shape, 5.0, np.float32),
        indoor_temp_c=np.full(shape, 20.0, np.float32),
    )


def room_day(air_temp_c: Floats) -> RoomFrame:
    shape = air_temp_c.shape
    return RoomFrame(
        start=EVENING,
        step_s=300,
        steps=shape[1],
        rows=tuple(Row("demo", f"home-{number}", "bedroom") for number in range(shape[0])),
        values={"air_temp_c": air_temp_c},
        outdoor_temp_c=np.full(shape, 9.0, np.float32),
        outdoor_rel_humidity_pct=np.full(shape, 80.0, np.float32),
        f_rsi=np.full(shape[0], np.nan),
    )


def test_a_day_of_steady_heating_comes_to_what_its_radiators_give() -> None:
    day = dict(boiler_warmth(boiler_day()))
    cooling = day.pop("warmth_cooling_1_h")

    assert np.isnan(cooling).all()  # a home that is heated all night does not cool
    assert {name: round(float(value[0]), 2) for name, value in day.items()} == {
        "warmth_indoor_c": 20.0,
        "warmth_outdoor_c": 5.0,
        "warmth_hot_water_min": 0.0,
        "warmth_call_share": 1.0,
        "warmth_emitted": round(25.0**1.3, 2),  # 45 °C of water in a room of 20 °C (EN 442)
        "warmth_fired_pct": 30.0,
    }


def test_hot_water_is_counted_by_the_minute_and_is_no_heating() -> None:
    tapped = np.zeros((2, HOURS * 60), np.float32)
    tapped[0, 600:620] = 1.0
    flow = np.full(tapped.shape, 50.0, np.float32)
    flow[0, 600:620] = 80.0

    day = boiler_warmth(boiler_day(hot_water_demand=tapped, flow_temp_c=flow))

    assert list(day["warmth_hot_water_min"].round(3)) == [20.0, 0.0]
    assert day["warmth_emitted"][0] == pytest.approx(day["warmth_emitted"][1], rel=1e-6)
    assert day["warmth_fired_pct"][0] < day["warmth_fired_pct"][1]


def test_without_a_return_sensor_the_flow_stands_for_it() -> None:
    missing = np.full((2, HOURS * 60), np.nan, np.float32)

    day = boiler_warmth(boiler_day(return_temp_c=missing))

    assert day["warmth_emitted"][0] == pytest.approx(26.0**1.3, rel=1e-5)


def cooling_night(time_constant_h: float, *, until_h: float = 12.0) -> BoilerFrame:
    """Radiators cold from 20:00, and a home that goes towards 5 °C outdoors from 20 °C."""
    frame = boiler_day()
    hours = np.maximum(np.arange(HOURS * 60) / 60 - 2.0, 0.0)
    indoor = 5.0 + 15.0 * np.exp(-hours / time_constant_h) + np.zeros((2, 1))
    resting = (hours > 0) & (hours < until_h - 2.0)
    water = np.where(resting, indoor, 45.0).astype(np.float32)
    values = {**frame.values, "flow_temp_c": water, "return_temp_c": water}
    return replace(frame, values=values, indoor_temp_c=indoor.astype(np.float32))


@given(st.floats(20.0, 60.0))
def test_a_home_loses_an_hour_one_over_its_time_constant_of_the_difference(hours: float) -> None:
    cooling = boiler_warmth(cooling_night(hours))["warmth_cooling_1_h"]

    assert cooling == pytest.approx([1 / hours] * 2, rel=0.01)


def test_two_hours_of_cooling_tell_nothing() -> None:
    cooling = boiler_warmth(cooling_night(30.0, until_h=6.0))["warmth_cooling_1_h"]

    assert np.isnan(cooling).all()


def test_a_room_that_falls_silent_is_no_cooling() -> None:
    frame = cooling_night(30.0)
    leapt = frame.indoor_temp_c.copy()
    leapt[0, 500:] -= 1.5  # the mean of the rooms that are left

    cooling = boiler_warmth(replace(frame, indoor_temp_c=leapt))["warmth_cooling_1_h"]

    assert cooling[0] == pytest.approx(cooling[1], rel=0.1)


def test_a_boiler_that_is_read_every_ten_minutes_knows_its_day() -> None:
    frame = boiler_day()
    seldom = {name: values.copy() for name, values in frame.values.items()}
    for values in seldom.values():
        values[0, np.arange(HOURS * 60) % 10 != 3] = np.nan

    day = dict(boiler_warmth(replace(frame, values=seldom)))
    day.pop("warmth_cooling_1_h")

    assert all(value[0] == pytest.approx(value[1], rel=1e-5) for value in day.values())


def test_a_boiler_that_is_read_every_hour_knows_little_of_its_day() -> None:
    frame = boiler_day()
    hourly = {name: values.copy() for name, values in frame.values.items()}
    for values in hourly.values():
        values[0, np.arange(HOURS * 60) % 60 != 3] = np.nan

    day = boiler_warmth(replace(frame, values=hourly))

    assert np.isnan(day["warmth_emitted"][0])
    assert not np.isnan(day["warmth_emitted"][1])


def test_what_happened_before_the_day_counts_for_nothing() -> None:
    tapped = np.zeros((2, HOURS * 60), np.float32)
    tapped[:, :360] = 1.0

    assert boiler_warmth(boiler_day(hot_water_demand=tapped))["warmth_hot_water_min"][0] == 0.0


def test_a_day_of_which_most_is_missing_is_not_known() -> None:
    flow = np.full((2, HOURS * 60), 50.0, np.float32)
    flow[0, 360:1200] = np.nan

    emitted = boiler_warmth(boiler_day(flow_temp_c=flow))["warmth_emitted"]

    assert np.isnan(emitted[0])
    assert not np.isnan(emitted[1])


def test_an_adapter_that_gives_nothing_makes_a_day_that_tells_nothing() -> None:
    frame = boiler_day()
    nothing = np.full(frame.shape, np.nan, np.float32)
    silent = replace(frame, values={}, indoor_temp_c=nothing, outdoor_temp_c=nothing)

    assert all(np.isnan(value).all() for value in boiler_warmth(silent).values())


def test_a_night_is_from_midnight_to_six_and_hot_hours_begin_at_nine_in_the_evening() -> None:
    air = np.full((2, HOURS * 12), 20.0, np.float32)
    air[0, 2 * 12 : 5 * 12] = 28.0  # from 20:00 to 23:00
    air[1, 6 * 12 : 9 * 12] = 27.0  # from 00:00 to 03:00

    night = room_warmth(room_day(air), {})

    assert list(night["warmth_night_c"]) == [20.0, 23.5]
    assert list(night["warmth_hot_night_h"]) == [2.0, 3.0]
    assert list(night["warmth_night_outdoor_c"]) == [9.0, 9.0]


def test_a_night_of_which_most_is_missing_is_not_known() -> None:
    air = np.full((1, HOURS * 12), 20.0, np.float32)
    air[0, 3 * 12 : 10 * 12] = np.nan

    night = room_warmth(room_day(air), {})

    assert np.isnan([night["warmth_night_c"][0], night["warmth_hot_night_h"][0]]).all()


def test_a_sensor_that_speaks_every_half_hour_knows_its_night() -> None:
    air = np.full((1, HOURS * 12), 20.0, np.float32)
    air[0, 6 * 12 : 9 * 12] = 27.0  # from 00:00 to 03:00
    air[0, np.arange(HOURS * 12) % 6 != 0] = np.nan

    night = room_warmth(room_day(air), {})

    assert night["warmth_night_c"][0] == 23.5
    assert night["warmth_hot_night_h"][0] == 3.0


@given(st.floats(0.0, 60.0), st.floats(0.0, 60.0))
def test_hotter_radiators_never_give_less_heat(one_k: float, other_k: float) -> None:
    flow = np.full((2, HOURS * 60), 20.0, np.float32)
    flow[0], flow[1] = 20.0 + min(one_k, other_k), 20.0 + max(one_k, other_k)

    emitted = boiler_warmth(boiler_day(flow_temp_c=flow, return_temp_c=flow))["warmth_emitted"]

    assert emitted[0] <= emitted[1]


def test_a_home_is_lived_in_while_it_uses_hot_water_as_usual() -> None:
    hot_water = np.full((1, 40), 25.0)
    hot_water[0, 20:30] = 6.0

    used = lived_in(hot_water, weeks=4)

    assert used[0, :20].all()
    assert not used[0, 20:30].any()
    assert used[0, 30:].all()


def test_a_home_whose_hot_water_is_not_known_is_not_called_lived_in() -> None:
    assert not lived_in(np.full((1, 10), np.nan), weeks=2).any()
