"""Rooms with pipes that become moist within days, and what does so without a leak."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors.arrays import Floats
from detectors.beside import home_of
from detectors.daily import DayFrame
from detectors.damp.building import from_building
from detectors.damp.sudden import sudden
from detectors.frame import Row
from tests.detectors.damp.houses import NAN, day_raised, days, moister_room, raised, told, with_days

NAMES = ("damp_excess_pa", "damp_night_excess_pa")
BATHROOM, BEDROOM = 0, 1
LEAK = 50


def leaking(frame: DayFrame, row: int = BATHROOM, full_pa: float = 450.0) -> DayFrame:
    """A pipe leaks into a wall from day LEAK on: the wall gives water off as it gets wet (3 days).

    The home's other rooms feel a third of it.
    """
    since = np.maximum(np.arange(frame.steps) + 0.5 - LEAK, 0.0)
    given_pa = full_pa * (1.0 - np.exp(-since / 3.0))
    share = np.where(np.arange(len(frame.rows)) == row, 1.0, 1.0 / 3.0)
    return with_days(frame, **{n: frame[n] + share[:, np.newaxis] * given_pa for n in NAMES})


def days_told(frame: DayFrame) -> list[list[int]]:
    """The days on which each room is told of."""
    return [np.flatnonzero(row).tolist() for row in sudden(frame, home_of(frame.rows)).told]


@pytest.mark.parametrize("seed", range(4))
def test_a_leak_in_a_bathroom_is_told_before_its_fifth_day_is_over(seed: int) -> None:
    frame = leaking(days(LEAK + 5, seed=seed))

    [episode] = told(frame)

    assert (episode.place, episode.severity_max) == ("bathroom", Severity.LOW)
    assert LEAK + 2 <= day_raised(frame, episode) <= LEAK + 5
    assert episode.raised_at - episode.began_at == timedelta(days=2)
    assert episode.causes[0].cause == "plumbing_leak"
    assert "a pipe may be leaking" in episode.sentence
    assert 0.9 < episode.evidence["suddenly_moister_by_g_m3"] < 3.0


def test_a_fortnight_later_the_step_is_still_the_cause() -> None:
    frame = leaking(days(LEAK + 14))

    building = from_building(frame, home_of(frame.rows))

    assert building.step_pa[BATHROOM, -1] >= 120.0
    assert np.isnan(building.step_pa[BATHROOM, : LEAK + 1]).all()
    assert np.isnan(building.step_pa[1:]).all()


@pytest.mark.parametrize(
    ("place", "is_told"), [("kitchen", True), ("downstairs wc", True), ("hall", False)]
)
def test_a_step_is_told_of_rooms_with_pipes_alone(place: str, is_told: bool) -> None:
    rows = (Row("demo", "home-1", place), *days(1).rows[1:])
    frame = replace(leaking(days(LEAK + 6)), rows=rows)

    assert bool(days_told(frame)[0]) == is_told


def test_a_bedroom_in_which_somebody_stays_is_not_told() -> None:
    assert days_told(leaking(days(LEAK + 8), BEDROOM)) == [[], [], []]


def test_one_very_wet_day_is_no_leak() -> None:
    frame = days(80)
    for name in NAMES:
        frame = raised(frame, name, "bathroom", 600.0, slice(50, 51))

    assert days_told(frame) == [[], [], []]


def test_two_wet_evenings_that_are_aired_off_by_night_are_no_leak() -> None:
    frame = raised(days(80), "damp_excess_pa", "bathroom", 600.0, slice(50, 53))

    assert days_told(frame) == [[], [], []]


def test_visitors_who_make_the_whole_home_moister_are_no_leak() -> None:
    frame = days(80)
    for name in NAMES:
        frame = raised(frame, name, "home", 400.0, slice(50, 55))

    assert days_told(frame) == [[], [], []]


def test_a_bathroom_beside_rooms_whose_windows_were_opened_is_no_leak() -> None:
    frame = days(80)
    for name in NAMES:
        for place in ("bedroom", "living room"):
            frame = raised(frame, name, place, -300.0, slice(50, 54))

    assert days_told(frame) == [[], [], []]


def test_a_bathroom_that_is_wet_for_some_days_every_other_week_is_known_for_it() -> None:
    frame = days(90)
    for begin in range(10, 90, 12):
        for name in NAMES:
            frame = raised(frame, name, "bathroom", 200.0, slice(begin, begin + 3))

    assert [day for day in days_told(frame)[BATHROOM] if day > 30] == []


def test_in_mild_weather_more_is_wanted() -> None:
    def homes_told(full_pa: float, outdoor_temp_c: float) -> int:
        frame = days(LEAK + 5, homes=8, outdoor_temp_c=outdoor_temp_c)
        for home in range(8):
            alone = leaking(frame.part(rows=range(3 * home, 3 * home + 3)), full_pa=full_pa)
            for name in NAMES:
                frame[name][3 * home : 3 * home + 3] = alone[name]
        return sum(bool(one) for one in days_told(frame))

    assert homes_told(300.0, 6.0) >= 4
    assert homes_told(300.0, 25.0) <= 2
    assert homes_told(600.0, 25.0) == 8


def test_a_fortnight_of_days_is_needed_before_a_step_can_be_told() -> None:
    frame = leaking(days(LEAK + 4)).part(steps=slice(LEAK - 11, None))

    assert days_told(frame) == [[], [], []]


def test_days_without_readings_are_no_step() -> None:
    frame = leaking(days(LEAK + 5))
    gone: Floats = np.zeros(frame.shape, dtype=np.bool_)
    gone[BATHROOM, LEAK + 1 :: 2] = True
    values = {name: np.where(gone, NAN, array) for name, array in frame.values.items()}

    assert days_told(replace(frame, values=values)) == [[], [], []]


def test_a_home_of_one_room_has_nothing_to_be_held_against() -> None:
    assert days_told(leaking(days(LEAK + 5)).part(rows=[BATHROOM])) == [[]]


def test_a_step_rests_on_the_45_days_before_it_and_on_nothing_later() -> None:
    frame = leaking(days(75, homes=2), row=3)
    whole = from_building(frame, home_of(frame.rows))

    for begin, end in ((0, 60), (5, 54), (9, 75)):
        cut = frame.part(steps=slice(begin, end))
        part = from_building(cut, home_of(cut.rows))
        assert_array_equal(part.told[:, 45:], whole.told[:, begin + 45 : end])
        assert_array_equal(part.step_pa[:, 45:], whole.step_pa[:, begin + 45 : end])
    assert whole.told[3].any()


def test_a_source_that_comes_slowly_is_left_to_the_change_of_weeks() -> None:
    frame = days(90)
    for week in range(6):
        frame = moister_room(frame, "bathroom", 40.0, slice(45 + 7 * week, None))

    assert days_told(frame)[BATHROOM] == []
