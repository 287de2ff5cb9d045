"""Which instants an answer covers: whole days or half hours, so that no mean tells of less."""

from datetime import datetime, timedelta

from core.bands import UK, local_day
from core.readings import Period
from core.registry import PERIOD_START

HALF_HOUR = timedelta(minutes=30)
SPAN_MAX: dict[str, timedelta] = {
    "raw": timedelta(days=31),  # a boiler says something every minute: some 45,000 rows
    "half_hourly": timedelta(days=92),
    "daily": timedelta(days=366),
    "band": timedelta(days=366),
}


class BadPeriod(ValueError):
    """The period cannot be answered; the text says why."""


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
    if granularity == "half_hourly":
        return Period(_half_hour(asked.since), min(_half_hour_end(asked.until), _half_hour(now)))
    if granularity == "band":
        return Period(_day_start(asked.since), _day_end(asked.until))
    return asked


def _day_start(at: datetime) -> datetime:
    return local_day(at.astimezone(UK).date())[0]


def _day_end(at: datetime) -> datetime:
    start, end = local_day(at.astimezone(UK).date())
    return start if start == at else end


def _half_hour(at: datetime) -> datetime:
    return at - timedelta(minutes=at.minute % 30, seconds=at.second, microseconds=at.microsecond)


def _half_hour_end(at: datetime) -> datetime:
    start = _half_hour(at)
    return start if start == at else start + HALF_HOUR
