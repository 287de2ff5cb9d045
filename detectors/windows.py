"""What has been so far: sums, means and last values over the steps up to each step.

Every function takes (rows, times) and looks backwards only, so that nothing later changes an
earlier result. A window at the start of the arrays is as long as the arrays allow.
"""

import numpy as np

from detectors.arrays import Booleans, Floats, Integers


def trailing_sum(values: Floats | Booleans, width: int) -> Floats:
    """Sum over the last `width` steps, the present one included; `values` must not hold NaN."""
    rows, steps = values.shape
    totals = np.zeros((rows, steps + 1))
    np.cumsum(values, axis=1, dtype=np.float64, out=totals[:, 1:])
    first = np.maximum(np.arange(steps) + 1 - width, 0)
    sums: Floats = totals[:, 1:] - totals[:, first]
    return sums


def trailing_mean(values: Floats, width: int) -> Floats:
    """Mean of what is known of the last `width` steps; NaN where nothing is."""
    known = ~np.isnan(values)
    counts = trailing_sum(known, width)
    sums = trailing_sum(np.where(known, values, 0.0), width)
    return ratio(sums, counts, where=counts > 0)


def trailing_windows(values: Floats, width: int, *, before: float) -> Floats:
    """The last `width` values at each step, (rows, times, width); `before` stands for none yet.

    A read-only view.
    """
    rows, steps = values.shape
    if steps == 0:
        return np.empty((rows, 0, width))
    padded = np.pad(values, ((0, 0), (width - 1, 0)), constant_values=before)
    return np.lib.stride_tricks.sliding_window_view(padded, width, axis=1)


def last_where(mask: Booleans) -> Integers:
    """The last step up to each step at which `mask` is true; -1 where there was none."""
    steps = np.arange(mask.shape[1])
    return np.maximum.accumulate(np.where(mask, steps, -1), axis=1)


def held(values: Floats, *, limit: int) -> Floats:
    """The last known value, for at most `limit` steps after it was measured; then NaN."""
    steps = np.arange(values.shape[1])
    last = last_where(~np.isnan(values))
    carried = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    return np.where((last >= 0) & (steps - last <= limit), carried, np.nan)


def delayed(values: Floats, steps: int) -> Floats:
    """The value `steps` steps ago; NaN where the arrays do not reach back so far."""
    shifted = np.full(values.shape, np.nan)
    shifted[:, steps:] = values[:, : max(values.shape[1] - steps, 0)]
    return shifted


def grouped_mean(values: Floats, size: int) -> Floats:
    """Mean of the known values of each `size` steps, (rows, times // size); NaN where none is.

    Steps at the end that do not fill a group are left out.
    """
    rows, steps = values.shape
    groups = steps // size
    blocks = values[:, : groups * size].reshape(rows, groups, size)
    known = ~np.isnan(blocks)
    counts = known.sum(axis=2)
    sums = np.where(known, blocks, 0.0).sum(axis=2, dtype=np.float64)
    return ratio(sums, counts, where=counts > 0)


def ratio(above: Floats, below: Floats | Integers, *, where: Booleans) -> Floats:
    """`above` / `below` where that is asked for; NaN elsewhere."""
    quotient: Floats = np.divide(above, below, where=where, out=np.full(above.shape, np.nan))
    return quotient
