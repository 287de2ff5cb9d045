"""How far back a landlord's readings reach."""

from datetime import UTC, datetime

import pytest

from core.retention import FOR_EVER_MS, Keep

DAY_MS = 86_400_000


def unix_ms(at: datetime) -> int:
    """An instant in Unix milliseconds."""
    return int(at.timestamp() * 1000)


@pytest.mark.parametrize(
    ("keep", "oldest"),
    [
        (Keep(0, 30 * DAY_MS), datetime(2026, 3, 1, 12, tzinfo=UTC)),
        (Keep(1, 0), datetime(2026, 2, 28, 12, tzinfo=UTC)),
        (Keep(1, DAY_MS), datetime(2026, 2, 27, 12, tzinfo=UTC)),
        (Keep(25, 0), datetime(2024, 2, 29, 12, tzinfo=UTC)),
    ],
)
def test_a_month_back_from_the_31st_is_the_last_day_of_a_shorter_month(
    keep: Keep, oldest: datetime
) -> None:
    assert keep.oldest_ms(unix_ms(datetime(2026, 3, 31, 12, tzinfo=UTC))) == unix_ms(oldest)


def test_a_time_longer_than_the_calendar_keeps_everything() -> None:
    assert Keep(12 * 3_000, 0).oldest_ms(unix_ms(datetime(2026, 3, 31, tzinfo=UTC))) == FOR_EVER_MS
