"""What every detector of water, cycling and sensors owes: no harm from gaps, no home mixed up."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from detectors.boiler import (
    boiler_sensor_fault,
    diverter_stuck_on_heating,
    diverter_stuck_on_hot_water,
    hot_water_scaling,
    kettling,
    return_too_hot,
    short_cycling,
)
from detectors.boiler.burns_day import burns_day
from detectors.boiler.days import LOOKBACK_DAYS
from detectors.boiler.hot_water_day import hot_water_day
from detectors.boiler.sensors_day import rails_day, sensors_day
from detectors.daily import DayFrame
from detectors.judgement import Judgement, Rules
from tests.detectors.boiler.plant import SOUND, Plant, features, minutes

BLAME = ("you ", "your ", "tenant", "fault", "fail", "should", "lifestyle", "too much")
DAYS = 110
BEGINS = 55


@dataclass(frozen=True, kw_only=True)
class Case:
    """A daily detector, and what of the days it rises to in the last two homes of three."""

    judge: Callable[[DayFrame], Judgement]
    rules: Rules
    broken: Mapping[str, float]
    grows: bool = False


CASES = {
    "boiler_sensor_fault": Case(
        judge=boiler_sensor_fault.judge,
        rules=boiler_sensor_fault.RULES,
        broken={"rest_difference_k": 3.5},
    ),
    "hot_water_scaling": Case(
        judge=hot_water_scaling.judge,
        rules=hot_water_scaling.RULES,
        broken={"hot_water_approach_k": 30.0},
        grows=True,
    ),
    "kettling": Case(judge=kettling.judge, rules=kettling.RULES, broken={"flutter_share": 0.6}),
    "return_too_hot": Case(
        judge=return_too_hot.judge,
        rules=return_too_hot.RULES,
        broken={"rooms_target_c": 68.0, "return_hot_share": 0.7},
    ),
    "short_cycling": Case(
        judge=short_cycling.judge,
        rules=short_cycling.RULES,
        broken={"lowest_modulation_pct": 50.0},
    ),
}
DAILY = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def days(case: Case, *, sick: bool = True) -> DayFrame:
    """Three homes, the last two with what the detector finds from BEGINS on."""
    sound = features(
        DAYS, rest_min=300.0, rest_difference_k=-0.1, rest_over_room_k=1.2, flow_held_min=0.0,
        sensor_railed_min=0.0, rooms_call_min=500.0, rooms_burn_min=200.0, rooms_burn_starts=40.0,
        lowest_modulation_pct=19.0, return_hot_share=0.05, rooms_target_c=57.0,
        rooms_outdoor_c=6.0, flutter_min=60.0, flutter_share=0.02, hot_water_min=15.0,
        hot_water_drop_k=20.0, hot_water_approach_k=12.0,
    )  # fmt: skip
    noise = np.random.default_rng(11).normal(1.0, 0.003, sound.shape)
    values = {name: array * noise for name, array in sound.values.items()}
    age = np.maximum(np.arange(DAYS) - BEGINS, 0)
    grown = np.minimum(age / 50.0, 1.0) if case.grows else (age > 0).astype(float)
    for name, worst in case.broken.items() if sick else ():
        at = values[name][1:]
        values[name][1:] = at + grown * (worst - at)
    return replace(sound, values={name: array.astype(np.float32) for name, array in values.items()})


@DAILY
def test_the_sick_homes_are_found_and_the_sound_one_is_not(case: Case) -> None:
    severity = case.judge(days(case)).severity

    assert (severity[0] <= 0).all()
    assert (severity[1:].max(axis=1) > 0).all()
    assert (severity[:, :BEGINS] <= 0).all()


@DAILY
def test_homes_in_another_order_get_their_own_verdicts(case: Case) -> None:
    frame = days(case)

    shuffled = case.judge(frame.part(rows=[2, 0, 1]))

    assert_array_equal(shuffled.severity, case.judge(frame).severity[[2, 0, 1]])


@DAILY
def test_a_day_is_judged_by_what_came_before_it_and_by_no_more_than_the_lookback(
    case: Case,
) -> None:
    frame = days(case)
    whole = case.judge(frame)
    back = case.rules.lookback.days + 1

    for day in (BEGINS - 3, BEGINS + 2, BEGINS + 30, DAYS - 1):
        part = case.judge(frame.part(steps=slice(max(day + 1 - back, 0), day + 1)))
        assert_array_equal(part.severity[:, -1], whole.severity[:, day])
        assert_array_equal(part.holds[:, -1], whole.holds[:, day])
        for name, array in part.evidence.items():
            expected = whole.evidence[name][:, day]
            np.testing.assert_allclose(array[:, -1], expected, rtol=1e-6, atol=1e-6)


@DAILY
def test_looking_back_ends_within_the_days_that_are_kept(case: Case) -> None:
    assert case.rules.lookback.days <= LOOKBACK_DAYS


@DAILY
@settings(max_examples=10, deadline=None)
@given(share=st.floats(0.0, 1.0), seed=st.integers(0, 99))
def test_days_that_tell_nothing_raise_nothing(case: Case, share: float, seed: int) -> None:
    frame = days(case, sick=False)
    rng = np.random.default_rng(seed)
    gone = {
        name: np.where(rng.random(frame.shape) < share, np.nan, array)
        for name, array in frame.values.items()
    }

    assert (case.judge(replace(frame, values=gone)).severity <= 0).all()


@DAILY
def test_no_days_at_all_are_unknown(case: Case) -> None:
    empty = replace(days(case), values={})

    assert_array_equal(case.judge(empty).severity, -1)


@DAILY
def test_sentences_blame_nobody(case: Case) -> None:
    judgement = case.judge(days(case))
    row, step = np.argwhere(judgement.severity > 0)[-1]

    text = judgement.sentence(judgement.evidence_at(int(row), int(step)))

    assert [word for word in BLAME if word in text.lower()] == []
    assert text.endswith(".")


def test_sentences_about_sensors_and_valves_blame_nobody() -> None:
    texts = [
        boiler_sensor_fault.sentence({"sensor_railed_min": 60.0}),
        boiler_sensor_fault.sentence({"flow_held_min": 60.0}),
        boiler_sensor_fault.sentence({"rest_over_room_change_k": 6.0}),
        diverter_stuck_on_heating.sentence({"cold_draw_min": 4.0}),
        diverter_stuck_on_heating.sentence({"cold_draw_min": 0.0}),
        diverter_stuck_on_hot_water.sentence({"untaken_min": 45.0}),
        return_too_hot.sentence({"flow_target_raised_k": 5.0}),
        short_cycling.sentence({"lowest_power_pct": 50.0, "starts_per_day": 60.0, "burn_min": 2.0}),
    ]

    assert [word for text in texts for word in BLAME if word in text.lower()] == []


def test_features_of_a_day_do_not_depend_on_the_other_homes_beside_it() -> None:
    frame = minutes(SOUND, Plant(floor_times=2.5), Plant(summer=True))

    for feature in (hot_water_day, burns_day, sensors_day, rails_day):
        together = feature(frame)
        for row in range(3):
            alone = feature(frame.part(rows=[row]))
            for name, values in alone.items():
                np.testing.assert_allclose(values[0], together[name][row], rtol=1e-6)


def test_a_day_of_which_nothing_is_known_has_no_numbers() -> None:
    frame = minutes(SOUND)
    nothing = {name: np.full(frame.shape, np.nan, np.float32) for name in frame.values}

    for feature in (hot_water_day, burns_day, sensors_day, rails_day):
        values = feature(replace(frame, values=nothing))
        assert all(np.isnan(array[0]) or array[0] == 0.0 for array in values.values())
