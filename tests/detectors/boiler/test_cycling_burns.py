"""Burners that cycle, flows set too hot and exchangers that sing: what a day's burning tells."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from core.findings import Severity
from detectors.boiler import kettling, return_too_hot, short_cycling
from detectors.boiler.burns_day import burns_day
from detectors.daily import DayFrame
from tests.detectors.boiler.plant import SOUND, Plant, day_after, features, minutes
from tests.detectors.boiler.telling import told

DAYS = 120


def from_day(first: int, before: float, after: float) -> np.ndarray:
    return np.where(np.arange(DAYS) >= first, after, before)[np.newaxis].astype(np.float32)


def heated(**values: np.ndarray) -> DayFrame:
    """A sound boiler's winter, with some of its days otherwise."""
    frame = features(
        DAYS, homes=1, rooms_call_min=500.0, rooms_burn_min=200.0, rooms_burn_starts=40.0,
        lowest_modulation_pct=19.0, return_hot_share=0.05, rooms_target_c=57.0,
        rooms_outdoor_c=6.0, flutter_min=60.0, flutter_share=0.02,
    )  # fmt: skip
    return replace(frame, values={**frame.values, **values})


def test_the_lowest_power_is_seen_where_the_flow_is_above_its_target() -> None:
    day = burns_day(minutes(Plant(floor_times=2.5)))

    assert_allclose(day["lowest_modulation_pct"], 50.0)  # 2.5 times 4.8 of 24 kW
    assert day["rooms_burn_starts"] > 100.0


def test_a_burner_that_holds_its_target_does_not_tell_its_lowest_power() -> None:
    assert np.isnan(burns_day(minutes(SOUND))["lowest_modulation_pct"]).all()


@settings(max_examples=15, deadline=None)
@given(jumps_k=st.floats(0.0, 0.1) | st.floats(2.0, 7.0), seed=st.integers(0, 99))
def test_a_flow_jumps_where_water_boils_and_not_for_noise(jumps_k: float, seed: int) -> None:
    day = burns_day(minutes(Plant(jumps_k=jumps_k), seed=seed))

    assert (day["flutter_share"] > 0.3) == (jumps_k >= 2.0)
    assert jumps_k >= 2.0 or day["flutter_share"] < 0.05


def test_a_hotter_flow_brings_a_return_too_hot_to_condense() -> None:
    day = burns_day(minutes(SOUND, Plant(target_up_k=10.0)))

    assert day["return_hot_share"][0] == 0.0
    assert day["return_hot_share"][1] > 0.8
    assert_allclose(day["rooms_target_c"], [60.0, 70.0])


@pytest.mark.parametrize("detector", [kettling, return_too_hot, short_cycling])
def test_a_sound_winter_says_nothing(detector: object) -> None:
    judgement = detector.judge(heated())  # type: ignore[attr-defined]  # a module

    assert told(judgement, detector.RULES) == []  # type: ignore[attr-defined]


def test_a_burner_that_no_longer_turns_down_is_told_within_four_days() -> None:
    frame = heated(
        lowest_modulation_pct=from_day(60, 19.0, 45.0), rooms_burn_starts=from_day(60, 40.0, 80.0)
    )

    [(_, episode)] = told(short_cycling.judge(frame), short_cycling.RULES)

    assert 2 <= day_after(episode.raised_at) - 60 <= 4
    assert episode.severity_max == Severity.MEDIUM
    assert episode.evidence["lowest_power_before_pct"] < 46.0


def test_a_burner_that_cannot_turn_down_but_burns_long_is_only_information() -> None:
    frame = heated(
        lowest_modulation_pct=from_day(60, 19.0, 27.0), rooms_burn_min=from_day(0, 400.0, 400.0)
    )

    [(_, episode)] = told(short_cycling.judge(frame), short_cycling.RULES)

    assert episode.severity_max == Severity.LOW


