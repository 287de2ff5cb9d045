"""Homes of an area are judged together, so that a detector can compare them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from detectors.daily import DayFrame
from detectors.judgement import Judgement
from detectors.run import closing
from detectors.run.watching import Watching
from detectors.watch import Daily
from tests.detectors.run.recorded import RecordedHome, Row, Sessions, steady
from tests.detectors.run.simple import DAY, SIMPLE, judge_leak
from tests.estate import SINCE

MINUTE = timedelta(minutes=1)
_LANDLORDS = count(1)


@pytest.fixture
def street(desk: Sessions) -> Iterator[RecordedHome]:
    """Three homes of one area."""
    made = RecordedHome.register(desk, f"area-of-{next(_LANDLORDS)}", homes=3)
    yield made
    made.sweep()


class Together:
    """A detector that remembers how many homes it was shown at a time."""

    def __init__(self) -> None:
        self.homes: list[int] = []
        (leak,) = SIMPLE.boiler_days
        self.watching = Watching(
            detectors=replace(SIMPLE, boiler_days=(Daily(leak.name, self._judge, leak.rules),))
        )

    def _judge(self, frame: DayFrame) -> Judgement:
        self.homes.append(len(frame.rows))
        return judge_leak(frame)


def pressure(until: timedelta) -> list[Row]:
    """A reading every ten minutes for a day, and a last one so long after it."""
    rows = steady({"pressure_bar": 1.5}, 1, every=10 * MINUTE)
    return [*rows, (SINCE + DAY + until, {"pressure_bar": 1.5})]


def boiler(number: int) -> str:
    return f"boiler-{number:02}"


def test_an_area_is_not_cut_for_the_size_of_a_block(
    street: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "HOMES_AT_ONCE", 1)
    for number in (1, 2, 3):
        street.store(boiler(number), pressure(40 * MINUTE))
    together = Together()

    street.sweep(together.watching)

    assert together.homes == [3]


def test_an_area_larger_than_one_frame_holds_is_cut(
    street: RecordedHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "HOMES_AT_ONCE", 1)
    monkeypatch.setattr(closing, "AREA_AT_ONCE", 2)
    for number in (1, 2, 3):
        street.store(boiler(number), pressure(40 * MINUTE))
    together = Together()

    street.sweep(together.watching)

    assert together.homes == [2, 1]


def test_a_home_whose_day_is_over_waits_for_its_neighbours(street: RecordedHome) -> None:
    for number, last in ((1, 40), (2, 45), (3, 20)):
        street.store(boiler(number), pressure(last * MINUTE))
    together = Together()
    street.sweep(together.watching)
    while_one_is_behind = list(together.homes)

    street.store(boiler(3), [(SINCE + DAY + 50 * MINUTE, {"pressure_bar": 1.5})])
    street.sweep(together.watching)

    assert (while_one_is_behind, together.homes) == ([], [3])


def test_a_neighbour_that_stays_away_is_waited_for_two_hours(street: RecordedHome) -> None:
    for number, last in ((1, 40), (2, 45), (3, 20)):
        street.store(boiler(number), pressure(last * MINUTE))
    together = Together()
    street.sweep(together.watching)

    street.store(boiler(1), [(SINCE + DAY + 120 * MINUTE, {"pressure_bar": 1.5})])
    street.sweep(together.watching)

    assert together.homes == [2]
