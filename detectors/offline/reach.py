"""How far the readings of a home reach: from when to when, without those of a wrong clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from detectors.arrays import Integers

DAY_MS = 86_400_000

GAP_DAYS_MAX = 60
"""Readings further than this from a home's others may be those of a wrong clock …"""
STRAY_SHARE_MAX = 0.001
"""… and are taken for it where they are so small a share of the home's readings."""
YEARS_MAX = 20
"""No home is watched for longer: what lies further from most of its readings is a wrong clock's."""


@dataclass(frozen=True, slots=True)
class DayCounts:
    """Days since 1970, how many readings each has and the last instant; a day may come again."""

    days: Integers
    counts: Integers
    last_ms: Integers

    @classmethod
    def of(cls, many: Sequence["DayCounts"]) -> "DayCounts":
        """All together, each day once and in order."""
        days, where = np.unique(np.concatenate([one.days for one in many]), return_inverse=True)
        counts = np.zeros(len(days), dtype=np.int64)
        last_ms = np.full(len(days), np.iinfo(np.int64).min)
        np.add.at(counts, where, np.concatenate([one.counts for one in many]))
        np.maximum.at(last_ms, where, np.concatenate([one.last_ms for one in many]))
        return cls(days, counts, last_ms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """From the midnight (UTC) before a home's first reading to its last, in milliseconds."""

    start_ms: int
    end_ms: int
    stray: int

    def with_other(self, other: "Reach") -> "Reach":
        """What both cover."""
        return Reach(
            start_ms=min(self.start_ms, other.start_ms),
            end_ms=max(self.end_ms, other.end_ms),
            stray=self.stray + other.stray,
        )

    def meets(self, other: "Reach") -> bool:
        """Whether there is a day in both."""
        return (
            self.start_ms // DAY_MS <= other.end_ms // DAY_MS
            and other.start_ms // DAY_MS <= self.end_ms // DAY_MS
        )

    def last_ms(self, found: DayCounts) -> int:
        """The last of some of the home's readings; its start where none lies within."""
        within = found.last_ms[(found.last_ms >= self.start_ms) & (found.last_ms <= self.end_ms)]
        return int(within.max(initial=self.start_ms))


def reach(found: DayCounts) -> Reach:
    """The reach of a home's readings, of which there is at least one; `stray` ones lie outside.

    The days come in order, each once.
    """
    days, counts = found.days.tolist(), found.counts.tolist()
    total = sum(counts)
    runs = _runs(days, counts)
    most = max(runs, key=lambda run: run[2])
    kept = [
        (first, last, rows)
        for first, last, rows in runs
        if rows > STRAY_SHARE_MAX * total
        and max(abs(last - most[0]), abs(most[1] - first)) <= YEARS_MAX * 365
    ] or [most]
    last_day = kept[-1][1]
    return Reach(
        start_ms=kept[0][0] * DAY_MS,
        end_ms=int(found.last_ms[days.index(last_day)]),
        stray=total - sum(rows for _, _, rows in kept),
    )


def _runs(days: Sequence[int], counts: Sequence[int]) -> list[tuple[int, int, int]]:
    """First day, last day and rows of stretches without a gap of more than GAP_DAYS_MAX.

    >>> _runs([1, 2, 100], [5, 6, 7])
    [(1, 2, 11), (100, 100, 7)]
    """
    cuts = [
        0,
        *(
            number
            for number, (before, day) in enumerate(pairwise(days), start=1)
            if day - before > GAP_DAYS_MAX
        ),
        len(days),
    ]
    return [
        (days[first], days[last - 1], sum(counts[first:last])) for first, last in pairwise(cuts)
    ]
