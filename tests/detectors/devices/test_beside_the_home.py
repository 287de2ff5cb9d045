"""A sensor beside the rest of its home: its clock, its drift, the room it hangs in."""

from datetime import timedelta

import numpy as np
import pytest

from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.daily import DayFrame
from detectors.devices import clock_wrong, drifting, swapped_rooms
from detectors.devices.beside_day import beside_day
from detectors.devices.telemetry_day import warming_day
from detectors.frame import Row
from detectors.watch import Daily
from tests.detectors.devices.sensors import DAY_START, ROOMS, boilers, days, home
from tests.detectors.homes import told_by_day

CLOCK = Daily(clock_wrong.NAME, clock_wrong.judge, clock_wrong.RULES)
BOILER_CLOCK = Daily(clock_wrong.NAME, clock_wrong.judge_boilers, clock_wrong.RULES)
DRIFTING = Daily(drifting.NAME, drifting.judge, drifting.RULES)
SWAPPED = Daily(swapped_rooms.NAME, swapped_rooms.judge, swapped_rooms.RULES)
ALL = (CLOCK, BOILER_CLOCK, DRIFTING, SWAPPED)
IDS = ("rooms' clocks", "boilers' clocks", "drifting", "swapped")
LENGTH = 60
BATHROOM, BEDROOM, LIVING = 0, 1, 2


def _estate(*, homes: int = 2, length: int = LENGTH, seed: int = 3) -> dict[str, Floats]:
    """Days of homes of three rooms: a cool bedroom, a bathroom in which people shower."""
    rng = np.random.default_rng(seed)
    shape = (homes * 3, length)

    def rooms(of_each: tuple[float, float, float], spread: float) -> Floats:
        level = np.tile(np.array(of_each), homes)[:, np.newaxis]
        return level + spread * rng.standard_normal(shape)

    weather = np.repeat(rng.normal(0.0, 1.0, (1, length)), len(shape) and homes * 3, axis=0)
    return {
        "device_readings": np.full(shape, 286.0),
        "device_battery_pct": rooms((90.0, 60.0, 75.0), 0.0),
        "beside_temp_c": rooms((20.0, 17.5, 20.5), 0.2) + 0.3 * weather,
        "beside_vapour_pa": rooms((1300.0, 1150.0, 1180.0), 30.0) + 60.0 * weather,
        "beside_night_k": rooms((-0.2, 0.6, -0.6), 0.2),
        "beside_bursts": np.maximum(np.round(rooms((3.0, 0.0, 0.6), 0.5)), 0.0),
        "beside_outdoor_c": 5.0 + 3.0 * weather,
        "beside_lag_h": np.zeros(shape),
        "beside_alike": np.full(shape, 0.7),
        "warmth_outdoor_c": 5.0 + 3.0 * weather,
        "telemetry_lag_h": np.full(shape, -0.25),
        "telemetry_alike": np.full(shape, 0.7),
    }


def _frame(values: dict[str, Floats]) -> DayFrame:
    count = len(values["beside_temp_c"])
    rows = tuple(Row("", f"home-{number // 3}", ROOMS[number % 3]) for number in range(count))
    return days(values, rows=rows)


def _told(detector: Daily, values: dict[str, Floats]) -> list[Episode]:
    return told_by_day(_frame(values), [detector], [])


def _day(alert: Episode) -> float:
    return (alert.raised_at - DAY_START) / timedelta(days=1)


def _exchange(values: dict[str, Floats], names: list[str], one: int, other: int, day: int) -> None:
    for name in names:
        kept = values[name][one, day:].copy()
        values[name][one, day:] = values[name][other, day:]
        values[name][other, day:] = kept


@pytest.mark.parametrize("detector", ALL, ids=IDS)
@pytest.mark.parametrize("seed", range(4))
def test_sound_homes_raise_nothing(detector: Daily, seed: int) -> None:
    assert _told(detector, _estate(homes=6, seed=seed)) == []


@pytest.mark.parametrize("detector", ALL, ids=IDS)
@pytest.mark.parametrize("name", sorted(_estate()))
def test_days_of_which_something_is_missing_raise_nothing(detector: Daily, name: str) -> None:
    values = _estate()
    values[name][1] = np.nan
    values[name][4, 10:45] = np.nan
    assert _told(detector, values) == []


@pytest.mark.parametrize("detector", ALL, ids=IDS)
def test_a_room_alone_in_its_home_raises_nothing(detector: Daily) -> None:
    values = {name: array[:1] for name, array in _estate().items()}
    values["beside_lag_h"] = np.full((1, LENGTH), np.nan)
    values["beside_temp_c"] = values["beside_temp_c"] + np.linspace(0.0, 5.0, LENGTH)
    assert _told(detector, values) == []


