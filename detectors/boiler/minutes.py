"""Minutes of boilers: what holds at each of them, and what a day of them comes to.

Arrays are (rows, minutes); what is not known counts as not so.
"""

from typing import TypeVar

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.daily import lead_steps
from detectors.frame import BoilerFrame
from detectors.windows import lasting, ratio

AnyMinutes = TypeVar("AnyMinutes", Booleans, Floats)


def is_on(values: Floats) -> Booleans:
    """Where a yes or no is known to be yes."""
    on: Booleans = values > 0.5
    return on


def burns(frame: BoilerFrame) -> Booleans:
    """Where the burner is known to burn."""
    return is_on(frame["flame_on"])


def heating(frame: BoilerFrame) -> Booleans:
    """Where rooms call for heat and no hot water is made."""
    return is_on(frame["heat_demand"]) & ~is_on(frame["hot_water_demand"])


def before(values: Booleans, minutes: int) -> Booleans:
    """What held so many minutes ago; nothing before the frame."""
    shifted = np.zeros_like(values)
    shifted[:, minutes:] = values[:, : values.shape[1] - minutes]
    return shifted


def change(values: Floats, minutes: int) -> Floats:
    """How much a value has changed in so many minutes; NaN before the frame reaches so far."""
    changed = np.full_like(values, np.nan)
    np.subtract(
        values[:, minutes:], values[:, : values.shape[1] - minutes], out=changed[:, minutes:]
    )
    return changed


def stands_still(values: Floats, minutes: int) -> Booleans:
    """Where a value has been the very same, and known, for so many minutes on end."""
    alike = np.zeros(values.shape, dtype=np.bool_)
    np.equal(values[:, 1:], values[:, :-1], out=alike[:, 1:])
    return lasting(alike, minutes)


def never_seen(values: Floats) -> Booleans:
    """The rows of which nothing is known, (rows, 1): adapters lack some quantities."""
    return np.asarray(np.isnan(values).all(axis=1, keepdims=True))


def day_of(array: AnyMinutes, frame: BoilerFrame) -> AnyMinutes:
    """The part of the minutes that is the day itself; a view."""
    part: AnyMinutes = array[:, lead_steps(frame) :]
    return part


def counted(mask: Booleans) -> Floats:
    """How many minutes of a row, (rows,)."""
    counts: Floats = np.count_nonzero(mask, axis=1).astype(np.float32)
    return counts


def total_over(values: Floats, mask: Booleans) -> Floats:
    """Sum of each row's values where `mask` holds, (rows,); they must be known there."""
    total: Floats = np.where(mask, values, np.float32(0.0)).sum(axis=1)
    return total


def mean_over(values: Floats, mask: Booleans) -> Floats:
    """Mean of each row's values where `mask` holds, (rows,); NaN where it never does.

    Values must be known where `mask` holds.
    """
    counts = np.count_nonzero(mask, axis=1)
    return ratio(total_over(values, mask), counts, where=counts > 0)


def lowest_over(values: Floats, mask: Booleans) -> Floats:
    """Least of each row's values where `mask` holds, (rows,); NaN where it never does."""
    least = np.where(mask, values, np.float32(np.inf)).min(axis=1)
    found: Floats = np.where(np.isinf(least), np.float32(np.nan), least)
    return found
