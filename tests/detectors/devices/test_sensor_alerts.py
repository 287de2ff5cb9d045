"""Alerts about devices, from what days came to: what raises them, when, and what does not."""

from datetime import timedelta

import numpy as np
import pytest

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.daily import DayFrame
from detectors.devices import battery_low, flapping, implausible, railed, stuck, telemetry_frozen
from detectors.frame import Row
from detectors.watch import Daily
from tests.detectors.devices.sensors import DAY_START, days
from tests.detectors.homes import told_by_day

STUCK = Daily(stuck.NAME, stuck.judge, stuck.RULES)
RAILED = Daily(railed.NAME, railed.judge, railed.RULES)
IMPLAUSIBLE = Daily(implausible.NAME, implausible.judge, implausible.RULES)
FROZEN = Daily(telemetry_frozen.NAME, telemetry_frozen.judge, telemetry_frozen.RULES)
BATTERY = Daily(battery_low.NAME, battery_low.judge, battery_low.RULES)
FLAPPING = Daily(flapping.NAME, flapping.judge, flapping.RULES)
ALL = (STUCK, RAILED, IMPLAUSIBLE, FROZEN, BATTERY, FLAPPING)


def _sound(count: int = 3, length: int = 20) -> dict[str, Floats]:
    shape = (count, length)
    nothing = (
        "gaps",
        "long_gaps",
        "low_rail",
        "high_rail",
        "impossible",
        "in_part",
        "near_rail",
        "rail_left",
        "rail_leaps",
        "stood_h",
    )
    return {
        **{f"device_{name}": np.zeros(shape) for name in nothing},
        "device_readings": np.full(shape, 286.0),
        "device_battery_pct": np.full(shape, 80.0),
        "device_rail_air_c": np.full(shape, 19.0),
        "beside_vapour_pa": np.full(shape, 1150.0),
        "telemetry_readings": np.full(shape, 1430.0),
        "telemetry_frozen_h": np.zeros(shape),
    }


def _told(detector: Daily, frame: DayFrame) -> list[Episode]:
    return told_by_day(frame, [detector], [])


def _raised_after_days(alerts: list[Episode]) -> list[float]:
    return [(one.raised_at - DAY_START) / timedelta(days=1) for one in alerts]


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
def test_sound_devices_raise_nothing(detector: Daily) -> None:
    assert _told(detector, days(_sound())) == []


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
def test_devices_of_which_nothing_is_known_raise_nothing(detector: Daily) -> None:
    nothing = {name: np.full(array.shape, np.nan) for name, array in _sound().items()}
    assert _told(detector, days(nothing)) == []


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize("name", sorted(_sound()))
def test_a_feature_that_is_missing_creates_no_alert(detector: Daily, name: str) -> None:
    values = _sound()
    values[name][1, 6:9] = np.nan
    assert _told(detector, days(values)) == []


def test_a_sensor_that_stood_for_fourteen_hours_is_stuck_when_the_day_is_over() -> None:
    values = _sound()
    values["device_stood_h"][1, 7] = 14.0
    values["device_stood_h"][2, 7] = 13.0
    [alert] = _told(STUCK, days(values))
    assert (alert.home_id, alert.place, alert.severity) == ("home-1", "bedroom", Severity.MEDIUM)
    assert _raised_after_days([alert]) == [8.0]
    assert alert.began_at == DAY_START + timedelta(days=7)
    assert alert.evidence == {"unchanged_h": 14.0}


def test_a_sensor_that_moves_every_other_day_stays_one_alert() -> None:
    values = _sound()
    values["device_stood_h"][0, 6:16:2] = 24.0
    [alert] = _told(STUCK, days(values))
    assert alert.cleared_at == DAY_START + timedelta(days=19)


def test_a_hygrometer_at_its_low_end_is_railed_at_once_and_a_wet_bathroom_is_not() -> None:
    values = _sound()
    values["device_low_rail"][0, 9:] = 40.0
    values["device_high_rail"][1, 9:] = 60.0  # five hours of fog a day
    values["device_high_rail"][2, 9:] = 90.0
    values["device_rail_left"][2, 9:] = 5.0
    values["device_rail_leaps"][2, 9:] = 4.0
    alerts = _told(RAILED, days(values))
    assert [one.home_id for one in alerts] == ["home-0", "home-2"]
    assert _raised_after_days(alerts) == [10.0, 11.0]


