"""A home that needs more heat than before, and than its neighbours, is told; weather is not."""

from dataclasses import replace

import numpy as np
import pytest

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.warmth.high_heat_loss import (
    NEIGHBOURS_MIN,
    RECENT_DAYS,
    RULES,
    judge,
    sentence,
)
from detectors.watch import Daily
from tests.detectors.warmth.homes import changed, day_of, lived_in_homes, told

DETECTOR = Daily("high_heat_loss", judge, RULES)
FROM = 50
ON = slice(FROM, None)


def losing(of: DayFrame, times: float, *, row: int = 3, days: slice = ON) -> DayFrame:
    """One home takes so much more heat."""
    for heat in ("warmth_emitted", "warmth_fired_pct"):
        of = changed(of, heat, row, days, times=times)
    return of


@pytest.mark.parametrize(("times", "severity"), [(1.5, Severity.MEDIUM), (2.0, Severity.HIGH)])
def test_a_home_that_loses_more_heat_is_told_within_two_weeks(
    times: float, severity: Severity
) -> None:
    (alert,) = told(DETECTOR, losing(lived_in_homes(), times))

    assert (alert.home_id, alert.severity_max) == ("home-4", severity)
    assert FROM + RECENT_DAYS // 2 < day_of(alert) <= FROM + 14


def test_the_evidence_says_how_much_more_and_how_cold_it_was() -> None:
    judgement = judge(losing(lived_in_homes(), 1.5))

    told_now = judgement.evidence_at(3, FROM + RECENT_DAYS - 1)

    assert 40 < told_now["extra_heat_pct"] < 60
    assert 13 < told_now["indoor_above_outdoor_k"] < 17


def test_a_storm_over_the_whole_street_is_nothing() -> None:
    frame = lived_in_homes()
    for row in range(len(frame.rows)):
        frame = losing(frame, 1.5, row=row)

    assert told(DETECTOR, frame) == []


def test_a_cold_snap_is_nothing() -> None:
    frame = lived_in_homes()
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_outdoor_c", row, ON, add=-3.5)
        frame = changed(frame, "warmth_emitted", row, ON, add=3 * 3.5)
        frame = changed(frame, "warmth_fired_pct", row, ON, add=3 * 3.5 / 8)

    assert told(DETECTOR, frame) == []


def test_a_window_open_for_two_days_is_nothing() -> None:
    assert told(DETECTOR, losing(lived_in_homes(), 3.0, days=slice(FROM, FROM + 2))) == []


def test_a_pipe_that_is_hot_while_the_burner_rests_is_nothing() -> None:
    frame = changed(lived_in_homes(), "warmth_emitted", 3, ON, times=2.0)

    assert told(DETECTOR, frame) == []


def test_a_boiler_whose_power_is_not_known_is_judged_by_its_radiators() -> None:
    frame = lived_in_homes()
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_fired_pct", row, slice(None), times=np.nan)

    assert [one.home_id for one in told(DETECTOR, losing(frame, 1.6))] == ["home-4"]


def test_a_home_that_comes_back_from_a_holiday_is_nothing() -> None:
    away = slice(FROM - 10, FROM)
    frame = losing(lived_in_homes(), 0.3, days=away)
    frame = changed(frame, "warmth_hot_water_min", 3, away, times=0.0)

    assert told(DETECTOR, frame) == []


def test_mild_days_tell_nothing() -> None:
    frame = lived_in_homes()
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_outdoor_c", row, slice(None), add=8.0)

    judgement = judge(losing(frame, 2.0))

    assert (judgement.severity == -1).all()


def test_a_home_with_few_neighbours_is_unknown() -> None:
    frame = losing(lived_in_homes(homes=NEIGHBOURS_MIN - 1), 2.0)

    assert (judge(frame).severity == -1).all()


def test_homes_under_other_weather_are_no_neighbours() -> None:
    frame = losing(lived_in_homes(), 2.0)
    for row in range(0, len(frame.rows), 2):
        frame = changed(frame, "warmth_outdoor_c", row, slice(None), add=0.5)

    assert told(DETECTOR, frame) == []


def test_missing_days_raise_nothing_and_harm_no_neighbour() -> None:
    frame = losing(lived_in_homes(homes=13), 2.0)
    frame = changed(frame, "warmth_indoor_c", 0, slice(None), times=np.nan)

    assert [alert.home_id for alert in told(DETECTOR, frame)] == ["home-4"]


def test_homes_in_another_order_are_told_the_same() -> None:
    frame = losing(lived_in_homes(), 2.0)
    order = [11, 3, 0, 7, 5, 1, 2, 4, 6, 8, 9, 10]

    assert told(DETECTOR, frame) == told(DETECTOR, frame.part(rows=order))


def test_a_verdict_rests_on_the_lookback_alone() -> None:
    frame, back = losing(lived_in_homes(days=100), 2.0), RULES.lookback.days
    late = frame.part(steps=slice(20, None))

    assert back == 45
    assert np.array_equal(judge(frame).severity[:, 20 + back :], judge(late).severity[:, back:])


def test_the_future_changes_no_verdict() -> None:
    frame = losing(lived_in_homes(), 2.0)

    early = judge(frame.part(steps=slice(60))).severity

    assert np.array_equal(judge(frame).severity[:, :60], early)


def test_a_frame_without_any_feature_is_unknown() -> None:
    frame = replace(lived_in_homes(), values={})

    assert (judge(frame).severity == -1).all()


def test_the_words_blame_nobody() -> None:
    assert sentence({"extra_heat_pct": 48.2}) == (
        "For the same warmth this home now takes about 48 % more heat than it did last month, and "
        "its neighbours do not: warmth is getting out somewhere, such as through wet or missing "
        "insulation or a gap."
    )
