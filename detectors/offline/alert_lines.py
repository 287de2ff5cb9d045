"""Alert episodes as lines of JSON."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from core.findings import Episode

NO_GROUPS: Mapping[int, str] = MappingProxyType({})


def alert_lines(
    episodes: Iterable[Episode], groups: Mapping[int, str] = NO_GROUPS
) -> Iterator[str]:
    """One line an episode, in order of raising, home, detector and place.

    `groups` is the mass event of those that are in one, by place in `episodes`. Lines of alerts
    that come and go say `"flapping": true`, others nothing of it.
    """
    ordered = sorted(enumerate(episodes), key=lambda one: _order(one[1]))
    for place, episode in ordered:
        yield json.dumps(_document(episode, groups.get(place)), ensure_ascii=False) + "\n"


def _order(episode: Episode) -> tuple[datetime, str, str, str]:
    return episode.raised_at, episode.home_id, episode.detector, episode.place


def _document(episode: Episode, group: str | None) -> dict[str, object]:
    document: dict[str, object] = {
        "home_id": episode.home_id,
        "detector": episode.detector,
        "place": episode.place,
        "began_at": _instant(episode.began_at),
        "raised_at": _instant(episode.raised_at),
        "cleared_at": None if episode.cleared_at is None else _instant(episode.cleared_at),
        "severity": episode.severity.word,
        "confidence": episode.confidence,
        "evidence": dict(episode.evidence),
        "sentence": episode.sentence,
        "causes": [{"cause": one.cause, "weight": one.weight} for one in episode.causes],
        "group": group,
    }
    if episode.flapping:
        document["flapping"] = True
    return document


def _instant(at: datetime) -> str:
    """
    >>> _instant(datetime(2026, 1, 4, tzinfo=UTC))
    '2026-01-04T00:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
