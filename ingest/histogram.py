"""How a quantity is spread, in counts by bucket: cheap by the batch, never by the message. Pure."""

from collections import deque
from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray

_LOOK_EVERY_S = 5.0
_WINDOW_S = 60.0
_MANY = 5_000  # from here on a comparison with every bound is faster than a search for each value


class Histogram:
    """Counts by bucket since the start; what equals a bound lies in the bucket that ends there.

    The bucket beyond the last bound has no end.
    """

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` are the buckets' upper ends, rising."""
        self.bounds = tuple(bounds)
        self.sum = 0.0
        self._edges = np.array(bounds, dtype=np.float64)
        self._counts = np.zeros(len(bounds) + 1, dtype=np.int64)

    def observe(self, values: ArrayLike, weights: ArrayLike | None = None) -> None:
        """Count a batch's values, finite numbers; `weights` says how often each stands."""
        found = np.asarray(values, dtype=np.float64).reshape(-1)
        if weights is None and len(found) > _MANY:
            below = [np.count_nonzero(found <= edge) for edge in self._edges]
            self._counts += np.diff(below, prepend=0, append=len(found))
            self.sum += float(found.sum())
            return
        often = np.ones_like(found) if weights is None else np.asarray(weights, dtype=np.float64)
        buckets = np.searchsorted(self._edges, found, side="left")
        counted = np.bincount(buckets, weights=often, minlength=len(self._counts))
        self._counts += counted.astype(np.int64)
        self.sum += float(found @ often)

    @property
    def count(self) -> int:
        """How many values were counted."""
        return int(self._counts.sum())

    def counts(self) -> NDArray[np.int64]:
        """How many lie in each bucket, the one without an end last; a copy."""
        return self._counts.copy()

    def cumulative(self) -> list[int]:
        """How many lie at or below each bound; all of them last."""
        return list(accumulate(self._counts.tolist()))


class LastMinute:
    """What a histogram has counted in about the last minute."""

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._looks: deque[tuple[float, NDArray[np.int64]]] = deque()

    def look(self, now_s: float) -> None:
        """To be called about once a second; `now_s` never goes back."""
        if self._looks and now_s - self._looks[-1][0] < _LOOK_EVERY_S:
            return
        self._looks.append((now_s, self._histogram.counts()))
        while now_s - self._looks[0][0] > _WINDOW_S:
            self._looks.popleft()

    def percentile(self, share: float) -> float | None:
        """See `percentile`; None when nothing was counted in that time."""
        counts = self._histogram.counts()
        if self._looks:
            counts -= self._looks[0][1]
        return percentile(self._histogram.bounds, counts, share)


def percentile(bounds: Sequence[float], counts: NDArray[np.int64], share: float) -> float | None:
    """The value below which `share` (above 0, at most 1) lie; None when nothing was counted.

    Even within a bucket, as Prometheus's histogram_quantile has it: the first bucket begins at 0,
    and of what lies beyond the last bound no more is known than that bound.
    """
    reached = np.cumsum(counts)
    if reached[-1] == 0:
        return None
    rank = share * float(reached[-1])
    bucket = int(np.searchsorted(reached, rank, side="left"))
    if bucket >= len(bounds):
        return bounds[-1]
    low = bounds[bucket - 1] if bucket else 0.0
    before = float(reached[bucket - 1]) if bucket else 0.0
    return low + (bounds[bucket] - low) * (rank - before) / float(counts[bucket])
