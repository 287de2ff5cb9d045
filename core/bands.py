"""The risk of damp by day and room, for a tenant who shares no more than the band."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from core.findings import Severity

UK = ZoneInfo("Europe/London")
"""Days are those of the clock on the wall."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeveritySpan:
    """An alert's time with one severity: [since, until), open while `until` is empty."""

    room: str
    severity: Severity
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayBand:
    """The worst of one local day in one room."""

    day: date
    room: str
    band: str


def bands_by_day(
    heard: Mapping[str, Collection[date]], spans: Iterable[SeveritySpan]
) -> list[DayBand]:
    """LOW, MEDIUM or HIGH for each day on which a room was heard; a silent day has none.

    In order of day and room. An emergency is HIGH too: there is no higher band.
    """
    by_room: dict[str, list[SeveritySpan]] = {}
    for span in spans:
        by_room.setdefault(span.room, []).append(span)
    return [
        DayBand(day=day, room=room, band=_band(by_room.get(room, ()), day))
        for day, room in sorted((day, room) for room, days in heard.items() for day in days)
    ]


def local_day(day: date) -> tuple[datetime, datetime]:
    """The instants between which a local day lies; 23 or 25 hours when the clocks change."""
    bounds = [
        datetime.combine(one, time(), tzinfo=UK).astimezone(UTC)
        for one in (day, day + timedelta(days=1))
    ]
    return bounds[0], bounds[1]


def _band(spans: Iterable[SeveritySpan], day: date) -> str:
    start, end = local_day(day)
    worst = max(
        (
            span.severity
            for span in spans
            if span.since < end and (span.until is None or span.until > start)
        ),
        default=Severity.LOW,
    )
    return min(worst, Severity.HIGH).name
