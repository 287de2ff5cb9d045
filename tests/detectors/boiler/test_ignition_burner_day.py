"""What a day of a burner comes down to, and what its weeks say of ignition and of power."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.findings import Severity
from detectors.boiler import flow_temp_not_reached, ignition_degrading
from detectors.boiler.burner_day import burner_day
from detectors.daily import DayFrame
from detectors.judgement import UNKNOWN
from detectors.watch import Daily
from tests.detectors.boiler.burning import (
    CLOUD_LACKS,
    between,
    boilers,
    changed,
    day_of,
    days,
    with_code,
    without,
)
from tests.detectors.boiler.telling import alerts_of

DETECTORS = [
    Daily(ignition_degrading.NAME, ignition_degrading.judge, ignition_degrading.RULES),
    Daily(flow_temp_not_reached.NAME, flow_temp_not_reached.judge, flow_temp_not_reached.RULES),
]
DAILY = pytest.mark.parametrize("detector", DETECTORS, ids=[one.name for one in DETECTORS])

SOUND = {
    "burner_starts": 40.0,
    "burner_ignition_failures": 0.2,
    "burner_flame_current_ua": 20.0,
    "burner_flame_min": 300.0,
    "burner_frost_min": 0.0,
    "burner_long_min": 60.0,
    "burner_short_min": 0.0,
    "burner_spread_k_min": 2400.0,
    "burner_modulation_pct_min": 8000.0,
    "burner_steady_min": 200.0,
    "burner_rest_spread_k": -0.3,
}


def weeks(second_home: Mapping[str, npt.ArrayLike] | None = None, count: int = 60) -> DayFrame:
    """Three sound homes over days, the second with other features."""
    arrays = {name: np.full((3, count), value) for name, value in SOUND.items()}
    for name, value in (second_home or {}).items():
        arrays[name][1] = value
    return days(arrays, count=count)


def from_day(day: int, usual: float, then: float, count: int = 60) -> npt.NDArray[np.float64]:
    return np.where(np.arange(count) >= day, then, usual)


def test_a_day_counts_starts_failures_current_and_what_the_burner_gave() -> None:
    day = burner_day(changed(boilers(), [1], between(12, 24), ignition_failures=9.0))

    assert_array_equal(day["burner_starts"], [27, 27, 27])
    assert_array_equal(day["burner_ignition_failures"], [0, 5, 0])
    assert_allclose(day["burner_flame_current_ua"], 20.0)
    assert_allclose(day["burner_spread_k_min"] / day["burner_steady_min"], 12.0)
    assert_allclose(day["burner_modulation_pct_min"] / day["burner_steady_min"], 40.0)
    assert_allclose(day["burner_rest_spread_k"], 0.0)
    assert_array_equal(day["burner_short_min"], [0, 0, 0])


def test_a_new_boiler_counts_from_zero_and_its_day_tells_nothing() -> None:
    day = burner_day(changed(boilers(), [1], between(12, 24), burner_starts=3.0))

    assert_array_equal(np.isnan(day["burner_starts"]), [False, True, False])


def test_a_weak_burner_has_minutes_in_which_the_flow_is_short() -> None:
    weak = changed(
        boilers(), [1], between(6, 9), flame_on=1.0, flow_temp_c=45.0, modulation_pct=100.0
    )

    day = burner_day(weak)

    assert_array_equal(day["burner_short_min"], [0, 161, 0])
    assert_array_equal(day["burner_long_min"], [0, 161, 0])


def test_a_burner_that_holds_itself_back_or_a_day_of_hard_frost_is_not_short() -> None:
    weak = {"flame_on": 1.0, "flow_temp_c": 45.0}
    at_half = changed(boilers(), range(3), between(6, 9), modulation_pct=50.0, **weak)
    in_frost = boilers(outdoor_temp_c=-6.0)
    in_frost = changed(in_frost, range(3), between(6, 9), modulation_pct=100.0, **weak)

    assert burner_day(at_half)["burner_short_min"].tolist() == [0, 0, 0]
    assert burner_day(in_frost)["burner_short_min"].tolist() == [0, 0, 0]


def test_a_cloud_boiler_that_is_off_or_locked_is_not_short_and_a_weak_one_is() -> None:
    cloud = without(boilers(), *CLOUD_LACKS)
    off = changed(cloud, range(3), between(6, 9), flow_temp_c=21.0)
    weak = changed(cloud, range(3), between(6, 9), flow_temp_c=42.0)
    locked = with_code(weak, range(3), between(0, 24), "F.28")

    assert burner_day(off)["burner_short_min"].tolist() == [0, 0, 0]
    assert burner_day(locked)["burner_short_min"].tolist() == [0, 0, 0]
    assert burner_day(weak)["burner_short_min"].tolist() == [161, 161, 161]


def test_a_flow_that_stands_still_is_not_asked_what_the_burner_gives() -> None:
    stuck = changed(boilers(), [1], between(0, 24), flow_temp_c=40.0)

    steady = burner_day(stuck)["burner_steady_min"]

    assert (steady > 0).tolist() == [True, False, True]


def test_what_an_adapter_lacks_is_not_known() -> None:
    day = burner_day(without(boilers(), *CLOUD_LACKS))

    for name in ("burner_starts", "burner_ignition_failures", "burner_flame_current_ua"):
        assert np.isnan(day[name]).all()


def test_a_day_does_not_depend_on_what_comes_after_it() -> None:
    frame = boilers(hours=30)

    day = burner_day(frame.part(steps=slice(0, between(0, 24).stop)))

    assert {name: array.tolist() for name, array in day.items()} == {
        name: array.tolist() for name, array in burner_day(boilers()).items()
    }


def test_electrodes_that_wear_are_told_within_days_by_failed_attempts() -> None:
    frame = weeks({"burner_ignition_failures": from_day(40, 0.2, 6.0)})

    (alert,) = alerts_of(ignition_degrading.judge(frame), ignition_degrading.RULES)

    assert alert.home_id == "home-2"
    assert day_of(alert) - 40 <= 3
    assert alert.evidence["failed_share"] > 0.1


def test_a_flame_signal_that_fades_is_told_where_no_attempts_are_counted() -> None:
    fading: dict[str, npt.ArrayLike] = {
        "burner_ignition_failures": np.nan,
        "burner_flame_current_ua": 20.0 - 0.2 * np.maximum(np.arange(60) - 30, 0),
    }

    (alert,) = alerts_of(ignition_degrading.judge(weeks(fading)), ignition_degrading.RULES)

    assert alert.home_id == "home-2"
    assert 45 < day_of(alert) < 60
    assert alert.evidence["flame_current_of_before"] < 0.85


def test_attempts_that_fail_in_frost_are_left_to_the_frozen_drain() -> None:
    frozen = {
        "burner_ignition_failures": from_day(40, 0.2, 10.0),
        "burner_frost_min": from_day(40, 0.0, 600.0),
    }

    assert alerts_of(ignition_degrading.judge(weeks(frozen)), ignition_degrading.RULES) == []


@given(st.integers(0, 2**32 - 1))
def test_a_burner_that_fails_one_attempt_in_170_is_hardly_ever_told(seed: int) -> None:
    rng = np.random.default_rng(seed)
    failures = {"burner_ignition_failures": rng.poisson(40 / 170, (3, 60))}
    frame = days({**SOUND, **failures})

    assert alerts_of(ignition_degrading.judge(frame), ignition_degrading.RULES) == []


def test_a_burner_that_gives_less_for_its_power_is_told_before_rooms_are_cold() -> None:
    weak = {"burner_spread_k_min": from_day(50, 2400.0, 1200.0)}

    (alert,) = alerts_of(flow_temp_not_reached.judge(weeks(weak)), flow_temp_not_reached.RULES)

    assert alert.home_id == "home-2"
    assert day_of(alert) == 51
    assert alert.severity_max is Severity.MEDIUM


def test_a_return_sensor_that_goes_wrong_at_noon_is_no_weak_burner_that_day() -> None:
    biased = {
        "burner_spread_k_min": from_day(50, 2400.0, 1500.0),
        "burner_rest_spread_k": from_day(50, -0.3, -2.1),
    }

    assert alerts_of(flow_temp_not_reached.judge(weeks(biased)), flow_temp_not_reached.RULES) == []


def test_a_pump_that_was_put_right_leaves_no_weak_burner_behind() -> None:
    spread = np.full(60, 2400.0)
    spread[36:46] = 2.2 * 2400.0

    frame = weeks({"burner_spread_k_min": spread})

    assert alerts_of(flow_temp_not_reached.judge(frame), flow_temp_not_reached.RULES) == []


def test_a_sensor_that_reads_wrong_at_rest_too_is_no_weak_burner() -> None:
    biased = {
        "burner_spread_k_min": from_day(50, 2400.0, 2400.0 - 5 * 200.0),
        "burner_rest_spread_k": from_day(50, -0.3, -5.3),
    }

    assert alerts_of(flow_temp_not_reached.judge(weeks(biased)), flow_temp_not_reached.RULES) == []


def test_a_flow_that_stays_short_is_told_after_a_day_of_it() -> None:
    short = {"burner_short_min": from_day(50, 0.0, 50.0)}

    (alert,) = alerts_of(flow_temp_not_reached.judge(weeks(short)), flow_temp_not_reached.RULES)

    assert alert.home_id == "home-2"
    assert day_of(alert) <= 52


def test_one_cold_morning_that_warms_up_slowly_is_sound() -> None:
    once = {"burner_short_min": np.where(np.arange(60) == 50, 25.0, 0.0)}

    assert alerts_of(flow_temp_not_reached.judge(weeks(once)), flow_temp_not_reached.RULES) == []


@DAILY
def test_sound_weeks_raise_nothing(detector: Daily) -> None:
    assert alerts_of(detector.judge(weeks()), detector.rules) == []


@DAILY
def test_days_that_tell_nothing_are_unknown(detector: Daily) -> None:
    frame = weeks(dict.fromkeys(SOUND, np.nan))

    severity = detector.judge(frame).severity

    assert (severity[1] == UNKNOWN).all()


@DAILY
@pytest.mark.parametrize("name", sorted(SOUND))
def test_a_missing_feature_raises_nothing(detector: Daily, name: str) -> None:
    frame = weeks({name: from_day(30, SOUND[name], np.nan)})

    assert alerts_of(detector.judge(frame), detector.rules) == []


@DAILY
def test_verdicts_look_back_45_days_and_never_ahead(detector: Daily) -> None:
    rng = np.random.default_rng(5)
    noisy = {name: value * rng.uniform(0.2, 1.5, 120) for name, value in SOUND.items()}
    frame = weeks(noisy, count=120)
    whole = detector.judge(frame).severity

    for begin, end in ((0, 60), (30, 100), (60, 120)):
        part = detector.judge(frame.part(steps=slice(begin, end))).severity
        settled = 0 if begin == 0 else 45
        assert_array_equal(part[:, settled:], whole[:, begin + settled : end])


@DAILY
def test_shuffled_homes_give_shuffled_verdicts(detector: Daily) -> None:
    frame = weeks({"burner_ignition_failures": 6.0, "burner_short_min": 50.0})

    shuffled = detector.judge(frame.part(rows=[2, 0, 1])).severity

    assert_array_equal(shuffled, detector.judge(frame).severity[[2, 0, 1]])
