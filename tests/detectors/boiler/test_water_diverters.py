"""A diverter that sticks: cold taps beside hot radiators, cold radiators beside hot taps."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors.boiler import diverter_stuck_on_heating, diverter_stuck_on_hot_water
from detectors.boiler.diverter_stuck_on_heating import WINDOW_GROUPS
from detectors.daily import LEAD
from detectors.frame import BoilerFrame
from tests.detectors.boiler.plant import MIDNIGHT, SOUND, Plant, minutes
from tests.detectors.boiler.telling import told

LEAD_MIN = int(LEAD.total_seconds()) // 60
ON_HEATING = Plant(stuck_on_heating=True, from_min=17 * 60)
ON_HOT_WATER = Plant(stuck_on_hot_water=True, from_min=17 * 60)
BOTH = (diverter_stuck_on_heating, diverter_stuck_on_hot_water)


def changed(frame: BoilerFrame, **values: float | np.ndarray | None) -> BoilerFrame:
    """The frame with some quantities set to a number or an array; None: not measured."""
    new = {
        name: np.full(frame.shape, np.nan if value is None else value, np.float32)
        if value is None or isinstance(value, float)
        else np.broadcast_to(value, frame.shape).astype(np.float32)
        for name, value in values.items()
    }
    return replace(frame, values={**frame.values, **new})


def charged_cylinder(*, rises_k_per_min: float, flow_c: float = 72.0) -> BoilerFrame:
    """Two hours of charging a cylinder of 50 °C while radiators or its coil take the heat."""
    frame = minutes(Plant(summer=True))
    begun = LEAD_MIN + 600
    charging = (np.arange(frame.steps) >= begun) & (np.arange(frame.steps) < begun + 120)
    water = 50.0 + rises_k_per_min * np.clip(np.arange(frame.steps) - begun, 0, 120)
    flow = np.where(charging, np.maximum(flow_c, water + 10.0), 30.0)
    flow = flow + 0.1 * (np.arange(frame.steps) % 3)
    return changed(
        frame,
        hot_water_demand=charging,
        hot_water_temp_c=water,
        flow_temp_c=flow,
        return_temp_c=np.where(charging, water - 5.0, flow),
        flame_on=charging,
        flow_target_c=75.0,
    )


def test_hot_water_that_runs_cold_beside_a_hot_boiler_is_told_at_the_first_long_draw() -> None:
    judgement = diverter_stuck_on_heating.judge(minutes(SOUND, ON_HEATING))

    [(row, episode)] = told(judgement, diverter_stuck_on_heating.RULES)

    assert row == 1
    assert episode.raised_at == MIDNIGHT + timedelta(hours=18, minutes=5)
    assert episode.severity == Severity.MEDIUM
    then = judgement.evidence_at(row, (LEAD_MIN + 18 * 60 + 5) // 5 - 1)
    assert then["cold_draw_min"] == 5.0
    assert then["hot_water_temp_c"] < 15.0


def test_ten_cold_minutes_make_it_high() -> None:
    judgement = diverter_stuck_on_heating.judge(minutes(ON_HEATING))

    [(_, episode)] = told(judgement, diverter_stuck_on_heating.RULES)

    assert episode.severity_max == Severity.HIGH
    assert episode.began_at == MIDNIGHT + timedelta(hours=18, minutes=5)


def test_a_cloud_adapter_without_return_and_flame_is_enough_for_cold_taps() -> None:
    frame = changed(minutes(ON_HEATING), return_temp_c=None, flame_on=None)

    assert len(told(diverter_stuck_on_heating.judge(frame), diverter_stuck_on_heating.RULES)) == 1


@pytest.mark.parametrize(
    "why",
    ["weak burner", "pump", "weak pump", "no flame", "locked", "warming"],
)
def test_cold_water_for_another_reason_is_not_laid_to_the_diverter(why: str) -> None:
    frame = minutes(ON_HEATING)
    water = frame["hot_water_temp_c"]
    others: dict[str, dict[str, float | np.ndarray | None]] = {
        "weak burner": {"flow_temp_c": water + 8.0},
        "pump": {"return_temp_c": frame["flow_temp_c"] - 0.5},
        "weak pump": {"return_temp_c": 12.0, "hot_water_temp_c": 22.0},
        "no flame": {"flame_on": 0.0},
        "locked": {"fault_code": 0.0},
        "warming": {"hot_water_temp_c": water + 2.0 * np.cumsum(frame["hot_water_demand"], 1)},
    }

    judgement = diverter_stuck_on_heating.judge(changed(frame, **others[why]))

    assert told(judgement, diverter_stuck_on_heating.RULES) == []


def test_a_cylinder_that_is_heated_for_an_hour_and_does_not_warm_is_told() -> None:
    judgement = diverter_stuck_on_heating.judge(charged_cylinder(rises_k_per_min=-0.02))

    [(_, episode)] = told(judgement, diverter_stuck_on_heating.RULES)

    assert timedelta(hours=10, minutes=45) <= episode.raised_at - MIDNIGHT <= timedelta(hours=11)
    assert episode.evidence["vain_charging_min"] == 5.0


@pytest.mark.parametrize("rises_k_per_min", [0.05, 0.3])
def test_a_cylinder_that_warms_however_slowly_is_sound(rises_k_per_min: float) -> None:
    judgement = diverter_stuck_on_heating.judge(charged_cylinder(rises_k_per_min=rises_k_per_min))

    assert told(judgement, diverter_stuck_on_heating.RULES) == []


def test_a_cylinder_whose_flow_comes_back_as_hot_lacks_its_pump_not_its_diverter() -> None:
    frame = charged_cylinder(rises_k_per_min=-0.02)
    still = changed(frame, return_temp_c=frame["flow_temp_c"] - 0.3)

    judgement = diverter_stuck_on_heating.judge(still)

    assert told(judgement, diverter_stuck_on_heating.RULES) == []


def test_a_cylinder_that_waits_for_a_flow_sensor_that_stands_still_is_not_the_valves() -> None:
    frame = charged_cylinder(rises_k_per_min=-0.02)
    held = changed(frame, flow_temp_c=np.where(frame["hot_water_demand"] > 0, 72.0, 30.0))

    judgement = diverter_stuck_on_heating.judge(held)

    assert told(judgement, diverter_stuck_on_heating.RULES) == []


def test_heat_that_no_radiator_takes_is_told_within_an_hour_of_the_call() -> None:
    judgement = diverter_stuck_on_hot_water.judge(minutes(SOUND, ON_HOT_WATER))

    [(row, episode)] = told(judgement, diverter_stuck_on_hot_water.RULES)

    assert row == 1
    assert timedelta(hours=17, minutes=40) <= episode.raised_at - MIDNIGHT
    assert episode.raised_at - MIDNIGHT <= timedelta(hours=18, minutes=10)
    assert episode.severity == Severity.MEDIUM
    assert episode.severity_max == Severity.HIGH
    assert episode.evidence["untaken_min"] >= 40.0
    assert episode.evidence["leaps"] >= 1.0


def test_without_a_return_sensor_nothing_is_said_of_radiators() -> None:
    judgement = diverter_stuck_on_hot_water.judge(
        changed(minutes(ON_HOT_WATER), return_temp_c=None)
    )

    assert_array_equal(judgement.severity, -1)


@pytest.mark.parametrize("why", ["locked", "taken", "burning", "cool"])
def test_a_call_that_stays_cold_for_another_reason_is_not_laid_to_the_diverter(why: str) -> None:
    frame = minutes(ON_HOT_WATER)
    others: dict[str, dict[str, float | np.ndarray | None]] = {
        "locked": {"fault_code": 0.0},
        "taken": {"return_temp_c": frame["flow_temp_c"] - 5.0},
        "burning": {"flame_on": 1.0},
        "cool": {"flow_temp_c": frame["flow_temp_c"] - 35.0},
    }

    judgement = diverter_stuck_on_hot_water.judge(changed(frame, **others[why]))

    assert told(judgement, diverter_stuck_on_hot_water.RULES) == []


def test_radiators_that_a_draw_made_hotter_than_they_need_only_cool() -> None:
    frame = minutes(SOUND)
    evening = np.arange(frame.steps) - LEAD_MIN - 16 * 60
    cooling = np.where((evening >= -30) & (evening < 360), 62.0 - 0.2 * evening, 25.0)
    noise = np.random.default_rng(5).normal(0.0, 0.15, frame.steps)

    judgement = diverter_stuck_on_hot_water.judge(
        changed(
            frame, flow_temp_c=cooling + noise, return_temp_c=cooling, flame_on=0.0,
            flow_target_c=55.0,
        )
    )  # fmt: skip

    assert told(judgement, diverter_stuck_on_hot_water.RULES) == []


def test_two_draws_an_hour_apart_do_not_say_that_the_flow_kept_its_heat() -> None:
    frame = minutes(Plant(summer=True))
    at = np.arange(frame.steps)
    draw = (at >= LEAD_MIN + 600) & (at % 60 == 9)
    mild = 34.0 + 0.1 * (at % 5)
    frame = changed(
        frame, heat_demand=at >= LEAD_MIN + 540, flame_on=draw, hot_water_demand=draw,
        flow_temp_c=np.where(draw, 60.0, mild), return_temp_c=np.where(draw, 45.0, mild),
        flow_target_c=np.where(draw, 60.0, 37.0),
    )  # fmt: skip

    judgement = diverter_stuck_on_hot_water.judge(frame)

    assert told(judgement, diverter_stuck_on_hot_water.RULES) == []


def test_a_record_that_stands_still_is_no_sign_of_a_stuck_valve() -> None:
    frame = minutes(ON_HOT_WATER)
    frozen = {name: np.repeat(array[:, 1400:1401], frame.steps, 1) for name, array in
              frame.values.items()}  # fmt: skip

    judgement = diverter_stuck_on_hot_water.judge(replace(frame, values=frozen))

    assert told(judgement, diverter_stuck_on_hot_water.RULES) == []


@pytest.mark.parametrize("detector", BOTH)
def test_what_is_said_five_minutes_at_a_time_is_what_is_said_of_two_days_at_once(
    detector: object,
) -> None:
    whole = minutes(SOUND, ON_HEATING, ON_HOT_WATER, days=2)
    judge = detector.judge  # type: ignore[attr-defined]  # a module
    at_once = judge(whole)

    for minute in (18 * 60 + 5, 18 * 60 + 10, 22 * 60, 24 * 60, 31 * 60, 43 * 60):
        part = judge(whole.part(steps=slice(minute, minute + LEAD_MIN + 5)))
        column = (minute + LEAD_MIN) // 5
        assert_array_equal(part.severity[:, -1], at_once.severity[:, column])
        assert_array_equal(part.holds[:, -1], at_once.holds[:, column])
        for name, array in part.evidence.items():
            assert_array_equal(array[:, -1], at_once.evidence[name][:, column])


@pytest.mark.parametrize("detector", BOTH)
def test_homes_in_another_order_get_their_own_verdicts(detector: object) -> None:
    frame = minutes(SOUND, ON_HEATING, ON_HOT_WATER)
    judge = detector.judge  # type: ignore[attr-defined]  # a module

    shuffled = judge(frame.part(rows=[2, 0, 1]))

    assert_array_equal(shuffled.severity, judge(frame).severity[[2, 0, 1]])


@settings(max_examples=25, deadline=None)
@given(share=st.floats(0.0, 1.0), seed=st.integers(0, 99), what=st.integers(0, 8))
def test_what_is_missing_from_a_sound_boiler_raises_nothing(
    share: float, seed: int, what: int
) -> None:
    rng = np.random.default_rng(seed)
    name = list(SOUND_DAY.values)[what]
    gone = rng.random(SOUND_DAY.shape) < share
    frame = changed(SOUND_DAY, **{name: np.where(gone, np.nan, SOUND_DAY[name])})

    for detector in BOTH:
        assert (detector.judge(frame).severity <= 0).all()


def test_an_alert_says_no_more_than_the_last_hours_know() -> None:
    believing = timedelta(hours=1)  # what is believed of readings looks back so far
    assert timedelta(minutes=5 * WINDOW_GROUPS) + timedelta(hours=1) + believing <= LEAD


SOUND_DAY = minutes(SOUND, Plant(summer=True), seed=7)


def test_a_cylinder_that_is_hot_enough_for_every_tap_need_not_warm() -> None:
    frame = charged_cylinder(rises_k_per_min=0.0)
    hot = changed(
        frame,
        hot_water_temp_c=frame["hot_water_temp_c"] + 9.0,
        return_temp_c=frame["return_temp_c"] + 9.0,
        flow_temp_c=frame["flow_temp_c"] + 9.0,
    )

    judgement = diverter_stuck_on_heating.judge(hot)

    assert told(judgement, diverter_stuck_on_heating.RULES) == []
