"""Alerts against the truth, event by event. Pure: truth rows and episodes in, figures out.

A fault is found by an alert of an accepted kind of its home, raised at or after its onset. Any
other alert of `medium` or more is false, once for each home and detector, unless a fault of the
home brings it with it. Which is which stands in `rule`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

import numpy as np

from bench.accuracy.rule import brings, found_by
from core.findings import Episode, Severity

FALSE_FROM = Severity.MEDIUM  # information that means nothing is no false alarm
LISTED = 50
"""How far down the week's list of alerts an officer is taken to look."""

DEVELOPS_FOR = timedelta(days=1)
"""A fault develops where the tenant notices it this long after its onset, or later.

What is felt sooner is sudden: no alert can come before the onset, so none of it can be told a day
ahead.
"""

_WEEK = timedelta(days=7)
_HOUR = timedelta(hours=1)
_YEAR = timedelta(days=365.25)
_THIRDS = 3
_BETA2 = 0.25  # the square of 0.5: precision weighs more than recall


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A row of the truth; `noticed_at` is empty where the tenant never notices.

    `parameters` say how bad it is in its own units.
    """

    home_id: str
    fault: str
    place: str
    began_at: datetime
    ended_at: datetime | None
    noticed_at: datetime | None
    severity: float
    parameters: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """ValueError for a severity that is none."""
        if not 0.0 <= self.severity <= 1.0:
            raise ValueError(f"a severity lies between 0 and 1, not at {self.severity}")

    @property
    def third(self) -> int:
        """0, 1 or 2: mild, middling or severe."""
        return min(int(self.severity * _THIRDS), _THIRDS - 1)


class Verdict(Enum):
    """What an alert was."""

    RIGHT = "right"
    BROUGHT = "brought along by a fault"
    INFORMATION = "meaning no fault, and below what may be false"
    FALSE = "false"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """How long before the tenant faults were found, of `noticed` faults that tenants notice.

    `hours` are from the first alert to the tenant's noticing, of those that were found, in order;
    negative where the tenant was first. A figure is None where there is nothing to take it from.
    """

    noticed: int
    hours: tuple[float, ...]

    @property
    def found_before(self) -> float | None:
        """The share of noticed faults that were found before the tenant noticed."""
        return _share(sum(lead > 0 for lead in self.hours), self.noticed)

    @property
    def median_h(self) -> float | None:
        """Median lead of those found."""
        return _quantile(self.hours, 0.5)

    @property
    def p10_h(self) -> float | None:
        """The lead that nine of ten of those found have at least."""
        return _quantile(self.hours, 0.1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well some events were found; a figure is None where there is nothing to take it from.

    `false` may be a share of the false alerts, so it is no whole number. `leads` are of all that
    tenants notice, `developing` of those among them that they notice DEVELOPS_FOR or more after
    the onset. `delays_h` are hours from the onset to the first alert, in order.
    """

    events: int
    found: int
    false: float
    leads: Leads
    developing: Leads
    delays_h: tuple[float, ...]

    @property
    def precision(self) -> float | None:
        """Found events among found events and false alerts."""
        return _share(self.found, self.found + self.false)

    @property
    def recall(self) -> float | None:
        """Found events among all."""
        return _share(self.found, self.events)

    @property
    def f_half(self) -> float | None:
        """F0.5 of both; 0 where nothing was found."""
        weighted = _BETA2 * self.events + self.found + self.false
        return _share((1 + _BETA2) * self.found, weighted)

    @property
    def delay_median_h(self) -> float | None:
        """Median time from onset to alert of those found."""
        return _quantile(self.delays_h, 0.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """The first LISTED alerts of every week's list, worst first: how many were right."""

    weeks: int
    right: int
    false: int

    @property
    def precision(self) -> float | None:
        """The right ones among the right and false ones of all weeks."""
        return _share(self.right, self.right + self.false)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """Alerts against the truth of an estate over some time.

    `by_third` goes from the mildest faults to the severest. `false` and `false_high` count homes
    and detectors. Neither right nor wrong are `brought`, alerts that a fault brings with it, and
    `information`, alerts below `medium` that found nothing.
    """

    home_years: float
    overall: Score
    by_fault: Mapping[str, Score]
    by_third: tuple[Score, ...]
    false: int
    false_high: int
    brought: int
    information: int
    listed: Listed

    @property
    def false_per_home_year(self) -> float:
        """False alerts of `medium` and more."""
        return self.false / self.home_years

    @property
    def false_high_per_home_year(self) -> float:
        """False alerts of `high` and more."""
        return self.false_high / self.home_years


def score(
    faults: Iterable[Fault],
    alerts: Iterable[Episode],
    *,
    homes: int,
    start: datetime,
    end: datetime,
    counted: Collection[str] | None = None,
) -> Accuracy:
    """Score the alerts of `homes` homes, watched from `start` to `end`.

    `counted` names the faults that count as events (None: all); the others still make alerts
    right or brought along, so that a detector of few kinds is judged by these alone.

    A false alert counts against every fault that it could have meant. Among the thirds of severity
    false alerts are shared out by their numbers of events, for what is not there has no severity.
    """
    faults = list(faults)
    verdicts = verdicts_on(faults, alerts)
    events = [one for one in faults if counted is None or one.fault in counted]
    raised = right_alerts(verdicts)
    false = _false(verdicts, FALSE_FROM)
    by_third = [[one for one in events if one.third == third] for third in range(_THIRDS)]
    return Accuracy(
        home_years=homes * ((end - start) / _YEAR),
        overall=_score(events, raised, len(false)),
        by_fault={
            name: _score(
                [one for one in events if one.fault == name],
                raised,
                sum(detector in found_by(name) for _, detector in false),
            )
            for name in sorted({one.fault for one in events})
        },
        by_third=tuple(
            _score(some, raised, len(false) * len(some) / max(len(events), 1)) for some in by_third
        ),
        false=len(false),
        false_high=len(_false(verdicts, Severity.HIGH)),
        brought=sum(verdict is Verdict.BROUGHT for _, verdict in verdicts),
        information=sum(verdict is Verdict.INFORMATION for _, verdict in verdicts),
        listed=listed(verdicts, start=start, end=end),
    )


def listed(
    verdicts: Sequence[tuple[Episode, Verdict]], *, start: datetime, end: datetime
) -> Listed:
    """Of each week the worst LISTED alerts that stood in it, at any time.

    Ranked by severity, then confidence, then the oldest first. What is information, or was
    brought along by a fault, is not on the list. The last week may be a short one.
    """
    listable = [
        (alert, verdict)
        for alert, verdict in verdicts
        if alert.severity >= FALSE_FROM and verdict in (Verdict.RIGHT, Verdict.FALSE)
    ]
    listable.sort(key=lambda one: _rank(one[0]))
    weeks, right, false = 0, 0, 0
    begin = start
    while begin < end:
        until = min(begin + _WEEK, end)
        first = [verdict for alert, verdict in listable if _stands(alert, begin, until)][:LISTED]
        right += first.count(Verdict.RIGHT)
        false += first.count(Verdict.FALSE)
        weeks, begin = weeks + 1, until
    return Listed(weeks=weeks, right=right, false=false)


def verdicts_on(
    faults: Iterable[Fault], alerts: Iterable[Episode]
) -> list[tuple[Episode, Verdict]]:
    """Every alert with what it was."""
    of_home: dict[str, list[Fault]] = {}
    for fault in faults:
        of_home.setdefault(fault.home_id, []).append(fault)
    return [(alert, _verdict(alert, of_home.get(alert.home_id, ()))) for alert in alerts]


def _verdict(alert: Episode, faults: Iterable[Fault]) -> Verdict:
    begun = [one.fault for one in faults if one.began_at <= alert.raised_at]
    if any(alert.detector in found_by(fault) for fault in begun):
        return Verdict.RIGHT
    if any(alert.detector in brings(fault) for fault in begun):
        return Verdict.BROUGHT
    return Verdict.INFORMATION if alert.severity < FALSE_FROM else Verdict.FALSE


def right_alerts(verdicts: Iterable[tuple[Episode, Verdict]]) -> dict[str, list[Episode]]:
    """The alerts that were right, by home, in order of raising."""
    by_home: dict[str, list[Episode]] = {}
    for alert, verdict in verdicts:
        if verdict is Verdict.RIGHT:
            by_home.setdefault(alert.home_id, []).append(alert)
    for alerts in by_home.values():
        alerts.sort(key=lambda one: one.raised_at)
    return by_home


def _false(
    verdicts: Iterable[tuple[Episode, Verdict]], least: Severity
) -> frozenset[tuple[str, str]]:
    """Home and detector of every false alert of this severity and more."""
    return frozenset(
        (alert.home_id, alert.detector)
        for alert, verdict in verdicts
        if verdict is Verdict.FALSE and alert.severity >= least
    )


def _score(events: Sequence[Fault], raised: Mapping[str, Sequence[Episode]], false: float) -> Score:
    firsts = [(event, found_at(event, raised.get(event.home_id, ()))) for event in events]
    delays = [(at - event.began_at) / _HOUR for event, at in firsts if at is not None]
    return Score(
        events=len(events),
        found=len(delays),
        false=false,
        leads=_leads(firsts, at_least=timedelta.min),
        developing=_leads(firsts, at_least=DEVELOPS_FOR),
        delays_h=tuple(sorted(delays)),
    )


def _leads(firsts: Iterable[tuple[Fault, datetime | None]], *, at_least: timedelta) -> Leads:
    """Of faults, with their first alerts, that are noticed so long after their onset or later."""
    noticed = [
        (event.noticed_at, at)
        for event, at in firsts
        if event.noticed_at is not None and event.noticed_at - event.began_at >= at_least
    ]
    hours = [(seen - at) / _HOUR for seen, at in noticed if at is not None]
    return Leads(noticed=len(noticed), hours=tuple(sorted(hours)))


def found_at(event: Fault, alerts: Iterable[Episode]) -> datetime | None:
    """When the first alert that finds an event was raised; they are of its home, in that order."""
    accepted = found_by(event.fault)
    for alert in alerts:
        if alert.detector in accepted and alert.raised_at >= event.began_at:
            return alert.raised_at
    return None


def _rank(alert: Episode) -> tuple[int, float, datetime, str, str, str]:
    return (
        -int(alert.severity),
        -alert.confidence,
        alert.raised_at,
        alert.home_id,
        alert.detector,
        alert.place,
    )


def _stands(alert: Episode, begin: datetime, until: datetime) -> bool:
    return alert.raised_at < until and (alert.cleared_at is None or alert.cleared_at > begin)


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _quantile(values: Sequence[float], share: float) -> float | None:
    return float(np.quantile(values, share)) if values else None
