"""The rooms of one home two by two, in any order of rows."""

import numpy as np

from detectors.arrays import Integers


def pairs_within(homes: Integers) -> tuple[Integers, Integers]:
    """Every two rows of one home once: (pairs,) of the one row and of the other."""
    order, begin, size = _by_home(homes)
    begin, size = np.repeat(begin, size), np.repeat(size, size)
    first, second = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    place = np.arange(len(homes)) - begin
    for away in range(1, int(size.max(initial=1))):
        here = np.flatnonzero(place + away < size)
        first.append(order[here])
        second.append(order[here + away])
    return np.concatenate(first), np.concatenate(second)


def _by_home(homes: Integers) -> tuple[Integers, Integers, Integers]:
    """The rows home by home, and where in that order each home begins and how many it has."""
    order = np.argsort(homes, kind="stable")
    _, begin, size = np.unique(homes[order], return_index=True, return_counts=True)
    return order, begin, size
