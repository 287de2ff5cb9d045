"""How far the readings of a home reach, and which homes can share a frame."""

from collections.abc import Mapping, Sequence
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

FRAME_HOME_DAYS_MAX = 22_500
"""Homes times days of a frame: 400 MB at ten-minute steps, with all columns of three rooms and a
boiler; the running service keeps to the same."""


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

    @property
    def days(self) -> float:
        """How long it is."""
        return (self.end_ms - self.start_ms) / DAY_MS


def reach(times_ms: Integers) -> Reach:
    """The reach of a home's readings, of which there is at least one; `stray` ones lie outside."""
    days, counts = np.unique(times_ms // DAY_MS, return_counts=True)
    runs = _runs(days.tolist(), counts.tolist())
    most = max(runs, key=lambda run: run[2])
    kept = [
        (first, last, rows)
        for first, last, rows in runs
        if rows > STRAY_SHARE_MAX * len(times_ms)
        and max(abs(last - most[0]), abs(most[1] - first)) <= YEARS_MAX * 365
    ] or [most]
    end_ms = (kept[-1][1] + 1) * DAY_MS
    return Reach(
        start_ms=kept[0][0] * DAY_MS,
        end_ms=int(times_ms[times_ms < end_ms].max()),
        stray=len(times_ms) - sum(rows for _, _, rows in kept),
    )


def shared_frames(reaches: Mapping[str, Reach]) -> list[tuple[tuple[str, ...], Reach]]:
    """Homes that are judged in one frame each, with what the frame must cover; in order of time."""
    found: list[tuple[list[str], Reach]] = []
    for home in sorted(reaches, key=lambda one: (reaches[one].start_ms, reaches[one].end_ms)):
        if found:
            homes, before = found[-1]
            both = before.with_other(reaches[home])
            if (len(homes) + 1) * both.days <= FRAME_HOME_DAYS_MAX:
                found[-1] = ([*homes, home], both)
                continue
        found.append(([home], reaches[home]))
    return [(tuple(homes), covered) for homes, covered in found]


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
