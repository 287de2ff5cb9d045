"""Scale in a hot-water exchanger: grown over weeks, and told from all that only looks like it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from detectors.boiler import hot_water_scaling
from detectors.boiler.hot_water_day import hot_water_day
from detectors.daily import DayFrame
from tests.detectors.boiler.plant import (
    PLATE_K_W,
    PUMP_W_K,
    SOUND,
    Plant,
    day_after,
    features,
    minutes,
)
from tests.detectors.boiler.telling import told


def growing(*, resistance: np.ndarray, wobble: float = 0.02, **also: np.ndarray) -> DayFrame:
    """Boilers whose exchangers have this resistance day by day, (homes, days); drops of 20 K."""
    homes, days = resistance.shape
    rng = np.random.default_rng(3)
    drop = 20.0 * (1.0 + rng.normal(0.0, 0.15, resistance.shape))
    approach = drop * resistance * (1.0 + rng.normal(0.0, wobble, resistance.shape))
    frame = features(days, homes=homes, hot_water_min=15.0, rest_min=300.0, rest_difference_k=0.0)
    values = {"hot_water_drop_k": drop, "hot_water_approach_k": approach, **also}
    return replace(frame, values={**frame.values, **values})


def ramp(days: int, *, begins: int, rise_a_day: float, homes: int = 1) -> np.ndarray:
    grown = 1.0 + rise_a_day * np.maximum(np.arange(days) - begins, 0)
    return np.broadcast_to(0.6 * grown, (homes, days)).copy()


@settings(max_examples=20, deadline=None)
@given(scale_k=st.floats(0.0, 20.0), seed=st.integers(0, 99))
def test_approach_over_drop_is_the_plates_resistance_whatever_is_drawn(
    scale_k: float, seed: int
) -> None:
    day = hot_water_day(minutes(Plant(scale_k=scale_k), seed=seed))

    # The law of the plate: approach = resistance * power, and drop = power / pump.
    resistance = (PLATE_K_W + scale_k / 15_000.0) * PUMP_W_K
    ratio = day["hot_water_approach_k"] / day["hot_water_drop_k"]
    assert_allclose(ratio, resistance, rtol=0.02)


def test_cold_draws_are_no_scale() -> None:
    day = hot_water_day(minutes(Plant(stuck_on_heating=True)))

    assert day["hot_water_min"] == 0.0
    assert np.isnan(day["hot_water_approach_k"]).all()


@pytest.mark.parametrize(("back_c", "minutes_told"), [(60.0, 13.0), (45.0, 0.0)])
def test_a_cylinder_is_judged_only_by_heat_that_its_coil_took(
    back_c: float, minutes_told: float
) -> None:
    """Water from a coil is warmer than the cylinder; cooler water has been round the radiators."""
    frame = minutes(SOUND)
    drawn = frame["hot_water_demand"] > 0
    values = {
        "hot_water_temp_c": np.full(frame.shape, 55.0, np.float32),
        "flow_temp_c": np.where(drawn, np.float32(70.0), np.float32(40.0)),
        "return_temp_c": np.where(drawn, np.float32(back_c), np.float32(38.0)),
    }

    day = hot_water_day(replace(frame, values={**frame.values, **values}))

    assert_allclose(day["hot_water_min"], minutes_told)


def test_a_rise_faster_than_any_scale_is_something_else() -> None:
    resistance = ramp(130, begins=60, rise_a_day=0.0)
    resistance[:, 70:82] *= 2.0
    resistance[:, 82:] *= 3.5

    found = told(hot_water_scaling.judge(growing(resistance=resistance)), hot_water_scaling.RULES)

    assert found == []


@pytest.mark.parametrize(
    # 12 K and 20 K more at 15 kW after 90 days, for a plate of 12 K: 1.1 and 1.9 % a day.
    ("rise_a_day", "days"),
    [(0.004, 40), (0.011, 30), (0.019, 30)],
)
def test_scale_that_grows_is_told_within_weeks(rise_a_day: float, days: int) -> None:
    frame = growing(resistance=ramp(130, begins=60, rise_a_day=rise_a_day))

    [(_, episode)] = told(hot_water_scaling.judge(frame), hot_water_scaling.RULES)

    assert 10 < day_after(episode.raised_at) - 60 < days
    assert episode.evidence["resistance_rise_pct"] > 8.0


def test_a_sound_exchanger_says_nothing_for_a_year() -> None:
    frame = growing(resistance=ramp(365, begins=400, rise_a_day=0.0, homes=5))

    assert told(hot_water_scaling.judge(frame), hot_water_scaling.RULES) == []


@pytest.mark.parametrize("step", [1.3, 0.7])
def test_a_step_is_a_pump_or_a_sensor_and_no_scale(step: float) -> None:
    resistance = ramp(130, begins=200, rise_a_day=0.0)
    resistance[:, 70:] *= step
    apart = np.where(np.arange(130) >= 70, 3.0, 0.0)[np.newaxis]

    frame = growing(resistance=resistance, rest_difference_k=apart)

    assert told(hot_water_scaling.judge(frame), hot_water_scaling.RULES) == []


def test_an_exchanger_that_was_cleaned_says_nothing_more() -> None:
    resistance = ramp(200, begins=30, rise_a_day=0.01)
    resistance[:, 100:] = 0.6

    [(_, episode)] = told(
        hot_water_scaling.judge(growing(resistance=resistance)), hot_water_scaling.RULES
    )

    assert episode.cleared_at is not None
    assert 100 < day_after(episode.cleared_at) < 150


def test_without_a_return_sensor_only_a_great_rise_is_told() -> None:
    def cloud(rise_a_day: float) -> DayFrame:
        frame = growing(resistance=ramp(150, begins=60, rise_a_day=rise_a_day))
        approach = 12.0 * ramp(150, begins=60, rise_a_day=rise_a_day) / 0.6
        unseen = np.full(approach.shape, np.nan)
        return replace(
            frame,
            values={
                **frame.values,
                "hot_water_drop_k": unseen,
                "hot_water_approach_k": approach,
                "rest_difference_k": unseen,
            },
        )

    assert told(hot_water_scaling.judge(cloud(0.004)), hot_water_scaling.RULES) == []
    assert len(told(hot_water_scaling.judge(cloud(0.019)), hot_water_scaling.RULES)) == 1


def test_too_few_draws_are_unknown() -> None:
    frame = growing(resistance=ramp(130, begins=60, rise_a_day=0.02))
    few = replace(frame, values={**frame.values, "hot_water_min": np.full(frame.shape, 0.5)})

    assert_array_equal(hot_water_scaling.judge(few).severity, -1)


def test_a_sound_boilers_day_has_the_resistance_it_was_built_with() -> None:
    day = hot_water_day(minutes(SOUND))

    assert_allclose(day["hot_water_min"], 13.0)  # 21 minutes of draws less two for each of four
    assert_allclose(day["hot_water_approach_k"] / day["hot_water_drop_k"], 0.56, atol=0.02)
