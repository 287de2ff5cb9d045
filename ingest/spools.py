"""Which messages have probably been here before: how far each spool has come. Pure."""

import numpy as np
from numpy.typing import NDArray

from ingest.batch import Batch

_MARKS = 2**21
"""16 MB when all are in use, of which the system gives only what is touched. Spools that fall on
one mark share it: of a quarter of a million gateways every eighth shares."""


class SpoolMarks:
    """The highest sequence number seen of each spool in this process.

    A gateway sends what its spool holds in order, and again what got no receipt. So a number that
    is not higher than all before it was probably here before. That steers the writer and decides
    nothing: spools may share a mark, and marks are forgotten when the process ends.
    """

    def __init__(self) -> None:
        self._next = np.zeros(_MARKS, np.int64)  # one more than the highest number

    def seen(self, batch: Batch) -> NDArray[np.bool_]:
        """Which messages of the batch have probably been here before; marks what is new of it.

        Those that the broker has sent before, or that have no number, count among them.
        """
        seen = np.array(batch.redelivered, np.bool_)
        keys = np.array(list(map(hash, zip(batch.gateways, batch.spools, strict=True))), np.int64)
        numbers = np.array([-1 if seq is None else seq for seq in batch.numbers], np.int64)
        numbered = numbers >= 0
        seen[~numbered] = True
        seen[numbered] |= self._pass(keys[numbered] & (_MARKS - 1), numbers[numbered])
        return seen

    def _pass(self, marks: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which numbers are not higher than all before them at their mark; moves the marks."""
        seen = numbers < self._next[marks]
        order = np.argsort(marks, kind="stable")
        marked = marks[order]
        again = marked[1:] == marked[:-1]
        if again.any():
            seen[order] |= _fallen_behind(marked, numbers[order])
        np.maximum.at(self._next, marks, numbers + 1)
        return seen


def _fallen_behind(marks: NDArray[np.int64], numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which numbers are not higher than those before them at the same mark; marks are in order."""
    ranks = np.unique(numbers, return_inverse=True)[1]
    # With a span of its own for each mark, the highest so far is one running maximum.
    spans = np.cumsum(np.concatenate(([False], marks[1:] != marks[:-1]))) * (len(ranks) + 1)
    heights = spans + ranks
    highest = np.maximum.accumulate(heights)
    return np.concatenate(([False], heights[1:] <= highest[:-1]))
