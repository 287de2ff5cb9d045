"""Damp rooms: surfaces, mould risk and condensation."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from core.findings import Severity
from detectors import condensation, mould_risk
from detectors.arrays import Floats
from detectors.frame import RoomFrame
from detectors.mould import MouldState, mould_index
from detectors.registry import ROOM_DETECTORS
from detectors.surface import surface_hours
from tests.detectors.homes import AUTUMN, days_after, rooms, rows, told, with_values

MOULD_RISK, CONDENSATION, _ = ROOM_DETECTORS
NAN = np.nan


def steady(
    air_temp_c: float,
    rel_humidity_pct: Floats | float,
    *,
    hours: int,
    outdoor_temp_c: float = 5.0,
    f_rsi: float = NAN,
) -> RoomFrame:
    """One room whose air stays as it is, hour by hour."""
    shape = (1, hours)
    return RoomFrame(
        start=AUTUMN,
        step_s=3600,
        steps=hours,
        rows=rows(1, "bedroom"),
        values={
            "air_temp_c": np.full(shape, air_temp_c),
            "rel_humidity_pct": np.broadcast_to(rel_humidity_pct, shape).astype(np.float64),
        },
        outdoor_temp_c=np.full(shape, outdoor_temp_c),
        outdoor_rel_humidity_pct=np.full(shape, 80.0),
        f_rsi=np.array([f_rsi]),
    )


def test_a_home_without_a_known_factor_is_looked_at_with_the_usual_one() -> None:
    # detection.md 1.3: 20 °C, 60 %, 0 °C outdoors, 0.75 -> 15.00 °C and 82.27 %.
    surface = surface_hours(steady(20, 60, hours=2, outdoor_temp_c=0))

    assert_allclose(surface.temp_c, [[15.0, 15.0]])
    assert_allclose(surface.humidity_pct, [[82.27, 82.27]], atol=0.005)
    assert_array_equal(surface.assumed, [True])


def test_a_sensor_on_the_wall_counts_unless_it_is_impossible() -> None:
    frame = steady(20, 60, hours=3, outdoor_temp_c=0, f_rsi=0.9)
    frame = with_values(frame, surface_temp_c=np.array([[12.0, -40.0, NAN]]))

    surface = surface_hours(frame)

    assert_allclose(surface.temp_c, [[12.0, 18.0, 18.0]])
    assert_array_equal(surface.measured, [[True, False, False]])


def test_without_weather_for_three_hours_nothing_is_said_of_surfaces() -> None:
    frame = steady(20, 60, hours=7)
    outdoor = frame.outdoor_temp_c.copy()
    outdoor[0, 2:6] = NAN

    surface = surface_hours(replace(frame, outdoor_temp_c=outdoor))

    assert_array_equal(np.isnan(surface.temp_c), [[False, False, False, False, True, True, False]])


@pytest.mark.parametrize("railed_pct", [0.0, 1.0, 99.9, 100.0])
def test_a_humidity_at_the_end_of_its_scale_is_not_believed(railed_pct: float) -> None:
    frame = steady(20, railed_pct, hours=24 * 60)

    assert np.isnan(surface_hours(frame).humidity_pct).all()
    assert told(MOULD_RISK, frame) == []
    assert told(CONDENSATION, frame) == []


def test_a_growing_damp_is_told_before_mould_can_be_seen() -> None:
    # 18 °C and 75 % with 5 °C outdoors: 14.75 °C and 92 % at the surface; a slow, ordinary case.
    frame = steady(18, 75, hours=24 * 200)

    [(_, episode)] = told(MOULD_RISK, frame)

    surface = surface_hours(frame)
    index = mould_index(
        surface.temp_c, surface.humidity_pct, step_h=1, sensitivity="sensitive", decline=0.25
    )[0]
    visible_day = int(np.argmax(index >= 3)) / 24
    microscopic_day = int(np.argmax(index >= 1)) / 24
    raised_day = days_after(frame, episode.raised_at)
    assert index[-1] > 3
    assert 7 < raised_day < microscopic_day < visible_day - 14
    assert episode.severity_max is Severity.HIGH
    assert episode.evidence["f_rsi_assumed"] == 1.0


@pytest.mark.parametrize(
    ("index", "severity"),
    [(0.0, 1), (0.9, 1), (1.05, 2), (2.5, 2), (3.05, 3), (5.0, 3)],
)
def test_the_index_alone_puts_a_floor_under_the_severity(index: float, severity: int) -> None:
    # The 24 hours make growth conditions persist, and hardly move the index.
    frame = steady(18, 72, hours=24)
    before = MouldState(index=np.array([index]), dry_h=np.zeros(1))

    judgement, _ = mould_risk.judge_from(frame, before, checkpoint_hours=0)

    assert judgement.severity[0, -1] == severity


def test_a_score_belongs_to_its_severity() -> None:
    judgement = mould_risk.judge(rooms(days=200, excess_pa=900, air_temp_c=16))

    score, severity = judgement.evidence["mould_score"], judgement.severity
    assert (score[severity == 3] >= 70).all()
    assert ((score[severity == 2] >= 40) & (score[severity == 2] < 70)).all()
    assert (score[(severity == 0) | (severity == 1)] < 40).all()
    assert set(np.unique(severity)) == {-1, 1, 2}


def test_a_room_that_has_dried_is_clear_again_though_its_index_falls_slowly() -> None:
    damp = np.where(np.arange(24 * 150) < 24 * 60, 78.0, 45.0)
    frame = steady(18, damp, hours=damp.size)

    [(_, episode)] = told(MOULD_RISK, frame)

    assert episode.evidence["mould_index"] < 3
    assert episode.cleared_at is not None
    # Seven days until the last damp week has passed, fourteen of being over.
    assert 80 <= days_after(frame, episode.cleared_at) <= 83


def test_a_damp_week_alone_is_information() -> None:
    damp = np.where(np.arange(24 * 40) < 24 * 7, 78.0, 45.0)

    assert told(MOULD_RISK, steady(18, damp, hours=damp.size)) == []


def test_less_than_a_day_of_hours_says_nothing() -> None:
    assert_array_equal(mould_risk.judge(steady(18, 95, hours=23)).severity, -1)
    assert_array_equal(condensation.judge(steady(18, 95, hours=23)).severity, -1)


def test_judging_from_a_checkpoint_says_what_judging_from_the_start_says() -> None:
    frame = rooms(days=40, excess_pa=800, air_temp_c=17)
    clean = MouldState.clean(3)
    week = 24 * 7
    whole, checkpoint = mould_risk.judge_from(frame, clean, checkpoint_hours=24 * 20)

    late = _from_day(frame, 20)
    again, _ = mould_risk.judge_from(late, checkpoint, checkpoint_hours=0)

    assert_array_equal(again.evidence["mould_index"], whole.evidence["mould_index"][:, 24 * 20 :])
    assert_array_equal(again.severity[:, week:], whole.severity[:, 24 * 20 + week :])
    assert again.instant(0) == whole.instant(24 * 20)


def _from_day(frame: RoomFrame, day: int) -> RoomFrame:
    step = day * 144
    return replace(
        frame,
        start=frame.instant(step),
        steps=frame.steps - step,
        values={name: array[:, step:] for name, array in frame.values.items()},
        outdoor_temp_c=frame.outdoor_temp_c[:, step:],
        outdoor_rel_humidity_pct=frame.outdoor_rel_humidity_pct[:, step:],
    )


def test_a_checkpoint_outside_the_frame_is_refused() -> None:
    with pytest.raises(ValueError, match="no checkpoint after 25 h; the frame has 24 h"):
        mould_risk.judge_from(steady(18, 60, hours=24), MouldState.clean(1), checkpoint_hours=25)


def test_surfaces_wet_for_hours_on_three_days_are_told_on_the_third() -> None:
    hour = np.arange(24 * 6)
    # 18 °C, 90 %, 0 °C outdoors, 0.75: 13.5 °C at the surface, dew point 16.3 °C.
    wet = np.where((hour >= 24) & (hour % 24 < 5), 90.0, 50.0)
    frame = steady(18, wet, hours=hour.size, outdoor_temp_c=0)

    [(_, episode)] = told(CONDENSATION, frame)

    # Four wet hours of the third wet day, and two more to be sure.
    assert episode.raised_at == frame.start + timedelta(days=3, hours=4 + 2)
    assert episode.severity is Severity.MEDIUM
    assert episode.evidence["wet_hours_day"] == 5.0


def test_a_shower_a_day_is_no_condensation_to_tell_of() -> None:
    hour = np.arange(24 * 30)
    showers = np.where(hour % 24 < 2, 95.0, 55.0)

    assert told(CONDENSATION, steady(20, showers, hours=hour.size)) == []


def test_walls_that_dry_again_clear_the_condensation() -> None:
    hour = np.arange(24 * 20)
    wet = np.where((hour < 24 * 10) & (hour % 24 < 14), 92.0, 50.0)
    frame = steady(18, wet, hours=hour.size, outdoor_temp_c=0)

    [(_, episode)] = told(CONDENSATION, frame)

    assert episode.severity_max is Severity.HIGH
    assert episode.cleared_at is not None
    assert 13 < days_after(frame, episode.cleared_at) < 16
