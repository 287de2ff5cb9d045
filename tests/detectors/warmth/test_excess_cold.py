"""A home that is lived in and too cold is told within days; a home that is left is not."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.warmth.excess_cold import NAME, RULES, judge, sentence
from detectors.watch import Daily
from tests.detectors.warmth.homes import changed, day_of, lived_in_homes, told

DETECTOR = Daily(NAME, judge, RULES)
FROM = 40
ON = slice(FROM, None)


def cold(to_c: float, *, days: slice = ON) -> DayFrame:
    """Three homes; the second is so cold from a day on."""
    return changed(lived_in_homes(homes=3), "warmth_indoor_c", 1, days, add=to_c - 20.0)


def left(of: DayFrame, days: slice, *, minutes: float = 0.0) -> DayFrame:
    """The second home is left: no hot water, but for what keeps a cylinder warm."""
    return changed(of, "warmth_hot_water_min", 1, days, times=0.0, add=minutes)


def test_a_home_at_twelve_degrees_is_told_when_three_such_days_are_over() -> None:
    (alert,) = told(DETECTOR, cold(11.5))

    assert (alert.home_id, alert.severity_max) == ("home-2", Severity.HIGH)
    assert day_of(alert) <= FROM + 4
    assert alert.evidence["lived_in"] == 1.0
    assert 11.3 < alert.evidence["indoor_temp_c"] < 11.7
    assert alert.evidence["heating_called_pct"] == 30.0


def test_how_cold_it_is_says_how_bad() -> None:
    worst = [told(DETECTOR, cold(to_c))[0].severity_max for to_c in (14.5, 13.0, 11.0)]

    assert worst == [Severity.LOW, Severity.MEDIUM, Severity.HIGH]


def test_a_thrifty_home_at_sixteen_degrees_is_nothing() -> None:
    assert told(DETECTOR, cold(16.0, days=slice(None))) == []


def test_a_home_that_falls_to_sixteen_degrees_is_information() -> None:
    (alert,) = told(DETECTOR, cold(16.0))

    assert alert.severity_max == Severity.LOW
    assert day_of(alert) <= FROM + 5
    assert 2.0 <= alert.evidence["colder_than_before_k"] <= 4.5


def test_two_cold_days_of_a_broken_boiler_are_nothing() -> None:
    assert told(DETECTOR, cold(13.0, days=slice(FROM, FROM + 2))) == []


def test_a_holiday_with_the_heating_turned_down_is_nothing() -> None:
    away = slice(FROM, FROM + 14)

    assert told(DETECTOR, left(cold(12.5, days=away), away)) == []


def test_a_holiday_of_a_home_whose_cylinder_stays_warm_is_nothing() -> None:
    away = slice(FROM, FROM + 14)

    assert told(DETECTOR, left(cold(12.5, days=away), away, minutes=10.0)) == []


def test_a_home_that_is_cold_for_three_weeks_is_told_though_nobody_may_be_there() -> None:
    (alert,) = told(DETECTOR, left(cold(12.5), ON))

    assert alert.evidence["lived_in"] == 0.0
    assert FROM + 16 <= day_of(alert) <= FROM + 21
    assert "Nobody may be at home." in alert.sentence


def test_a_home_that_stands_empty_with_nothing_called_for_is_information() -> None:
    frame = changed(left(cold(12.5), ON), "warmth_call_share", 1, ON, times=0.0)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.LOW
    assert alert.evidence["heating_called_pct"] == 0.0


def test_a_home_whose_heating_is_called_and_stays_cold_is_more_than_information() -> None:
    (alert,) = told(DETECTOR, left(cold(12.5), ON))

    assert alert.severity_max == Severity.MEDIUM


def test_a_cold_home_of_which_no_hot_water_is_known_is_not_taken_for_empty() -> None:
    frame = changed(cold(12.5), "warmth_hot_water_min", 1, slice(None), times=np.nan)
    frame = changed(frame, "warmth_call_share", 1, ON, times=0.0)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.MEDIUM


def test_an_empty_home_is_never_told_as_a_danger_to_life() -> None:
    (alert,) = told(DETECTOR, left(cold(8.0), ON))

    assert alert.severity_max == Severity.MEDIUM


def test_without_hot_water_readings_three_weeks_of_cold_are_told() -> None:
    frame = changed(cold(12.5), "warmth_hot_water_min", 1, slice(None), times=np.nan)

    (alert,) = told(DETECTOR, frame)

    assert alert.home_id == "home-2"


def test_an_alert_clears_when_the_home_is_warm_again() -> None:
    (alert,) = told(DETECTOR, cold(12.5, days=slice(FROM, FROM + 20)))

    assert alert.cleared_at is not None


def thrifty(then_c: float) -> DayFrame:
    """A home at 16.5 °C that a cold snap brings to 14.5 °C for a week, and then to this."""
    usual = cold(16.5, days=slice(None))
    snap, after = slice(FROM, FROM + 7), slice(FROM + 7, None)
    of_snap = changed(usual, "warmth_indoor_c", 1, snap, add=-2.0)
    return changed(of_snap, "warmth_indoor_c", 1, after, add=then_c - 16.5)


def test_a_thrifty_home_that_was_too_cold_in_a_cold_snap_is_not_told_all_winter() -> None:
    (alert,) = told(DETECTOR, thrifty(16.4))

    assert alert.severity_max == Severity.LOW
    assert alert.cleared_at is not None
    assert (alert.cleared_at - alert.raised_at).days <= 14


def test_a_home_that_stays_below_sixteen_degrees_is_told_as_long_as_it_does() -> None:
    (alert,) = told(DETECTOR, thrifty(15.6))

    assert alert.cleared_at is None


def test_a_home_that_fell_to_sixteen_degrees_is_told_for_six_weeks_and_then_is_as_it_is() -> None:
    frame = changed(lived_in_homes(homes=3, days=120), "warmth_indoor_c", 1, ON, add=-3.7)

    (alert,) = told(DETECTOR, frame)

    assert alert.cleared_at is not None
    assert 28 <= (alert.cleared_at - alert.raised_at).days <= 49


def test_missing_days_raise_nothing_and_harm_no_neighbour() -> None:
    frame = changed(cold(11.5), "warmth_indoor_c", 0, slice(None), times=np.nan)

    assert [alert.home_id for alert in told(DETECTOR, frame)] == ["home-2"]


def test_homes_in_another_order_are_told_the_same() -> None:
    frame = cold(11.5)

    straight, shuffled = told(DETECTOR, frame), told(DETECTOR, frame.part(rows=[2, 0, 1]))

    assert straight == shuffled


def test_a_verdict_rests_on_the_lookback_alone() -> None:
    frame = cold(12.5)
    back = RULES.lookback.days
    late = frame.part(steps=slice(10, None))

    assert np.array_equal(judge(frame).severity[:, 10 + back :], judge(late).severity[:, back:])


def test_the_future_changes_no_verdict() -> None:
    frame = cold(12.5)
    early = frame.part(steps=slice(50))

    assert np.array_equal(judge(frame).severity[:, :50], judge(early).severity)


@given(st.floats(5.0, 25.0), st.floats(5.0, 25.0))
def test_a_colder_home_is_never_judged_better(one_c: float, other_c: float) -> None:
    colder, warmer = sorted((one_c, other_c))
    of_colder, of_warmer = (judge(cold(to_c)).severity[1, -1] for to_c in (colder, warmer))

    assert of_colder >= of_warmer


def test_the_words_blame_nobody() -> None:
    words = sentence({"indoor_temp_c": 12.3, "days": 4, "heating_called_pct": 0.2, "lived_in": 1})

    assert words == (
        "Over 4 days this home was 12 °C on average, day and night, which is too cold to stay well "
        "in. The heating was called for 0 % of the time. It is worth asking what would help: "
        "repairs, controls, or heating costs."
    )
