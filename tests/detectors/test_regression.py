"""Lines through the days that have been."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.arrays import Floats
from detectors.regression import scatter
from detectors.windows import trailing_sum

DAYS = 12


def last_days(values: Floats) -> Floats:
    return trailing_sum(values, DAYS)


@given(seed=st.integers(0, 999))
def test_without_a_weight_the_line_is_that_of_least_squares(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(10.0, 5.0, (1, 30)), rng.normal(400.0, 50.0, (1, 30))
    use = rng.random((1, 30)) < 0.8

    days = scatter(x, y, use, last_days, least=3)
    slope = days.slope(0.0, 0.0)

    for day in np.flatnonzero(days.n[0] >= 3):
        span = slice(max(day - DAYS + 1, 0), day + 1)
        of_x, of_y = x[0, span][use[0, span]], y[0, span][use[0, span]]
        expected, foot = np.polyfit(of_x, of_y, 1)
        assert_allclose(slope[0, day], expected, rtol=1e-6, atol=1e-6)
        left = ((of_y - foot - expected * of_x) ** 2).sum()
        assert_allclose(days.left(slope)[0, day], left, rtol=1e-6, atol=1e-4)


def test_a_great_weight_draws_the_slope_to_the_usual_one() -> None:
    x = np.arange(20.0)[np.newaxis]

    days = scatter(x, 3.0 * x, np.ones(x.shape, dtype=np.bool_), last_days, least=5)

    assert_allclose(days.slope(-1.0, 0.0)[0, 5:], 3.0)
    assert_allclose(days.slope(-1.0, 1e12)[0, 5:], -1.0)


def test_too_few_days_make_no_line_and_missing_ones_harm_no_neighbour() -> None:
    x = np.array([[1.0, np.nan, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]])

    days = scatter(x, 2.0 * x, ~np.isnan(x), last_days, least=3)

    assert_array_equal(days.n, [[1.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0, 4.0]])
    assert_array_equal(np.isnan(days.slope(0.0, 1.0)), days.n < 3)
    assert_allclose(days.slope(0.0, 0.0)[days.n >= 3], 2.0)