# clock


def test_a_day_of_a_home_has_no_lag_until_a_clock_is_an_hour_and_a_half_ahead() -> None:
    frame = home(homes=2)
    ahead = 18  # steps of five minutes
    for array in frame.values.values():
        array[4, ahead:] = array[4, :-ahead].copy()
    lag_h = beside_day(frame, {})["beside_lag_h"]
    assert np.abs(np.delete(lag_h, 4)).max() <= 0.25
    assert abs(lag_h[4] - 1.5) <= 0.25


def test_water_that_is_hot_long_before_the_rooms_warm_tells_of_the_boilers_clock() -> None:
    frame = boilers(homes=2)
    hot = frame["heat_demand"] == 1
    indoor = 17.0 + np.cumsum(np.where(hot, 0.01, -0.004), axis=1)
    indoor[1] = np.roll(indoor[1], 180)
    object.__setattr__(frame, "indoor_temp_c", indoor)
    lag_h = warming_day(frame)["telemetry_lag_h"]
    assert abs(lag_h[0]) <= 0.5
    assert abs(lag_h[1] + 3.0) <= 0.5


def test_a_clock_an_hour_behind_is_told_after_six_days_and_two_hours_need_a_visit() -> None:
    values = _estate()
    values["beside_lag_h"][BEDROOM, 20:] = -1.0
    values["beside_lag_h"][3 + LIVING, 20:] = 2.0
    behind, ahead = _told(CLOCK, values)
    assert (behind.place, behind.severity, _day(behind)) == ("bedroom", Severity.LOW, 26.0)
    assert behind.evidence == {"clock_behind_h": 1.0}
    assert (ahead.place, ahead.severity, _day(ahead)) == ("living room", Severity.MEDIUM, 26.0)


def test_a_boilers_clock_is_judged_against_the_quarter_of_an_hour_that_rooms_take() -> None:
    values = _estate()
    values["telemetry_lag_h"][0, 20:] = -3.25
    [alert] = _told(BOILER_CLOCK, values)
    assert alert.evidence == {"clock_behind_h": 3.0}


def test_a_bathroom_that_warms_half_an_hour_later_has_no_wrong_clock() -> None:
    values = _estate()
    values["beside_lag_h"][BATHROOM] = 0.5
    assert _told(CLOCK, values) == []


def test_summer_days_without_likeness_and_days_that_disagree_tell_nothing_of_a_clock() -> None:
    values = _estate()
    values["beside_lag_h"][BATHROOM] = 3.0
    values["beside_alike"][BATHROOM] = 0.3
    values["beside_outdoor_c"] += 10.0
    values["beside_lag_h"][BEDROOM] = np.resize([-5.0, 0.0, 4.0, 2.0, 1.0], LENGTH)
    assert _told(CLOCK, values) == []


def test_cold_days_that_are_hardly_alike_tell_of_a_clock_when_most_of_a_fortnight_agree() -> None:
    values = _estate()
    values["beside_alike"][BEDROOM] = 0.25
    values["beside_lag_h"][BEDROOM, 20:] = np.resize([-4.75, -4.75, -4.75, 1.0], LENGTH - 20)
    [alert] = _told(CLOCK, values)
    assert (alert.place, alert.severity_max) == ("bedroom", Severity.LOW)
    assert alert.evidence == {"clock_behind_h": 4.75}
    assert 20 + 9 <= _day(alert) <= 20 + 14


def test_a_bathroom_that_the_sun_warms_an_hour_after_the_rest_has_no_wrong_clock() -> None:
    values = _estate()
    values["beside_outdoor_c"] += 10.0
    values["beside_lag_h"][BATHROOM, 20:] = -1.25
    values["beside_lag_h"][3 + LIVING, 20:] = 2.0
    [alert] = _told(CLOCK, values)
    assert (alert.place, alert.severity_max) == ("living room", Severity.LOW)


def test_days_that_are_hardly_alike_and_an_hour_apart_tell_nothing_of_a_clock() -> None:
    values = _estate()
    values["beside_alike"][BEDROOM] = 0.25
    values["beside_lag_h"][BEDROOM, 20:] = 1.25
    assert _told(CLOCK, values) == []


# drift


def test_a_sensor_that_creeps_up_in_both_is_told_within_four_weeks() -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 60.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += 3.0 * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + 0.6 * grown
    [alert] = _told(DRIFTING, values)
    assert (alert.home_id, alert.place) == ("home-0", "bedroom")
    assert 30 <= _day(alert) <= 48
    assert alert.evidence["days"] == 28.0


