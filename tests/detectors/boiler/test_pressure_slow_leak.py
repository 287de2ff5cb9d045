"""Slow leaks: found in days, and not seen where heat, people or a vessel moved the gauge."""

from dataclasses import replace

import numpy as np
import pytest

from core.findings import Severity
from detectors.arrays import Floats
from detectors.boiler import slow_leak
from detectors.boiler.sealed_system import USUAL_SQUEEZE
from detectors.daily import DayFrame
from detectors.frame import BoilerFrame
from detectors.judgement import UNKNOWN
from tests.detectors.boiler.sealed_homes import Course, always, days, days_since, leaking
from tests.detectors.boiler.telling import told


def raised_after(frame: DayFrame, day: float) -> list[float]:
    """Days from a day to the raising of each alert."""
    told_of = told(slow_leak.judge(frame), slow_leak.RULES)
    return [days_since(one.raised_at, day) for _, one in told_of]


@pytest.mark.parametrize("bar_per_day", [0.02, 0.035, 0.07, 0.14])
def test_a_leak_is_found_within_five_days(bar_per_day: float) -> None:
    frame = days(18, homes=1, cold_bar=leaking(bar_per_day, from_day=8.0))

    [delay] = raised_after(frame, 8.0)

    assert 2.0 <= delay <= 5.0


def test_a_leak_is_told_with_its_rate_and_its_beginning() -> None:
    frame = days(18, homes=1, cold_bar=leaking(0.05, from_day=8.0))

    [(_, alert)] = told(slow_leak.judge(frame), slow_leak.RULES)

    assert alert.severity == Severity.MEDIUM
    assert alert.evidence["pressure_fall_bar_per_day"] == pytest.approx(0.05, abs=0.006)
    assert days_since(alert.began_at, 8.0) == pytest.approx(0.0, abs=3.0)
    assert alert.sentence.startswith("The boiler's water pressure falls by 0.05 bar a day")


def test_a_very_small_leak_is_information_after_some_weeks() -> None:
    frame = days(45, homes=1, cold_bar=leaking(0.008, cold_bar=1.5))

    [(_, alert)] = told(slow_leak.judge(frame), slow_leak.RULES)

    assert alert.severity_max == Severity.LOW


def test_what_a_sound_system_weeps_is_no_leak() -> None:
    # 0.0006 bar a day is 0.2 bar a year.
    assert raised_after(days(45, cold_bar=leaking(0.0006)), 0.0) == []


def test_a_leak_that_people_top_up_is_still_a_leak() -> None:
    def topped_up(day: Floats) -> Floats:
        return np.asarray(1.4 - 0.05 * (day % 9.0) * (day >= 0))

    told_of = told(slow_leak.judge(days(30, homes=1, cold_bar=topped_up)), slow_leak.RULES)

    assert len(told_of) == 1
    assert told_of[0][1].evidence["top_ups"] >= 2
    assert "topped up" in told_of[0][1].sentence


def bled(day: Floats) -> Floats:
    return np.where(day > 12.6, 1.15, 1.4)


def filled_then_serviced(day: Floats) -> Floats:
    return np.where((day > 8.5) & (day < 19.4), 1.7, 1.4)


def one_step_of_the_gauge(day: Floats) -> Floats:
    return np.asarray(1.36 - 0.02 * np.clip((day - 10.0) / 3.0, 0.0, 1.0))


@pytest.mark.parametrize("course", [bled, filled_then_serviced, one_step_of_the_gauge])
@pytest.mark.parametrize("heating", [True, False])
def test_a_step_is_no_leak(course: Course, heating: bool) -> None:
    assert raised_after(days(30, homes=1, cold_bar=course, heating=heating), 0.0) == []


def test_a_boiler_that_stops_heating_for_the_summer_has_no_leak() -> None:
    winter, summer = days(15, heating=True), days(30, heating=False)
    frame = replace(
        summer,
        values={
            name: np.hstack([winter.values[name], array[:, 15:]])
            for name, array in summer.values.items()
        },
    )

    assert raised_after(frame, 0.0) == []


def test_a_pump_that_wears_out_is_no_leak() -> None:
    def wears(day: Floats) -> Floats:
        return np.asarray(np.clip(0.38 - 0.03 * (day - 8.0), 0.0, 0.38))

    assert raised_after(days(30, homes=1, head_bar=wears), 0.0) == []


