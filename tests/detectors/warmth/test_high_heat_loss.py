"""A home that needs more heat than before, and than its neighbours, is told; weather is not."""

from dataclasses import replace

import numpy as np
import pytest

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.judgement import NOTHING, UNKNOWN
from detectors.warmth.heat_line import NEIGHBOURS_MIN, RECENT_DAYS
from detectors.warmth.high_heat_loss import RULES, judge, sentence
from detectors.watch import Daily
from tests.detectors.warmth.homes import changed, day_of, lived_in_homes, told

DETECTOR = Daily("high_heat_loss", judge, RULES)
FROM = 50
ON = slice(FROM, None)
HEAT = ("warmth_emitted", "warmth_fired_pct")
COOLING = "warmth_cooling_1_h"


def losing(of: DayFrame, times: float, *, row: int = 3, days: slice = ON) -> DayFrame:
    """One home takes so much more heat, and cools so much faster by night."""
    for name in (*HEAT, COOLING):
        of = changed(of, name, row, days, times=times)
    return of


def unknown(of: DayFrame, name: str, *, days: slice = slice(None)) -> DayFrame:
    """What no home tells any more."""
    for row in range(len(of.rows)):
        of = changed(of, name, row, days, times=np.nan)
    return of


def all_losing(of: DayFrame, times: float, *, days: slice = ON) -> DayFrame:
    """A storm."""
    for row in range(len(of.rows)):
        of = losing(of, times, row=row, days=days)
    return of


@pytest.mark.parametrize("times", [1.8, 2.2])
def test_a_strong_loss_is_told_when_three_such_days_are_over(times: float) -> None:
    (alert,) = told(DETECTOR, losing(lived_in_homes(), times))

    assert (alert.home_id, day_of(alert)) == ("home-4", FROM + 3)
    assert alert.severity_max == Severity.HIGH


def test_a_milder_loss_is_told_within_two_weeks() -> None:
    (alert,) = told(DETECTOR, losing(lived_in_homes(), 1.4))

    assert (alert.home_id, alert.severity_max) == ("home-4", Severity.MEDIUM)
    assert FROM + RECENT_DAYS // 2 < day_of(alert) <= FROM + 14


def test_the_evidence_says_how_much_more_and_over_how_many_days() -> None:
    judgement = judge(losing(lived_in_homes(), 1.5))

    told_now = judgement.evidence_at(3, FROM + RECENT_DAYS - 1)

    assert 40 < told_now["extra_heat_pct"] < 60
    assert 40 < told_now["faster_cooling_pct"] < 60
    assert 13 < told_now["indoor_above_outdoor_k"] < 17
    assert (told_now["days"], told_now["beside_neighbours"]) == (10.0, 1.0)


def test_a_storm_over_the_whole_street_is_nothing() -> None:
    assert told(DETECTOR, all_losing(lived_in_homes(), 1.5)) == []


def test_a_leaky_home_that_a_storm_cools_twice_as_much_as_its_street_is_nothing() -> None:
    frame = losing(all_losing(lived_in_homes(), 1.3), 1.3)

    assert told(DETECTOR, frame) == []


def test_a_cold_snap_is_nothing() -> None:
    frame = lived_in_homes()
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_outdoor_c", row, ON, add=-3.5)
        frame = changed(frame, "warmth_emitted", row, ON, add=3 * 3.5)
        frame = changed(frame, "warmth_fired_pct", row, ON, add=3 * 3.5 / 8)

    assert told(DETECTOR, frame) == []


def test_a_window_that_stays_open_for_two_days_is_nothing() -> None:
    open_for = slice(FROM, FROM + 2)

    assert told(DETECTOR, losing(lived_in_homes(), 2.0, days=open_for)) == []


def test_a_window_that_stays_open_for_three_days_and_chills_its_room_is_nothing() -> None:
    open_for = slice(FROM, FROM + 3)
    frame = losing(lived_in_homes(), 1.8, days=open_for)

    assert told(DETECTOR, changed(frame, "warmth_indoor_c", 3, open_for, add=-1.8)) == []


def test_a_home_that_is_warmed_up_again_on_the_day_after_a_window_was_shut_is_nothing() -> None:
    frame = losing(lived_in_homes(), 1.8, days=slice(FROM, FROM + 3))
    frame = changed(frame, COOLING, 3, slice(FROM + 2, FROM + 3), times=1 / 1.8)

    assert told(DETECTOR, frame) == []


