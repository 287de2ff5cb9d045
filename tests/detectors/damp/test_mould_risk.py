"""Mould risk and condensation: what raises them, what a sound home does without raising them."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from core.findings import Severity
from detectors.daily import DAY_S, DayFrame
from detectors.damp import mould_risk
from tests.detectors.damp.houses import (
    AUTUMN,
    NAN,
    day_of_hours,
    day_raised,
    days,
    features_of,
    moister_room,
    raised,
    told,
    with_days,
)

BEDROOM, BATHROOM = 1, 0


def of_room(frame: DayFrame, row: int, **values: float) -> DayFrame:
    """The frame with features of one room at a fixed value."""
    arrays = {name: frame[name].astype(np.float64) for name in values}
    for name, value in values.items():
        arrays[name][row] = value
    return with_days(frame, **arrays)


def test_a_sound_winter_raises_nothing() -> None:
    for seed in range(5):
        frame = days(150, homes=5, seed=seed)

        assert told(frame) == []
        assert told(frame, "condensation") == []


def test_a_room_that_becomes_moister_than_its_home_is_told_within_a_week_and_a_half() -> None:
    frame = moister_room(days(90), "bedroom", 300.0, slice(50, None))

    [episode] = told(frame)

    assert episode.place == "bedroom"
    # 9 of the last 14 days have to lie beyond what the 30 days before did.
    assert 56 <= day_raised(frame, episode) <= 60
    assert (episode.began_at - frame.start).days in range(42, 52)
    assert episode.evidence["moister_by_g_m3"] > 0.6
    assert episode.evidence["f_rsi_assumed"] == 1.0
    assert episode.causes[0].weight >= episode.causes[-1].weight


def test_a_little_more_vapour_is_no_news() -> None:
    assert told(moister_room(days(90), "bedroom", 60.0, slice(50, None))) == []


@pytest.mark.parametrize("stay", [1, 3, 5])
def test_visitors_and_washing_days_are_no_damp(stay: int) -> None:
    frame = days(90)
    for begin in (40, 60, 75):
        frame = moister_room(frame, "living room", 600.0, slice(begin, begin + stay))

    assert told(frame) == []


def test_a_home_that_comes_back_from_holiday_is_no_damp_home() -> None:
    frame = days(90)
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "home", -250.0, slice(40, 54))

    assert told(frame) == []


def test_a_wall_that_gets_wetter_over_a_fortnight_is_told_before_a_month_is_over() -> None:
    # 1.2 g/m³ in the end, and half of that after a week.
    growing = 160.0 * np.clip((np.arange(90) - 50) / 14.0, 0.0, 1.0)
    frame = days(90)
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        array = frame[name].astype(np.float64)
        array[BEDROOM] += growing
        frame = with_days(frame, **{name: array})

    [episode] = told(frame)

    assert episode.place == "bedroom"
    assert 60 <= day_raised(frame, episode) <= 80


def test_a_source_of_vapour_is_seen_in_may_as_well() -> None:
    frame = days(90, outdoor_temp_c=16.0)
    outdoor = np.minimum(frame["damp_outdoor_temp_c"], 19.0)
    frame = with_days(frame, damp_outdoor_temp_c=outdoor)

    [episode] = told(moister_room(frame, "bedroom", 300.0, slice(50, None)))

    assert 56 <= day_raised(frame, episode) <= 60


def test_a_room_that_is_heated_more_and_holds_more_water_for_it_is_no_damp() -> None:
    # At 19.5 °C the air of these rooms is at half of saturation: 3 K more hold 220 Pa more.
    frame = moister_room(days(90), "bedroom", 200.0, slice(50, None))
    warmer = raised(frame, "damp_air_temp_c", "bedroom", 3.0, slice(50, None))

    assert len(told(frame)) == 1
    assert told(warmer) == []


def test_two_sensors_that_change_rooms_are_no_damp() -> None:
    # Two humidity sensors within ±3 % differ by 100 Pa and more.
    frame = days(90)
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "bedroom", 120.0, slice(50, None))
        frame = raised(frame, name, "living room", -120.0, slice(50, None))

    assert told(frame) == []


def test_a_room_behind_a_shut_door_is_told_though_its_home_is_drier_for_it() -> None:
    frame = days(90)
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "home", -45.0, slice(50, None))
        frame = raised(frame, name, "bathroom", 225.0, slice(50, None))

    [episode] = told(frame)

    assert episode.place == "bathroom"


def test_windows_that_are_shut_as_it_gets_cold_are_no_damp() -> None:
    frame = days(120)
    outdoor = 16.0 - 0.12 * np.arange(120) + frame["damp_outdoor_temp_c"] - 6.0
    excess = 25.0 * (20.0 - outdoor) + frame["damp_excess_pa"] - 300.0
    frame = with_days(
        frame,
        damp_outdoor_temp_c=outdoor,
        damp_excess_pa=excess,
        damp_night_excess_pa=excess,
    )

    assert told(frame) == []


def test_a_home_that_is_kept_colder_while_people_live_in_it_is_information() -> None:
    frame = raised(days(90), "damp_air_temp_c", "home", -4.0, slice(50, None))

    episodes = told(frame)

    assert {episode.place for episode in episodes} == {"bathroom", "bedroom", "living room"}
    assert {episode.severity_max for episode in episodes} == {Severity.LOW}
    assert all(56 <= day_raised(frame, episode) <= 62 for episode in episodes)
    assert all(episode.causes[0].cause == "under_heated" for episode in episodes)


def test_a_home_that_cools_and_dries_is_empty_and_not_told_of() -> None:
    frame = raised(days(90), "damp_air_temp_c", "home", -4.0, slice(50, 64))
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "home", -250.0, slice(50, 64))

    assert told(frame) == []


def test_a_cold_home_without_any_vapour_of_its_own_is_empty_and_not_told_of() -> None:
    frame = raised(days(90), "damp_air_temp_c", "home", -4.0, slice(50, None))
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        frame = raised(frame, name, "home", -270.0, slice(0, None))

    assert told(frame) == []


def test_mould_that_is_likely_where_a_room_became_moister_needs_a_visit() -> None:
    frame = moister_room(days(90), "bedroom", 300.0, slice(50, None))
    frame = of_room(frame, BEDROOM, mould_pace_day=0.04)

    [episode] = told(frame)

    assert episode.severity_max is Severity.MEDIUM
    assert episode.evidence["mould_score"] >= 40.0
    assert "weeks_to_growth" in episode.evidence


def test_far_more_vapour_on_damp_walls_needs_a_visit_before_any_mould() -> None:
    frame = moister_room(days(90), "bedroom", 600.0, slice(50, None))

    episodes = told(frame)

    assert {episode.severity_max for episode in episodes} == {Severity.MEDIUM}


@pytest.mark.parametrize(
    ("index", "severity"),
    [
        (0.3, None),
        (0.9, Severity.LOW),
        (3.8, Severity.LOW),
        (4.1, Severity.MEDIUM),
    ],
)
def test_damp_that_was_always_there_is_told_by_its_index(
    index: float, severity: Severity | None
) -> None:
    frame = of_room(days(60), BEDROOM, mould_index=index, mould_pace_day=0.01, damp_excess_pa=650.0)

    assert [episode.severity_max for episode in told(frame)] == ([severity] if severity else [])


@pytest.mark.parametrize(
    ("index", "severity"),
    [(2.8, Severity.LOW), (3.1, Severity.MEDIUM), (5.1, Severity.HIGH)],
)
def test_where_the_coldest_surface_was_surveyed_less_mould_is_enough_for_a_visit(
    index: float, severity: Severity
) -> None:
    frame = of_room(days(60), BEDROOM, mould_index=index, mould_pace_day=0.01, damp_excess_pa=650.0)
    surveyed = replace(frame, f_rsi=np.full(3, 0.75))

    assert [episode.severity_max for episode in told(surveyed)] == [severity]


@pytest.mark.parametrize(
    ("index", "severities"), [(0.8, []), (1.2, [Severity.LOW]), (5.2, [Severity.LOW])]
)
def test_a_bathroom_that_always_was_damp_needs_no_visit_for_that(
    index: float, severities: list[Severity]
) -> None:
    frame = of_room(
        days(60), BATHROOM, mould_index=index, mould_pace_day=0.01, damp_excess_pa=650.0
    )

    assert [episode.severity_max for episode in told(frame)] == severities


def test_a_room_far_too_cold_is_information_beside_the_cold() -> None:
    frame = of_room(days(60), BEDROOM, mould_index=3.5, mould_pace_day=0.02, damp_air_temp_c=13.0)

    assert {episode.severity_max for episode in told(frame)} == {Severity.LOW}


def test_three_days_are_too_few_to_say_anything() -> None:
    frame = of_room(days(6), BEDROOM, mould_index=5.0)

    assert_array_equal(mould_risk.judge(frame).severity[:, :3], -1)
    assert (mould_risk.judge(frame).severity[:, 3:] >= 0).all()


def test_soaked_walls_of_a_bedroom_are_told_on_the_sixth_day() -> None:
    wet = days(40)["damp_wet_h"].astype(np.float64)
    wet[BEDROOM, 20:27] = 10.0
    frame = with_days(days(40), damp_wet_h=wet)

    [episode] = told(frame, "condensation")

    assert day_raised(frame, episode) == 25
    assert (episode.began_at - frame.start).days == 21
    assert episode.severity_max is Severity.MEDIUM
    assert episode.cleared_at is not None
    assert day_raised(frame, replace(episode, raised_at=episode.cleared_at)) == 36


def test_a_shower_a_day_is_no_condensation() -> None:
    wet = days(40)["damp_wet_h"].astype(np.float64)
    wet[BATHROOM] = 3.0

    assert told(with_days(days(40), damp_wet_h=wet), "condensation") == []


def troubled() -> DayFrame:
    """Six homes, each with another trouble, over two months and a half."""
    frame = days(75, homes=6)
    for name in ("damp_excess_pa", "damp_night_excess_pa"):
        array = frame[name].astype(np.float64)
        array[1, 45:] += 250.0
        array[4, 50:] += 500.0
        frame = with_days(frame, **{name: array})
    air = frame["damp_air_temp_c"].astype(np.float64)
    air[6:9, 48:] -= 4.0
    index = frame["mould_index"].astype(np.float64)
    index[10] = 2.4
    wet = frame["damp_wet_h"].astype(np.float64)
    wet[13, 30:50] = 9.0
    return with_days(frame, damp_air_temp_c=air, mould_index=index, damp_wet_h=wet)


@pytest.mark.parametrize("detector", ["mould_risk", "condensation"])
def test_homes_in_another_order_give_the_same_alerts_in_that_order(detector: str) -> None:
    frame = troubled()
    order = [3 * home + room for home in (4, 0, 5, 2, 1, 3) for room in (2, 0, 1)]

    straight, shuffled = told(frame, detector), told(frame.part(rows=order), detector)

    assert len(straight) > 0
    assert sorted(straight, key=str) == sorted(shuffled, key=str)


@settings(max_examples=8, deadline=None)
@given(begin=st.integers(0, 15), end=st.integers(62, 75))
def test_a_verdict_rests_on_the_45_days_before_it_and_on_nothing_later(
    begin: int, end: int
) -> None:
    frame = troubled()
    whole, part = mould_risk.judge(frame), mould_risk.judge(frame.part(steps=slice(begin, end)))

    settled = slice(begin + 45, end)
    assert_array_equal(part.severity[:, 45:], whole.severity[:, settled])
    assert_array_equal(part.holds[:, 45:], whole.holds[:, settled])
    for name, array in part.evidence.items():
        there = whole.severity[:, settled] > 0
        np.testing.assert_allclose(
            array[:, 45:][there], whole.evidence[name][:, settled][there], rtol=1e-6, atol=1e-6
        )


@settings(max_examples=10, deadline=None)
@given(share=st.floats(0.0, 1.0), seed=st.integers(0, 99))
def test_days_that_are_missing_never_make_an_alert(share: float, seed: int) -> None:
    frame = days(70, homes=2)
    gone = np.random.default_rng(seed).random(frame.shape) < share
    values = {name: np.where(gone, NAN, array) for name, array in frame.values.items()}

    assert told(replace(frame, values=values)) == []
    assert told(replace(frame, values=values), "condensation") == []


def test_wet_surfaces_of_a_sensor_heard_for_eleven_hours_a_day_are_told_without_a_dew_point() -> (
    None
):
    heard = (np.arange(30) >= 6) & (np.arange(30) < 17)
    frame = day_of_hours(np.where(heard, 20.0, NAN), np.where(heard, 92.0, NAN), rooms=2)
    day = features_of(frame, {})
    frames = DayFrame(
        start=AUTUMN,
        step_s=DAY_S,
        steps=8,
        rows=frame.rows,
        values={name: np.repeat(array[:, np.newaxis], 8, axis=1) for name, array in day.items()},
        f_rsi=np.full(2, NAN),
    )

    [episode] = told(frames, "condensation")

    assert np.isnan(frames["damp_air_temp_c"]).all()
    assert (episode.place, "dew_point_c" in episode.evidence) == ("bedroom", False)
    assert "4 hours or more on every one of the last 7 days. " in episode.sentence


def test_a_room_alone_in_its_home_is_told_by_its_mould_only() -> None:
    whole = moister_room(days(90), "bedroom", 300.0, slice(50, None))
    alone = of_room(whole, BEDROOM, mould_index=5.1).part(rows=[BEDROOM])

    assert told(whole.part(rows=[BEDROOM])) == []
    assert [episode.severity_max for episode in told(alone)] == [Severity.MEDIUM]


def test_nothing_known_is_unknown() -> None:
    frame = days(30)
    nothing = replace(frame, values={})

    assert_array_equal(mould_risk.judge(nothing).severity, -1)