def test_falls_of_a_failing_vessel_are_the_vessels() -> None:
    frame = days(
        30, homes=1, cold_bar=leaking(0.03, from_day=8.0), squeeze=always(2.5 * USUAL_SQUEEZE)
    )

    assert raised_after(frame, 0.0) == []


def test_days_without_readings_are_unknown_and_raise_nothing() -> None:
    frame = days(20, cold_bar=leaking(0.05))
    empty = replace(
        frame, values={name: np.full_like(a, np.nan) for name, a in frame.values.items()}
    )

    assert set(slow_leak.judge(empty).severity.ravel()) == {UNKNOWN}


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_missing_readings_make_no_leak(share: float) -> None:
    rng = np.random.default_rng(3)

    def gaps(frame: BoilerFrame) -> BoilerFrame:
        away = rng.random(frame.shape) < share
        return replace(
            frame, values={name: np.where(away, np.nan, a) for name, a in frame.values.items()}
        )

    assert raised_after(days(20, gaps), 0.0) == []


def test_without_any_sign_of_the_pump_no_leak_can_be_told() -> None:
    def unseen(frame: BoilerFrame) -> BoilerFrame:
        dark = {"pump_on", "heat_demand", "flame_on"}
        return replace(frame, values={n: a for n, a in frame.values.items() if n not in dark})

    judgement = slow_leak.judge(days(15, unseen, cold_bar=leaking(0.05)))

    assert set(judgement.severity.ravel()) == {UNKNOWN}


def test_a_boiler_behind_an_adapter_without_pump_and_return_is_watched_all_the_same() -> None:
    def by_cloud(frame: BoilerFrame) -> BoilerFrame:
        lacks = {"pump_on", "flame_on", "return_temp_c"}
        return replace(frame, values={n: a for n, a in frame.values.items() if n not in lacks})

    frame = days(18, by_cloud, homes=1, cold_bar=leaking(0.03, from_day=8.0))

    [delay] = raised_after(frame, 8.0)
    assert delay <= 5.0


def test_a_boiler_that_is_read_every_ten_minutes_is_watched_all_the_same() -> None:
    def seldom(frame: BoilerFrame) -> BoilerFrame:
        between = np.arange(frame.steps) % 10 != 0
        return replace(
            frame, values={name: np.where(between, np.nan, a) for name, a in frame.values.items()}
        )

    frame = days(18, seldom, homes=1, cold_bar=leaking(0.035, from_day=8.0))

    [delay] = raised_after(frame, 8.0)
    assert delay <= 5.0


def test_a_verdict_does_not_depend_on_where_the_days_begin_or_end() -> None:
    frame = days(70, homes=1, cold_bar=leaking(0.02, from_day=55.0))
    whole = slow_leak.judge(frame)

    for last in (58, 60, 63, 69):
        cut = slow_leak.judge(frame.part(steps=slice(last - 45, last + 1)))
        assert cut.severity[:, -1].tolist() == whole.severity[:, last].tolist()
        assert cut.evidence["t_statistic"][:, -1] == pytest.approx(
            whole.evidence["t_statistic"][:, last]
        )


def test_homes_in_another_order_give_the_same_verdicts() -> None:
    def one_of_three(day: Floats) -> Floats:
        return np.stack([np.full_like(day, 1.4), 1.4 - 0.04 * np.maximum(day, 0), 0 * day + 1.5])

    frame = days(14, homes=3, cold_bar=one_of_three)

    shuffled = slow_leak.judge(frame.part(rows=[2, 0, 1])).severity
    assert shuffled.tolist() == slow_leak.judge(frame).severity[[2, 0, 1]].tolist()
    assert [row for row, _ in told(slow_leak.judge(frame), slow_leak.RULES)] == [1]


def test_days_without_the_head_of_a_worn_pump_are_no_water_lost_and_filled_in() -> None:
    frame = days(30, homes=1)
    worn = np.isin(np.arange(30), [20, 22, 24])[np.newaxis]
    values = {
        **frame.values,
        "pressure_rest_min": np.where(worn, 0.0, frame["pressure_rest_min"]),
        "pressure_running_bar": frame["pressure_running_bar"] - np.where(worn, 0.3, 0.0),
    }

    assert raised_after(replace(frame, values=values), 0.0) == []
