"""Days of pressure: what they come down to, full systems, and vessels that lose their gas."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.boiler import expansion_vessel, high_pressure
from detectors.boiler.cold_pressure import cold_levels_bar
from detectors.boiler.pressure_day import pressure_features
from detectors.boiler.sealed_system import ATMOSPHERE_BAR, USUAL_SQUEEZE, cold_bar
from detectors.daily import DayFrame
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
