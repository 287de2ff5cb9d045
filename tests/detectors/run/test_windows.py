from datetime import UTC, datetime

from detectors.run.windows import earliest, latest, whole_day

START = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_day_begins_at_midnight_in_utc_wherever_the_instant_was_written() -> None:
    at = datetime.fromisoformat("2026-06-01T00:30:00+01:00")

    assert whole_day(at) == datetime(2026, 5, 31, tzinfo=UTC)


def test_the_earliest_and_the_latest_of_nothing_known_are_nothing() -> None:
    assert earliest([None, None]) is None
    assert latest([None, None]) is None
    assert earliest([None, START]) == START
    assert latest([START, None]) == START
