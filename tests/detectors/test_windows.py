"""What has been so far: sums, counts and medians that look backwards only."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from detectors.windows import (
    lasting,
    trailing_count,
    trailing_known_sum,
    trailing_median,
    trailing_sum,
)

NAN = np.nan


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(1, 15))
def test_what_lasts_has_held_in_each_of_the_last_steps(mask: list[bool], steps: int) -> None:
    found = lasting(np.array([mask]), steps)[0]

    for at, holds in enumerate(found):
        assert holds == (at + 1 >= steps and all(mask[at + 1 - steps : at + 1]))


@given(st.lists(st.integers(0, 9), min_size=1, max_size=12), st.integers(1, 15))
def test_counts_and_sums_of_whole_numbers_are_alike(counts: list[int], width: int) -> None:
    array = np.array([counts])

    expected = [sum(counts[max(at + 1 - width, 0) : at + 1]) for at in range(len(counts))]

    assert trailing_count(array, width).tolist() == [expected]
    assert trailing_sum(array.astype(np.float64), width).tolist() == [expected]


@given(st.lists(st.floats(0, 1000) | st.just(NAN), min_size=1, max_size=12), st.integers(1, 15))
def test_a_trailing_sum_is_the_same_to_the_last_bit_wherever_the_frame_begins(
    values: list[float], width: int
) -> None:
    sums = trailing_known_sum(np.array([values]), width)[0]

    for day in range(len(values)):
        own = values[max(day - width + 1, 0) : day + 1]
        assert sums[day] == trailing_known_sum(np.array([own]), width)[0, -1]
        assert_allclose(sums[day], np.nansum(own), rtol=1e-12)


@given(
    st.lists(st.one_of(st.just(NAN), st.floats(-5, 5)), min_size=1, max_size=12),
    st.integers(1, 6),
    st.integers(1, 3),
)
def test_the_median_of_days_is_that_of_what_is_known(
    values: list[float], width: int, at_least: int
) -> None:
    found = trailing_median(np.array([values]), width, at_least=at_least)[0]

    for at, one in enumerate(found):
        known = [value for value in values[max(at + 1 - width, 0) : at + 1] if value == value]
        if len(known) < at_least:
            assert np.isnan(one)
        else:
            assert_allclose(one, np.median(known), rtol=1e-12, atol=1e-12)
