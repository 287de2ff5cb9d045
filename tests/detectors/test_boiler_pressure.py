"""The water in the heating: low pressure and slow leaks."""

from datetime import timedelta

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.findings import Severity
from detectors import low_pressure, slow_leak
from detectors.frame import BoilerFrame
from detectors.registry import BOILER_DETECTORS
from tests.detectors.homes import DAY, boilers, days_after, told, with_values

LOW_PRESSURE, SLOW_LEAK, _ = BOILER_DETECTORS


def shifted(frame: BoilerFrame, bar: float, *, first_day: float) -> BoilerFrame:
    """The pressure so much higher from a day on."""
    later = np.arange(frame.steps) >= first_day * DAY
    pressure = np.clip(np.round(frame["pressure_bar"] + bar * later, 1), 0, 6)
    return with_values(frame, pressure_bar=pressure)


@pytest.mark.parametrize(
    ("cold_bar", "severity"),
    # detection.md 3.2: warning below 1.0, alarm below 0.8, boilers stop below 0.5.
    [(1.3, None), (1.1, None), (0.9, "low"), (0.7, "medium"), (0.4, "high")],
)
def test_the_pressure_a_boiler_rests_at_decides(cold_bar: float, severity: str | None) -> None:
    found = told(LOW_PRESSURE, boilers(homes=1, days=10, cold_bar=cold_bar))

    assert [episode.severity_max.word for _, episode in found] == ([severity] if severity else [])


def test_a_loss_at_once_is_told_within_eight_hours() -> None:
    frame = shifted(boilers(homes=2, days=20), -0.9, first_day=10.0)

    found = told(LOW_PRESSURE, frame)

    delays = [days_after(frame, episode.raised_at, 10.0) * 24 for _, episode in found]
    assert [row for row, _ in found] == [0, 1]
    assert all(0 < delay <= 8 for delay in delays)
    assert {episode.severity for _, episode in found} == {Severity.MEDIUM}


def test_topping_up_clears_it() -> None:
    frame = shifted(boilers(homes=1, days=20, cold_bar=0.7), 0.7, first_day=10.0)

    [(_, episode)] = told(LOW_PRESSURE, frame)

    assert episode.cleared_at is not None
    assert days_after(frame, episode.cleared_at, 10.0) < 2


def test_a_sensor_that_flickers_between_two_steps_keeps_one_alert() -> None:
    frame = boilers(homes=1, days=60, cold_bar=0.95)

    assert len(told(LOW_PRESSURE, frame)) == 1


def test_stray_zeros_are_no_low_pressure() -> None:
    frame = boilers(homes=1, days=30)
    stray = np.random.default_rng(3).random(frame.shape) < 0.02

    strayed = with_values(frame, pressure_bar=np.where(stray, 0.0, frame["pressure_bar"]))

    assert told(LOW_PRESSURE, strayed) == []
    assert told(SLOW_LEAK, strayed) == []


def test_a_pressure_of_exactly_a_threshold_is_not_below_it() -> None:
    frame = boilers(homes=1, days=3)
    exact = with_values(frame, pressure_bar=np.full(frame.shape, 1.0, dtype=np.float32))

    assert (low_pressure.judge(exact).severity <= 0).all()


@pytest.mark.parametrize(
    ("bar_per_day", "days"),
    # The first is the bar of detection.md, part 4; the second the demonstration's leak; the last
    # the real one of detection.md, 0.2.
    [(0.02, 6.0), (0.035, 4.0), (0.07, 3.5)],
)
def test_a_leak_is_found_within_days_and_its_size_is_told(bar_per_day: float, days: float) -> None:
    frame = boilers(homes=10, days=45, leak_bar_per_day=bar_per_day, leak_from_day=30)

    found = told(SLOW_LEAK, frame)

    assert [row for row, _ in found] == list(range(10))
    assert max(days_after(frame, episode.raised_at, 30.0) for _, episode in found) <= days
    assert min(days_after(frame, episode.raised_at, 30.0) for _, episode in found) > 0
    sizes = [episode.evidence["pressure_fall_bar_per_day"] for _, episode in found]
    assert_allclose(sizes, bar_per_day, rtol=0.15)