def test_in_summer_draws_of_little_water_show_as_information_that_it_cannot_turn_down() -> None:
    frame = heated(
        rooms_call_min=from_day(0, 0.0, 0.0),
        rooms_burn_starts=from_day(0, 0.0, 0.0),
        lowest_modulation_pct=from_day(0, np.nan, np.nan),
        hot_water_lowest_pct=from_day(60, 19.0, 38.0),
    )

    [(_, episode)] = told(short_cycling.judge(frame), short_cycling.RULES)

    assert 10 <= day_after(episode.raised_at) - 60 <= 12
    assert episode.severity_max == Severity.LOW
    assert episode.evidence["lowest_power_before_pct"] == 19.0


def test_draws_of_much_water_alone_do_not_say_how_low_a_burner_can_go() -> None:
    frame = heated(
        lowest_modulation_pct=from_day(0, np.nan, np.nan),
        hot_water_lowest_pct=from_day(60, 45.0, 65.0),
    )

    assert told(short_cycling.judge(frame), short_cycling.RULES) == []


def test_many_starts_alone_are_no_fault() -> None:
    """50 starts a day are the median of British homes, so the cold alone may double them."""
    frame = heated(rooms_burn_starts=from_day(60, 30.0, 90.0))

    assert told(short_cycling.judge(frame), short_cycling.RULES) == []


def test_a_setting_that_was_raised_is_information_at_first_and_more_when_the_return_is_hot() -> (
    None
):
    mild = heated(rooms_target_c=from_day(60, 57.0, 63.0))
    hot = heated(rooms_target_c=from_day(60, 57.0, 67.0), return_hot_share=from_day(60, 0.05, 0.6))

    [(_, raised)] = told(return_too_hot.judge(mild), return_too_hot.RULES)
    [(_, too_hot)] = told(return_too_hot.judge(hot), return_too_hot.RULES)

    assert raised.severity_max == Severity.LOW
    assert too_hot.severity_max == Severity.MEDIUM
    assert 2 <= day_after(raised.raised_at) - 60 <= 5
    assert 2 <= day_after(too_hot.raised_at) - 60 <= 4


def test_a_heating_curve_that_follows_the_weather_was_not_raised() -> None:
    outdoor = 10.0 - 12.0 * np.arange(DAYS) / DAYS + 3.0 * np.sin(np.arange(DAYS) / 3.0)
    curve = 24.0 + 26.0 * (20.0 - outdoor) / 22.0

    frame = heated(rooms_outdoor_c=outdoor[np.newaxis], rooms_target_c=curve[np.newaxis])

    assert told(return_too_hot.judge(frame), return_too_hot.RULES) == []


def test_a_heating_curve_that_was_lifted_is_told() -> None:
    outdoor = 6.0 + 3.0 * np.sin(np.arange(DAYS) / 3.0)
    curve = 24.0 + 26.0 * (20.0 - outdoor) / 22.0 + 8.0 * (np.arange(DAYS) >= 60)

    frame = heated(rooms_outdoor_c=outdoor[np.newaxis], rooms_target_c=curve[np.newaxis])

    [(_, episode)] = told(return_too_hot.judge(frame), return_too_hot.RULES)
    assert day_after(episode.raised_at) > 60


def test_a_hot_return_without_a_raised_setting_is_how_the_boiler_was_delivered() -> None:
    frame = heated(return_hot_share=from_day(60, 0.1, 0.6))

    assert told(return_too_hot.judge(frame), return_too_hot.RULES) == []


def test_boiling_that_grows_is_told_when_a_quarter_of_the_minutes_jump() -> None:
    share = np.clip((np.arange(DAYS) - 60) / 30.0, 0.02, 0.6)[np.newaxis]

    [(_, episode)] = told(kettling.judge(heated(flutter_share=share)), kettling.RULES)

    assert 7 < day_after(episode.raised_at) - 60 < 12


def test_a_boiler_that_always_read_restlessly_is_not_kettling() -> None:
    frame = heated(flutter_share=from_day(0, 0.3, 0.3))

    judgement = kettling.judge(frame)

    assert (judgement.severity[:, 45:] <= 0).all()


def test_little_steady_burning_is_unknown() -> None:
    judgement = kettling.judge(heated(flutter_min=from_day(0, 3.0, 3.0)))

    assert (judgement.severity == -1).all()
