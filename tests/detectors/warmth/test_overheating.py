"""Heat that only one room has is told; a summer that all rooms have is information."""

from dataclasses import replace

import numpy as np
import pytest

from core.findings import Severity
from detectors.daily import DayFrame
from detectors.warmth.overheating import RECENT_DAYS, RULES, judge, sentence
from detectors.watch import Daily
from tests.detectors.warmth.homes import changed, day_of, rooms, told

DETECTOR = Daily("overheating", judge, RULES)
BEDROOM = 4  # of the second home
FROM = 50
ON = slice(FROM, None)


def heated(of: DayFrame, by_k: float = 2.5, *, row: int = BEDROOM, days: slice = ON) -> DayFrame:
    return changed(of, "warmth_night_c", row, days, add=by_k)


def test_a_pipe_that_heats_a_bedroom_is_told_within_two_weeks() -> None:
    (alert,) = told(DETECTOR, heated(rooms()))

    assert (alert.home_id, alert.place) == ("home-2", "bedroom")
    assert alert.severity_max == Severity.MEDIUM
    assert FROM + 6 < day_of(alert) <= FROM + RECENT_DAYS
    assert 1.25 <= alert.evidence["warmer_than_before_k"] <= 2.7


def test_a_room_that_the_sun_of_june_warms_by_two_thirds_of_that_is_information() -> None:
    frame = heated(rooms(), 1.65)
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_night_outdoor_c", row, ON, add=3.0)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.LOW
    assert "sun may do so" in alert.sentence


def test_a_pipe_that_heats_a_room_by_three_kelvin_is_told_in_warm_nights_too() -> None:
    frame = heated(rooms(), 3.6)
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_night_outdoor_c", row, ON, add=6.5)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.MEDIUM


def heatwave(of: DayFrame) -> DayFrame:
    frame = of
    for row in range(len(frame.rows)):
        frame = heated(frame, 6.5, row=row)
        frame = changed(frame, "warmth_hot_night_h", row, ON, add=5.0)
        frame = changed(frame, "warmth_night_outdoor_c", row, ON, add=12.0)
    return frame


def called(of: DayFrame, *names: str) -> DayFrame:
    """Homes whose rooms are named so."""
    rows = (row._replace(place=names[k % len(names)]) for k, row in enumerate(of.rows))
    return replace(of, rows=tuple(rows))


def test_a_heatwave_is_information_and_of_bedrooms() -> None:
    alerts = told(DETECTOR, heatwave(rooms()))

    assert [alert.place for alert in alerts] == ["bedroom"] * 3
    assert {alert.severity_max for alert in alerts} == {Severity.LOW}


def test_a_heatwave_is_over_when_two_weeks_of_nights_were_cool() -> None:
    frame = rooms()
    frame = changed(frame, "warmth_hot_night_h", BEDROOM, slice(20, 35), add=5.0)

    (alert,) = told(DETECTOR, frame)

    assert alert.cleared_at is not None


@pytest.mark.parametrize("name", ["laundry", "Bathroom 2", "kitchen", "hall"])
def test_nobody_sleeps_in_a_room_of_such_a_name(name: str) -> None:
    frame = called(rooms(), "parents' room", name, "attic")

    assert [one.place for one in told(DETECTOR, heatwave(frame))] == ["parents' room"] * 3


def test_where_no_room_is_called_a_bedroom_people_may_sleep_in_any_that_is_no_laundry() -> None:
    frame = called(rooms(), "living room", "laundry", "room 3")

    alerts = told(DETECTOR, heatwave(frame))

    assert {one.place for one in alerts} == {"living room", "room 3"}


def test_heat_of_one_room_that_makes_its_nights_hot_is_high() -> None:
    frame = changed(heated(rooms(), 6.5), "warmth_hot_night_h", BEDROOM, ON, add=9.0)

    (alert,) = told(DETECTOR, frame)

    assert alert.severity_max == Severity.HIGH


def test_guests_who_warm_a_room_for_five_nights_are_nothing() -> None:
    assert told(DETECTOR, heated(rooms(), 4.0, days=slice(FROM, FROM + 5))) == []


def test_a_room_that_stays_cool_is_nothing_though_the_others_turn_cold() -> None:
    frame = rooms()
    for row in (3, 5):
        frame = heated(frame, -4.0, row=row)
    frame = heated(frame, -1.5)

    assert told(DETECTOR, frame) == []


def test_rooms_that_part_in_frost_are_nothing() -> None:
    frame = heated(rooms())
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_night_outdoor_c", row, ON, add=-8.0)

    assert told(DETECTOR, frame) == []


def test_rooms_that_part_in_warm_nights_are_nothing() -> None:
    frame = heated(rooms())
    for row in range(len(frame.rows)):
        frame = changed(frame, "warmth_night_outdoor_c", row, ON, add=8.0)

    assert told(DETECTOR, frame) == []


def test_sensors_that_change_rooms_are_nothing() -> None:
    frame = heated(heated(rooms(), 0.6), -0.6, row=BEDROOM + 1)

    assert told(DETECTOR, frame) == []


def test_sensors_of_a_warm_and_a_cool_room_that_are_swapped_are_nothing() -> None:
    frame = heated(heated(rooms(), 2.0), -2.0, row=BEDROOM + 1)

    assert told(DETECTOR, frame) == []


def test_the_only_room_of_a_home_has_nothing_to_be_beside() -> None:
    frame = heated(rooms()).part(rows=[BEDROOM])

    assert told(DETECTOR, frame) == []


def test_missing_nights_raise_nothing_and_harm_no_neighbour() -> None:
    frame = changed(heated(rooms()), "warmth_night_c", 0, slice(None), times=np.nan)

    assert [(one.home_id, one.place) for one in told(DETECTOR, frame)] == [("home-2", "bedroom")]


def test_rooms_in_another_order_are_told_the_same() -> None:
    frame = heated(rooms())

    assert told(DETECTOR, frame) == told(DETECTOR, frame.part(rows=[8, 4, 0, 2, 6, 1, 3, 5, 7]))


def test_a_verdict_rests_on_the_lookback_alone() -> None:
    frame, back = heated(rooms()), RULES.lookback.days
    late = frame.part(steps=slice(15, None))

    assert back == 45
    assert np.array_equal(judge(frame).severity[:, 15 + back :], judge(late).severity[:, back:])


def test_the_future_changes_no_verdict() -> None:
    frame = heated(rooms())

    early = judge(frame.part(steps=slice(62))).severity

    assert np.array_equal(judge(frame).severity[:, :62], early)


def test_a_frame_without_any_feature_is_unknown() -> None:
    assert (judge(replace(rooms(), values={})).severity == -1).all()


def test_the_words_blame_nobody() -> None:
    words = sentence(
        {"warmer_than_before_k": 2.84, "night_temp_c": 23.1, "night_above_26_c_h": 40.0}
    )

    assert words == (
        "At night this room is 2.8 K warmer beside the other rooms than it was last month, at "
        "23 °C: something heats it, such as a pipe or a tank without insulation. It was above "
        "26 °C for 40 hours of the last weeks' nights, which makes sleeping hard."
    )
