"""The rooms of one home beside each other, in any order of rows."""

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.frame import Frame


def homes_of(frame: Frame) -> Integers:
    """The number of the home of every row, (rows,)."""
    numbers: dict[tuple[str, str], int] = {}
    return np.array(
        [numbers.setdefault((row.landlord_id, row.home_id), len(numbers)) for row in frame.rows],
        dtype=np.int64,
    )


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


def sum_of_home(values: Floats | Booleans, homes: Integers) -> Floats:
    """The sum over the rows of each row's home, (rows, times)."""
    order, begin, size = _by_home(homes)
    sums = np.empty(values.shape)
    if len(order):
        sums[order] = np.repeat(
            np.add.reduceat(values[order].astype(np.float64), begin, axis=0), size, axis=0
        )
    return sums


def _by_home(homes: Integers) -> tuple[Integers, Integers, Integers]:
    """The rows home by home, and where in that order each home begins and how many it has."""
    order = np.argsort(homes, kind="stable")
    _, begin, size = np.unique(homes[order], return_index=True, return_counts=True)
    return order, begin, size