def test_a_mended_leak_is_over() -> None:
    frame = boilers(homes=1, days=60, leak_bar_per_day=0.05, leak_from_day=20)
    frame = with_values(frame, pressure_bar=_held_after(frame["pressure_bar"], day=32))

    [(_, episode)] = told(SLOW_LEAK, frame)

    assert episode.cleared_at is not None
    assert 1 <= days_after(frame, episode.cleared_at, 32.0) <= 7


def _held_after(pressure: np.ndarray, *, day: int) -> np.ndarray:
    """What leaked after a day is put back."""
    leaked = 0.05 * np.maximum(np.arange(pressure.shape[1]) / DAY - day, 0)
    held: np.ndarray = np.round(pressure + leaked, 1)
    return held


def test_topping_up_hides_no_leak_and_is_counted() -> None:
    frame = boilers(homes=5, days=45, leak_bar_per_day=0.05, leak_from_day=20)
    frame = shifted(shifted(frame, 0.5, first_day=28.3), 0.5, first_day=37.6)

    found = told(SLOW_LEAK, frame)

    assert [row for row, _ in found] == list(range(5))
    assert {episode.cleared_at for _, episode in found} == {None}
    assert {episode.evidence["top_ups"] for _, episode in found} == {1.0}
    assert_allclose(
        [episode.evidence["pressure_fall_bar_per_day"] for _, episode in found], 0.05, rtol=0.25
    )


@pytest.mark.parametrize("bar", [-0.5, -0.3, 0.5])
def test_a_step_is_no_leak(bar: float) -> None:
    frame = shifted(boilers(homes=5, days=45, cold_bar=1.6), bar, first_day=25.4)

    assert told(SLOW_LEAK, frame) == []


def test_one_step_of_the_sensor_in_summer_is_no_leak() -> None:
    frame = boilers(homes=1, days=45)
    still = {
        "pressure_bar": np.where(np.arange(frame.steps) < 20 * DAY, 1.3, 1.2)[np.newaxis],
        "flow_temp_c": np.full(frame.shape, 22.0),
        "pump_on": np.zeros(frame.shape),
    }

    assert told(SLOW_LEAK, with_values(frame, **still)) == []


@pytest.mark.parametrize(("bar_per_k", "pump_bar"), [(0.004, 0.15), (0.018, 0.45)])
def test_heating_that_stops_or_starts_is_no_leak(bar_per_k: float, pump_bar: float) -> None:
    """The pump runs day and night for weeks, the flow cools with the weather, and it all stops."""
    frame = boilers(homes=4, days=60)
    day = np.arange(frame.steps) / DAY
    rng = np.random.default_rng(8)
    running = (day > 10) & (day < 45)
    flow = np.where(running, 60 - 0.8 * (day - 10), 21.0) + rng.normal(0, 3, frame.shape)
    pump = np.broadcast_to(running.astype(np.float64), frame.shape)
    pressure = 1.4 + bar_per_k * (flow - 20) + pump_bar * pump + rng.normal(0, 0.02, frame.shape)

    steady = with_values(frame, flow_temp_c=flow, pump_on=pump, pressure_bar=np.round(pressure, 1))

    assert told(SLOW_LEAK, steady) == []


def test_draws_of_hot_water_do_not_count() -> None:
    frame = boilers(homes=3, days=45)
    drawing = np.random.default_rng(4).random(frame.shape) < 0.1
    hot = with_values(
        frame,
        hot_water_demand=drawing.astype(np.float64),
        flow_temp_c=np.where(drawing, 65.0, frame["flow_temp_c"]),
    )

    judgement = slow_leak.judge(hot)

    # detection.md 0.2: 0.0061 bar/K and 0.38 bar for the pump, which the frames are made with.
    assert_allclose(judgement.evidence["pressure_rise_bar_per_k"][:, -1], 0.0061, atol=0.002)
    assert_allclose(judgement.evidence["pump_rise_bar"][:, -1], 0.38, atol=0.06)
    assert told(SLOW_LEAK, hot) == []


def test_a_leak_cannot_be_told_without_the_pump_s_state() -> None:
    frame = boilers(homes=1, days=45, leak_bar_per_day=0.05)
    blind = with_values(frame, pump_on=np.full(frame.shape, np.nan))

    assert (slow_leak.judge(blind).severity == -1).all()


def test_a_leak_is_judged_at_the_same_hours_wherever_a_frame_begins() -> None:
    judgement = slow_leak.judge(boilers(homes=1, days=20))

    assert judgement.instant(0).hour == 6
    assert judgement.step_s == timedelta(hours=6).total_seconds()
