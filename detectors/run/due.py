"""What news make of how far a home is judged: days that are over, minutes that have come. Pure.

The only clock is the data's own: a day is over, and a group of minutes has come, when something
later was measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from core.quantities import Kind
from detectors.run.windows import earliest, latest, whole_day
from detectors.watch import DAY_SETTLES, GROUP_S, KEPT_DAYS
from store.judgements import HomeJudgement

LATE = timedelta(days=KEPT_DAYS)
"""News of so long before a home's newest day are judged; older ones are kept and change nothing."""

RUN_DAYS_MAX = KEPT_DAYS + 1
"""A home is judged over so many days at a time: all that late news can bring back."""

AREA_SETTLES = timedelta(hours=2)
"""A day that is over waits for its neighbours' until something in the area was heard so long after
it: makers' clouds are an hour behind, and homes are compared with those of their area."""

_GROUP = timedelta(seconds=GROUP_S)
_HALF_MINUTE = timedelta(seconds=30)
_DAY = timedelta(days=1)
_MIDNIGHT = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Since when something is new: in the home itself, or around it, in its weather or other rooms.

    `heard_until` is the newest known of this kind, `home_heard_until` of anything in the home.
    """

    own_since: datetime | None
    around_since: datetime | None
    heard_until: datetime
    home_heard_until: datetime


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of days or minutes to judge at one go, and whether people are told of it."""

    begin: datetime
    end: datetime
    told: bool


def begun(
    whose: tuple[str, str, str], kind: Kind, version: str, *, first_at: datetime, news: News
) -> HomeJudgement:
    """A home of which nothing is judged; `whose` is landlord, home and tenancy."""
    landlord_id, home_id, tenancy_id = whose
    first_day = whole_day(first_at)
    return with_news(
        HomeJudgement(
            landlord_id=landlord_id,
            home_id=home_id,
            kind=kind,
            tenancy_id=tenancy_id,
            version=version,
            window_from=first_day,
            heard_until=first_at,
            days_until=first_day,
            days_due=first_day,
            fast_until=first_day,
            fast_due=first_day,
            standing={},
        ),
        news,
    )


def of_version(known: HomeJudgement, version: str) -> HomeJudgement:
    """The same home before detectors of this version.

    They see its last days anew, so that they have as much to look back on, but tell nothing of
    what others have told already. A home that was judged in windows, by no version, stays as it is:
    it begins anew with its next readings.
    """
    if known.version in (version, ""):
        return known
    return replace(
        known,
        version=version,
        days_until=max(known.days_until - LATE, known.window_from),
        silent_until=latest((known.silent_until, known.days_until)),
        standing=None,
    )


def with_news(known: HomeJudgement, news: News) -> HomeJudgement:
    """How far a home is judged, what is new counted in."""
    heard_until = max(known.heard_until, news.heard_until)
    newest = max(heard_until, news.home_heard_until)
    days_due = max(known.days_due, _days_over(newest))
    told = replace(known, heard_until=heard_until, days_due=days_due)
    oldest = whole_day(newest) - LATE
    around = None if news.around_since is None else max(news.around_since, known.window_from)
    since = earliest((news.own_since, around))
    if since is not None and since < known.days_until:
        days_until = min(known.days_until, max(whole_day(since), oldest))
        window_from = min(known.window_from, days_until)
        told = replace(told, days_until=days_until, window_from=window_from)
    if known.kind is Kind.BOILER:
        told = _with_minutes(told, news.own_since, oldest)
    return told


def day_runs(known: HomeJudgement) -> Iterator[Run]:
    """The stretches of days that are due, the first one first.

    None is told that begins before a midnight at or after `silent_until`.
    """
    yield from _runs(known.days_until, known.days_due, _rounded_up(known.silent_until, _DAY))


def minute_runs(known: HomeJudgement) -> Iterator[Run]:
    """The stretches of minutes that are due, the first one first.

    None is told that begins before a whole group at or after `silent_until`.
    """
    yield from _runs(known.fast_until, known.fast_due, _rounded_up(known.silent_until, _GROUP))


def _with_minutes(
    told: HomeJudgement, own_since: datetime | None, oldest: datetime
) -> HomeJudgement:
    fast_due = max(told.fast_due, _group_at(told.heard_until))
    if own_since is None or own_since >= told.fast_until - _HALF_MINUTE:
        return replace(told, fast_due=fast_due)
    back = max(_group_at(own_since), oldest)
    if back >= told.fast_until:
        return replace(told, fast_due=fast_due)
    return replace(told, fast_until=back, fast_due=fast_due, standing=None)


def _runs(until: datetime, due: datetime, silent_until: datetime | None) -> Iterator[Run]:
    while until < due:
        end = min(due, until + RUN_DAYS_MAX * _DAY)
        told = silent_until is None or until >= silent_until
        if silent_until is not None and not told:
            end = min(end, silent_until)
        yield Run(until, end, told)
        until = end


def _rounded_up(at: datetime | None, span: timedelta) -> datetime | None:
    """The first instant at or after `at` that is a whole number of spans after a midnight."""
    return None if at is None else _MIDNIGHT - (_MIDNIGHT - at) // span * span


def _days_over(heard_until: datetime) -> datetime:
    return whole_day(heard_until - DAY_SETTLES)


def _group_at(at: datetime) -> datetime:
    """The end of the last group of minutes that is over at an instant."""
    seconds = int(at.timestamp()) // GROUP_S * GROUP_S
    return datetime.fromtimestamp(seconds, UTC)
