"""Alerts that stand against episodes newly judged: what to raise, to update and to close.

Judging the same window twice changes nothing: an episode that meets an alert of the same home,
detector and place is that alert. So a restart neither repeats nor loses one, and late data corrects
what was said without saying it again.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, TypeVar

from core.findings import Episode

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Changes(Generic[Id]):
    """What a sweep has to write; `unconfirmed` are open alerts that have lost their ground."""

    raised: tuple[Episode, ...]
    updated: Mapping[Id, Episode]
    unconfirmed: tuple[Id, ...]


def reconcile(
    known: Mapping[Id, Episode], judged: Iterable[Episode], *, since: datetime, until: datetime
) -> Changes[Id]:
    """Match one home's judged episodes with its known alerts of the same detectors.

    `judged` says all there is from `since` until `until`. An open alert that no judged episode
    meets, and that was raised between them (both included), has lost its ground; one raised before
    or after stays as it is. What people were told (when it began and was raised) is never taken
    back.
    """
    left = dict(known)
    raised: list[Episode] = []
    updated: dict[Id, Episode] = {}
    for episode in sorted(judged, key=lambda one: one.raised_at):
        match = _match(left, episode)
        if match is None:
            raised.append(episode)
            continue
        told = left.pop(match)
        new = replace(
            episode,
            began_at=told.began_at,
            raised_at=told.raised_at,
            severity_max=max(told.severity_max, episode.severity_max),
        )
        if new != told:
            updated[match] = new
    unconfirmed = tuple(
        alert_id
        for alert_id, told in left.items()
        if told.cleared_at is None and since <= told.raised_at <= until
    )
    return Changes(tuple(raised), updated, unconfirmed)


def _match(known: Mapping[Id, Episode], episode: Episode) -> Id | None:
    """The alert that tells of this episode.

    An episode that goes on is an open alert where there is one, so that a place never has two. Else
    it is the one raised with it, then the one cleared with it, an open one, the earliest.
    """
    goes_on = episode.cleared_at is None
    candidates = [
        (
            goes_on and told.cleared_at is not None,
            told.raised_at != episode.raised_at,
            told.cleared_at != episode.cleared_at,
            told.cleared_at is not None,
            told.raised_at,
            alert_id,
        )
        for alert_id, told in known.items()
        if (told.home_id, told.detector, told.place)
        == (episode.home_id, episode.detector, episode.place)
        and told.meets(episode)
    ]
    return min(candidates, key=lambda one: one[:5])[5] if candidates else None
