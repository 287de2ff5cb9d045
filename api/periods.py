"""Which instants an answer covers: whole days or hours, so that no mean tells of less."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from core.bands import UK, local_day
from core.readings import Period
from core.registry import PERIOD_START

HOUR = timedelta(hours=1)
HALF_HOUR = timedelta(minutes=30)
# A chart of a week of readings is made in a blink, a month's not.
BY_HOUR_BEYOND = timedelta(days=8)
SPAN_MAX: dict[str, timedelta] = {
    "raw": timedelta(days=31),  # a boiler says something every minute: some 45,000 rows
    "hourly": timedelta(days=366),
    "half_hourly": timedelta(days=92),
    "daily": timedelta(days=366),
    "band": timedelta(days=366),
}

_STEPS = {"hourly": HOUR, "half_hourly": HALF_HOUR}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Resolution(StrEnum):
    """From what an answer is made; it is never finer than the tenant shares."""

    READING = "reading"
    HOUR = "hour"


class BadPeriod(ValueError):
    """The period cannot be answered; the text says why."""


def chart_resolution(period: Period) -> Resolution:
    """What a chart of this period is drawn from."""
    long = period.until - period.since > BY_HOUR_BEYOND
    return Resolution.HOUR if long else Resolution.READING


def asked_period(since: datetime | None, until: datetime | None, *, now: datetime) -> Period:
    """The period asked for; without an end it ends now, without a beginning it is a week.

    Raises BadPeriod when it ends before it begins.
    """
    end = min(until or now, now)
    if end <= PERIOD_START:
        raise BadPeriod(f"the period ends before {PERIOD_START:%Y}: nothing is as old as that")
    start = max(since or end - timedelta(days=7), PERIOD_START)
    if start >= end:
        raise BadPeriod("the period ends before it begins, or begins in the future")
    return Period(start, end)


def shown_period(asked: Period, granularity: str, *, now: datetime) -> Period:
    """The period as `granularity` shows it: wider, to whole buckets, and only those that are over.

    A mean over part of a day, or one that grows with every reading, would give the readings away.
    The period may be empty. Raises BadPeriod when it is longer than SPAN_MAX.
    """
    if asked.until - asked.since > SPAN_MAX[granularity]:
        days = SPAN_MAX[granularity].days
        raise BadPeriod(f"the period is longer than {days} days; ask for less at a time")
    if granularity == "daily":
        return Period(_day_start(asked.since), min(_day_end(asked.until), _day_start(now)))
    if granularity in _STEPS:
        step = _STEPS[granularity]
        return Period(
            _floor(asked.since, step), min(_ceiling(asked.until, step), _floor(now, step))
        )
    if granularity == "band":
        return Period(_day_start(asked.since), _day_end(asked.until))
    return asked


def hour_start(at: datetime) -> datetime:
    """The start of the hour of an instant; at `now`, until when hours are over."""
    return _floor(at, HOUR)


def _day_start(at: datetime) -> datetime:
    return local_day(at.astimezone(UK).date())[0]


def _day_end(at: datetime) -> datetime:
    start, end = local_day(at.astimezone(UK).date())
    return start if start == at else end


def _floor(at: datetime, step: timedelta) -> datetime:
    return at - (at - _EPOCH) % step


def _ceiling(at: datetime, step: timedelta) -> datetime:
    start = _floor(at, step)
    return start if start == at else start + step
