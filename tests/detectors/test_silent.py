"""Devices that fall silent."""

from datetime import timedelta

import numpy as np
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors import silent
from detectors.frame import RoomFrame
from tests.detectors.homes import Detector, rooms, told, with_values

SILENT = Detector(silent.NAME, silent.judge, silent.RULES)
TEN_MINUTES = timedelta(minutes=10)


def heard_until(frame: RoomFrame, step: int, *, again: int | None = None) -> RoomFrame:
    """Nothing after a step, until it is heard again."""
    quiet = slice(step + 1, again)
    values = {name: array.copy() for name, array in frame.values.items()}
    for array in values.values():
        array[:, quiet] = np.nan
    return with_values(frame, **values)


def test_a_five_minute_sensor_is_missed_within_two_hours_of_its_last_word() -> None:
    frame = heard_until(rooms(homes=1, days=2), 100)

    [(_, episode)] = told(SILENT, frame)

    # A sweep every five minutes comes on top.
    last_word = frame.instant(100)
    assert episode.raised_at - last_word <= timedelta(hours=2) - timedelta(minutes=5)
    assert episode.began_at == last_word + TEN_MINUTES / 2


def test_after_a_day_it_is_more_than_information() -> None:
    frame = heard_until(rooms(homes=1, days=3), 100)

    [(_, episode)] = told(SILENT, frame)

    assert episode.severity is Severity.MEDIUM
    assert episode.cleared_at is None
    assert episode.sentence.startswith("Nothing has been heard from here for")


def test_a_device_that_is_heard_again_is_cleared_after_half_an_hour() -> None:
    frame = heard_until(rooms(homes=1, days=2), 100, again=150)

    [(_, episode)] = told(SILENT, frame)

    assert episode.cleared_at == frame.instant(150) + timedelta(minutes=30) + TEN_MINUTES / 2


def test_a_sensor_that_reports_once_an_hour_is_not_silent() -> None:
    frame = rooms(homes=1, days=3)
    hourly = np.arange(frame.steps) % 6 == 0
    values = {name: np.where(hourly, array, np.nan) for name, array in frame.values.items()}

    assert told(SILENT, with_values(frame, **values)) == []


def test_a_device_not_heard_yet_is_unknown() -> None:
    frame = rooms(homes=1, days=1)
    late = {name: array.copy() for name, array in frame.values.items()}
    for array in late.values():
        array[:, :100] = np.nan

    severity = silent.judge(with_values(frame, **late)).severity

    assert_array_equal(severity[0], [-1] * 100 + [0] * 44)


def test_hours_in_which_the_gateway_was_away_make_no_silence_worse() -> None:
    """A day and a half without it, after two hours that a wrong clock has moved."""
    frame = heard_until(rooms(homes=1, days=4), 100)
    gateway = np.zeros(frame.steps, dtype=np.bool_)
    gateway[:112] = gateway[330:] = True

    severity = silent.judge_in_gateway_time(frame, gateway).severity[0]

    assert set(severity[112:330]) == {Severity.LOW}
    first_medium = int(np.flatnonzero(severity == Severity.MEDIUM)[0])
    assert first_medium == 330 + 144 - 12  # a day of the gateway's own time
