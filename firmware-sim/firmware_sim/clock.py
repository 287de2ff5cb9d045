"""Instants as whole minutes, and days as whole days, since 1970-01-01 UTC."""

from datetime import UTC, datetime, timedelta

MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 1440
SLOT_MIN = 5
"""People, moisture and room sensors go by slots of so many minutes."""
SLOTS_A_DAY = MINUTES_A_DAY // SLOT_MIN
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def minute_text(minute: int) -> str:
    """An instant up to its minute, ISO 8601 without seconds.

    >>> minute_text(29_900_000)
    '2026-11-06T21:20'
    """
    return (EPOCH + _MINUTE * minute).strftime("%Y-%m-%dT%H:%M")


def minute_of(instant: datetime) -> int:
    """The whole minute in which an aware instant lies."""
    return int((instant - EPOCH) // _MINUTE)


def day_of_year(day: int) -> int:
    """1 to 366."""
    return (EPOCH + timedelta(days=day)).timetuple().tm_yday


def weekend(day: int) -> bool:
    """Whether a day is a Saturday or a Sunday (1970-01-01 was a Thursday)."""
    return (day + 3) % 7 >= 5
