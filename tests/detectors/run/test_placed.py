"""From samples of devices to rows of homes."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.quantities import QUANTITIES, Kind
from detectors.frame import Row
from detectors.placing import (
    STEP_S,
    Stay,
    boiler_frame,
    epoch_ms,
    presence_frame,
    room_frame,
    steps_between,
)
from detectors.run.placed import stay
from store.frames import Place, SampleTable

START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=STEP_S)
NAN = float("nan")
BEDROOM, BATHROOM = (Row("demo", "home-1", room) for room in ("bedroom", "bathroom"))
NO_SAMPLES: list[tuple[int, datetime, float]] = []


def table(kind: Kind, name: str, samples: Sequence[tuple[int, datetime, float]]) -> SampleTable:
    """Device, instant and value of one quantity; the others were not measured."""
    values = {
        quantity.name: np.full(len(samples), np.nan, dtype=np.float32)
        for quantity in QUANTITIES[kind]
    }
    values[name] = np.array([value for _, _, value in samples], dtype=np.float32)
    return SampleTable(
        device_ids=np.array([device for device, _, _ in samples], dtype=np.int32),
        times_ms=np.array([epoch_ms(at) for _, at, _ in samples], dtype=np.int64),
        values=values,
    )


def stay_of(
    row: Row,
    device_id: int = 1,
    *,
    since: datetime = START,
    until: datetime | None = None,
    weather: int | None = None,
) -> Stay:
    return Stay(
        row=row,
        device_id=device_id,
        weather_device_id=weather,
        f_rsi=None,
        since=since,
        until=until,
    )


def temperatures(
    stays: Sequence[Stay], samples: Sequence[tuple[int, datetime, float]], steps: int
) -> dict[Row, list[float]]:
    frame = room_frame(
        stays,
        table(Kind.ROOM, "air_temp_c", samples),
        table(Kind.WEATHER, "air_temp_c", NO_SAMPLES),
        START,
        steps,
        step_s=STEP_S,
    )
    return {row: frame["air_temp_c"][i].tolist() for i, row in enumerate(frame.rows)}


def test_a_moved_sensors_samples_go_to_the_room_it_stood_in() -> None:
    moved_at = START + 2 * STEP
    stays = [stay_of(BEDROOM, until=moved_at), stay_of(BATHROOM, since=moved_at)]
    samples = [(1, START + number * STEP, 18.0 + number) for number in range(4)]

    found = temperatures(stays, samples, 4)

    np.testing.assert_array_equal(found[BEDROOM], [18.0, 19.0, NAN, NAN])
    np.testing.assert_array_equal(found[BATHROOM], [NAN, NAN, 20.0, 21.0])


def test_two_sensors_of_one_room_share_its_row() -> None:
    stays = [stay_of(BEDROOM, 1), stay_of(BEDROOM, 2)]

    found = temperatures(stays, [(1, START, 18.0), (2, START + STEP, 19.0)], 2)

    assert found == {BEDROOM: [18.0, 19.0]}


def test_a_sample_before_the_tenancy_began_belongs_to_nobody_here() -> None:
    place = Place(
        landlord_id="demo",
        home_id="home-1",
        room="bedroom",
        device_id=1,
        gateway_id="gw-1",
        kind=Kind.ROOM,
        placed_at=START - timedelta(days=300),
        removed_at=None,
        f_rsi=None,
        area_id="area-1",
        weather_device_id=None,
    )
    mine = stay(place, not_before=START + STEP)

    found = temperatures([mine], [(1, START, 18.0), (1, START + STEP, 19.0)], 2)

    np.testing.assert_array_equal(found[BEDROOM], [NAN, 19.0])


def test_a_sample_of_a_device_that_stands_nowhere_is_left_out() -> None:
    found = temperatures([stay_of(BEDROOM, 1)], [(1, START, 18.0), (7, START, 30.0)], 1)

    assert found == {BEDROOM: [18.0]}


@pytest.mark.parametrize("stations", [(8, 9), (9, 8), (None, 9)])
def test_every_room_has_the_weather_of_its_own_area(
    stations: tuple[int | None, int | None],
) -> None:
    outdoor_c = {8: 3.0, 9: 9.0, None: NAN}
    stays = [stay_of(BATHROOM, 1, weather=stations[0]), stay_of(BEDROOM, 2, weather=stations[1])]

    frame = room_frame(
        stays,
        table(Kind.ROOM, "air_temp_c", [(1, START, 18.0)]),
        table(Kind.WEATHER, "air_temp_c", [(9, START, 9.0), (8, START, 3.0)]),
        START,
        1,
        step_s=STEP_S,
    )

    np.testing.assert_array_equal(
        frame.outdoor_temp_c, [[outdoor_c[stations[0]]], [outdoor_c[stations[1]]]]
    )


def test_a_boiler_that_was_not_heard_is_a_row_of_nothing() -> None:
    row = Row("demo", "home-1", "boiler")

    frame = boiler_frame(
        [stay_of(row)],
        table(Kind.BOILER, "pressure_bar", NO_SAMPLES),
        START,
        3,
        step_s=STEP_S,
    )
    heard = presence_frame([stay_of(row)], table(Kind.BOILER, "pressure_bar", NO_SAMPLES), START, 3)

    np.testing.assert_array_equal(frame["pressure_bar"], [[NAN, NAN, NAN]])
    assert heard.rows == (row,)


@pytest.mark.parametrize(
    ("span", "steps"),
    [
        (timedelta(0), 0),
        (STEP / 2 - timedelta(seconds=1), 0),
        (STEP / 2, 1),
        (STEP, 1),
        (STEP * 3 / 2 - timedelta(milliseconds=1), 1),
        (STEP * 3 / 2, 2),
    ],
)
def test_a_step_counts_once_every_sample_nearest_to_it_can_have_come(
    span: timedelta, steps: int
) -> None:
    assert steps_between(START, START + span) == steps
