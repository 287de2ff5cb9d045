"""How far a home's readings reach, and which homes share a frame."""

from datetime import UTC, datetime

import numpy as np
import pytest

from detectors.offline.reach import DAY_MS, FRAME_HOME_DAYS_MAX, Reach, reach, shared_frames

START_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000
NOON_MS = DAY_MS // 2


def hourly(days: int, *, from_day: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return START_MS + from_day * DAY_MS + np.arange(days * 24, dtype=np.int64) * 3_600_000


def test_a_home_reaches_from_the_midnight_before_its_first_reading_to_its_last() -> None:
    found = reach(np.array([START_MS + NOON_MS + 5 * DAY_MS, START_MS + NOON_MS]))

    assert found == Reach(start_ms=START_MS, end_ms=START_MS + NOON_MS + 5 * DAY_MS, stray=0)


def test_a_few_readings_years_away_are_strays() -> None:
    wrong = np.array([0, START_MS + 4000 * DAY_MS])

    found = reach(np.concatenate([hourly(200), wrong]))

    assert (found.start_ms, found.end_ms, found.stray) == (START_MS, int(hourly(200)[-1]), 2)


def test_a_summer_without_readings_is_no_reason_to_leave_the_winter_out() -> None:
    found = reach(np.concatenate([hourly(100), hourly(100, from_day=200)]))

    assert found.days == pytest.approx(300, abs=0.1)
    assert found.stray == 0


def test_what_lies_a_lifetime_away_is_a_wrong_clock_however_much_it_is() -> None:
    found = reach(np.concatenate([hourly(100), hourly(90, from_day=-50 * 365)]))

    assert (found.start_ms, found.stray) == (START_MS, 90 * 24)


def test_homes_share_a_frame_as_long_as_it_stays_small() -> None:
    year = Reach(start_ms=0, end_ms=365 * DAY_MS, stray=0)
    later = Reach(start_ms=7300 * DAY_MS, end_ms=7305 * DAY_MS, stray=0)
    reaches = {f"home-{number}": year for number in range(100)} | {"later": later}

    frames = shared_frames(reaches)

    assert sorted(home for homes, _ in frames for home in homes) == sorted(reaches)
    assert [len(homes) * covered.days <= FRAME_HOME_DAYS_MAX for homes, covered in frames] == (
        [True] * len(frames)
    )
    assert (("later",), later) in frames


def test_a_home_that_is_watched_for_long_has_a_frame_of_its_own() -> None:
    long = Reach(start_ms=0, end_ms=2 * FRAME_HOME_DAYS_MAX * DAY_MS, stray=0)

    assert [len(homes) for homes, _ in shared_frames({"home-1": long, "home-2": long})] == [1, 1]
