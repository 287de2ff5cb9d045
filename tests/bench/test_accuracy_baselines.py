"""The simple rules that the detectors are measured beside."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from bench.accuracy.baselines import BASELINES, BaselineWatch, mould_indicator_pct
from core.findings import Episode, Severity
from detectors.arrays import Floats
from detectors.frame import BoilerFrame, RoomFrame, Row

START = datetime(2025, 10, 1, tzinfo=UTC)
STEP_S = 3600
NAN = float("nan")


def rooms(humidity: list[float], *, air_c: float = 20.0, f_rsi: float = NAN) -> RoomFrame:
    """A room hour by hour, 5 °C outdoors."""
    shape = (1, len(humidity))
    return RoomFrame(
        start=START,
        step_s=STEP_S,
        steps=shape[1],
        rows=(Row("", "home-1", "bedroom"),),
        values={"air_temp_c": np.full(shape, air_c), "rel_humidity_pct": np.array([humidity])},
        outdoor_temp_c=np.full(shape, 5.0),
        outdoor_rel_humidity_pct=np.full(shape, 80.0),
        f_rsi=np.array([f_rsi]),
    )


def boilers(pressure: Floats) -> BoilerFrame:
    return BoilerFrame(
        start=START,
        step_s=STEP_S,
        steps=pressure.shape[1],
        rows=tuple(Row("", f"home-{n + 1}", "boiler") for n in range(pressure.shape[0])),
        values={"pressure_bar": pressure},
    )


HUMID, INDICATED, LOW = BASELINES
NO_ROOMS = rooms([]).part(rows=[])
NO_BOILERS = boilers(np.empty((0, 0)))


def humid(*stretches: RoomFrame) -> list[Episode]:
    watch = BaselineWatch(HUMID)
    for frame in stretches:
        watch.take(frame, NO_BOILERS)
    return watch.episodes()


def indicated(frame: RoomFrame) -> list[Episode]:
    watch = BaselineWatch(INDICATED)
    watch.take(frame, NO_BOILERS)
    return watch.episodes()


def low(frame: BoilerFrame) -> list[Episode]:
    watch = BaselineWatch(LOW)
    watch.take(NO_ROOMS, frame)
    return watch.episodes()


@pytest.mark.parametrize(
    ("air_c", "outdoor_c", "humidity", "factor", "indicator"),
    [
        (20, 10, 50, 2, 68),
        (30, 10, 50, 2, 90),
        (30, 25, 50, 2, 57),
        (30, 25, 20, 2, 23),
        (20, 10, 50, 0, NAN),
        (20, 10, 101, 2, NAN),
        (20, 10, -1, 2, NAN),
        (NAN, 10, 50, 2, NAN),
        (20, NAN, 50, 2, NAN),
        (20, 10, 100, 4, 100),
    ],
)
def test_the_indicator_is_home_assistants(
    air_c: float, outdoor_c: float, humidity: float, factor: float, indicator: float
) -> None:
    found = mould_indicator_pct(
        np.array([air_c]), np.array([humidity]), np.array([outdoor_c]), factor
    )

    np.testing.assert_array_equal(found, [indicator])


def test_dry_air_indicates_next_to_nothing() -> None:
    [found] = mould_indicator_pct(np.array([20.0]), np.array([0.0]), np.array([10.0]), 2.0)

    assert found == 0  # its dew point is taken for -50 °C: 0.4 % at 15 °C


def test_humid_air_alerts_at_once_and_once() -> None:
    [episode] = humid(rooms([70.0, 70.1, 60.0, 75.0]))

    assert episode.raised_at == START + timedelta(hours=1)
    assert episode.cleared_at is None
    assert (episode.home_id, episode.place, episode.detector) == ("home-1", "bedroom", "mould_risk")
    assert episode.severity is Severity.MEDIUM


def test_it_clears_after_a_day_below_and_alerts_again() -> None:
    first, second = humid(rooms([80.0] + [60.0] * 26 + [80.0]))

    assert first.cleared_at == START + timedelta(hours=25)
    assert second.raised_at == START + timedelta(hours=27)


def test_day_after_day_it_alerts_as_over_all_days_at_once() -> None:
    humidity = [80.0] + [60.0] * 26 + [80.0] + [75.0] * 30 + [60.0] * 40
    whole = rooms(humidity)
    days = [whole.part(steps=slice(begin, begin + 24)) for begin in range(0, whole.steps, 24)]

    assert humid(*days) == humid(whole)
    assert len(humid(whole)) == 2


def test_what_is_not_measured_neither_raises_nor_clears() -> None:
    [episode] = humid(rooms([80.0] + [NAN] * 48))

    assert episode.cleared_at is None
    assert humid(rooms([NAN] * 48)) == []


def test_the_indicator_knows_how_cold_the_surface_is() -> None:
    # 20 °C, 60 % and 5 °C outdoors: 75 % at fRsi 0.75, above 80 % at 0.6.
    assert indicated(rooms([60.0] * 3)) == []
    assert len(indicated(rooms([60.0] * 3, f_rsi=0.6))) == 1


def test_the_pressure_alerts_below_0_8_bar_and_harms_no_neighbour() -> None:
    pressure = np.array([[0.8, 0.8, 0.8], [1.2, 0.7, 0.7], [NAN, NAN, NAN]], dtype=np.float32)

    [episode] = low(boilers(pressure))

    assert (episode.home_id, episode.detector) == ("home-2", "low_pressure")
    assert episode.raised_at == START + timedelta(hours=1)