def test_a_sensor_that_creeps_slowly_is_for_when_somebody_is_there() -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 60.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += 1.2 * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + 0.25 * grown
    [alert] = _told(DRIFTING, values)
    assert (alert.place, alert.severity_max) == ("bedroom", Severity.LOW)


@pytest.mark.parametrize(("warmer_k", "damper"), [(2.0, 0.0), (0.0, 0.35), (2.0, -0.2)])
def test_more_heating_or_a_leak_in_a_room_is_no_drift(warmer_k: float, damper: float) -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 40.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += warmer_k * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + damper * grown
    assert _told(DRIFTING, values) == []


def test_a_sensor_that_was_moved_steps_and_does_not_drift() -> None:
    values = _estate()
    values["beside_temp_c"][BEDROOM, 30:] += 2.0
    values["beside_vapour_pa"][BEDROOM, 30:] *= 1.15
    assert _told(DRIFTING, values) == []


def test_a_sensor_that_took_the_place_of_another_does_not_drift() -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 60.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += 3.0 * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + 0.6 * grown
    values["device_battery_pct"][BEDROOM, 35:] = 72.0
    assert _told(DRIFTING, values) == []


def test_a_new_battery_in_a_sensor_that_drifts_hides_nothing() -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 60.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += 3.0 * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + 0.6 * grown
    values["device_battery_pct"][BEDROOM, 35:] = 100.0
    [alert] = _told(DRIFTING, values)
    assert (alert.place, _day(alert) <= 48) == ("bedroom", True)


def test_two_sensors_that_change_places_the_one_with_a_new_battery_do_not_drift() -> None:
    values = _estate()
    grown = np.clip((np.arange(LENGTH) - 20) / 60.0, 0.0, 1.0)
    values["beside_temp_c"][BEDROOM] += 3.0 * grown
    values["beside_vapour_pa"][BEDROOM] *= 1.0 + 0.6 * grown
    values["device_battery_pct"][BATHROOM, :35] = 100.0
    values["device_battery_pct"][BATHROOM, 35:] = 60.0
    values["device_battery_pct"][BEDROOM, 35:] = 100.0
    assert _told(DRIFTING, values) == []


def test_rooms_of_a_home_that_stands_empty_settle_and_do_not_drift() -> None:
    values = _estate()
    away = slice(30, 44)
    values["beside_bursts"][:3, away] = 0.0
    values["beside_temp_c"][:3, away] = 13.0
    values["beside_vapour_pa"][:3, away] = 900.0
    assert _told(DRIFTING, values) == []


# rooms


BEHAVIOURS = ["beside_temp_c", "beside_vapour_pa", "beside_night_k", "beside_bursts"]
MARKS = ["device_battery_pct", "device_readings"]


@pytest.mark.parametrize("marks", [[], MARKS])
def test_two_rooms_that_change_places_are_told_after_three_days(marks: list[str]) -> None:
    values = _estate()
    _exchange(values, [*BEHAVIOURS, *marks], BATHROOM, BEDROOM, 40)
    alerts = _told(SWAPPED, values)
    assert [(one.home_id, one.place) for one in alerts] == [
        ("home-0", "bathroom"),
        ("home-0", "bedroom"),
    ]
    assert [_day(one) for one in alerts] == [43.0, 43.0]
    assert alerts[0].evidence["sensor_marks_exchanged"] == float(bool(marks))


def test_a_radiator_that_turns_two_rooms_round_is_no_exchange_while_the_rest_is_as_it_was() -> None:
    values = _estate()
    _exchange(values, ["beside_temp_c"], BATHROOM, BEDROOM, 40)
    _exchange(values, ["beside_temp_c", *MARKS], 3 + BATHROOM, 3 + BEDROOM, 40)
    assert _told(SWAPPED, values) == []


def test_sensors_that_were_moved_on_purpose_and_filed_where_they_are_raise_nothing() -> None:
    values = _estate()
    _exchange(values, MARKS, BATHROOM, BEDROOM, 40)
    assert _told(SWAPPED, values) == []


def test_rooms_that_differ_little_are_information_when_their_sensors_change_places() -> None:
    values = _estate()
    for name in BEHAVIOURS:
        apart = values[name][BATHROOM].mean() - values[name][BEDROOM].mean()
        of_usual = {"beside_night_k": 0.4, "beside_bursts": 0.2}.get(name, 0.1)
        values[name][BATHROOM] -= (1.0 - of_usual) * apart
    _exchange(values, BEHAVIOURS, BATHROOM, BEDROOM, 40)
    assert _told(SWAPPED, values) == []
    _exchange(values, MARKS, BATHROOM, BEDROOM, 40)
    alerts = _told(SWAPPED, values)
    assert [one.place for one in alerts] == ["bathroom", "bedroom"]
    assert {one.severity_max for one in alerts} == {Severity.LOW}


