"""Frames: samples on a grid, hours out of steps."""

from datetime import UTC, datetime, timedelta, timezone
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from detectors.arrays import Floats, Integers
from detectors.frame import BoilerFrame, NotHourly, RoomFrame, Row, align_rows

START = datetime(2026, 1, 1, tzinfo=UTC)
NAN = np.nan


def room(air_temp_c: list[float], rel_humidity_pct: list[float], step_s: int = 600) -> RoomFrame:
    steps = len(air_temp_c)
    return RoomFrame(
        start=START,
        step_s=step_s,
        steps=steps,
        rows=(Row("demo", "home-1", "bedroom"),),
        values={
            "air_temp_c": np.array([air_temp_c]),
            "rel_humidity_pct": np.array([rel_humidity_pct]),
        },
        outdoor_temp_c=np.zeros((1, steps)),
        outdoor_rel_humidity_pct=np.full((1, steps), 80.0),
        f_rsi=np.array([NAN]),
    )


def align(times_ms: Integers, values: Floats, start_ms: int, step_ms: int, steps: int) -> Floats:
    """The samples of one row on a grid."""
    rows = np.zeros(len(times_ms), dtype=np.int64)
    return align_rows(rows, times_ms, values, start_ms, step_ms, (1, steps)).reshape(steps)


def test_a_step_takes_the_nearest_sample_within_half_of_it() -> None:
    times_s = np.array([10, 290, 300, 899, 901, 2700])
    values = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])

    grid = align(times_s * 1000, values, 0, 600_000, 4)

    # 290 belongs to 0 but 10 is nearer; 300 to 600; 899 is 299 from 600 as 300 is 300 from it.
    assert_array_equal(grid, [1.0, 4.0, 5.0, NAN])


def test_of_two_equally_near_samples_the_earlier_counts() -> None:
    assert_array_equal(align(np.array([700, 500]), np.array([7.0, 5.0]), 0, 600, 2), [NAN, 5.0])


def test_a_missing_value_is_no_sample() -> None:
    assert_array_equal(align(np.array([0, 100]), np.array([NAN, 5.0]), 0, 600, 1), [5.0])


samples = st.lists(
    st.tuples(st.integers(0, 2), st.integers(-2000, 8000), st.floats(0, 10, width=32)), max_size=40
)


@given(samples, st.randoms())
def test_the_order_of_samples_changes_nothing(
    taken: list[tuple[int, int, float]], random: Random
) -> None:
    by_time = {(row, time): value for row, time, value in taken}
    unique = [(row, time, value) for (row, time), value in by_time.items()]
    shuffled = random.sample(unique, len(unique))

    grids = [
        align_rows(
            np.array([row for row, _, _ in order], dtype=np.int64),
            np.array([time for _, time, _ in order], dtype=np.int64),
            np.array([value for _, _, value in order], dtype=np.float32),
            0,
            600,
            (3, 10),
        )
        for order in (unique, shuffled)
    ]

    assert_array_equal(grids[0], grids[1])
    assert grids[0].dtype == np.float32


def test_a_quantity_measured_nowhere_is_all_missing() -> None:
    assert_array_equal(room([20.0], [50.0])["surface_temp_c"], [[NAN]])


def test_columns_have_instants() -> None:
    frame = room([20.0, 20.0], [50.0, 50.0])

    assert frame.times == [START, START + timedelta(minutes=10)]
    assert frame.instant(-1) == START - timedelta(minutes=10)


def test_a_step_that_does_not_divide_the_hour_is_refused_where_hours_are_needed() -> None:
    with pytest.raises(NotHourly, match="in steps of 700 s has no whole hours"):
        _ = room([20.0], [50.0], step_s=700).steps_per_hour


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"values": {"pressure_bar": np.zeros((1, 3))}}, r"pressure_bar has shape \(1, 3\)"),
        ({"values": {"air_temp_c": np.zeros((1, 2))}}, "air_temp_c: no such quantity"),
        ({"start": datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=1)))}, "a UTC instant"),
        ({"start": datetime(2026, 1, 1)}, "a UTC instant"),  # noqa: DTZ001 - the fault tried here
    ],
    ids=["shape", "name", "zone", "naive"],
)
def test_a_frame_that_does_not_fit_together_is_refused(change: dict[str, Any], reason: str) -> None:
    whole: dict[str, Any] = {
        "start": START,
        "step_s": 600,
        "steps": 2,
        "rows": (Row("demo", "home-1", "boiler"),),
        "values": {},
    }

    with pytest.raises(ValueError, match=reason):
        BoilerFrame(**(whole | change))
