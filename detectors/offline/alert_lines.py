"""Alert episodes as lines of JSON."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from core.findings import Episode


def alert_lines(episodes: Iterable[Episode]) -> Iterator[str]:
    """One line an episode, in order of raising, home, detector and place."""
    for episode in sorted(
        episodes, key=lambda one: (one.raised_at, one.home_id, one.detector, one.place)
    ):
        yield json.dumps(_document(episode), ensure_ascii=False) + "\n"


def _document(episode: Episode) -> dict[str, object]:
    return {
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
    }


def _instant(at: datetime) -> str:
    """
    >>> _instant(datetime(2026, 1, 4, tzinfo=UTC))
    '2026-01-04T00:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
