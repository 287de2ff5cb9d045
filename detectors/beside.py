"""The other rooms of a home: what a room is held against, in any order of rows."""

from collections.abc import Sequence

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.frame import Row
from detectors.windows import ratio


def home_of(rows: Sequence[Row]) -> Integers:
    """A number for each row, the same for rooms of one home; (rows,)."""
    numbers: dict[tuple[str, str], int] = {}
    found = [numbers.setdefault((r.landlord_id, r.home_id), len(numbers)) for r in rows]
    return np.array(found, dtype=np.int64)


def home_sum(values: Floats | Booleans, home: Integers) -> Floats:
    """Sum over the rooms of each row's home, (rows, times); `values` must not hold NaN."""
    order = np.argsort(home, kind="stable")
    number, begin = np.unique(home[order], return_index=True)
    if not len(number):
        return np.zeros(values.shape)
    sums = np.add.reduceat(values[order].astype(np.float64), begin, axis=0)
    return sums[np.searchsorted(number, home)]


def home_least(values: Floats, home: Integers) -> Floats:
    """The least of the rooms of each row's home, (rows, times); infinite where none is known."""
    least = np.full((int(home.max(initial=-1)) + 1, values.shape[1]), np.inf)
    np.minimum.at(least, home, np.where(np.isnan(values), np.inf, values))
    return least[home]


def mean_of_others(values: Floats, home: Integers) -> Floats:
    """Mean of the home's other rooms, (rows, times); NaN where none of them is known."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    count = home_sum(known, home) - known
    return ratio(home_sum(filled, home) - filled, count, where=count > 0.5)
