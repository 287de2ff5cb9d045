"""The other rooms of a home: what a room is held against."""

import numpy as np
from numpy.testing import assert_array_equal

from detectors.beside import home_least, home_of, home_sum, mean_of_others
from detectors.frame import Row

HOMES = np.array([0, 1, 0, 1])


def test_rooms_of_one_name_under_two_landlords_are_of_two_homes() -> None:
    rows = [Row(owner, "home-1", room) for owner in ("a", "b") for room in ("bath", "hall")]

    assert home_of([rows[0], rows[2], rows[1], rows[3]]).tolist() == [0, 1, 0, 1]


def test_the_sum_of_a_home_is_that_of_its_rows_in_any_order() -> None:
    values = np.array([[1.0], [2.0], [4.0], [8.0]])
    assert home_sum(values, HOMES).tolist() == [[5.0], [10.0], [5.0], [10.0]]


def test_a_room_is_held_against_the_others_that_are_known() -> None:
    values = np.array([[1.0, np.nan, 3.0], [2.0, 2.0, 2.0], [4.0, 5.0, np.nan], [8.0, 8.0, 8.0]])

    assert_array_equal(
        mean_of_others(values, HOMES)[[0, 2]], [[4.0, 5.0, np.nan], [1.0, np.nan, 3.0]]
    )
    assert home_least(values, HOMES)[0].tolist() == [1.0, 5.0, 3.0]


def test_a_room_alone_has_nothing_to_be_held_against() -> None:
    assert np.isnan(mean_of_others(np.ones((1, 3)), np.array([0]))).all()
