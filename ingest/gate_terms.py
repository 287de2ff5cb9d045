"""On which terms a device's readings may be stored, and a million such terms side by side. Pure.

Most homes have one tenancy, and its ledger one word that stands: two spans. Terms of any other
form keep the spans that are most likely asked for beside the rest, in full.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.retention import FOR_EVER_MS, Keep
from store.gate import END_OF_TIME_MS, Spans, Stay

CLOCK_SKEW_MS = 2_000
"""The clock of whoever writes the ledger may be ahead of ours by this much: what it says about the
next two seconds counts as said of now, so that a withdrawal never waits for our clock."""

Stays = tuple[Stay, ...] | None
"""A device's stays in order of time; None where no consent is asked."""

_SHARED_MAX = 1_024  # terms remembered for being met again; those of a home come one after another
_NOWHERE = (0, 0)
_EVERYWHERE = (FOR_EVER_MS, END_OF_TIME_MS)
_SINCE = attrgetter("since_ms")


def stored(stays: Stays, time_ms: int, now_ms: int) -> bool:
    """Whether consent lets us store at `now_ms` what was measured at `time_ms`.

    It does when the ledger of the tenancy in force at that time allowed it then and allows it now.
    Of a tenancy that has ended since, the last word stands.
    """
    if stays is None:
        return True
    position = bisect_right(stays, time_ms, key=_SINCE) - 1
    if position < 0 or time_ms >= stays[position].until_ms:
        return False
    standing = stays[position].standing
    return _holds(standing, now_ms) and _holds(standing, now_ms + CLOCK_SKEW_MS)


class Terms:
    """Terms by number: stays, and how long readings are kept. 38 bytes each where they are simple.

    Arrays that come in and go out are equally long: one entry for a pair of terms and instant.
    """

    def __init__(self) -> None:
        self._shared: dict[tuple[Stays, Keep | None], int] = {}
        self._since, self._until = array("q"), array("q")  # of the last stay
        self._stands_since, self._stands_until = array("q"), array("q")  # of its last word
        self._rest_at = array("i")  # where all of it stands in `_rests`; -1: there is no more
        self._rests = array("q")
        self._keep = array("H")
        self._keeps: list[Keep | None] = [None]

    def __len__(self) -> int:
        return len(self._keep)

    def number(self, stays: Stays, keep: Keep | None) -> int:
        """The number of these terms, under which they stand from now on."""
        known = self._shared.get((stays, keep))
        if known is not None:
            return known
        if len(self._shared) >= _SHARED_MAX:
            self._shared.clear()
        self._shared[stays, keep] = len(self)
        self._add(stays, keep)
        return len(self) - 1

    def stored(self, number: int, time_ms: int, now_ms: int) -> bool:
        """`stored` for the terms of this number."""
        if (
            self._since[number] <= time_ms < self._until[number]
            and self._stands_since[number] <= now_ms
            and now_ms + CLOCK_SKEW_MS < self._stands_until[number]
        ):
            return True
        rest_at = self._rest_at[number]
        return rest_at >= 0 and stored(tuple(self._rest(rest_at)), time_ms, now_ms)

    def all_stored(
        self, numbers: NDArray[Any], times_ms: NDArray[np.int64], now_ms: int
    ) -> NDArray[np.bool_] | None:
        """`stored` pair by pair; None when all may be stored."""
        may = _view(self._since, numbers) <= times_ms
        may &= times_ms < _view(self._until, numbers)
        may &= _view(self._stands_since, numbers) <= now_ms
        may &= now_ms + CLOCK_SKEW_MS < _view(self._stands_until, numbers)
        if may.all():
            return None
        unclear = np.flatnonzero(~may & (_view(self._rest_at, numbers) >= 0))
        for i in unclear.tolist():
            may[i] = self.stored(int(numbers[i]), int(times_ms[i]), now_ms)
        return None if may.all() else may

    def oldest_ms(self, number: int, now_ms: int) -> int:
        """The oldest instant that these terms let us keep."""
        keep = self._keeps[self._keep[number]]
        return FOR_EVER_MS if keep is None else keep.oldest_ms(now_ms)

    def too_old(
        self, numbers: NDArray[Any], times_ms: NDArray[np.int64], now_ms: int
    ) -> NDArray[np.bool_] | None:
        """Which are older than is kept; None when none is."""
        if len(self._keeps) == 1:
            return None
        oldest_ms = np.array(
            [FOR_EVER_MS if keep is None else keep.oldest_ms(now_ms) for keep in self._keeps]
        )
        old = times_ms < oldest_ms[_view(self._keep, numbers)]
        return old if old.any() else None

    def only(self, numbers: Sequence[int]) -> "Terms":
        """Terms with these alone, numbered anew in this order."""
        kept = Terms()
        for number in numbers:
            kept._add(self._stays(number), self._keeps[self._keep[number]])
        return kept

    def _add(self, stays: Stays, keep: Keep | None) -> None:
        span, word = _likeliest(stays)
        self._since.append(span[0])
        self._until.append(span[1])
        self._stands_since.append(word[0])
        self._stands_until.append(word[1])
        self._rest_at.append(-1 if _is_simple(stays) else len(self._rests))
        if not _is_simple(stays):
            self._rests.extend(_flat(stays or ()))
        if keep not in self._keeps:
            self._keeps.append(keep)
        self._keep.append(self._keeps.index(keep))

    def _stays(self, number: int) -> Stays:
        if self._rest_at[number] >= 0:
            return tuple(self._rest(self._rest_at[number]))
        span = (self._since[number], self._until[number])
        if span == _EVERYWHERE:
            return None
        word = (self._stands_since[number], self._stands_until[number])
        return () if span == _NOWHERE else (Stay(*span, (word,)),)

    def _rest(self, at: int) -> Iterator[Stay]:
        numbers = iter(self._rests[at + 1 : at + 1 + self._rests[at]])
        for since_ms in numbers:
            until_ms, words = next(numbers), next(numbers)
            yield Stay(
                since_ms, until_ms, tuple((next(numbers), next(numbers)) for _ in range(words))
            )


def _likeliest(stays: Stays) -> tuple[tuple[int, int], tuple[int, int]]:
    """The last stay's span and its last word's: both hold for what comes now."""
    if stays is None:
        return _EVERYWHERE, _EVERYWHERE
    if not stays:
        return _NOWHERE, _NOWHERE
    last = stays[-1]
    return (last.since_ms, last.until_ms), last.standing[-1] if last.standing else _NOWHERE


def _is_simple(stays: Stays) -> bool:
    return not stays or (len(stays) == 1 and len(stays[0].standing) == 1)


def _flat(stays: Sequence[Stay]) -> list[int]:
    numbers = []
    for stay in stays:
        numbers += [stay.since_ms, stay.until_ms, len(stay.standing)]
        numbers += [instant for span in stay.standing for instant in span]
    return [len(numbers), *numbers]


def _view(column: "array[int]", numbers: NDArray[Any]) -> NDArray[Any]:
    """Entries of a column. The column must not grow while it is seen, so the view goes at once."""
    entries: NDArray[Any] = np.frombuffer(column, dtype=column.typecode)[numbers]
    return entries


def _holds(spans: Spans, at_ms: int) -> bool:
    return any(since_ms <= at_ms < until_ms for since_ms, until_ms in spans)
