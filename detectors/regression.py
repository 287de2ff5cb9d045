"""Lines through the days that have been: least squares of one quantity on another."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from detectors.arrays import Booleans, Floats
from detectors.windows import ratio


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scatter:
    """Days of x and y up to each day, (rows, days): NaN, but for `n`, where too few tell.

    `n` counts them; `xx`, `xy` and `yy` are sums of squares and products about their means.
    """

    n: Floats
    mean_x: Floats
    mean_y: Floats
    xx: Floats
    xy: Floats
    yy: Floats

    def slope(self, usual: Floats | float, weight: Floats | float) -> Floats:
        """Of least squares, drawn towards `usual` as by days of that slope with so much `xx`."""
        slope: Floats = (self.xy + weight * usual) / (self.xx + weight)
        return slope

    def left(self, slope: Floats) -> Floats:
        """The sum of squares of y about the line of that slope through the means."""
        return np.maximum(self.yy - slope * (2.0 * self.xy - slope * self.xx), 0.0)


def scatter(
    x: Floats,
    y: Floats,
    use: Booleans,
    total: Callable[[Floats], Floats],
    *,
    least: int,
) -> Scatter:
    """How x and y lie on the days of `use`, on which both must be known, where `least` of them are.

    `total` sums over the days that are looked back on, such as a `trailing_sum`.
    """
    x, y = (np.where(use, array, 0.0).astype(np.float64) for array in (x, y))
    n, sum_x, sum_y = total(use.astype(np.float64)), total(x), total(y)
    enough = n >= least
    mean_x, mean_y = ratio(sum_x, n, where=enough), ratio(sum_y, n, where=enough)
    return Scatter(
        n=n,
        mean_x=mean_x,
        mean_y=mean_y,
        xx=np.maximum(total(x * x) - sum_x * mean_x, 0.0),
        xy=total(x * y) - sum_x * mean_y,
        yy=np.maximum(total(y * y) - sum_y * mean_y, 0.0),
    )
