"""How lags and batches are spread, and what percentile a person is told."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.histogram import Histogram, LastMinute, percentile

BOUNDS = (1.0, 2.0, 5.0)


def test_a_lag_that_equals_a_bound_lies_in_the_bucket_that_ends_there() -> None:
    histogram = Histogram(BOUNDS)

    histogram.observe([0.0, 1.0, 1.5, 2.0, 5.0, 5.1, 1e9])

    assert histogram.counts().tolist() == [2, 2, 1, 2]
    assert histogram.cumulative() == [2, 4, 5, 7]
    assert histogram.sum == 1e9 + 14.6


def test_a_weight_says_how_often_a_lag_stands() -> None:
    histogram = Histogram(BOUNDS)

    histogram.observe([0.5, 3.0], [4, 2])

    assert (histogram.counts().tolist(), histogram.count, histogram.sum) == ([4, 0, 2, 0], 6, 8.0)


@given(st.lists(st.lists(st.floats(0, 10), max_size=20), max_size=5))
def test_a_histogram_of_batches_is_that_of_all_their_values_one_by_one(
    batches: Sequence[Sequence[float]],
) -> None:
    by_batch, one_by_one = Histogram(BOUNDS), Histogram(BOUNDS)

    for batch in batches:
        by_batch.observe(batch)
        for value in batch:
            one_by_one.observe(value)

    assert by_batch.cumulative() == one_by_one.cumulative()
    assert by_batch.sum == pytest.approx(one_by_one.sum)


def test_a_batch_of_very_many_lags_is_spread_like_its_halves() -> None:
    values = np.random.default_rng(7).choice([0.0, 0.5, 1.0, 1.5, 2.0, 4.0, 5.0, 6.0], 6_000)
    whole, halves = Histogram(BOUNDS), Histogram(BOUNDS)

    whole.observe(values)
    for half in (values[:3_000], values[3_000:]):
        halves.observe(half)

    assert whole.cumulative() == halves.cumulative()
    assert whole.count == 6_000
    assert whole.sum == halves.sum


@pytest.mark.parametrize(
    ("counts", "share", "value"),
    [
        ([4, 0, 0, 0], 0.5, 0.5),  # half-way up the first bucket
        ([1, 0, 1, 0], 1.0, 5.0),
        ([1, 0, 2, 0], 0.5, 2.75),  # rank 1.5: a quarter of the way from 2 to 5
        ([0, 0, 0, 3], 0.5, 5.0),  # beyond the last bound no more is known
        ([0, 0, 0, 0], 0.5, None),
    ],
)
def test_a_percentile_is_what_histogram_quantile_says(
    counts: list[int], share: float, value: float | None
) -> None:
    assert percentile(BOUNDS, np.array(counts, dtype=np.int64), share) == value


@given(st.lists(st.floats(0.001, 5), min_size=1, max_size=50), st.floats(0.01, 1.0))
def test_a_percentile_lies_in_the_bucket_of_the_true_one(values: list[float], share: float) -> None:
    histogram = Histogram(BOUNDS)
    histogram.observe(values)

    told = percentile(BOUNDS, histogram.counts(), share)

    rank = min(len(values), int(np.ceil(share * len(values))))
    bucket = int(np.searchsorted(BOUNDS, sorted(values)[rank - 1]))
    assert told is not None
    assert (0.0, *BOUNDS)[bucket] <= told <= BOUNDS[bucket]


def test_what_was_slow_more_than_a_minute_ago_is_no_longer_told() -> None:
    histogram = Histogram(BOUNDS)
    recent = LastMinute(histogram)
    recent.look(0.0)
    histogram.observe(5.0)
    slow = recent.percentile(0.99)

    for second in range(1, 121):
        recent.look(float(second))
    nothing = recent.percentile(0.99)
    histogram.observe(0.5)

    assert slow == pytest.approx(4.97)
    assert nothing is None
    assert recent.percentile(1.0) == 1.0
