"""What has been so far: sums, counts and medians that look backwards only."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from detectors.windows import (
    lasting,
    sum_of_blocks,
    trailing_count,
    trailing_highest,
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


ROWS = st.integers(1, 12).flatmap(
    lambda steps: st.lists(
        st.lists(st.integers(-9, 9), min_size=steps, max_size=steps), min_size=1, max_size=4
    )
)


@given(ROWS, st.integers(1, 15))
def test_what_has_been_in_one_home_is_no_part_of_another(rows: list[list[int]], width: int) -> None:
    values = np.array(rows, dtype=np.float64)

    own = [[row[max(at + 1 - width, 0) : at + 1] for at in range(len(row))] for row in rows]

    assert trailing_sum(values, width).tolist() == [[sum(days) for days in row] for row in own]
    assert trailing_highest(values, width).tolist() == [[max(days) for days in row] for row in own]


def test_sums_leave_the_arrays_they_are_made_of_as_they_were() -> None:
    values = np.array([[1.0, 2.0, 4.0]])

    trailing_sum(values, 1)[:] = 0.0
    trailing_highest(values, 1)[:] = 0.0

    assert values.tolist() == [[1.0, 2.0, 4.0]]


@given(ROWS, st.integers(1, 5))
def test_steps_on_end_are_summed_and_those_that_fill_no_block_left_out(
    rows: list[list[int]], size: int
) -> None:
    blocks = range(len(rows[0]) // size)

    found = sum_of_blocks(np.array(rows), size, dtype=np.int64)

    assert found.tolist() == [
        [sum(row[at * size : (at + 1) * size]) for at in blocks] for row in rows
    ]


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
