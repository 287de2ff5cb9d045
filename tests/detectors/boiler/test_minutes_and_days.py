"""Minutes, groups of five and days that boiler detectors look back on."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.boiler.days import lowest, pooled
from detectors.boiler.groups import (
    at_group_ends,
    extreme_of_groups,
    first_since,
    per_group,
    sum_of_groups,
    summed_since,
)
from detectors.boiler.minutes import before, change, lowest_over, mean_over, total_over

NAN = np.nan


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 999), days=st.integers(1, 9), ago=st.integers(0, 5))
def test_pooled_days_are_the_weighted_mean_of_those_that_tell(
    seed: int, days: int, ago: int
) -> None:
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((2, 20)) < 0.3, NAN, rng.normal(0, 5, (2, 20)))
    weights = np.where(rng.random((2, 20)) < 0.2, 0.0, rng.random((2, 20)))

    found = pooled(values, weights, days=days, least=0.5, ago=ago)

    for row in range(2):
        for day in range(20):
            part = slice(max(day - ago - days + 1, 0), max(day - ago + 1, 0))
            known = ~np.isnan(values[row, part])
            weight = weights[row, part][known]
            if weight.sum() < 0.5:
                assert np.isnan(found[row, day])
            else:
                expected = (values[row, part][known] * weight).sum() / weight.sum()
                assert_allclose(found[row, day], expected, rtol=1e-9, atol=1e-9)


def test_the_lowest_of_some_days_needs_enough_of_them() -> None:
    values = np.array([[5.0, NAN, 3.0, 4.0, NAN, NAN]])

    assert_array_equal(lowest(values, days=3, least=2), [[NAN, NAN, 3.0, 3.0, 3.0, NAN]])
    assert_array_equal(lowest(values, days=3, least=2, ago=2)[0, :4], [NAN, NAN, NAN, NAN])
    assert lowest(values, days=3, least=2, ago=2)[0, 4] == 3.0


def test_what_was_before_the_frame_is_nothing() -> None:
    assert_array_equal(before(np.array([[True, False, True]]), 1), [[False, True, False]])
    assert_array_equal(change(np.array([[1.0, 4.0, 2.0]]), 2), [[NAN, NAN, 1.0]])


def test_five_minutes_have_a_count_a_sum_a_last_and_a_least_value() -> None:
    values = np.array([[1.0, 2.0, NAN, 4.0, NAN, NAN, NAN, NAN, NAN, NAN, 7.0]])

    assert_array_equal(at_group_ends(values), [[4.0, NAN]])
    assert_array_equal(extreme_of_groups(values, np.fmin), [[1.0, NAN]])
    assert_array_equal(per_group(values > 1.0), [[2, 0]])
    assert_array_equal(sum_of_groups(np.arange(12.0)[np.newaxis]), [[10.0, 35.0]])


def test_trouble_is_counted_from_the_last_answer_on() -> None:
    trouble = np.array([[2, 0, 3, 0, 5, 1]])
    answered = np.array([[False, True, False, False, True, False]])

    assert_array_equal(first_since(trouble > 0, answered)[0, [0, 2, 3, 5]], [0, 2, 2, 5])
    assert_array_equal(summed_since(trouble, answered), [[2, 0, 3, 3, 0, 1]])


def test_a_mean_over_no_minutes_is_unknown() -> None:
    values = np.array([[1.0, 3.0], [1.0, 3.0]])
    mask = np.array([[True, True], [False, False]])

    assert_array_equal(mean_over(values, mask), [2.0, NAN])
    assert_array_equal(total_over(values, mask), [4.0, 0.0])
    assert_array_equal(lowest_over(values.astype(np.float32), mask), [1.0, NAN])
