"""By how much one series of changes runs behind another: what a wrong clock shows."""

from typing import Any

import numpy as np
import numpy.typing as npt

from detectors.arrays import Floats, Integers
from detectors.devices.pairs import pairs_within
from detectors.frame import Frame
from detectors.windows import held, sum_of_blocks

STEP_S = 900
HOLD_STEPS = 4  # an hour: longer silences are not bridged
NEARLY_AS_ALIKE = 0.7  # of the best likeness: with less, rooms have too little in common (own)
LAG_MOST_H = 7  # a clock is rarely out by more than six hours, and then by a time zone (own)


def quarters(values: Floats, frame: Frame) -> Floats:
    """Means of the quarters of an hour, (rows, quarters); short silences keep the last one."""
    size = STEP_S // frame.step_s
    known = values == values
    counts = sum_of_blocks(known, size, dtype=np.int32)
    sums = sum_of_blocks(np.where(known, values, 0), size, dtype=values.dtype)
    means = np.divide(sums, counts, where=counts > 0, out=np.full(sums.shape, np.nan, sums.dtype))
    return held(means, limit=HOLD_STEPS)


def changes(values: Floats) -> Floats:
    """By how much each quarter differs from the one half an hour before; 0 where not known."""
    change = np.zeros(values.shape)
    change[:, 2:] = values[:, 2:] - values[:, :-2]
    return np.nan_to_num(change)


def lag(late: Floats, early: Floats) -> tuple[Floats, Floats]:
    """How long after `early` its like comes in `late` [h], and how alike the two then are, (rows,).

    Of the lags within LAG_MOST_H that with the highest correlation, which is 1 for the very same
    and NaN, with the lag, where either does not change at all. By the Fourier transform, padded so
    that nothing wraps around.
    """
    return _lag(_spectrum(late) * np.conj(_spectrum(early)), _size(late) * _size(early))


def least_lag(change: Floats, homes: Integers) -> tuple[Floats, Floats]:
    """The least of the lags of each row behind the other rows of its home, and how alike, (rows,).

    Of those other rooms that are nearly as alike as the one most alike: a room that changes
    together with any of them is in time, whatever a third one does. NaN for a room alone. `homes`
    is the number of the home of every row.
    """
    one, other = pairs_within(homes)
    spectrum, size = _spectrum(change), _size(change)
    lag_h, alike = _lag(spectrum[one] * np.conj(spectrum[other]), size[one] * size[other])
    row, lag_h, alike = np.append(one, other), np.append(lag_h, -lag_h), np.append(alike, alike)
    most_alike, least_h = np.full(len(homes), np.nan), np.full(len(homes), np.nan)
    np.fmax.at(most_alike, row, alike)
    off_h = np.where(alike >= NEARLY_AS_ALIKE * most_alike[row], np.abs(lag_h), np.nan)
    np.fmin.at(least_h, row, off_h)
    chosen = off_h == least_h[row]
    best_h, best_alike = np.full(len(homes), np.nan), np.full(len(homes), np.nan)
    best_h[row[chosen]], best_alike[row[chosen]] = lag_h[chosen], alike[chosen]
    return best_h, best_alike


def _spectrum(series: Floats) -> npt.NDArray[np.complexfloating[Any]]:
    return np.fft.rfft(series, 2 ** int(np.ceil(np.log2(2 * series.shape[1]))), axis=1)


def _size(series: Floats) -> Floats:
    size: Floats = np.sqrt(np.sum(series * series, axis=1))
    return size


def _lag(product: npt.NDArray[np.complexfloating[Any]], scale: Floats) -> tuple[Floats, Floats]:
    """Lag and likeness of pairs whose spectra have been multiplied; `scale` makes 1 of the same."""
    likeness = np.fft.irfft(product, axis=1)
    most = LAG_MOST_H * 3600 // STEP_S
    likeness = np.concatenate([likeness[:, -most:], likeness[:, : most + 1]], axis=1)
    moves = scale > 0
    unknown = np.full(len(scale), np.nan)
    alike = np.divide(likeness.max(axis=1), scale, where=moves, out=unknown)
    lag_h = (likeness.argmax(axis=1) - most) * (STEP_S / 3600.0)
    return np.where(moves, lag_h, np.nan), alike
