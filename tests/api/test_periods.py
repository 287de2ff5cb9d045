"""Means cover whole days or half hours that are over: less would give the readings away."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.periods import (
    BadPeriod,
    Resolution,
    asked_period,
    chart_resolution,
    shown_period,
)
from core.bands import UK
from core.readings import Period

NOW = datetime(2026, 11, 21, 9, 47, tzinfo=UTC)
minutes = st.integers(0, 60 * 24 * 80)


@given(minutes, minutes, st.sampled_from(["daily", "hourly", "half_hourly"]))
def test_a_period_is_made_of_whole_buckets_that_are_over(
    back: int, length: int, granularity: str
) -> None:
    since = NOW - timedelta(minutes=back + length + 1)
    asked = Period(since, min(NOW, since + timedelta(minutes=length + 1)))

    shown = shown_period(asked, granularity, now=NOW)

    for edge in (shown.since, shown.until):
        local = edge.astimezone(UK)
        if granularity == "daily":
            assert (local.hour, local.minute, local.second) == (0, 0, 0)
        else:
            step_min = {"hourly": 60, "half_hourly": 30}[granularity]
            assert (local.minute % step_min, local.second) == (0, 0)
        assert edge <= NOW
    assert shown.since <= asked.since


def test_the_half_hour_that_is_running_is_not_shown() -> None:
    shown = shown_period(Period(NOW - timedelta(minutes=5), NOW), "half_hourly", now=NOW)

    assert shown.since == shown.until == datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def test_without_a_beginning_it_is_the_last_week() -> None:
    assert asked_period(None, None, now=NOW) == Period(NOW - timedelta(days=7), NOW)


@pytest.mark.parametrize(
    ("since", "until"),
    [(NOW, NOW), (NOW, NOW - timedelta(hours=1)), (NOW + timedelta(hours=1), None)],
    ids=["empty", "backwards", "in the future"],
)
def test_a_period_that_cannot_be_is_refused(since: datetime, until: datetime | None) -> None:
    with pytest.raises(BadPeriod):
        asked_period(since, until, now=NOW)


@pytest.mark.parametrize(
    ("granularity", "days"), [("raw", 31), ("half_hourly", 92), ("hourly", 366), ("daily", 366)]
)
def test_a_period_that_is_too_long_says_how_long_it_may_be(granularity: str, days: int) -> None:
    with pytest.raises(BadPeriod, match=f"longer than {days} days"):
        shown_period(Period(NOW - timedelta(days=days, minutes=1), NOW), granularity, now=NOW)


@pytest.mark.parametrize(
    ("days", "resolution"), [(7, Resolution.READING), (30, Resolution.HOUR), (365, Resolution.HOUR)]
)
def test_a_chart_of_more_than_a_week_is_drawn_from_hours(days: int, resolution: Resolution) -> None:
    assert chart_resolution(Period(NOW - timedelta(days=days), NOW)) is resolution
