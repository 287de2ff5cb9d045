"""Low pressure and fast leaks, five minutes by five minutes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType

import numpy as np
import pytest

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.boiler import fast_leak, low_pressure
from detectors.boiler.sealed_system import USUAL_SQUEEZE
from detectors.frame import BoilerFrame
from detectors.judgement import UNKNOWN
from tests.detectors.boiler.sealed_homes import DAY_MIN, LEAD_MIN, always, leaking, system
from tests.detectors.boiler.telling import told

BOTH = pytest.mark.parametrize("detector", [low_pressure, fast_leak])
MORNING_MIN, NIGHT_MIN = DAY_MIN + 7 * 60, DAY_MIN + 2 * 60


def alerts(detector: ModuleType, frame: BoilerFrame) -> list[tuple[int, Episode]]:
    return told(detector.judge(frame), detector.RULES)


def minutes_after(alert: Episode, frame: BoilerFrame, minute: int) -> float:
    """From a minute since the first midnight; the frame begins LEAD before it."""
    began = frame.start + timedelta(minutes=LEAD_MIN + minute)
    return (alert.raised_at - began) / timedelta(minutes=1)


def two_days(**kinds: object) -> BoilerFrame:
    return system(-LEAD_MIN, LEAD_MIN + 2 * DAY_MIN, **kinds)  # type: ignore[arg-type]


def drops(minute: int, to_bar: float) -> Callable[[Floats], Floats]:
    return lambda day: np.where(day * DAY_MIN >= minute, to_bar, 1.4)


@pytest.mark.parametrize("minute", [MORNING_MIN, NIGHT_MIN])
@pytest.mark.parametrize(
    ("to_bar", "severity", "within_min"),
    [(0.9, Severity.LOW, 150), (0.65, Severity.MEDIUM, 70), (0.3, Severity.HIGH, 70)],
)
def test_a_system_that_lost_its_water_is_told_hot_or_cold(
    minute: int, to_bar: float, severity: Severity, within_min: float
) -> None:
    frame = two_days(homes=1, cold_bar=drops(minute, to_bar))

    [(_, alert)] = alerts(low_pressure, frame)

    assert alert.severity == severity
    assert 0 < minutes_after(alert, frame, minute) <= within_min


def test_a_boiler_at_rest_is_told_of_within_a_quarter_of_an_hour() -> None:
    frame = two_days(homes=1, cold_bar=drops(NIGHT_MIN, 0.3))

    [(_, alert)] = alerts(low_pressure, frame)

    assert minutes_after(alert, frame, NIGHT_MIN) <= 15


def test_the_running_pump_does_not_hide_that_water_is_missing() -> None:
    # 0.9 bar when cold stands at 1.5 bar and more with heat and pump.
    frame = two_days(homes=1, cold_bar=always(0.9))

    [(_, alert)] = alerts(low_pressure, frame)

    assert np.nanmax(frame["pressure_bar"]) >= 1.4
    assert alert.evidence["cold_pressure_bar"] == pytest.approx(0.9, abs=0.1)


def test_the_boilers_own_word_counts_without_any_pressure() -> None:
    frame = two_days(homes=2)
    code = np.full(frame.shape, np.nan)
    code[0, LEAD_MIN + 600 :] = 0.0  # F.22
    code[1, LEAD_MIN + 600 :] = 1.0  # F.28: no flame
    quiet = replace(
        frame, values={"fault_code": code, "pressure_bar": np.full(frame.shape, np.nan)}
    )

    [(row, alert)] = alerts(low_pressure, quiet)

    assert (row, alert.severity) == (0, Severity.HIGH)
    assert minutes_after(alert, frame, 600) <= 10


@pytest.mark.parametrize("bar_per_h", [0.3, 0.5])
def test_water_that_runs_out_by_the_hour_is_told_before_the_boiler_stops(bar_per_h: float) -> None:
    stops_min = round(60 * (1.4 - 0.5) / bar_per_h)
    course = leaking(24 * bar_per_h, from_day=MORNING_MIN / DAY_MIN)
    frame = two_days(homes=1, cold_bar=course).part(steps=slice(LEAD_MIN + MORNING_MIN + stops_min))

    [(_, alert)] = alerts(fast_leak, frame)

    assert alert.severity == Severity.HIGH
    assert alert.evidence["pressure_fall_bar_per_h"] == pytest.approx(bar_per_h, rel=0.4)


def test_a_leak_while_the_system_cools_waits_until_the_gauge_says_that_water_is_missing() -> None:
    frame = two_days(homes=1, cold_bar=leaking(12.0, from_day=NIGHT_MIN / DAY_MIN))

    assert minutes_after(alerts(low_pressure, frame)[0][1], frame, NIGHT_MIN) < 60 * 0.9 / 0.5


@BOTH
@pytest.mark.parametrize("cold_bar", [1.3, 1.55])
def test_a_sound_boiler_tells_nothing(detector: ModuleType, cold_bar: float) -> None:
    assert alerts(detector, two_days(cold_bar=always(cold_bar))) == []


@pytest.mark.parametrize("left", [0.6, 0.3, 0.15])
def test_a_vessel_without_gas_is_no_fast_leak_when_the_system_cools(left: float) -> None:
    frame = two_days(homes=1, squeeze=always(USUAL_SQUEEZE / left))

    assert alerts(fast_leak, frame) == []


def test_a_pump_that_fails_at_once_is_no_fast_leak() -> None:
    frame = two_days(homes=1, head_bar=lambda day: np.where(day * DAY_MIN > MORNING_MIN, 0.0, 0.38))

    assert alerts(fast_leak, frame) == []


def test_a_radiator_that_is_bled_is_no_fast_leak() -> None:
    assert alerts(fast_leak, two_days(homes=1, cold_bar=drops(NIGHT_MIN, 1.05))) == []


@BOTH
def test_without_readings_nothing_is_known_and_nothing_told(detector: ModuleType) -> None:
    frame = two_days(cold_bar=always(0.5))
    silent = replace(frame, values={n: np.full_like(a, np.nan) for n, a in frame.values.items()})

    assert set(detector.judge(silent).severity.ravel()) == {UNKNOWN}


@BOTH
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_missing_minutes_tell_nothing(detector: ModuleType, share: float) -> None:
    frame = two_days()
    away = np.random.default_rng(5).random(frame.shape) < share
    gappy = replace(frame, values={n: np.where(away, np.nan, a) for n, a in frame.values.items()})

    assert alerts(detector, gappy) == []


@BOTH
@pytest.mark.parametrize("minutes", [5, 240])
def test_verdicts_are_the_same_however_time_is_cut(detector: ModuleType, minutes: int) -> None:
    frame = two_days(homes=1, cold_bar=leaking(6.0, from_day=0.3))
    whole = detector.judge(frame)

    for begin in (LEAD_MIN, LEAD_MIN + 425, LEAD_MIN + 1500):
        cut = detector.judge(frame.part(steps=slice(begin - LEAD_MIN, begin + minutes)))
        fresh = slice(LEAD_MIN // 5, None)
        same = slice(begin // 5, (begin + minutes) // 5)
        assert cut.severity[:, fresh].tolist() == whole.severity[:, same].tolist()
        assert cut.instant(LEAD_MIN // 5) == whole.instant(begin // 5)


@BOTH
def test_homes_in_another_order_give_the_same_verdicts(detector: ModuleType) -> None:
    def one_of_three(day: Floats) -> Floats:
        return np.stack([0 * day + 1.4, 1.4 - 5.0 * np.maximum(day, 0), 0 * day + 1.5])

    frame = two_days(homes=3, cold_bar=one_of_three)

    shuffled = detector.judge(frame.part(rows=[2, 0, 1])).severity
    assert shuffled.tolist() == detector.judge(frame).severity[[2, 0, 1]].tolist()
    assert {row for row, _ in alerts(detector, frame)} == {1}


@BOTH
def test_sentences_blame_nobody(detector: ModuleType) -> None:
    frame = two_days(homes=1, cold_bar=leaking(12.0, from_day=MORNING_MIN / DAY_MIN))

    text = alerts(detector, frame)[0][1].sentence.lower()

    assert not any(word in text for word in ("you should have", "fault", "failure", "lifestyle"))
