from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS
from detectors.run.windows import KEEP, LOOK_BACK, MOVE_AT, earliest, whole_day, window

START = datetime(2026, 1, 1, tzinfo=UTC)

moments = st.timedeltas(timedelta(0), timedelta(days=400)).map(lambda span: START + span)


@given(since=moments, end=moments)
def test_a_window_moves_by_whole_days_and_never_back(since: datetime, end: datetime) -> None:
    stretch = window(start=START, since=since, end=end)

    assert stretch.next_start == whole_day(stretch.next_start)
    assert stretch.next_start >= stretch.start
    assert timedelta(hours=stretch.checkpoint_h) == stretch.next_start - stretch.start


@given(end=moments)
def test_what_a_window_keeps_is_no_less_than_it_says(end: datetime) -> None:
    stretch = window(start=START, since=START, end=end)

    assert end - stretch.next_start >= min(KEEP, end - START)
    assert end - stretch.next_start <= max(MOVE_AT, KEEP + timedelta(days=1))


def test_a_window_of_just_the_length_to_move_at_stays() -> None:
    at_the_edge = window(start=START, since=START, end=START + MOVE_AT)
    past_it = window(start=START, since=START, end=START + MOVE_AT + timedelta(seconds=1))

    assert at_the_edge.next_start == START
    assert past_it.next_start == START + MOVE_AT - KEEP


def test_news_from_before_the_window_count_from_its_start() -> None:
    stretch = window(start=START, since=START - timedelta(days=3), end=START + timedelta(days=1))

    assert stretch.since == START


def test_no_detector_looks_further_back_than_a_window_that_moved_on_allows() -> None:
    furthest = max(
        [one.rules.lookback for one in ROOM_DETECTORS]
        + [one.rules.lookback for one in BOILER_DETECTORS]
    )

    assert furthest <= LOOK_BACK < KEEP


def test_a_day_begins_at_midnight_in_utc_wherever_the_instant_was_written() -> None:
    at = datetime.fromisoformat("2026-06-01T00:30:00+01:00")

    assert whole_day(at) == datetime(2026, 5, 31, tzinfo=UTC)


def test_the_earliest_of_nothing_known_is_nothing() -> None:
    assert earliest([None, None]) is None
    assert earliest([None, START]) == START
