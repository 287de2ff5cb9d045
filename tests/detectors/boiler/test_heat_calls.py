"""Calls for heat that are not answered, and those that only look so."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors.boiler import frozen_condensate, lockout, no_heat, pump_failure
from detectors.frame import BoilerFrame
from detectors.watch import Fast
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
from tests.detectors.boiler.telling import alerts_of

DETECTORS = [
    Fast(no_heat.NAME, no_heat.judge, no_heat.RULES),
    Fast(lockout.NAME, lockout.judge, lockout.RULES),
    Fast(frozen_condensate.NAME, frozen_condensate.judge, frozen_condensate.RULES),
    Fast(pump_failure.NAME, pump_failure.judge, pump_failure.RULES),
]
FAST = pytest.mark.parametrize("detector", DETECTORS, ids=[one.name for one in DETECTORS])


def test_a_morning_without_heat_is_told_within_45_minutes_of_the_call() -> None:
    frame = silent_to_calls(boilers(), [1], between(0, 24))

    (alert,) = alerts_of(no_heat.judge(frame), no_heat.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=6)) <= timedelta(minutes=45)
    assert alert.severity_max is Severity.MEDIUM


def test_no_heat_is_told_through_a_cloud_that_knows_neither_flame_nor_pump() -> None:
    frame = without(silent_to_calls(boilers(), [1], between(0, 24)), *CLOUD_LACKS)

    (alert,) = alerts_of(no_heat.judge(frame), no_heat.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=6)) <= timedelta(minutes=45)


def test_water_that_warms_slowly_after_a_summer_is_an_answer_though_no_flame_is_told() -> None:
    slow = changed(boilers(), [1], between(6, 7.5), flow_temp_c=np.linspace(30.0, 46.0, 90))

    assert alerts_of(no_heat.judge(without(slow, *CLOUD_LACKS)), no_heat.RULES) == []


def test_a_stop_in_working_hours_is_information_until_the_day_is_over() -> None:
    called = changed(boilers(), [1], between(9, 16), heat_demand=1.0, flow_target_c=55.0)
    visited = silent_to_calls(called, [1], between(10, 12))
    forgotten = silent_to_calls(called, [1], between(10, 24))

    (visit,) = alerts_of(no_heat.judge(visited), no_heat.RULES)
    (stays,) = alerts_of(no_heat.judge(forgotten), no_heat.RULES)

    assert visit.severity_max is Severity.LOW
    assert stays.severity_max is Severity.MEDIUM


def test_a_home_below_16_degrees_without_heat_is_urgent() -> None:
    frame = silent_to_calls(boilers(), [0, 1, 2], between(0, 24))
    frame.indoor_temp_c[1] = 14.0

    alerts = alerts_of(no_heat.judge(frame), no_heat.RULES)

    assert [alert.severity_max for alert in alerts] == [
        Severity.MEDIUM,
        Severity.HIGH,
        Severity.MEDIUM,
    ]


def test_a_boiler_that_stands_hot_at_its_target_without_flame_is_sound() -> None:
    frame = changed(boilers(), [0, 1, 2], between(6, 9), flame_on=0.0, flow_temp_c=52.0)

    assert alerts_of(no_heat.judge(frame), no_heat.RULES) == []


def test_a_call_that_waits_for_hot_water_is_sound() -> None:
    frame = silent_to_calls(boilers(), [0, 1, 2], between(6, 9))
    frame = changed(frame, [0, 1, 2], between(6, 9), hot_water_demand=1.0)

    assert alerts_of(no_heat.judge(frame), no_heat.RULES) == []


def test_a_gap_in_a_call_is_no_lack_of_heat() -> None:
    frame = boilers()
    nothing = dict.fromkeys(frame.values, np.nan)

    gap = changed(frame, [0, 1, 2], between(6, 7.2), **nothing)

    assert alerts_of(no_heat.judge(gap), no_heat.RULES) == []


def test_a_cold_home_that_cools_while_the_burner_hardly_burns_is_told() -> None:
    frame = changed(boilers(), [0, 1, 2], between(16, 22), flame_on=0.0, flow_temp_c=52.0)
    frame.indoor_temp_c[1] = np.linspace(19.0, 13.0, frame.steps)

    (alert,) = alerts_of(no_heat.judge(frame), no_heat.RULES)

    assert alert.home_id == "home-2"
    assert "grows colder" in alert.sentence


def test_a_lockout_is_told_within_ten_minutes_of_its_code() -> None:
    frame = with_code(boilers(), [1], between(2, 24), "F0(238)")

    (alert,) = alerts_of(lockout.judge(frame), lockout.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=2)) <= timedelta(minutes=10)
    assert alert.sentence == (
        "The boiler has stopped and shows a code: its control unit needs looking at."
    )


def test_a_block_of_five_minutes_is_no_lockout_and_one_of_an_hour_is() -> None:
    short = with_code(boilers(), [1], between(6, 6.1), "A1(212)")
    long = with_code(boilers(), [1], between(6, 7), "A1(212)")

    assert alerts_of(lockout.judge(short), lockout.RULES) == []
    assert [alert.home_id for alert in alerts_of(lockout.judge(long), lockout.RULES)] == ["home-2"]


def test_a_code_that_nobody_knows_is_told_as_information() -> None:
    frame = with_code(boilers(), [1], between(6, 8), "X99")

    (alert,) = alerts_of(lockout.judge(frame), lockout.RULES)

    assert alert.severity_max is Severity.LOW
    assert "a code that we do not know" in alert.sentence


def test_low_pressure_is_left_to_the_detector_that_reads_the_gauge() -> None:
    frame = with_code(boilers(), [1], between(6, 8), "F.22")

    assert alerts_of(lockout.judge(frame), lockout.RULES) == []


def test_two_cold_draws_tell_of_a_burner_that_does_not_light() -> None:
    frame = boilers()
    for hour in (10.0, 10.5):
        draw = between(hour, hour + 0.1)
        frame = changed(frame, [1], draw, hot_water_demand=1.0, hot_water_temp_c=14.0)

    (alert,) = alerts_of(lockout.judge(frame), lockout.RULES)

    assert alert.home_id == "home-2"
    assert alert.sentence == "Hot water was asked for and stayed cold: the burner does not light."


def test_a_boiler_that_cannot_light_after_a_night_of_frost_has_a_frozen_drain() -> None:
    frame = with_code(boilers(outdoor_temp_c=-3.0), [1], between(6.1, 24), "F.28")

    (alert,) = alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES)

    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=6.1)) <= timedelta(minutes=10)


@pytest.mark.parametrize(
    ("outdoor_temp_c", "code"), [(4.0, "F.28"), (-3.0, "F0(238)"), (np.nan, "F.28")]
)
def test_without_frost_or_with_another_code_no_drain_has_frozen(
    outdoor_temp_c: float, code: str
) -> None:
    frame = with_code(boilers(outdoor_temp_c=outdoor_temp_c), [1], between(6.1, 24), code)

    assert alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES) == []


def test_a_burner_whose_flame_was_weak_before_the_frost_did_not_freeze() -> None:
    frame = boilers(outdoor_temp_c=-3.0)
    flame = frame["flame_on"][1] == 1
    frame = changed(frame, [1], slice(None), flame_current_ua=np.where(flame, 8.0, 0.0))

    frame = with_code(frame, [1], between(8, 24), "F.28")

    assert alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES) == []


def test_a_burner_that_failed_hours_before_its_code_did_not_freeze() -> None:
    frame = changed(boilers(outdoor_temp_c=-3.0), [1], between(3, 24), ignition_failures=6.0)

    frame = with_code(frame, [1], between(6.1, 24), "F.28")

    assert alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES) == []


@pytest.mark.parametrize(
    ("lacks", "severity"),
    [
        ((), Severity.MEDIUM),
        (("flame_current_ua",), Severity.MEDIUM),
        (("ignition_failures",), Severity.MEDIUM),
        (("flame_current_ua", "ignition_failures"), Severity.LOW),
        (CLOUD_LACKS, Severity.LOW),
    ],
    ids=["all", "no flame current", "no counts", "neither", "cloud"],
)
def test_frost_is_a_guess_where_nothing_tells_that_the_burner_had_been_well(
    lacks: tuple[str, ...], severity: Severity
) -> None:
    frame = with_code(boilers(outdoor_temp_c=-3.0), [1], between(8, 24), "F.28")

    (alert,) = alerts_of(frozen_condensate.judge(without(frame, *lacks)), frozen_condensate.RULES)

    assert alert.home_id == "home-2"
    assert alert.severity_max is severity


@pytest.mark.parametrize(("silent_from_h", "raised"), [(3.5, 0), (5.5, 1)])
def test_of_frost_nothing_is_said_where_the_weather_has_been_silent_for_hours(
    silent_from_h: float, raised: int
) -> None:
    outdoor = np.full((3, boilers().steps), -3.0, dtype=np.float32)
    outdoor[:, between(silent_from_h, 24)] = np.nan
    frame = with_code(replace(boilers(), outdoor_temp_c=outdoor), [1], between(6.1, 24), "F.28")

    alerts = alerts_of(frozen_condensate.judge(frame), frozen_condensate.RULES)

    assert len(alerts) == raised


def test_a_code_that_stood_before_a_gap_is_not_new_after_it() -> None:
    outdoor = np.full((3, boilers().steps), 1.0, dtype=np.float32)
    outdoor[:, between(8, 24)] = -3.0
    frame = replace(boilers(), outdoor_temp_c=outdoor)
    frame = with_code(frame, [1], between(6.1, 24), "F.28")
    silence = dict.fromkeys(frame.values, np.nan)

    gap = changed(frame, range(3), between(9, 10.5), **silence)

    assert alerts_of(frozen_condensate.judge(gap), frozen_condensate.RULES) == []


def test_a_room_sensor_that_leaps_to_nought_makes_no_home_cold() -> None:
    frame = boilers()
    indoor = frame.indoor_temp_c.copy()
    leaps = (np.arange(frame.steps) // 5) % 7 == 0
    indoor[:, leaps] = 9.0
    frame = replace(frame, indoor_temp_c=indoor)
    idle = changed(
        frame, [1], between(0, 24), heat_demand=1.0, flame_on=0.0, pump_on=1.0,
        flow_temp_c=54.0, flow_target_c=55.0,
    )  # fmt: skip

    assert alerts_of(no_heat.judge(idle), no_heat.RULES) == []
    (alert,) = alerts_of(no_heat.judge(silent_to_calls(frame, [1], between(5, 24))), no_heat.RULES)
    assert alert.severity_max is Severity.MEDIUM


def test_a_flow_sensor_that_stands_still_does_not_blame_the_pump() -> None:
    frame = changed(boilers(), [1], between(5, 24), flow_temp_c=61.0, return_temp_c=25.0)

    assert alerts_of(pump_failure.judge(frame), pump_failure.RULES) == []


def test_a_spread_of_40_kelvin_between_flow_and_return_tells_of_the_pump() -> None:
    frame = boilers()
    slow = frame["flow_temp_c"][1, between(6, 9)] - 40.0

    frame = changed(frame, [1], between(6, 9), return_temp_c=slow)

    (alert,) = alerts_of(pump_failure.judge(frame), pump_failure.RULES)
    assert alert.home_id == "home-2"
    assert alert.raised_at - (MIDNIGHT + timedelta(hours=6)) <= timedelta(minutes=10)


def test_a_flow_sensor_that_reads_8_kelvin_high_does_not_blame_the_pump() -> None:
    frame = boilers()
    high = frame["flow_temp_c"] + 8.0
    wide = np.where(frame["flame_on"] == 1, high - 33.0, high - 8.0)

    biased = changed(frame, [0, 1, 2], slice(None), flow_temp_c=high, return_temp_c=wide)

    assert alerts_of(pump_failure.judge(biased), pump_failure.RULES) == []


def test_a_code_of_poor_circulation_tells_of_the_pump() -> None:
    frame = with_code(boilers(), [1], between(6.5, 6.6), "A1(212)")

    (alert,) = alerts_of(pump_failure.judge(frame), pump_failure.RULES)

    assert alert.home_id == "home-2"
    assert alert.severity_max is Severity.MEDIUM


def test_a_code_of_heat_or_flow_tells_of_the_pump_only_beside_bursts_of_flame() -> None:
    frame = with_code(boilers(), [0, 1], between(6.5, 9), "L1")
    into = np.arange(frame.steps) % 7
    bursts = ((into < 2) & (frame["heat_demand"][1] == 1)).astype(np.float32)

    cold = np.where(frame["heat_demand"][1] == 1, 22.0, frame["return_temp_c"][1])
    frame = changed(frame, [1], slice(None), flame_on=bursts, return_temp_c=cold)

    assert [
        alert.home_id for alert in alerts_of(pump_failure.judge(frame), pump_failure.RULES)
    ] == ["home-2"]


def test_bursts_of_flame_whose_heat_is_taken_up_do_not_blame_the_pump() -> None:
    frame = with_code(boilers(), [1], between(6.5, 9), "L1")
    into = np.arange(frame.steps) % 7
    bursts = ((into < 2) & (frame["heat_demand"][1] == 1)).astype(np.float32)

    frame = changed(frame, [1], slice(None), flame_on=bursts)

    assert alerts_of(pump_failure.judge(frame), pump_failure.RULES) == []


@FAST
def test_sound_boilers_are_left_in_peace(detector: Fast) -> None:
    for frost in (6.0, -5.0):
        frame = boilers(outdoor_temp_c=frost)
        assert alerts_of(detector.judge(frame), detector.rules) == []


@FAST
def test_nothing_known_raises_nothing(detector: Fast) -> None:
    frame = changed(broken(), range(3), slice(None), **dict.fromkeys(broken().values, np.nan))

    assert alerts_of(detector.judge(frame), detector.rules) == []


@FAST
@pytest.mark.parametrize("name", sorted(boilers(1, hours=1).values))
def test_a_missing_quantity_raises_no_more_than_a_known_one(detector: Fast, name: str) -> None:
    frame = changed(boilers(outdoor_temp_c=-4.0), range(3), slice(None), **{name: np.nan})

    assert alerts_of(detector.judge(frame), detector.rules) == []


@FAST
def test_verdicts_rest_on_the_lead_alone(detector: Fast) -> None:
    frame = broken()
    whole = detector.judge(frame)
    for begin in range(0, 18 * 60, 215):
        cut = slice(begin, begin + LEAD_MIN + 30)
        part = detector.judge(frame.part(steps=cut))
        fresh, same = slice(LEAD_MIN // 5, None), slice(begin // 5 + LEAD_MIN // 5, cut.stop // 5)
        assert_array_equal(part.severity[:, fresh], whole.severity[:, same])
        assert_array_equal(part.holds[:, fresh], whole.holds[:, same])


@FAST
def test_shuffled_homes_give_shuffled_verdicts(detector: Fast) -> None:
    frame = broken()

    shuffled = detector.judge(frame.part(rows=[2, 0, 1]))

    whole = detector.judge(frame)
    assert_array_equal(shuffled.severity, whole.severity[[2, 0, 1]])


@FAST
def test_no_sentence_blames_anybody(detector: Fast) -> None:
    for alert in alerts_of(detector.judge(broken()), detector.rules):
        assert not [
            word for word in ("you", "tenant", "fault", "fail", "should") if word in alert.sentence
        ]


def broken() -> BoilerFrame:
    """A night of frost, then one boiler of each kind of trouble."""
    frame = boilers(outdoor_temp_c=-3.0)
    frame = silent_to_calls(frame, [0], between(6.2, 20))
    frame = with_code(silent_to_calls(frame, [1], between(6.2, 24)), [1], between(6.2, 24), "F.28")
    return with_code(frame, [2], between(7, 10), "A1(212)")
