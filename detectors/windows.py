"""What has been so far: sums, means and last values over the steps up to each step.

Every function takes (rows, times) and looks backwards only, so that nothing later changes an
earlier result. A window at the start of the arrays is as long as the arrays allow.
"""

import numpy as np
import numpy.typing as npt

from detectors.arrays import Booleans, Floats, Integers


def trailing_sum(
    values: Floats | Booleans, width: int, *, dtype: npt.DTypeLike = np.float64
) -> Floats:
    """Sum over the last `width` steps, the present one included; `values` must not hold NaN.

    Added up in blocks of 1, 2, 4, ... steps, so that a sum is the same to the last bit wherever
    the arrays begin.

    >>> trailing_sum(np.array([[1.0, 2.0, 4.0, 8.0]]), 3)
    array([[ 1.,  3.,  7., 14.]])
    """
    block: Floats = np.array(values, dtype=dtype, order="C")
    total, size, summed = np.zeros_like(block), 1, 0
    while True:
        if width & 1:
            total = _with_earlier(np.add, total, block, summed) if summed else block
            summed += size
        width >>= 1
        if not width:
            return total
        block, size = _with_earlier(np.add, block, block, size), 2 * size


def trailing_highest(values: Floats, width: int) -> Floats:
    """Highest of the last `width` steps, the present one included; NaN where one of them is."""
    highest: Floats = np.array(values, order="C")
    reach = 1
    while reach < width:
        more = min(reach, width - reach)
        highest = _with_earlier(np.maximum, highest, highest, more)
        reach += more
    return highest


def sum_of_blocks(values: Floats | Booleans, size: int, *, dtype: npt.DTypeLike) -> Floats:
    """Sum of every `size` steps on end, (rows, blocks), added up in their order.

    Steps that fill no block are left out. NumPy's own sum over so short an axis takes ten times as
    long.

    >>> sum_of_blocks(np.array([[1.0, 2.0, 4.0, 8.0, 16.0]]), 2, dtype=np.float64)
    array([[ 3., 12.]])
    """
    end = values.shape[1] // size * size
    sums: Floats = values[:, :end:size].astype(dtype)
    for step in range(1, size):
        sums += values[:, step:end:size]
    return sums


def trailing_count(counts: Booleans | Integers, width: int) -> Integers:
    """Sum of whole numbers, or of what holds, over the last `width` steps."""
    totals: Integers = np.cumsum(counts, axis=1, dtype=np.int32)
    totals[:, width:] -= totals[:, :-width].copy()
    return totals


def trailing_known_sum(values: Floats, width: int) -> Floats:
    """Sum of what is known of the last `width` steps; what is not known adds nothing."""
    return trailing_sum(np.where(np.isnan(values), 0.0, values), width)


def trailing_mean(values: Floats, width: int) -> Floats:
    """Mean of what is known of the last `width` steps; NaN where nothing is."""
    known = ~np.isnan(values)
    counts = trailing_count(known, width)
    return ratio(trailing_known_sum(values, width), counts, where=counts > 0)


def trailing_median(values: Floats, width: int, *, at_least: int = 1) -> Floats:
    """Median of what is known of the last `width` steps; NaN where fewer than `at_least` are."""
    windows = np.sort(trailing_windows(values, width, before=np.nan), axis=2)  # NaN come last
    count = np.count_nonzero(~np.isnan(windows), axis=2)
    middle = [np.maximum((count + shift) // 2 - 1, 0) for shift in (1, 2)]
    picked = [np.take_along_axis(windows, at[..., np.newaxis], axis=2)[..., 0] for at in middle]
    median: Floats = (picked[0] + picked[1]) / 2.0
    return np.where(count >= max(at_least, 1), median, np.nan)


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
    steps = np.arange(mask.shape[1], dtype=np.int32)
    last: Integers = np.maximum.accumulate(np.where(mask, steps, np.int32(-1)), axis=1)
    return last


def lasting(mask: Booleans, steps: int) -> Booleans:
    """Where `mask` has held for so many steps on end, the present one included.

    >>> lasting(np.array([[True, True, False, True, True]]), 2)
    array([[False,  True, False, False,  True]])
    """
    held_on: Booleans = mask.copy()
    reach = 1
    while reach < steps:
        more = min(reach, steps - reach)
        held_on[:, more:] &= held_on[:, :-more].copy()
        held_on[:, :more] = False
        reach += more
    return held_on


def held(values: Floats, *, limit: int) -> Floats:
    """The last known value, for at most `limit` steps after it was measured; then NaN."""
    steps = np.arange(values.shape[1], dtype=np.int32)
    last = last_where(~np.isnan(values))
    carried = np.take_along_axis(values, np.maximum(last, 0), axis=1)
    return np.where((last >= 0) & (steps - last <= limit), carried, np.nan)


def delayed(values: Floats | Integers, steps: int) -> Floats:
    """The value `steps` steps ago; NaN where the arrays do not reach back so far."""
    shifted = np.full(values.shape, np.nan)
    shifted[:, steps:] = values[:, : max(values.shape[1] - steps, 0)]
    return shifted


def _with_earlier(operation: np.ufunc, values: Floats, earlier: Floats, steps: int) -> Floats:
    """Values, and at each step what was so many steps earlier; new, and C-contiguous as both are.

    All rows in one stretch of memory: several times as fast as row by row. What so comes from the
    end of the row before is put right.
    """
    joined = np.empty_like(values)
    if steps < values.shape[1]:
        flat = values.reshape(-1), earlier.reshape(-1), joined.reshape(-1)
        operation(flat[0][steps:], flat[1][:-steps], out=flat[2][steps:])
    joined[:, :steps] = values[:, :steps]
    return joined


def ratio(above: Floats | Integers, below: Floats | Integers, *, where: Booleans) -> Floats:
    """`above` / `below` where that is asked for; NaN elsewhere."""
    quotient: Floats = np.divide(above, below, where=where, out=np.full(above.shape, np.nan))
    return quotient
