"""How long a landlord keeps readings, in the calendar's terms."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

FOR_EVER_MS = -(2**62)
"""Where "the oldest that is kept" stands when it lies before any calendar."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Keep:
    """A length of time as the calendar has it: months, which differ, and milliseconds."""

    months: int
    ms: int

    def oldest_ms(self, now_ms: int) -> int:
        """The oldest instant that is still kept at `now_ms`, both in Unix milliseconds.

        A month back from the 31st is the last day of a shorter month, as PostgreSQL has it.

        >>> day_ms = 86_400_000
        >>> Keep(months=0, ms=day_ms).oldest_ms(3 * day_ms) == 2 * day_ms
        True
        """
        now = _UNIX_EPOCH + timedelta(milliseconds=now_ms)
        year, month = divmod(now.year * 12 + now.month - 1 - self.months, 12)
        if year < 1:
            return FOR_EVER_MS
        day = min(now.day, monthrange(year, month + 1)[1])
        back = now.replace(year=year, month=month + 1, day=day)
        return (back - _UNIX_EPOCH) // timedelta(milliseconds=1) - self.ms
