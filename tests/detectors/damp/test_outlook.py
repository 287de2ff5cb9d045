"""Scores, weeks to growth, what would change them, and what may lie behind a damp room."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from core.findings import Cause
from detectors.damp.causes import CAUSES, PREFIX, Signs, ranked, weights
from detectors.damp.counterfactual import counterfactual
from detectors.damp.f_rsi import factor
from detectors.damp.outlook import outlook
from detectors.damp.score import score
from tests.detectors.damp.houses import NAN, days, with_days

USUAL = 0.75


@pytest.mark.parametrize(
    ("index", "points"), [(0.5, 30.0), (1.0, 40.0), (2.0, 55.0), (3.0, 70.0), (6.0, 100.0)]
)
def test_a_resting_index_has_the_score_of_its_meaning(index: float, points: float) -> None:
    assert score(np.array([index]), np.zeros(1), np.array([50.0]))[0] == points


@given(
    index=st.floats(0.0, 6.0),
    pace=st.floats(-0.02, 0.1),
    pct=st.floats(0, 100),
    more=st.floats(0, 5),
)
def test_more_mould_faster_growth_and_damper_walls_never_lower_a_score(
    index: float, pace: float, pct: float, more: float
) -> None:
    def of(i: float, p: float, s: float) -> float:
        return float(score(np.array([i]), np.array([p]), np.array([s]))[0])

    here = of(index, pace, pct)
    assert 0.0 <= here <= 100.0
    assert of(index + more, pace, pct) >= here
    assert of(index, pace + more / 50.0, pct) >= here
    assert of(index, pace, pct + more) >= here


def test_a_dry_wall_without_mould_never_reaches_half_an_index() -> None:
    assert score(np.zeros(1), np.zeros(1), np.array([100.0]))[0] < 30.0
    assert np.isnan(score(np.zeros(1), np.zeros(1), np.array([NAN]))[0])


def test_the_weeks_to_growth_are_those_of_the_reference_table() -> None:
    # detection.md 1.6 (b), class s, 20 °C and 90 %: 0.5492 after four weeks, 0.1374 a week more;
    # it passes 1 between the seventh and the eighth week, 1.0642 after the eighth.
    frame = days(20)
    index = np.full(frame.shape, 0.5492)
    frame = with_days(frame, mould_index=index, mould_pace_day=np.full(frame.shape, 0.1374 / 7))

    now = outlook(frame, factor(frame, frame.f_rsi))

    assert_allclose(now.weeks[:, -1], (1 - 0.5492) / 0.1374)
    assert 7 < 4 + now.weeks[0, -1] < 8
    assert (now.weeks_least[:, -1] < now.weeks[:, -1]).all()
    assert (now.weeks_most[:, -1] > now.weeks[:, -1]).all()


def test_who_only_assumes_how_cold_walls_get_gives_a_wider_span_of_weeks() -> None:
    frame = days(20)
    rising = with_days(
        frame,
        mould_index=np.full(frame.shape, 0.5),
        mould_pace_day=np.full(frame.shape, 0.02),
    )

    surveyed = outlook(rising, factor(rising, np.full(3, 0.75)))
    assumed = outlook(rising, factor(rising, np.full(3, NAN)))

    assert_allclose(surveyed.weeks, assumed.weeks)
    assert (assumed.weeks_least[:, -1] < surveyed.weeks_least[:, -1]).all()


def test_a_surface_that_dries_has_no_date() -> None:
    frame = days(20)
    drying = with_days(
        frame, mould_index=np.full(frame.shape, 0.9), mould_pace_day=np.full(frame.shape, -0.01)
    )

    assert np.isnan(outlook(drying, factor(drying, drying.f_rsi)).weeks).all()


def damp_fortnight(air_temp_c: float, excess_pa: float) -> tuple[float, float, float]:
    """Scores if warmer, aired and insulated of a room in which mould grows fast."""
    frame = days(30, outdoor_temp_c=4.0)
    full = np.full(frame.shape, 1.0)
    frame = with_days(
        frame,
        damp_air_temp_c=air_temp_c * full,
        damp_excess_pa=excess_pa * full,
        mould_index=1.2 * full,
        mould_pace_day=0.05 * full,
    )
    by = factor(frame, frame.f_rsi)
    changed = counterfactual(frame, by, outlook(frame, by), USUAL)
    scores = (changed.warmer_score, changed.aired_score, changed.insulated_score)
    return (float(scores[0][1, -1]), float(scores[1][1, -1]), float(scores[2][1, -1]))


def test_a_cold_room_with_usual_vapour_would_be_dry_at_eighteen_degrees() -> None:
    warmer, _, _ = damp_fortnight(air_temp_c=13.0, excess_pa=350.0)

    assert warmer < 40.0


def test_a_warm_room_with_far_too_much_vapour_would_be_dry_with_twice_the_air() -> None:
    warmer, aired, _ = damp_fortnight(air_temp_c=20.0, excess_pa=900.0)

    assert aired < 40.0 <= warmer


def signs(**given: float) -> Signs:
    empty = dict.fromkeys(Signs.__dataclass_fields__, NAN)
    return Signs(**{name: np.array([[value]]) for name, value in {**empty, **given}.items()})


def strongest(**given: float) -> str:
    found = {name: float(array[0, 0]) for name, array in weights(signs(**given)).items()}
    return ranked(found)[0].cause


def test_a_cold_room_of_dry_air_is_first_of_all_not_heated_enough() -> None:
    assert strongest(warmer_gain_pct=12.0, humidity_at_20_c_pct=48.0) == "under_heated"


def test_a_cold_wall_that_was_measured_is_a_cold_bridge() -> None:
    assert strongest(wall_gain_pct=15.0, known_bridge=1.0, warmer_gain_pct=2.0) == "cold_bridge"


def test_a_cold_wall_that_is_only_assumed_is_no_evidence() -> None:
    found = weights(signs(wall_gain_pct=15.0, known_bridge=0.0))

    assert_array_equal(found["cause_cold_bridge"], [[0.0]])


def test_vapour_of_the_whole_home_that_leaves_slowly_is_too_little_air() -> None:
    slow = {"rise_pa": 200.0, "own_share": 0.1, "night_share": 1.0, "decay_share": 0.5}

    assert strongest(**slow) == "under_ventilated"
    assert strongest(**{**slow, "decay_share": 1.1}) == "high_moisture"


def test_vapour_of_one_room_by_night_as_by_day_may_come_from_the_building() -> None:
    found = weights(signs(rise_pa=250.0, own_share=0.9, night_share=1.0, decay_share=0.9))

    built = sum(found[PREFIX + name][0, 0] for name in CAUSES[4:7])
    assert built > 0.4


SIGNS = {
    name: st.sampled_from([0.0, 1.0, NAN])
    if name == "known_bridge"
    else st.one_of(st.just(NAN), st.floats(-50, 300))
    for name in Signs.__dataclass_fields__
}


@given(st.fixed_dictionaries(SIGNS))
def test_weights_of_causes_are_shares_whatever_is_known(given_: dict[str, float]) -> None:
    found = weights(signs(**given_))

    total = sum(float(array[0, 0]) for array in found.values())
    assert all(0.0 <= float(array[0, 0]) <= 1.0 + 1e-9 for array in found.values())
    assert total == pytest.approx(1.0) or total == 0.0


def test_causes_are_named_strongest_first_and_small_ones_not_at_all() -> None:
    evidence = {"cause_plumbing_leak": 0.3, "cause_high_moisture": 0.66, "cause_sensor_fault": 0.04}

    assert ranked(evidence) == (
        Cause(cause="high_moisture", weight=0.66),
        Cause(cause="plumbing_leak", weight=0.3),
    )
