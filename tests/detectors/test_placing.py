"""What stands around a boiler and a room, and samples that meet in a step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import numpy.typing as npt
import pytest

from detectors.frame import Row, align_columns, align_rows
from detectors.placing import (
    BOILER_STEP_S,
    ROOM_STEP_S,
    Stay,
    boiler_frame,
    room_frame,
    steps_between,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = 3600
NAN = float("nan")


@dataclass
class Said:
    """Samples: (device, seconds after START, values), and texts of fault codes."""

    rows: list[tuple[int, float, dict[str, float]]]
    codes: tuple[str, ...] = ()
    names: tuple[str, ...] = field(default=("air_temp_c", "rel_humidity_pct"))

    @property
    def device_ids(self) -> npt.NDArray[np.int32]:
        return np.array([device for device, _, _ in self.rows], dtype=np.int32)

    @property
    def times_ms(self) -> npt.NDArray[np.int64]:
        at = [START.timestamp() + seconds for _, seconds, _ in self.rows]
        return np.round(np.array(at) * 1000).astype(np.int64)

    @property
    def values(self) -> Mapping[str, npt.NDArray[np.float32]]:
        return {
            name: np.array([values.get(name, NAN) for _, _, values in self.rows], dtype=np.float32)
            for name in self.names
        }


NOTHING = Said([])


def stay(device: int, home: str, place: str, *, weather: int | None = 9, **span: datetime) -> Stay:
    return Stay(
        row=Row("demo", home, place),
        device_id=device,
        weather_device_id=weather,
        f_rsi=None,
        since=span.get("since", START - timedelta(days=1)),
        until=span.get("until"),
    )


def temps(*told: tuple[int, float, float]) -> Said:
    return Said([(device, at, {"air_temp_c": value}) for device, at, value in told])


def test_weather_that_comes_once_an_hour_fills_the_hour_and_no_more() -> None:
    weather = temps((9, -HOUR, 4.0), (9, 2 * HOUR, 6.0))

    frame = room_frame(
        [stay(1, "home-1", "bedroom")], NOTHING, weather, START, 60, step_s=ROOM_STEP_S
    )

    # Ten minutes' worth of the first, an hour without, an hour and ten minutes of the second.
    expected = [4.0] * 2 + [NAN] * 22 + [6.0] * 14 + [NAN] * 22
    np.testing.assert_array_equal(frame.outdoor_temp_c[0], expected)


def test_weather_is_never_told_before_it_was_measured_but_for_half_a_step() -> None:
    weather = temps((9, 900.0, 4.0))  # in the middle between 00:10 and 00:20

    frame = boiler_frame(
        [stay(1, "home-1", "boiler")], NOTHING, START, 40, step_s=BOILER_STEP_S, weather=weather
    )

    assert np.flatnonzero(~np.isnan(frame.outdoor_temp_c[0]))[0] == 20


def test_indoors_is_the_mean_of_the_homes_rooms_held_for_an_hour() -> None:
    stays = [stay(1, "home-1", "bathroom"), stay(2, "home-1", "bedroom"), stay(3, "home-2", "hall")]
    said = temps((1, 0, 18.0), (2, 0, 20.0), (1, 300, 19.0), (3, 0, 25.0))
    rooms = room_frame(stays, said, NOTHING, START, 24, step_s=ROOM_STEP_S)
    boilers = [stay(4, "home-1", "boiler"), stay(5, "home-3", "boiler")]

    frame = boiler_frame(boilers, NOTHING, START, 90, step_s=BOILER_STEP_S, rooms=rooms)

    indoors = frame.indoor_temp_c[0]
    assert (indoors[0], indoors[4], indoors[5], indoors[69]) == (19.0, 19.0, 19.0, 19.0)
    assert np.isnan(indoors[70:]).all()  # the last was heard at 00:05 and holds through 01:05
    assert np.isnan(frame.indoor_temp_c[1]).all()


def test_a_dead_sensor_that_answers_zero_makes_no_home_cold() -> None:
    stays = [stay(1, "home-1", "bathroom"), stay(2, "home-1", "bedroom")]
    said = temps((1, 0, 20.0), (2, 0, 0.0), (1, 300, 20.0), (2, 300, 0.5), (2, 600, 0.0))
    rooms = room_frame(stays, said, NOTHING, START, 3, step_s=ROOM_STEP_S)

    frame = boiler_frame(
        [stay(4, "home-1", "boiler")], NOTHING, START, 15, step_s=BOILER_STEP_S, rooms=rooms
    )

    assert frame.indoor_temp_c[0, ::5].tolist() == [20.0, 10.25, 10.25]


def rain(*told: tuple[int, float, float]) -> Said:
    rows = [(device, at, {"rain_mm": value}) for device, at, value in told]
    return Said(rows, names=("air_temp_c", "rel_humidity_pct", "rain_mm"))


def test_rain_is_put_where_it_was_told_and_never_carried_on() -> None:
    weather = rain((9, 0.0, 0.4), (9, 1200.0, 0.0), (8, 600.0, 5.0))

    frame = room_frame(
        [stay(1, "home-1", "bedroom"), stay(2, "home-2", "bedroom", weather=None)],
        NOTHING,
        weather,
        START,
        6,
        step_s=ROOM_STEP_S,
    )

    told = np.array([0.4, NAN, NAN, NAN, 0.0, NAN], dtype=np.float32)
    np.testing.assert_array_equal(frame.rain_mm, np.stack([told, np.full(6, NAN)]))


def test_readings_of_rain_that_meet_in_a_step_add_up_and_one_sent_twice_counts_once() -> None:
    weather = rain((9, 300.0, 0.2), (9, 360.0, 0.3), (9, 360.0, 0.3), (9, 420.0, NAN))

    frame = room_frame(
        [stay(1, "home-1", "bedroom")], NOTHING, weather, START, 3, step_s=ROOM_STEP_S
    )

    np.testing.assert_allclose(frame.rain_mm, np.array([[NAN, 0.5, NAN]]), rtol=1e-6)


def test_weather_that_does_not_tell_of_rain_leaves_it_unknown() -> None:
    frame = room_frame(
        [stay(1, "home-1", "bedroom")], NOTHING, temps((9, 0, 4.0)), START, 3, step_s=ROOM_STEP_S
    )

    assert np.isnan(frame.rain_mm).all()
    assert frame.outdoor_temp_c[0, 0] == 4.0


def test_what_surrounds_a_boiler_is_unknown_where_it_is_not_given() -> None:
    frame = boiler_frame([stay(1, "home-1", "boiler")], NOTHING, START, 5, step_s=BOILER_STEP_S)

    assert np.isnan(frame.outdoor_temp_c).all()
    assert np.isnan(frame.indoor_temp_c).all()


def test_a_fault_code_is_a_place_in_the_table_of_its_texts() -> None:
    said = Said(
        [(1, 60.0, {"fault_code": 1.0}), (1, 120.0, {"pressure_bar": 1.2})],
        codes=("F.28", "F.22"),
        names=("fault_code", "pressure_bar"),
    )

    frame = boiler_frame([stay(1, "home-1", "boiler")], said, START, 3, step_s=BOILER_STEP_S)

    np.testing.assert_array_equal(frame["fault_code"], np.array([[NAN, 1.0, NAN]]))
    assert frame.codes[int(frame["fault_code"][0, 1])] == "F.22"


def test_a_sensor_that_was_moved_fills_the_row_where_it_stood() -> None:
    moved = START + timedelta(minutes=30)
    stays = [
        stay(1, "home-1", "bedroom", until=moved),
        stay(1, "home-1", "hall", since=moved),
        stay(2, "home-1", "bathroom"),
    ]
    said = temps((1, 0, 18.0), (1, 1800, 19.0), (2, 0, 20.0), (3, 0, 21.0))

    frame = room_frame(stays, said, NOTHING, START, 7, step_s=ROOM_STEP_S)

    assert [row.place for row in frame.rows] == ["bathroom", "bedroom", "hall"]
    air_c = frame["air_temp_c"]
    assert (air_c[0, 0], air_c[1, 0], air_c[2, 6]) == (20.0, 18.0, 19.0)
    assert np.isfinite(air_c).sum() == 3


@pytest.mark.parametrize(
    ("seconds", "step_s", "steps"), [(299, 600, 0), (300, 600, 1), (149, 300, 0), (450, 300, 2)]
)
def test_a_step_has_all_its_samples_half_of_it_later(seconds: int, step_s: int, steps: int) -> None:
    assert steps_between(START, START + timedelta(seconds=seconds), step_s) == steps


def test_quantities_put_on_a_grid_together_lie_as_each_by_itself() -> None:
    rng = np.random.default_rng(5)
    shape, count = (3, 50), 400
    rows = rng.integers(-1, 3, count)
    times = rng.integers(-5000, 55_000, count)
    columns = {
        name: np.where(rng.random(count) < 0.3, np.nan, rng.random(count)).astype(np.float32)
        for name in ("air_temp_c", "rel_humidity_pct")
    }
    columns["co2_ppm"] = np.full(count, np.nan, dtype=np.float32)

    grids = align_columns(rows, times, columns, 0, 1000, shape)

    assert sorted(grids) == ["air_temp_c", "rel_humidity_pct"]
    known = rows >= 0
    for name, grid in grids.items():
        alone = align_rows(rows[known], times[known], columns[name][known], 0, 1000, shape)
        np.testing.assert_array_equal(grid, alone)
