"""The VTT model against values of an independent implementation, and taken up again half-way."""

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.arrays import Floats
from detectors.mould import (
    MouldState,
    UnknownSensitivity,
    critical_humidity_pct,
    grow,
    mould_index,
)

CASES = Path(__file__).parents[1] / "cases" / "vtt"  # its SOURCE.txt says where they are from
SHARED = Path(__file__).parents[3] / "shared" / "data"
CLASSES = {
    "vs": "very_sensitive",
    "s": "sensitive",
    "mr": "medium_resistant",
    "r": "resistant",
}
TOLERANCE = 0.001


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


CONSTANT = table(CASES / "vtt_constant.csv")
DYNAMIC = table(CASES / "vtt_dynamic.csv")
HOURS_52_WEEKS = 52 * 7 * 24


@pytest.mark.parametrize("name", CLASSES)
def test_constant_conditions_grow_mould_as_the_reference_says(name: str) -> None:
    cases = [row for row in CONSTANT if row["class"] == name]
    temp = np.array([[float(row["T_C"])] for row in cases]).repeat(HOURS_52_WEEKS, axis=1)
    humidity = np.array([[float(row["RH_pct"])] for row in cases]).repeat(HOURS_52_WEEKS, axis=1)

    index = mould_index(temp, humidity, step_h=1, sensitivity=CLASSES[name], decline=1.0)

    weeks = [column for column in CONSTANT[0] if column.startswith("M_wk")]
    expected = np.array([[float(row[week]) for week in weeks] for row in cases])
    after = [int(week.removeprefix("M_wk")) * 7 * 24 - 1 for week in weeks]
    assert_allclose(index[:, after], expected, atol=TOLERANCE)


def pattern(name: str, hours: int) -> tuple[Floats, Floats]:
    """Temperature and humidity of a pattern of vtt_dynamic.csv, as its SOURCE.txt says."""
    hour = np.arange(hours) % 24
    day = np.arange(hours) // 24
    if name == "cyc_12h95_12h70_20C":
        return np.full(hours, 20.0), np.where(hour < 12, 95.0, 70.0)
    if name == "day_in_day_out_97_60":
        return np.full(hours, 20.0), np.where(day % 2 == 0, 97.0, 60.0)
    wave = np.sin(2 * np.pi * (hour - 15) / 24)
    return 12 + 2 * wave, 85 - 7 * wave


@pytest.mark.parametrize(
    "case", DYNAMIC, ids=lambda row: f"{row['pattern']}-{row['class']}-{row['Cmat']}"
)
def test_changing_conditions_grow_and_dry_mould_as_the_reference_says(case: dict[str, str]) -> None:
    days = [column for column in case if column.startswith("M_day")]
    temp, humidity = pattern(case["pattern"], 168 * 24)

    index = mould_index(
        temp[np.newaxis],
        humidity[np.newaxis],
        step_h=1,
        sensitivity=CLASSES[case["class"]],
        decline=float(case["Cmat"]),
    )

    after = [int(day.removeprefix("M_day")) * 24 - 1 for day in days]
    assert_allclose(index[0, after], [float(case[day]) for day in days], atol=TOLERANCE)


