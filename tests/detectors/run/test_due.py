"""What is due of a home by what is new."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.quantities import Kind
from detectors.run.due import (
    LATE,
    RUN_DAYS_MAX,
    News,
    Run,
    begun,
    day_runs,
    minute_runs,
    of_version,
    with_news,
)
from detectors.run.windows import whole_day
from store.judgements import HomeJudgement

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HOME = ("demo", "home-1", "tenancy-1")

spans = st.timedeltas(timedelta(0), 100 * DAY)


def news(since: datetime | None, until: datetime, *, around: datetime | None = None) -> News:
    return News(own_since=since, around_since=around, heard_until=until, home_heard_until=until)


def heard(until: datetime, *, kind: Kind = Kind.BOILER, since: datetime = START) -> HomeJudgement:
    """A home heard without a break, nothing of it judged."""
    return begun(HOME, kind, "1", first_at=since, news=news(since, until))


def judged(until: datetime, *, kind: Kind = Kind.BOILER) -> HomeJudgement:
    """The same, judged as far as it goes."""
    one = heard(until, kind=kind)
    return replace(one, days_until=one.days_due, fast_until=one.fast_due)


def test_a_day_is_due_half_an_hour_after_its_end_by_the_homes_own_clock() -> None:
    midnight = START + 3 * DAY

    assert heard(midnight + 30 * MINUTE - timedelta(seconds=1)).days_due == midnight - DAY
    assert heard(midnight + 30 * MINUTE).days_due == midnight


def test_minutes_are_due_by_whole_groups_of_five() -> None:
    assert heard(START + 14 * MINUTE).fast_due == START + 10 * MINUTE
    assert heard(START + 15 * MINUTE).fast_due == START + 15 * MINUTE


def test_a_room_has_no_minutes_due() -> None:
    assert list(minute_runs(heard(START + 9 * DAY, kind=Kind.ROOM))) == []


def test_rooms_that_fell_silent_go_on_by_the_clock_of_their_home() -> None:
    rooms = judged(START + 2 * DAY, kind=Kind.ROOM)
    of_the_boiler = replace(news(None, START + 2 * DAY), home_heard_until=START + 9 * DAY)

    assert with_news(rooms, of_the_boiler).days_due == START + 8 * DAY


@given(late=spans)
def test_late_news_bring_back_their_day_but_none_of_before_the_last_forty_five(
    late: timedelta,
) -> None:
    home = judged(START + 100 * DAY + HOUR)
    since = START + 100 * DAY - late

    after = with_news(home, news(since, since))

    oldest = START + 100 * DAY - LATE
    assert after.days_until == max(min(whole_day(since), home.days_until), oldest)
    assert after.fast_until >= oldest
    assert after.fast_until <= max(since, oldest)
    assert (after.days_due, after.fast_due) == (home.days_due, home.fast_due)


@given(late=spans)
def test_all_that_late_news_bring_back_is_judged_at_one_go(late: timedelta) -> None:
    home = judged(START + 100 * DAY + HOUR)
    since = START + 100 * DAY - late

    after = with_news(home, news(since, since))

    assert len(list(day_runs(after))) <= 1
    assert len(list(minute_runs(after))) <= 1


def test_news_in_order_bring_nothing_back() -> None:
    home = replace(judged(START + 3 * DAY), standing={"lockout calm": 9.0})

    after = with_news(home, news(home.fast_until, START + 3 * DAY + 7 * MINUTE))

    assert after.fast_until == home.fast_until
    assert after.standing == home.standing
    assert after.fast_due == START + 3 * DAY + 5 * MINUTE


def test_minutes_that_come_late_are_counted_anew() -> None:
    home = replace(judged(START + 3 * DAY), standing={"lockout calm": 9.0})

    after = with_news(home, news(START + 2 * DAY + 4 * MINUTE, START + 3 * DAY))

    assert after.fast_until == START + 2 * DAY
    assert after.standing is None


def test_late_weather_judges_days_again_and_no_minutes() -> None:
    home = judged(START + 9 * DAY)
    weather = news(None, START + 9 * DAY, around=START + 4 * DAY + HOUR)

    after = with_news(home, weather)

    assert after.days_until == START + 4 * DAY
    assert after.fast_until == home.fast_until


def test_weather_of_before_a_home_was_heard_is_no_news_of_it() -> None:
    home = judged(START + 9 * DAY)
    weather = news(None, START + 9 * DAY, around=START - 9 * DAY)

    after = with_news(home, weather)

    assert (after.window_from, after.days_until) == (START, START)


def test_late_readings_of_before_the_first_day_make_an_earlier_first_day() -> None:
    home = judged(START + 9 * DAY)

    after = with_news(home, news(START - 3 * DAY + HOUR, START + 9 * DAY))

    assert (after.window_from, after.days_until) == (START - 3 * DAY, START - 3 * DAY)


def test_new_detectors_see_the_last_days_again_and_tell_nothing_of_them() -> None:
    home = judged(START + 100 * DAY + HOUR)

    after = with_news(of_version(home, "2"), news(None, START + 103 * DAY))

    assert list(day_runs(after)) == [
        Run(START + 55 * DAY, START + 100 * DAY, told=False),
        Run(START + 100 * DAY, START + 102 * DAY, told=True),
    ]
    assert list(minute_runs(after)) == [Run(START + 100 * DAY + HOUR, START + 103 * DAY, told=True)]
    assert after.standing is None


def test_a_version_that_is_known_changes_nothing() -> None:
    home = judged(START + 100 * DAY)

    assert of_version(home, home.version) is home


@given(length=spans)
def test_runs_cover_what_is_due_one_after_another(length: timedelta) -> None:
    home = heard(START + length)

    runs = list(day_runs(home))

    assert [run.begin for run in runs] == [START, *(run.end for run in runs)][: len(runs)]
    assert (runs[-1].end if runs else START) == home.days_due
    assert all(run.end - run.begin <= RUN_DAYS_MAX * DAY for run in runs)
