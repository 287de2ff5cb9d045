"""The boiler's own temperature sensors: what a day at rest, and a day in motion, says of them."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from detectors.boiler import boiler_sensor_fault
from detectors.boiler.sensors_day import rails_day, sensors_day
from detectors.daily import LEAD, DayFrame
from detectors.frame import BoilerFrame
from tests.detectors.boiler.plant import SOUND, Plant, day_after, features, minutes
from tests.detectors.boiler.telling import told

DAYS = 100
LEAD_MIN = int(LEAD.total_seconds()) // 60


def from_day(first: int, before: float, after: float) -> np.ndarray:
    return np.where(np.arange(DAYS) >= first, after, before)[np.newaxis].astype(np.float32)


def days_with(**values: np.ndarray) -> DayFrame:
    """A sound boiler's days, with some of them otherwise."""
    frame = features(
        DAYS, homes=1, rest_min=300.0, rest_difference_k=-0.1, rest_over_room_k=1.2,
        flow_held_min=0.0, sensor_railed_min=0.0,
    )  # fmt: skip
    return replace(frame, values={**frame.values, **values})


def with_flow(frame: BoilerFrame, flow_c: np.ndarray) -> BoilerFrame:
    return replace(frame, values={**frame.values, "flow_temp_c": flow_c.astype(np.float32)})


@pytest.mark.parametrize("bias_k", [-6.0, -1.0, 0.0, 1.0, 8.0])
def test_two_sensors_at_rest_differ_by_what_one_of_them_is_wrong(bias_k: float) -> None:
    day = sensors_day(minutes(Plant(flow_bias_k=bias_k)))

    assert day["rest_min"][0] > 600.0
    assert_allclose(day["rest_difference_k"], bias_k, atol=0.15)
    assert_allclose(day["rest_over_room_k"], bias_k, atol=0.4)


def test_a_flow_that_stands_still_while_radiators_cool_is_seen() -> None:
    frame = minutes(SOUND)
    held = frame["flow_temp_c"].copy()
    evening = slice(LEAD_MIN + 21 * 60, LEAD_MIN + 24 * 60)
    held[:, evening] = 60.0

    assert sensors_day(frame)["flow_held_min"] == 0.0
    assert sensors_day(with_flow(frame, held))["flow_held_min"][0] > 10.0


@pytest.mark.parametrize("share", [0.1, 0.35, 0.5])
def test_what_a_flow_read_in_minutes_that_are_missing_is_not_taken_for_the_same(
    share: float,
) -> None:
    frame = minutes(*[SOUND] * 10, seed=7)
    missing = np.random.default_rng(7).random(frame.shape) < share
    known = ~np.isnan(frame["flow_temp_c"]) & ~missing

    day = sensors_day(with_flow(frame, np.where(known, frame["flow_temp_c"], np.nan)))

    assert_array_equal(day["flow_held_min"], np.zeros(10))


def test_a_gap_in_a_flow_that_stands_still_begins_the_minutes_anew() -> None:
    frame = minutes(SOUND)
    held = frame["flow_temp_c"].copy()
    evening = slice(LEAD_MIN + 21 * 60, LEAD_MIN + 24 * 60)
    held[:, evening] = 60.0
    told_of = sensors_day(with_flow(frame, held))["flow_held_min"][0]
    held[:, evening][:, ::10] = np.nan

    assert told_of > 10.0
    assert sensors_day(with_flow(frame, held))["flow_held_min"][0] == 0.0


def test_a_flow_that_a_steady_flame_holds_at_its_target_may_stand_still() -> None:
    frame = minutes(SOUND)
    held = np.where(frame["flame_on"] > 0, 60.0, frame["flow_temp_c"])

    assert sensors_day(with_flow(frame, held))["flow_held_min"] == 0.0


def test_rails_are_counted_in_readings_as_they_came() -> None:
    frame = minutes(SOUND)
    open_circuit = frame["flow_temp_c"].copy()
    open_circuit[:, LEAD_MIN + 100 : LEAD_MIN + 130] = -40.0

    assert_array_equal(rails_day(frame)["sensor_railed_min"], [0.0])
    assert_array_equal(rails_day(with_flow(frame, open_circuit))["sensor_railed_min"], [30.0])


def test_hours_of_silence_are_not_taken_for_rest() -> None:
    frame = minutes(SOUND)
    silent = slice(LEAD_MIN + 60, LEAD_MIN + 360)
    values = {name: array.copy() for name, array in frame.values.items()}
    for array in values.values():
        array[:, silent] = np.nan

    rest = sensors_day(frame)["rest_min"] - sensors_day(replace(frame, values=values))["rest_min"]

    assert rest[0] >= 300.0


def test_sound_sensors_say_nothing() -> None:
    assert told(boiler_sensor_fault.judge(days_with()), boiler_sensor_fault.RULES) == []


@pytest.mark.parametrize(
    ("name", "before", "after", "days"),
    [
        ("rest_difference_k", -0.1, 1.1, 3),
        ("rest_difference_k", -0.1, -8.0, 1),
        ("flow_held_min", 0.0, 20.0, 1),
        ("sensor_railed_min", 0.0, 60.0, 1),
    ],
)
def test_a_sensor_that_goes_wrong_is_told_within_days(
    name: str, before: float, after: float, days: int
) -> None:
    frame = days_with(**{name: from_day(50, before, after)})

    [(_, episode)] = told(boiler_sensor_fault.judge(frame), boiler_sensor_fault.RULES)

    assert 0 < day_after(episode.raised_at) - 50 <= days


def test_sensors_that_always_differed_a_little_are_left_alone() -> None:
    frame = days_with(rest_difference_k=from_day(0, 1.5, 1.5))

    assert told(boiler_sensor_fault.judge(frame), boiler_sensor_fault.RULES) == []


def test_sensors_that_agree_again_were_mended() -> None:
    frame = days_with(rest_difference_k=from_day(60, 2.0, 0.0))

    assert told(boiler_sensor_fault.judge(frame), boiler_sensor_fault.RULES) == []


def test_without_a_return_sensor_only_a_great_change_against_the_rooms_is_told() -> None:
    unpaired = from_day(0, np.nan, np.nan)
    little = days_with(rest_difference_k=unpaired, rest_over_room_k=from_day(50, 1.2, 4.0))
    great = days_with(rest_difference_k=unpaired, rest_over_room_k=from_day(50, 1.2, 8.0))

    assert told(boiler_sensor_fault.judge(little), boiler_sensor_fault.RULES) == []
    assert len(told(boiler_sensor_fault.judge(great), boiler_sensor_fault.RULES)) == 1


def test_what_is_warm_of_a_boiler_that_hardly_rests_in_frost_is_no_sensor() -> None:
    frost = np.arange(DAYS)[np.newaxis] >= 60
    frame = days_with(
        rest_difference_k=np.full((1, DAYS), np.nan, np.float32),
        rest_min=np.where(frost, 60.0, 300.0).astype(np.float32),
        rest_over_room_k=np.where(frost, 11.0, 4.0).astype(np.float32),
    )

    assert told(boiler_sensor_fault.judge(frame), boiler_sensor_fault.RULES) == []