def test_real_finnish_structures_grow_mould_as_the_reference_says() -> None:
    expected = SHARED / "vtt_reference" / "trh1_expected_mould_index.csv"
    if not expected.exists():
        pytest.skip("the TRH-1 recordings are not beside this repository")
    cases = table(expected)
    found = []
    for name, decline in [("vs", 1.0), ("s", 0.5), ("mr", 0.25), ("r", 0.1)]:
        same = [row for row in cases if row["class"] == name and float(row["Cmat"]) == decline]
        index = finnish([row["file"] for row in same], CLASSES[name], decline)
        for row, series in zip(same, index, strict=True):
            # M_end and M_mid are the index before that sample is applied.
            n = int(row["n_hours"])
            whole = series[:n]
            wanted = [float(row[column]) for column in ("M_max", "M_end", "M_mid_index_n//2")]
            found.append([whole.max(), whole[n - 2], whole[n // 2 - 1], *wanted])

    assert len(found) == len(cases) == 52
    assert_allclose(np.array(found)[:, :3], np.array(found)[:, 3:], atol=TOLERANCE)


def finnish(files: list[str], sensitivity: str, decline: float) -> Floats:
    """The index of each recording, NaN after its end."""
    recordings = [table(SHARED / "trh1_finland" / file) for file in files]
    temp = np.full((len(files), max(map(len, recordings))), np.nan)
    humidity = temp.copy()
    for row, recording in enumerate(recordings):
        names = ("Te", "RHe") if "Te" in recording[0] else ("T", "RH")
        temp[row, : len(recording)] = [float(sample[names[0]]) for sample in recording]
        humidity[row, : len(recording)] = [float(sample[names[1]]) for sample in recording]
    return mould_index(temp, humidity, step_h=1, sensitivity=sensitivity, decline=decline)


@pytest.mark.parametrize(
    ("temp_c", "critical_pct"),
    # detection.md 1.6 (a); where the polynomial is below 80 the class's least humidity counts.
    [(0, 100), (1, 97.03), (5, 88.02), (10, 82.03), (15, 80.04), (18, 80), (20, 80.04), (-5, 100)],
)
def test_the_critical_humidity_is_that_of_the_regression(
    temp_c: float, critical_pct: float
) -> None:
    critical = critical_humidity_pct(np.array([[float(temp_c)]]), humidity_min_pct=80.0)

    assert_allclose(critical, critical_pct, atol=0.005)


damp_days = st.lists(st.tuples(st.floats(-5, 55), st.floats(40, 110)), min_size=2, max_size=60)


@given(damp_days, st.data())
def test_a_model_taken_up_again_half_way_ends_where_one_in_one_go_ends(
    hours: list[tuple[float, float]], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(hours)))
    temp, humidity = np.array(hours).T[:, np.newaxis]

    whole, end = grown(MouldState.clean(1), temp, humidity, step_h=6)
    first, state = grown(MouldState.clean(1), temp[:, :cut], humidity[:, :cut], step_h=6)
    second, end_again = grown(state, temp[:, cut:], humidity[:, cut:], step_h=6)

    assert_array_equal(np.hstack([first, second]), whole)
    assert_array_equal(end_again.index, end.index)
    assert_array_equal(end_again.dry_h, end.dry_h)


def grown(
    state: MouldState, temp: Floats, humidity: Floats, *, step_h: float
) -> tuple[Floats, MouldState]:
    return grow(state, temp, humidity, step_h=step_h, sensitivity="sensitive", decline=0.25)


@given(damp_days)
def test_the_index_stays_between_none_and_covered(hours: list[tuple[float, float]]) -> None:
    temp, humidity = np.array(hours).T[:, np.newaxis]

    index, _ = grown(MouldState.clean(1), temp, humidity, step_h=24)

    assert ((index >= 0) & (index <= 6)).all()


@pytest.mark.parametrize("missing", ["temperature", "humidity"])
def test_an_hour_without_values_leaves_the_surface_as_it_was_and_harms_no_neighbour(
    missing: str,
) -> None:
    temp, humidity = (np.tile(a, (3, 1)) for a in pattern("cyc_12h95_12h70_20C", 240))
    whole = mould_index(temp, humidity, step_h=1, sensitivity="sensitive", decline=0.25)
    (temp if missing == "temperature" else humidity)[1, 100:130] = np.nan

    index = mould_index(temp, humidity, step_h=1, sensitivity="sensitive", decline=0.25)

    without = np.delete(humidity[1], np.s_[100:130])[np.newaxis]
    shorter = mould_index(
        np.full_like(without, 20.0), without, step_h=1, sensitivity="sensitive", decline=0.25
    )
    assert_array_equal(index[[0, 2]], whole[[0, 2]])
    assert_array_equal(np.isnan(index[1]), np.isin(np.arange(240), np.arange(100, 130)))
    assert_array_equal(index[1][~np.isnan(index[1])], shorter[0])


def test_each_row_starts_from_its_own_index() -> None:
    dry = np.full((2, 1), 20.0), np.full((2, 1), 40.0)

    index = mould_index(
        *dry, step_h=1, sensitivity="sensitive", decline=1.0, start=np.array([2.0, 0.0])
    )

    # The first six dry hours take 0.032 a day off (detection.md 1.6).
    assert_allclose(index, [[2.0 - 0.032 / 24], [0.0]])


def test_steps_of_ten_minutes_and_of_an_hour_agree() -> None:
    temp, humidity = pattern("cyc_12h95_12h70_20C", 84 * 24)
    hourly = mould_index(
        temp[np.newaxis], humidity[np.newaxis], step_h=1, sensitivity="sensitive", decline=0.25
    )

    index = mould_index(
        temp.repeat(6)[np.newaxis],
        humidity.repeat(6)[np.newaxis],
        step_h=1 / 6,
        sensitivity="sensitive",
        decline=0.25,
    )

    # detection.md 1.6: 5 minutes against 1 and 24 hours changes 12 weeks by at most 0.007.
    assert_allclose(index[0, -1], hourly[0, -1], atol=0.007)


def test_an_unknown_material_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownSensitivity, match="'chalk' is none of: very_sensitive, sensitive"):
        mould_index(np.zeros((1, 1)), np.zeros((1, 1)), step_h=1, sensitivity="chalk", decline=1.0)


def test_a_step_of_more_than_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="a step of 48 h is outside the model"):
        mould_index(
            np.zeros((1, 1)), np.zeros((1, 1)), step_h=48, sensitivity="sensitive", decline=1.0
        )