def test_a_wash_dried_for_a_day_and_a_room_that_streams_with_damp_are_not_railed() -> None:
    values = _sound()
    values["device_high_rail"][0, 9] = 160.0
    values["device_high_rail"][1, 9:] = 150.0  # saturated, and as often nearly so
    values["device_near_rail"][1, 9:] = 120.0
    assert _told(RAILED, days(values)) == []


def test_a_bathroom_that_stays_wet_for_hours_and_dries_slowly_is_not_railed() -> None:
    values = _sound()
    values["device_high_rail"][0, 9:] = 190.0  # two thirds of the day, and hardly anything between
    values["device_near_rail"][0, 9:] = 40.0
    values["device_rail_left"][0, 9:] = 5.0
    values["device_rail_leaps"][0, 9:] = 1.0
    assert _told(RAILED, days(values)) == []


@pytest.mark.parametrize(("air_c", "told"), [(19.0, 1), (11.0, 0)])
def test_a_sensor_that_never_leaves_the_end_is_railed_in_a_warm_room_and_may_be_right_in_a_cold(
    air_c: float, told: int
) -> None:
    values = _sound()
    values["device_high_rail"][0, 9:] = 286.0
    values["device_rail_air_c"][0, 9:] = air_c
    values["beside_vapour_pa"][0, 9:] = np.nan
    rows = tuple(Row("", "home-0", room) for room in ("bathroom", "bedroom", "living room"))
    alerts = _told(RAILED, days(values, rows=rows))
    assert [one.place for one in alerts] == ["bathroom"] * told
    assert _raised_after_days(alerts) == [11.0] * told


def test_air_that_climbed_to_saturation_over_weeks_is_no_railed_sensor() -> None:
    values = _sound(length=30)
    values["device_near_rail"][0, 5:20] = 100.0
    values["device_high_rail"][0, 5:20] = 130.0
    values["device_high_rail"][:2, 20:] = 286.0
    rows = tuple(Row("", "home-0", room) for room in ("bathroom", "bedroom", "living room"))
    alerts = _told(RAILED, days(values, rows=rows))
    assert [one.place for one in alerts] == ["bedroom"]


def test_three_readings_that_cannot_be_in_two_weeks_are_told_and_two_are_not() -> None:
    values = _sound()
    values["device_impossible"][0, [4, 9, 14]] = 1.0
    values["device_impossible"][1, [4, 14]] = 1.0
    values["device_impossible"][2, [1, 3, 18]] = 1.0
    alerts = _told(IMPLAUSIBLE, days(values))
    assert [one.home_id for one in alerts] == ["home-0"]
    assert _raised_after_days(alerts) == [15.0]


def test_refused_values_count_beside_one_impossible_reading_but_not_for_split_messages() -> None:
    values = _sound()
    values["device_in_part"][0, 5:8] = 1.0
    values["device_impossible"][0, 7] = 1.0
    values["device_in_part"][1, :] = 286.0
    values["device_impossible"][1, 7] = 1.0
    values["device_in_part"][2, :] = 3.0  # two messages for each reading, and one is lost at times
    alerts = _told(IMPLAUSIBLE, days(values))
    assert [one.home_id for one in alerts] == ["home-0"]


def test_an_adapter_that_repeats_itself_for_three_hours_is_frozen() -> None:
    values = _sound()
    values["telemetry_frozen_h"][0, 5] = 3.0
    values["telemetry_frozen_h"][1, 5] = 1.2  # a cloud that was away for as long as clouds are
    alerts = _told(FROZEN, days(values))
    assert [one.home_id for one in alerts] == ["home-0"]
    assert _raised_after_days(alerts) == [6.0]


def test_a_battery_that_falls_fast_is_told_while_it_still_has_days_to_live() -> None:
    values = _sound()
    values["device_battery_pct"][0, 8:] = np.maximum(80.0 - 8.0 * np.arange(1, 13), 0.0)
    [alert] = _told(BATTERY, days(values))
    assert _raised_after_days([alert]) == [10.0]
    assert alert.cleared_at is None
    assert alert.severity == Severity.MEDIUM


def test_a_battery_told_after_a_year_is_low_at_fifteen_percent() -> None:
    values = _sound(length=60)
    values["device_battery_pct"][0] = np.linspace(24.0, 12.2, 60)
    [alert] = _told(BATTERY, days(values))
    assert alert.evidence["battery_pct"] == pytest.approx(12.2)
    assert "days_left" not in alert.evidence


