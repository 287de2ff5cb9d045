"""Which stretch of a home's data a sweep judges, and when its window moves on. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

KEEP = timedelta(days=45)
"""What a window keeps when it moves on."""

LOOK_BACK = timedelta(days=30)
"""As far as any detector looks back: so long after its start a window that has moved on says what
one over all the home's data would. A home with news of before then is judged anew from its first
day on."""

MOVE_AT = timedelta(days=60)
"""A window this long is cut back to KEEP, whole days at a time, so that a sweep stays cheap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """[start, end] is looked at; alerts are raised and cleared from `since` on.

    `next_start` is where the home's next window begins; after it the detectors' states are kept.
    """

    start: datetime
    since: datetime
    end: datetime
    next_start: datetime

    @property
    def checkpoint_h(self) -> int:
        """Whole hours from the start to where the states are kept."""
        return int((self.next_start - self.start) / timedelta(hours=1))


def window(*, start: datetime, since: datetime, end: datetime) -> Window:
    """The window of homes that are judged from `start` and have something new since `since`."""
    moved = whole_day(end - KEEP) if end - start > MOVE_AT else start
    return Window(start=start, since=max(since, start), end=end, next_start=max(moved, start))


def whole_day(at: datetime) -> datetime:
    """The UTC midnight at or before an instant."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def earliest(instants: Iterable[datetime | None]) -> datetime | None:
    """The first of the instants that are known."""
    return min((at for at in instants if at is not None), default=None)
