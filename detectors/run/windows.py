"""Which stretch of time is judged. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[start, end] is looked at; alerts are raised and cleared from `since` on."""

    start: datetime
    since: datetime
    end: datetime


def whole_day(at: datetime) -> datetime:
    """The UTC midnight at or before an instant."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """The first of the instants that are known."""
    return min((at for at in instants if at is not None), default=None)


def latest(instants: Iterable[datetime | None]) -> datetime | None:
    """The last of the instants that are known."""
    return max((at for at in instants if at is not None), default=None)
