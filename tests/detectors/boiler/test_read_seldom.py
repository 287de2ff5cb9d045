"""Boilers that are read every ten minutes or so, as by an OpenTherm gateway or a poll of eBUS."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors.boiler import (
    diverter_stuck_on_heating,
    diverter_stuck_on_hot_water,
    fast_leak,
    frozen_condensate,
    lockout,
    low_pressure,
    no_heat,
    pump_failure,
)
from detectors.boiler.burner_day import burner_day
from detectors.boiler.burns_day import burns_day
from detectors.boiler.groups import SELDOM_MIN, per_group, silences, standing
from detectors.boiler.hot_water_day import hot_water_day
from detectors.boiler.sensors_day import sensors_day
from detectors.frame import BoilerFrame
from detectors.judgement import UNKNOWN
from tests.detectors.boiler.burning import (
    CLOUD_LACKS,
    LEAD_MIN,
    MIDNIGHT,
    between,
    boilers,
    changed,
    silent_to_calls,
    with_code,
    without,
)
from tests.detectors.boiler.plant import SOUND, Plant, minutes
from tests.detectors.boiler.telling import alerts_of

FAST = (
    diverter_stuck_on_heating,
    diverter_stuck_on_hot_water,
    fast_leak,
    frozen_condensate,
    lockout,
    low_pressure,
    no_heat,
    pump_failure,
)
FAULTS: dict[str, Callable[[], BoilerFrame]] = {
    "sound": lambda: minutes(SOUND),
    "summer": lambda: minutes(Plant(summer=True)),
    "diverter on heating": lambda: minutes(Plant(stuck_on_heating=True)),
    "diverter on hot water": lambda: minutes(Plant(stuck_on_hot_water=True)),
    "cannot turn down": lambda: minutes(Plant(floor_times=2.5)),
    "sensor reads high": lambda: minutes(Plant(flow_bias_k=6.0)),
    "no answer": lambda: silent_to_calls(boilers(1), [0], between(5, 24)),
    "no answer, by a cloud": lambda: without(
        silent_to_calls(boilers(1), [0], between(5, 24)), *CLOUD_LACKS
    ),
    "locked": lambda: with_code(boilers(1), [0], between(7, 20), "F.28"),
    "locked in frost": lambda: with_code(
        boilers(1, outdoor_temp_c=-5.0), [0], between(7, 20), "F.28"
    ),
    "water hardly moves": lambda: with_code(
        changed(boilers(1), [0], between(6, 24), return_temp_c=20.0), [0], between(8, 9), "L1"
    ),
    "a code for some minutes": lambda: with_code(boilers(1), [0], between(7, 7.2), "L1"),
}


def thinned(frame: BoilerFrame, every_min: int, first: int = 0) -> BoilerFrame:
    """The frame as it is where one minute in so many was read."""
    unread = np.arange(frame.steps) % every_min != first % every_min
    values = {name: array.copy() for name, array in frame.values.items()}
    for array in values.values():
        array[:, unread] = np.nan
    return replace(frame, values=values)


@given(
    fault=st.sampled_from(sorted(FAULTS)),
    every_min=st.integers(6, SELDOM_MIN),
    first=st.integers(0, SELDOM_MIN),
)
@settings(max_examples=40, deadline=None)
def test_reading_seldom_creates_no_alert_that_reading_each_minute_lacks(
    fault: str, every_min: int, first: int
) -> None:
    frame = FAULTS[fault]()
    seldom = thinned(frame, every_min, first)

    for detector in FAST:
        told = {alert.home_id for alert in alerts_of(detector.judge(frame), detector.RULES)}
        seldom_told = {alert.home_id for alert in alerts_of(detector.judge(seldom), detector.RULES)}
        assert seldom_told <= told, detector.NAME


@pytest.mark.parametrize("lacks", [(), CLOUD_LACKS], ids=["own adapter", "cloud"])
def test_a_morning_without_heat_is_told_within_45_minutes_from_a_reading_every_ten(
    lacks: tuple[str, ...],
) -> None:
    frame = without(silent_to_calls(boilers(), [1], between(0, 24)), *lacks)

    (alert,) = alerts_of(no_heat.judge(thinned(frame, 10, 7)), no_heat.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=6)) <= timedelta(minutes=45)


def test_a_lockout_is_told_by_its_second_reading() -> None:
    frame = with_code(boilers(), [1], between(7, 20), "F.28")

    (alert,) = alerts_of(lockout.judge(thinned(frame, 10, 3)), lockout.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=7)) <= timedelta(minutes=25)


def test_one_reading_with_a_code_is_none() -> None:
    frame = with_code(boilers(), [1], between(7, 7.05), "F.28")

    assert alerts_of(lockout.judge(thinned(frame, 10)), lockout.RULES) == []


def test_a_code_that_is_older_than_the_frost_is_older_however_seldom_it_was_read() -> None:
    frame = with_code(boilers(1), [0], between(0, 20), "F.28")
    outdoor = frame.outdoor_temp_c.copy()
    outdoor[:, between(2, 24)] = -5.0
    frame = thinned(replace(frame, outdoor_temp_c=outdoor), 10)

    assert alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES) == []


def test_flames_that_were_read_one_by_one_are_no_bursts() -> None:
    frame = with_code(boilers(1), [0], between(7, 7.2), "L1")

    assert alerts_of(pump_failure.judge(thinned(frame, 10)), pump_failure.RULES) == []


def test_hot_water_that_was_never_read_for_two_minutes_on_end_is_not_known_to_run_cold() -> None:
    judgement = diverter_stuck_on_heating.judge(thinned(minutes(Plant(stuck_on_heating=True)), 10))

    assert (judgement.severity == UNKNOWN).all()


def test_what_needs_minutes_on_end_is_not_known_of_a_day_that_was_read_every_ten() -> None:
    frame = thinned(minutes(SOUND), 10)

    scale, cycles, rest = hot_water_day(frame), burns_day(frame), sensors_day(frame)

    assert scale["hot_water_min"].tolist() == [0.0]
    assert cycles["flutter_min"].tolist() == [0.0]
    assert rest["rest_min"].tolist() == [0.0]
    assert burner_day(frame)["burner_steady_min"].tolist() == [0.0]


def test_minutes_between_two_readings_that_agree_count_with_the_later_one() -> None:
    heard = np.zeros((1, 40), dtype=np.bool_)
    heard[0, [2, 3, 12, 22, 38]] = True
    state = np.zeros((1, 40), dtype=np.bool_)
    state[0, [3, 12, 38]] = True

    counted = standing(state, silences(heard))

    assert counted.tolist() == [[1, 0, 9, 0, 0, 0, 0, 1]]


def test_of_a_boiler_that_is_read_every_minute_minutes_are_what_they_are() -> None:
    heard = np.ones((2, 20), dtype=np.bool_)
    state = np.arange(40).reshape(2, 20) % 3 == 0

    assert silences(heard) == []
    assert standing(state, []).tolist() == per_group(state).tolist()


def test_no_heat_by_seldom_readings_grows_high_in_a_cold_home() -> None:
    frame = silent_to_calls(boilers(1), [0], between(0, 24))
    frame = replace(frame, indoor_temp_c=np.full_like(frame.indoor_temp_c, 14.0))

    (alert,) = alerts_of(no_heat.judge(thinned(frame, 10)), no_heat.RULES)

    assert alert.severity_max is Severity.HIGH


@pytest.mark.parametrize("every_min", [1, 5, 10])
@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("detector", FAST)
def test_a_verdict_is_the_same_in_six_hours_as_in_a_whole_day(
    detector: ModuleType, name: str, every_min: int
) -> None:
    frame = thinned(FAULTS[name](), every_min, 3)
    whole = detector.judge(frame)

    for end in range(LEAD_MIN + 5, frame.steps + 1, 115):
        part = detector.judge(frame.part(steps=slice(end - LEAD_MIN - 5, end)))
        column = end // 5 - 1
        assert part.severity[0, -1] == whole.severity[0, column]
        if whole.severity[0, column] > 0:
            assert part.onset[0, -1] - LEAD_MIN // 5 == whole.onset[0, column] - column


@pytest.mark.parametrize("detector", [no_heat, lockout, frozen_condensate, pump_failure])
def test_verdicts_on_seldom_readings_rest_on_the_lead_alone(detector: ModuleType) -> None:
    frame = boilers(1, outdoor_temp_c=-3.0)
    frame = with_code(silent_to_calls(frame, [0], between(6.2, 20)), [0], between(8, 20), "F.28")
    frame = thinned(frame, 7)
    whole = detector.judge(frame)

    for begin in range(0, 18 * 60, 65):
        part = detector.judge(frame.part(steps=slice(begin, begin + LEAD_MIN + 30)))
        fresh = part.severity[:, LEAD_MIN // 5 :]
        column = begin // 5 + LEAD_MIN // 5
        assert_array_equal(fresh, whole.severity[:, column : column + fresh.shape[1]])
