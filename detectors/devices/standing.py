"""For how long records have stood still: the same, reading after reading."""

from collections.abc import Mapping

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.windows import last_where


def standing_since(record: Mapping[str, Floats]) -> Integers:
    """The step since which each step's record has been the same, (rows, steps).

    `record` holds (rows, steps) arrays, NaN where there was no such value. A step without any
    value is no record: the one before it still stands. A record that lacks a value which the one
    before it had is another. Before its first record a row stands at the step itself.
    """
    arrays = list(record.values())
    known = _known(arrays)
    last = last_where(known)
    new = np.zeros(known.shape, dtype=np.bool_)
    new[:, :1] = True
    before = np.maximum(last[:, :-1], 0)
    for array in arrays:
        was = np.take_along_axis(array, before, axis=1)
        now = array[:, 1:]
        new[:, 1:] |= (now != was) & ((now == now) | (was == was))
    new &= known
    return last_where(new | (last < 0))


def standing_until(record: Mapping[str, Floats], since: Integers) -> tuple[Integers, Integers]:
    """The last record like each step's own that follows it, and how many such there are in all.

    `since` is what `standing_since` says of the record.
    """
    known = _known(list(record.values()))
    steps = np.arange(known.shape[1])
    begins = np.where(since == steps, steps, known.shape[1])
    following = np.full(known.shape, known.shape[1])  # where the next record begins
    following[:, :-1] = np.minimum.accumulate(begins[:, ::-1], axis=1)[:, ::-1][:, 1:]
    until = np.take_along_axis(last_where(known), following - 1, axis=1)
    count = np.cumsum(known, axis=1)
    upto = np.take_along_axis(count, np.maximum(until, 0), axis=1)
    earlier: Integers = np.take_along_axis(count - known, since, axis=1)
    return until, upto - earlier


def known_beside(values: Floats) -> tuple[Floats, Floats]:
    """The last known value before each step and the first after it; NaN where there is none."""
    steps = values.shape[1]
    known = ~np.isnan(values)
    before: Floats = np.full(values.shape, np.nan, dtype=values.dtype)
    after: Floats = before.copy()
    if steps > 1:
        last = last_where(known)[:, :-1]
        held = np.take_along_axis(values, np.maximum(last, 0), axis=1)
        before[:, 1:] = np.where(last >= 0, held, np.nan)
        following = steps - 1 - last_where(known[:, ::-1])[:, ::-1][:, 1:]
        held = np.take_along_axis(values, np.minimum(following, steps - 1), axis=1)
        after[:, :-1] = np.where(following < steps, held, np.nan)
    return before, after


def _known(arrays: list[Floats]) -> Booleans:
    known: Booleans = np.any([~np.isnan(array) for array in arrays], axis=0)
    return known
