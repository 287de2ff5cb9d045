"""What a room is for, as its name says: people name rooms as they like, in capitals or not."""

from collections.abc import Collection, Sequence

import numpy as np

from detectors.arrays import Booleans
from detectors.frame import Row

WET_ROOMS = (
    *("bath", "shower", "wet room", "toilet", "lavatory", "wc", "cloakroom"),
    *("en suite", "en-suite", "ensuite", "utility", "laundry"),
)
"""Parts of the names of rooms that are made for water, tiled and extracted."""
BEDROOMS = ("bed", "sleep", "nursery", "child", "kid", "teen", "parent", "guest", "studio")
"""Parts of the names of rooms that are there to sleep in."""
NOT_SLEPT_IN = (
    *WET_ROOMS,
    *("kitchen", "ironing", "hall", "landing", "stair", "corridor", "porch", "store", "cupboard"),
)
"""Parts of the names of rooms in which nobody sleeps, whatever else they are called after."""
SELDOM_SLEPT_IN = ("garage", "loft", "cellar")
"""Likewise, but of a bedroom they say where it is."""


def wet_rooms(rows: Sequence[Row]) -> Booleans:
    """Whether each row is a room made for water; (rows,)."""
    return _named(rows, WET_ROOMS)


def piped_rooms(rows: Sequence[Row]) -> Booleans:
    """Whether each row is a room with water pipes: one made for water, or a kitchen; (rows,)."""
    return _named(rows, (*WET_ROOMS, "kitchen"))


def rooms_slept_in(rows: Sequence[Row]) -> Booleans:
    """Whether each row is a bedroom; (rows,).

    Of a home without a room of such a name every room that is not named for something else.
    """
    otherwise = _named(rows, NOT_SLEPT_IN)
    bedroom = _named(rows, BEDROOMS) & ~otherwise
    told = {row[:2] for row, is_one in zip(rows, bedroom, strict=True) if is_one}
    untold = np.array([row[:2] not in told for row in rows], dtype=np.bool_)
    return bedroom | (untold & ~otherwise & ~_named(rows, SELDOM_SLEPT_IN))


def _named(rows: Sequence[Row], words: Collection[str]) -> Booleans:
    told = {
        place: any(word in place.lower() for word in words) for place in {r.place for r in rows}
    }
    return np.array([told[row.place] for row in rows], dtype=np.bool_)