def test_a_sensor_that_reads_damp_and_is_moved_and_filed_anew_exchanges_no_rooms() -> None:
    values = _estate()
    middle = values["beside_vapour_pa"][[BATHROOM, LIVING]].mean(axis=0)
    values["beside_vapour_pa"][BATHROOM] = middle + 110.0
    values["beside_vapour_pa"][LIVING] = middle - 110.0
    _exchange(values, ["beside_vapour_pa", *MARKS], BATHROOM, LIVING, 40)
    assert _told(SWAPPED, values) == []


def test_a_new_battery_like_that_of_another_room_is_no_exchange_while_both_speak_as_ever() -> None:
    values = _estate()
    values["device_readings"][BATHROOM] = 144.0
    _exchange(values, [*BEHAVIOURS, "device_battery_pct"], BATHROOM, BEDROOM, 40)
    assert _told(SWAPPED, values) == []


def test_guests_for_two_days_and_a_radiator_turned_down_exchange_no_rooms() -> None:
    values = _estate()
    _exchange(values, BEHAVIOURS, BEDROOM, LIVING, 40)
    _exchange(values, BEHAVIOURS, BEDROOM, LIVING, 42)
    values["beside_temp_c"][3 + LIVING, 35:] -= 6.0
    assert _told(SWAPPED, values) == []


def test_guests_who_stay_for_five_days_send_nobody_to_look_for_exchanged_sensors() -> None:
    values = _estate()
    _exchange(values, BEHAVIOURS, BATHROOM, BEDROOM, 40)
    _exchange(values, BEHAVIOURS, BATHROOM, BEDROOM, 45)
    assert {one.severity_max for one in _told(SWAPPED, values)} <= {Severity.LOW}


@pytest.mark.parametrize(("marks", "severity"), [([], Severity.LOW), (MARKS, Severity.MEDIUM)])
def test_somebody_has_to_look_where_batteries_have_changed_places_too(
    marks: list[str], severity: Severity
) -> None:
    values = _estate()
    _exchange(values, [*BEHAVIOURS, *marks], BATHROOM, BEDROOM, 40)
    assert {one.severity_max for one in _told(SWAPPED, values)} == {severity}


def test_a_holiday_is_no_exchange_of_rooms() -> None:
    values = _estate()
    for name in BEHAVIOURS:
        values[name][:3, 35:49] = values[name][:3, 35:49].mean(axis=0)
    assert _told(SWAPPED, values) == []


# all


@pytest.mark.parametrize("detector", ALL, ids=IDS)
def test_what_is_said_of_a_day_rests_on_the_stated_days_before_it_alone(detector: Daily) -> None:
    values = _estate()
    _exchange(values, BEHAVIOURS, BATHROOM, BEDROOM, 45)
    values["beside_lag_h"][BEDROOM, 35:] = -2.0
    values["telemetry_lag_h"][BEDROOM, 35:] = -2.0
    frame = _frame(values)
    whole = detector.judge(frame).severity
    for begin, end in ((0, 47), (5, 55), (17, 60)):
        part = detector.judge(frame.part(steps=slice(begin, end))).severity
        settled = detector.rules.lookback.days if begin else 0
        np.testing.assert_array_equal(part[:, settled:], whole[:, begin + settled : end])


@pytest.mark.parametrize("detector", ALL, ids=IDS)
def test_shuffled_rooms_have_shuffled_verdicts(detector: Daily) -> None:
    values = _estate()
    _exchange(values, BEHAVIOURS, BATHROOM, BEDROOM, 45)
    values["beside_lag_h"][BEDROOM, 35:] = -2.0
    frame = _frame(values)
    order = [4, 2, 0, 5, 1, 3]
    expected = detector.judge(frame).severity[order]
    np.testing.assert_array_equal(detector.judge(frame.part(rows=order)).severity, expected)


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        (clock_wrong.sentence({"clock_behind_h": 1.0}), ["60 minutes", "early"]),
        (clock_wrong.sentence({"clock_behind_h": -3.0}), ["3.0 hours", "late"]),
        (
            drifting.sentence({"temp_creep_k": 0.8, "vapour_creep_pct": 15.0, "days": 28.0}),
            ["0.8 K", "15 %", "28 days"],
        ),
        (
            swapped_rooms.sentence({"behaviours_exchanged": 2.0, "sensor_marks_exchanged": 1.0}),
            ["batteries", "check"],
        ),
    ],
)
def test_sentences_hold_what_was_seen_and_blame_nobody(said: str, numbers: list[str]) -> None:
    assert [word for word in numbers if word not in said] == []
    blame = ("your fault", "should have", "failure to", "lifestyle")
    assert [word for word in blame if word in said] == []
