"""Days of pressure: what they come down to, full systems, and vessels that lose their gas."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.boiler import expansion_vessel, high_pressure
from detectors.boiler.cold_pressure import cold_levels_bar
from detectors.boiler.pressure_day import pressure_features
from detectors.boiler.sealed_system import (
    ATMOSPHERE_BAR,
    USUAL_HEAD_BAR,
    USUAL_SQUEEZE,
    cold_bar,
)
from detectors.daily import DayFrame
from detectors.frame import BoilerFrame
from detectors.judgement import UNKNOWN
from tests.detectors.boiler.sealed_homes import (
    DAY_MIN,
    HEAD_BAR,
    LEAD_MIN,
    always,
    days,
    days_since,
    leaking,
    swell_of,
    system,
)
from tests.detectors.boiler.telling import told

BOTH = pytest.mark.parametrize("detector", [high_pressure, expansion_vessel])


def alerts(detector: ModuleType, frame: DayFrame) -> list[tuple[int, Episode]]:
    return told(detector.judge(frame), detector.RULES)


def fails(left: float, *, from_day: float) -> Callable[[Floats], Floats]:
    """A vessel that keeps a share of its gas after thirty days."""
    return lambda day: (
        USUAL_SQUEEZE / (1.0 - (1.0 - left) * np.clip((day - from_day) / 30.0, 0.0, 1.0))
    )


@given(cold=st.floats(0.0, 2.5), water_c=st.floats(5.0, 80.0), squeeze=st.floats(0.0016, 0.0064))
def test_boyle_gives_back_the_cold_pressure(cold: float, water_c: float, squeeze: float) -> None:
    swell = swell_of(np.array([water_c]))
    hot = 1.0 / (1.0 / (cold + ATMOSPHERE_BAR) - squeeze * swell) - ATMOSPHERE_BAR

    assert cold_bar(hot, swell, squeeze) == pytest.approx(cold, abs=1e-9)


def test_swell_is_that_of_water() -> None:
    # 1000 (rho(20) / rho(T) - 1) with the densities of McCutcheon, Martin and Barnwell (1993).
    expected = [0.0, 6.033, 15.280, 27.283]

    assert swell_of(np.array([20.0, 40.0, 60.0, 80.0])) == pytest.approx(expected, abs=0.2)


def test_a_day_gives_back_the_cold_pressure_and_the_head_of_the_pump() -> None:
    frame = days(12, cold_bar=always(1.33))

    level, head = cold_levels_bar(frame)

    assert level[:, -1] == pytest.approx(1.33, abs=0.02)
    assert head[:, -1] == pytest.approx(HEAD_BAR, abs=0.04)


def test_hot_water_draws_are_left_out() -> None:
    dry = system(-LEAD_MIN, LEAD_MIN + DAY_MIN)
    draws = np.zeros(dry.shape)
    draws[:, LEAD_MIN + 700 : LEAD_MIN + 720] = 1.0
    hot = np.where(draws == 1, 70.0, dry["flow_temp_c"])
    drawn = replace(dry, values={**dry.values, "hot_water_demand": draws, "flow_temp_c": hot})

    before, after = pressure_features(dry), pressure_features(drawn)

    assert (before["pressure_rest_min"] - after["pressure_rest_min"]).tolist() == [60.0, 60.0]
    assert after["pressure_rest_swell"] == pytest.approx(before["pressure_rest_swell"], abs=0.2)


def test_a_day_without_readings_tells_nothing() -> None:
    frame = system(-LEAD_MIN, LEAD_MIN + DAY_MIN)
    silent = replace(frame, values={n: np.full_like(a, np.nan) for n, a in frame.values.items()})

    found = pressure_features(silent)

    assert found["pressure_rest_min"].tolist() == [0.0, 0.0]
    assert all(np.isnan(found[f"pressure_{name}"]).all() for name in ("rest_bar", "highest_bar"))


def test_a_filling_loop_that_lets_by_is_told_when_the_system_is_too_full() -> None:
    frame = days(20, homes=1, cold_bar=leaking(-0.08, from_day=8.0))

    [(_, alert)] = alerts(high_pressure, frame)

    assert 4.0 <= days_since(alert.raised_at, 8.0) <= 10.0
    assert alert.severity_max == Severity.HIGH
    assert "bar when cold" in alert.sentence


@pytest.mark.parametrize("cold", [1.3, 1.55, 1.85])
def test_a_system_filled_generously_is_not_too_full(cold: float) -> None:
    assert alerts(high_pressure, days(8, homes=1, cold_bar=always(cold))) == []


@pytest.mark.parametrize("left", [0.6, 0.4, 0.2])
def test_a_vessel_that_loses_its_gas_is_told_within_five_weeks(left: float) -> None:
    frame = days(75, homes=1, squeeze=fails(left, from_day=35.0))

    [(_, alert)] = alerts(expansion_vessel, frame)

    assert 7.0 <= days_since(alert.raised_at, 35.0) <= 35.0
    assert "expansion vessel" in alert.sentence


@pytest.mark.parametrize("share", [0.75, 1.0, 1.3])
def test_homes_differ_and_are_sound(share: float) -> None:
    frame = days(20, homes=1, squeeze=always(share * USUAL_SQUEEZE))

    assert alerts(expansion_vessel, frame) == []


@pytest.mark.parametrize("course", [leaking(0.1, cold_bar=2.0), leaking(-0.03)])
def test_water_lost_or_filled_in_is_no_matter_of_the_vessel(
    course: Callable[[Floats], Floats],
) -> None:
    assert alerts(expansion_vessel, days(16, homes=1, cold_bar=course)) == []


def test_a_summer_without_heat_says_nothing_of_the_vessel() -> None:
    frame = days(12, heating=False, squeeze=always(3 * USUAL_SQUEEZE))

    assert set(expansion_vessel.judge(frame).severity.ravel()) == {UNKNOWN}


@BOTH
def test_days_without_readings_are_unknown(detector: ModuleType) -> None:
    frame = days(10, cold_bar=always(2.4), squeeze=always(3 * USUAL_SQUEEZE))
    empty = replace(frame, values={n: np.full_like(a, np.nan) for n, a in frame.values.items()})

    assert set(detector.judge(empty).severity.ravel()) == {UNKNOWN}


@BOTH
def test_a_verdict_does_not_depend_on_where_the_days_begin_or_end(detector: ModuleType) -> None:
    frame = days(70, homes=1, squeeze=fails(0.4, from_day=30.0))
    whole = detector.judge(frame)

    for last in (46, 50, 60, 69):
        cut = detector.judge(frame.part(steps=slice(last - 45, last + 1)))
        assert cut.severity[:, -1].tolist() == whole.severity[:, last].tolist()
        assert cut.holds[:, -1].tolist() == whole.holds[:, last].tolist()


@BOTH
def test_homes_in_another_order_give_the_same_verdicts(detector: ModuleType) -> None:
    def one_of_three(day: Floats) -> Floats:
        return np.stack([0 * day + 1.4, 0 * day + 2.3, 0 * day + 1.5])

    frame = days(10, homes=3, cold_bar=one_of_three)

    shuffled = detector.judge(frame.part(rows=[2, 0, 1])).severity
    assert shuffled.tolist() == detector.judge(frame).severity[[2, 0, 1]].tolist()


def read_every_ten_minutes_without_its_pump(frame: BoilerFrame) -> BoilerFrame:
    """An OpenTherm gateway: calls last for half of what the pump runs, and most fall between."""
    unread = np.arange(frame.steps) % 10 != 3
    called = (frame["pump_on"] == 1) & (np.arange(frame.steps) % 20 < 6)
    values = {
        **frame.values,
        "pump_on": np.full(frame.shape, np.nan, dtype=np.float32),
        "heat_demand": called.astype(np.float32),
        "flame_on": called.astype(np.float32),
    }
    seldom = {name: np.where(unread, np.float32(np.nan), array) for name, array in values.items()}
    room = np.full(frame.shape, 22.0, dtype=np.float32)
    return replace(frame, values=seldom, indoor_temp_c=room)


def test_a_pump_that_runs_on_between_seldom_readings_is_not_taken_for_pressure_at_rest() -> None:
    seldom = read_every_ten_minutes_without_its_pump(
        system(-LEAD_MIN, LEAD_MIN + DAY_MIN, cold_bar=always(1.4))
    )

    found = pressure_features(seldom)

    assert (found["pressure_rest_min"] >= 10.0).all()
    assert_allclose(found["pressure_rest_bar"], 1.42, atol=0.03)
    assert (found["pressure_rest_swell"] < 1.5).all()


@pytest.mark.parametrize(("square", "is_told"), [(1_000.0, False), (4_000.0, True)])
def test_a_swing_within_the_rounding_of_the_gauge_says_nothing_of_the_vessel(
    square: float, is_told: bool
) -> None:
    count = 60
    squeeze = np.where(np.arange(count) < 35, 1.0, 1.7) * USUAL_SQUEEZE
    each: dict[str, float | Floats] = {
        "pressure_rest_min": 0.0,
        "pressure_rest_bar": np.nan,
        "pressure_rest_swell": np.nan,
        "pressure_running_min": 1_200.0,
        "pressure_running_bar": 1.75,
        "pressure_running_swell": 6.0,
        "pressure_highest_bar": 1.9,
        "pressure_swell_square": square,
        "pressure_swell_bar": squeeze * square * (1.75 - USUAL_HEAD_BAR + ATMOSPHERE_BAR) ** 2,
    }
    frame = replace(
        days(count, heating=False, homes=1),
        values={name: np.broadcast_to(value, (1, count)) for name, value in each.items()},
    )

    assert bool(alerts(expansion_vessel, frame)) == is_told


def test_a_cloud_whose_boiler_does_not_hear_a_call_is_not_taken_for_a_running_pump() -> None:
    frame = system(-LEAD_MIN, LEAD_MIN + DAY_MIN, homes=1)
    deaf = np.full(frame.shape, np.nan, dtype=np.float32)
    cools = np.linspace(55.0, 36.0, frame.steps, dtype=np.float32)[np.newaxis]
    values = {
        **frame.values,
        "pump_on": deaf,
        "flame_on": deaf,
        "return_temp_c": deaf,
        "heat_demand": np.ones(frame.shape, dtype=np.float32),
        "flow_temp_c": cools,
        "flow_target_c": np.full(frame.shape, 70.0, dtype=np.float32),
    }

    found = pressure_features(replace(frame, values=values))

    assert found["pressure_running_min"].tolist() == [0.0]