def test_a_home_that_grows_colder_with_its_loss_is_told_a_day_later() -> None:
    frame = changed(losing(lived_in_homes(), 1.7), "warmth_indoor_c", 3, ON, add=-1.8)

    (alert,) = told(DETECTOR, frame)

    assert day_of(alert) == FROM + 4


def test_a_home_whose_heat_goes_up_and_down_anyhow_must_lose_more() -> None:
    calm = restless = lived_in_homes()
    up_and_down = 1.6 ** np.where(np.arange(calm.steps) // 2 % 2, 1.0, -1.0)
    for name in HEAT:
        array = restless.values[name].copy()
        array[3] *= up_and_down
        restless = replace(restless, values={**restless.values, name: array})

    assert [one.home_id for one in told(DETECTOR, losing(calm, 1.35))] == ["home-4"]
    assert told(DETECTOR, losing(restless, 1.35)) == []


def test_a_home_that_takes_more_heat_and_cools_no_faster_is_nothing() -> None:
    frame = lived_in_homes()
    for name in HEAT:
        frame = changed(frame, name, 3, ON, times=1.8)

    assert told(DETECTOR, frame) == []


def test_a_pipe_that_is_hot_while_the_burner_rests_is_nothing() -> None:
    frame = changed(lived_in_homes(), "warmth_emitted", 3, ON, times=2.0)

    assert told(DETECTOR, frame) == []


def test_a_home_heated_by_day_and_night_is_judged_by_its_heat_and_by_more_of_it() -> None:
    frame = unknown(lived_in_homes(), COOLING)

    assert told(DETECTOR, losing(frame, 1.25)) == []
    assert [one.home_id for one in told(DETECTOR, losing(frame, 1.7))] == ["home-4"]


def test_nights_from_before_do_not_speak_for_a_home_that_is_heated_by_night_since() -> None:
    frame = changed(losing(lived_in_homes(), 1.7), COOLING, 3, ON, times=np.nan)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.HIGH


def test_a_boiler_whose_power_is_not_known_is_judged_by_its_radiators() -> None:
    frame = unknown(lived_in_homes(), "warmth_fired_pct")

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

    assert (judgement.severity == UNKNOWN).all()


def test_the_only_home_of_a_landlord_is_told_by_its_own_past_of_what_no_storm_does() -> None:
    (alert,) = told(DETECTOR, losing(lived_in_homes(homes=1), 2.0, row=0))

    assert (alert.home_id, alert.severity_max) == ("home-1", Severity.MEDIUM)
    assert alert.evidence["beside_neighbours"] == 0.0
    assert FROM + 4 < day_of(alert) <= FROM + 14


def test_a_stormy_fortnight_of_a_home_without_neighbours_is_not_known() -> None:
    frame = losing(lived_in_homes(homes=1), 1.3, row=0)

    severity = judge(frame).severity[0]

    assert told(DETECTOR, frame) == []
    assert severity[FROM - 1] == NOTHING
    assert severity[FROM + RECENT_DAYS] == UNKNOWN


@pytest.mark.parametrize("times", [1.4, 1.8])
def test_a_home_judged_by_itself_later_is_not_told_that_its_alert_was_nothing(
    times: float,
) -> None:
    frame = losing(lived_in_homes(), times)
    later = judge(frame.part(rows=[3]))

    (alert,) = told(DETECTOR, frame)
    since_raised = slice(day_of(alert) - 1, FROM + 2 * RECENT_DAYS)

    assert (later.severity[0, since_raised] != NOTHING).all()


def test_homes_under_other_weather_are_no_neighbours() -> None:
    frame = losing(lived_in_homes(homes=NEIGHBOURS_MIN + 2), 1.4)
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

    assert (judge(frame).severity == UNKNOWN).all()


def test_the_words_say_what_is_known_and_blame_nobody() -> None:
    told_now = {"extra_heat_pct": 48.2, "days": 10.0, "beside_neighbours": 1.0}

    assert sentence(told_now) == (
        "Over the last 10 days this home took about 48 % more heat for the same warmth than it did "
        "last month, and its neighbours do not: warmth is getting out somewhere, such as through "
        "wet or missing insulation or a gap."
    )
    assert sentence({**told_now, "days": 3.0}).endswith(
        "A window that does not shut would do so too."
    )
    assert sentence({**told_now, "beside_neighbours": 0.0}).endswith(
        "A long storm may have a part in it."
    )