def test_a_cold_week_and_a_coarse_gauge_are_no_empty_battery() -> None:
    values = _sound()
    values["device_battery_pct"][0] = 60.0 - 8.0 * np.exp(-((np.arange(20) - 10) ** 2) / 8.0)
    values["device_battery_pct"][1, 10:] = 50.0  # it knows 100, 80, 50, 20 and no more
    values["device_battery_pct"][2] = 32.0
    assert _told(BATTERY, days(values)) == []


def test_a_new_battery_ends_the_alert() -> None:
    values = _sound()
    values["device_battery_pct"][0, :10] = 10.0
    values["device_battery_pct"][0, 10:] = 100.0
    [alert] = _told(BATTERY, days(values))
    assert alert.cleared_at == DAY_START + timedelta(days=12)


def test_a_sensor_that_comes_and_goes_is_one_alert_and_an_outage_is_none() -> None:
    values = _sound()
    values["device_gaps"][0, 10:] = 12.0
    values["device_gaps"][1, [9, 12, 13]] = 2.0  # the line was down
    values["device_long_gaps"][1, [9, 12, 13]] = 1.0
    values["device_gaps"][2, :] = 48.0  # it speaks every half hour
    alerts = _told(FLAPPING, days(values))
    assert [one.home_id for one in alerts] == ["home-0"]
    assert _raised_after_days(alerts) == [12.0]


def test_a_sensor_that_was_changed_for_one_that_speaks_seldom_does_not_flap() -> None:
    values = _sound()
    values["device_gaps"][1, 10] = 20.0  # half a day of either
    values["device_readings"][1, 10] = 160.0
    values["device_gaps"][1, 11:] = 47.0
    values["device_readings"][1, 11:] = 48.0
    assert _told(FLAPPING, days(values)) == []


def test_a_sensor_that_speaks_on_change_flaps_when_it_is_away_for_longer_than_an_hour() -> None:
    values = _sound()
    values["device_gaps"][:] = 25.0
    values["device_long_gaps"][2, 10:] = 3.0
    alerts = _told(FLAPPING, days(values))
    assert [one.home_id for one in alerts] == ["home-2"]
    assert _raised_after_days(alerts) == [13.0]


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
def test_what_is_said_of_a_day_does_not_depend_on_where_the_frame_ends_or_begins(
    detector: Daily,
) -> None:
    rng = np.random.default_rng(5)
    values = {
        name: array * rng.choice([1.0, 0.1, np.nan], array.shape)
        + rng.choice([0.0, 9.0], array.shape)
        for name, array in _sound(length=60).items()
    }
    frame = days(values)
    whole = detector.judge(frame).severity
    for begin, end in ((0, 40), (5, 50), (20, 60)):
        part = detector.judge(frame.part(steps=slice(begin, end))).severity
        settled = detector.rules.lookback.days if begin else 0
        np.testing.assert_array_equal(part[:, settled:], whole[:, begin + settled : end])


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
def test_shuffled_homes_have_shuffled_verdicts(detector: Daily) -> None:
    rng = np.random.default_rng(6)
    values = {
        name: array + rng.choice([0.0, 9.0, -30.0], array.shape) for name, array in _sound().items()
    }
    frame = days(values)
    order = [2, 0, 1]
    expected = detector.judge(frame).severity[order]
    np.testing.assert_array_equal(detector.judge(frame.part(rows=order)).severity, expected)


_EVIDENCE = {
    STUCK: {"unchanged_h": 18.0},
    RAILED: {"at_low_end_pct": 0.0, "at_high_end_pct": 44.0},
    IMPLAUSIBLE: {"impossible_readings": 5.0, "days": 14.0},
    FROZEN: {"frozen_h": 6.0},
    BATTERY: {"battery_pct": 30.0, "days_left": 4.0},
    FLAPPING: {"gaps_a_day": 9.0},
}


@pytest.mark.parametrize("detector", ALL, ids=lambda one: one.name)
def test_a_sentence_holds_its_numbers_and_blames_nobody(detector: Daily) -> None:
    modules = (stuck, railed, implausible, telemetry_frozen, battery_low, flapping)
    module = next(one for one in modules if detector.name == one.NAME)
    said = module.sentence(_EVIDENCE[detector])
    assert [
        word for word in ("your fault", "should have", "failure to", "lifestyle") if word in said
    ] == []
    numbers = [f"{value:.0f}" for value in _EVIDENCE[detector].values() if value]
    assert [number for number in numbers if number not in said] == []
