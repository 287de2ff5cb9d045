"""Minutes of boilers by fives, as fast detectors give their verdicts: (rows, groups).

What is not known counts as not so, so that a gap is neither trouble nor an answer.
"""

from datetime import timedelta

import numpy as np

from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from detectors.judgement import NOTHING, UNKNOWN, Severities
from detectors.windows import last_where

GROUP_S = 300
GROUP_MIN = GROUP_S // 60
SELDOM_MIN = 12  # many adapters speak every ten minutes, some a minute or two late (own)
LEAD_GROUPS = int(LEAD.total_seconds()) // GROUP_S
SURE_GROUPS = LEAD_GROUPS - -(-SELDOM_MIN // GROUP_MIN)
"""So far back a silence before a reading is still in the frame."""


def per_group(mask: Booleans | Integers) -> Integers:
    """How many of the minutes of each group; the last minutes are left out if they fill none.

    Small whole numbers (int8) are summed.
    """
    groups = mask.shape[1] // GROUP_MIN
    each = mask[:, : groups * GROUP_MIN].view(np.int8)
    counted = each[:, ::GROUP_MIN].copy()
    for minute in range(1, GROUP_MIN):
        counted += each[:, minute::GROUP_MIN]
    return counted


def silences(heard: Booleans) -> list[tuple[int, Booleans]]:
    """The readings that came after a silence, by how many minutes after the one before them.

    From two minutes to SELDOM_MIN. Of a boiler that is read every ten minutes nearly all are found
    at ten; of one that is read every minute the list is empty, or nearly.
    """
    unheard = ~heard
    silent = heard
    found: list[tuple[int, Booleans]] = []
    for back in range(2, SELDOM_MIN + 1):
        quiet = np.zeros_like(heard)
        quiet[:, back:] = silent[:, back:] & unheard[:, 1 : 1 - back]
        if not quiet.any():
            break
        silent = quiet
        after = quiet.copy()
        after[:, back:] &= heard[:, :-back]
        if after.any():
            found.append((back, after))
    return found


def standing(state: Booleans, silent: list[tuple[int, Booleans]]) -> Integers:
    """For how many minutes a state stood that two readings at most SELDOM_MIN apart agree on.

    By groups, each stretch in that of its later reading, which alone makes it known: so a group
    may hold more than its five minutes. `silent` is what `silences` gives.
    """
    minutes = state.view(np.int8)
    if silent and state.any():
        minutes = minutes.copy()
        for back, after in silent:
            both = after[:, back:] & state[:, back:] & state[:, :-back]
            minutes[:, back:] += both * np.int8(back - 1)
    return per_group(minutes)


def sum_of_groups(values: Floats) -> Floats:
    """The sum of the minutes of each group; no value may be NaN."""
    end = values.shape[1] // GROUP_MIN * GROUP_MIN
    sums: Floats = values[:, :end:GROUP_MIN].copy()
    for minute in range(1, GROUP_MIN):
        sums += values[:, minute:end:GROUP_MIN]
    return sums


def at_group_ends(values: Floats) -> Floats:
    """The last known of the values of each group; NaN where none is."""
    end = values.shape[1] // GROUP_MIN * GROUP_MIN
    last: Floats = values[:, GROUP_MIN - 1 : end : GROUP_MIN].copy()
    for minute in range(GROUP_MIN - 2, -1, -1):
        np.copyto(last, values[:, minute:end:GROUP_MIN], where=np.isnan(last))
    return last


def extreme_of_groups(values: Floats, of: np.ufunc) -> Floats:
    """The least or greatest known value of each group, by `np.fmin` or `np.fmax`."""
    end = values.shape[1] // GROUP_MIN * GROUP_MIN
    extreme: Floats = values[:, :end:GROUP_MIN].copy()
    for minute in range(1, GROUP_MIN):
        of(extreme, values[:, minute:end:GROUP_MIN], out=extreme)
    return extreme


def first_since(mask: Booleans, ended: Booleans, *, within: int = SURE_GROUPS) -> Integers:
    """The first group with `mask` since `ended` was last true, of the last so many groups.

    Only where `mask` has been true since then; elsewhere a later group, or the number of groups.
    """
    groups = mask.shape[1]
    places = np.arange(groups, dtype=np.int32)
    upcoming = np.where(mask, places, np.int32(groups))
    following = np.minimum.accumulate(upcoming[:, ::-1], axis=1)[:, ::-1]
    since = np.maximum(last_where(ended) + 1, places - (within - 1))
    return np.take_along_axis(following, np.minimum(since, groups - 1), axis=1)


def summed_since(counts: Integers, ended: Booleans) -> Integers:
    """Sum of the groups since `ended` was last true, of the last SURE_GROUPS at most."""
    totals = np.zeros((counts.shape[0], counts.shape[1] + 1), dtype=np.int32)
    np.cumsum(counts, axis=1, dtype=np.int32, out=totals[:, 1:])
    places = np.arange(counts.shape[1], dtype=np.int32)
    since = np.maximum(last_where(ended) + 1, places - (SURE_GROUPS - 1))
    summed: Integers = totals[:, 1:] - np.take_along_axis(totals, since, axis=1)
    return summed


def onsets(began: Integers) -> Integers:
    """Group places as columns of a judgement, none after its own."""
    return np.minimum(began, np.arange(began.shape[1], dtype=np.int32))


def hours_of_day(frame: BoilerFrame) -> Floats:
    """The UTC hour of day at which each group begins, (groups,)."""
    began = frame.start - frame.start.replace(hour=0, minute=0, second=0, microsecond=0)
    groups = frame.steps * frame.step_s // GROUP_S
    return (began / timedelta(hours=1) + np.arange(groups) * GROUP_S / 3600.0) % 24.0


def unknown_unless(known: Booleans) -> Severities:
    """NOTHING where something is known, UNKNOWN elsewhere; to be filled in."""
    return np.where(known, np.int8(NOTHING), np.int8(UNKNOWN))
