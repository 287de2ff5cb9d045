"""The other rooms of a home: what a room is held against."""

from collections.abc import Sequence

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.frame import Row
from detectors.windows import ratio

WET_ROOMS = ("bath", "shower", "wet room", "toilet", "wc", "utility", "laundry")
"""Words in the names of rooms that are made for water, tiled and extracted."""


def home_of(rows: Sequence[Row]) -> Integers:
    """A number for each row, the same for rooms of one home; (rows,)."""
    numbers: dict[tuple[str, str], int] = {}
    found = [numbers.setdefault((r.landlord_id, r.home_id), len(numbers)) for r in rows]
    return np.array(found, dtype=np.int64)


def home_sum(values: Floats | Booleans, home: Integers) -> Floats:
    """Sum over the rooms of each row's home, (rows, times); `values` must not hold NaN."""
    sums = np.zeros((int(home.max(initial=-1)) + 1, values.shape[1]))
    np.add.at(sums, home, values)
    return sums[home]


def mean_of_others(values: Floats, home: Integers) -> Floats:
    """Mean of the home's other rooms, (rows, times); NaN where none of them is known."""
    known = ~np.isnan(values)
    filled = np.where(known, values, 0.0)
    count = home_sum(known, home) - known
    return ratio(home_sum(filled, home) - filled, count, where=count > 0.5)


def wet_rooms(rows: Sequence[Row]) -> Booleans:
    """Whether each row is a room made for water, by its name; (rows,)."""
    return np.array(
        [any(w in row.place.lower() for w in WET_ROOMS) for row in rows], dtype=np.bool_
    )
