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
    steps = values.shape[1]
    block: Floats = values.astype(dtype, copy=False)
    total, size, summed = np.zeros_like(block), 1, 0
    while True:
        if width & 1:
            total[:, summed:] += block[:, : max(steps - summed, 0)]
            summed += size
        width >>= 1
        if not width:
            return total
        longer = block.copy()
        longer[:, size:] += block[:, :-size]
        block, size = longer, 2 * size


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


def ratio(above: Floats | Integers, below: Floats | Integers, *, where: Booleans) -> Floats:
    """`above` / `below` where that is asked for; NaN elsewhere."""
    quotient: Floats = np.divide(above, below, where=where, out=np.full(above.shape, np.nan))
    return quotient
