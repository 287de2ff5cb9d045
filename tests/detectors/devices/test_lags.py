"""By how much one series runs behind another, and which rooms are held against each other."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from detectors.devices.lags import STEP_S, changes, lag, least_lag
from detectors.devices.pairs import pairs_within


@given(st.integers(-24, 24), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_a_series_told_some_quarters_of_an_hour_later_is_behind_by_so_many(
    quarters: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    series = rng.standard_normal((2, 240))
    early, late = series[:, 60:180], series[:, 60 - quarters : 180 - quarters]
    behind_h, alike = lag(late, early)
    assert behind_h.tolist() == [quarters * STEP_S / 3600.0] * 2
    assert (alike <= 1.0 + 1e-9).all()


def test_a_room_in_time_with_one_other_is_in_time_whatever_a_third_one_does() -> None:
    rng = np.random.default_rng(1)
    series = rng.standard_normal((1, 160))
    three = np.concatenate([series[:, 20:140], series[:, 20:140], series[:, 8:128]])
    behind_h, _ = least_lag(three, np.array([0, 0, 0]))
    assert behind_h.tolist() == [0.0, 0.0, 3.0]


def test_pairs_are_any_two_rooms_of_one_home_once() -> None:
    homes = np.array([4, 0, 4, 0, 0])

    first, second = pairs_within(homes)

    found = {frozenset(pair) for pair in zip(first.tolist(), second.tolist(), strict=True)}
    assert found == {frozenset(pair) for pair in ((0, 2), (1, 3), (1, 4), (3, 4))}
    assert len(first) == 4


def test_unknown_quarters_do_not_change() -> None:
    assert changes(np.array([[1.0, np.nan, 2.0, np.nan, 5.0]])).tolist() == [[0, 0, 1.0, 0, 3.0]]
