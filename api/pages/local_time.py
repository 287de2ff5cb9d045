"""Instants as people in the UK read them: local time, in words, daylight saving included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

UK = ZoneInfo("Europe/London")

_MONTHS_LONG = 60  # days from which on a number of months says more than a number of days


def local(at: datetime) -> datetime:
    """The instant `at` on the clock on the wall."""
    return at.astimezone(UK)


def day_words(at: datetime) -> str:
    """The local date in words.

    >>> day_words(datetime(2026, 6, 30, 23, 30, tzinfo=UTC))
    '1 July 2026'
    """
    there = local(at)
    return f"{there.day} {there:%B %Y}"


def moment_words(at: datetime) -> str:
    """The local date and time in words.

    >>> moment_words(datetime(2026, 11, 3, 9, 5, tzinfo=UTC))
    '3 November 2026 at 09:05'
    """
    return f"{day_words(at)} at {local(at):%H:%M}"


def machine_time(at: datetime) -> str:
    """RFC 3339 in UTC, for the `datetime` attribute of a time element.

    >>> machine_time(datetime(2026, 11, 3, 9, 5, tzinfo=UTC))
    '2026-11-03T09:05:00Z'
    """
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def ago_words(at: datetime, now: datetime) -> str:
    """How long ago `at` was, roughly and in words; an instant to come is "just now".

    >>> now = datetime(2026, 11, 3, 12, 0, tzinfo=UTC)
    >>> ago_words(now - timedelta(minutes=1), now), ago_words(now - timedelta(hours=30), now)
    ('1 minute ago', '30 hours ago')
    """
    minutes = int((now - at) / timedelta(minutes=1))
    if minutes < 1:
        return "just now"
    if minutes < 2 * 60:
        return f"{_counted(minutes, 'minute')} ago"
    if minutes < 48 * 60:
        return f"{_counted(minutes // 60, 'hour')} ago"
    days = minutes // (24 * 60)
    if days < _MONTHS_LONG:
        return f"{_counted(days, 'day')} ago"
    return f"{_counted(days // 30, 'month')} ago"


def span_words(span: timedelta) -> str:
    """A length of time, roughly and in words.

    >>> span_words(timedelta(minutes=90)), span_words(timedelta(days=3, hours=2))
    ('90 minutes', '3 days')
    """
    minutes = int(span / timedelta(minutes=1))
    if minutes < 2 * 60:
        return _counted(minutes, "minute")
    if minutes < 48 * 60:
        return _counted(minutes // 60, "hour")
    return _counted(minutes // (24 * 60), "day")


def local_midnight(day: date) -> datetime:
    """The instant at which the local `day` begins, in UTC."""
    return datetime.combine(day, time(), tzinfo=UK).astimezone(UTC)


def local_days(start: datetime, end: datetime) -> Iterator[date]:
    """The local dates that [start, end) touches, in order."""
    day = local(start).date()
    while local_midnight(day) < end:
        yield day
        day += timedelta(days=1)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
