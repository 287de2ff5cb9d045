"""Samples in hand by the day to which they belong, and when devices were heard."""

from datetime import UTC, datetime, timedelta

import numpy as np

from core.quantities import Kind
from detectors.offline.presence import Presence
from detectors.offline.reach import DAY_MS
from detectors.offline.samples import PlacedSamples
from detectors.offline.shelf import DayShelf

DAY = 20_000  # days since 1970
START_MS = DAY * DAY_MS
HOUR_MS = 3_600_000
HOMES = (("home-1",), ("home-2",))
NAN = float("nan")


def said(
    *rows: tuple[int, int, float],
    places: tuple[tuple[str, ...], ...] = HOMES,
    codes: tuple[str, ...] = (),
    name: str = "pressure_bar",
) -> PlacedSamples:
    """Samples: (device, milliseconds after START_MS, value)."""
    return PlacedSamples(
        places=places,
        device_ids=np.array([device for device, _, _ in rows], dtype=np.int32),
        times_ms=np.array([START_MS + at for _, at, _ in rows], dtype=np.int64),
        values={name: np.array([value for _, _, value in rows], dtype=np.float32)},
        codes=codes,
    )


def test_the_last_half_minute_before_midnight_belongs_to_the_next_day() -> None:
    shelf = DayShelf(HOMES, 60)
    shelf.add(said((0, DAY_MS - 30_001, 1.0), (0, DAY_MS - 30_000, 2.0), (0, DAY_MS, 3.0)))

    assert shelf.take(DAY).values["pressure_bar"].tolist() == [1.0]
    assert shelf.take(DAY + 1).values["pressure_bar"].tolist() == [2.0, 3.0]


def test_a_day_comes_in_order_from_however_many_pieces_and_then_is_gone() -> None:
    shelf = DayShelf(HOMES, 60)
    shelf.add(said((0, 2 * HOUR_MS, 3.0), (1, HOUR_MS, 4.0)))
    shelf.add(said((0, HOUR_MS, 2.0)))

    day = shelf.take(DAY)

    assert day.device_ids.tolist() == [0, 0, 1]
    assert day.values["pressure_bar"].tolist() == [2.0, 3.0, 4.0]
    assert len(shelf.take(DAY).times_ms) == 0


def test_a_row_that_came_in_two_pieces_is_counted_as_doubled() -> None:
    shelf = DayShelf(HOMES, 60)
    for _ in range(2):
        shelf.add(said((0, HOUR_MS, 1.0), (1, HOUR_MS, 1.0)))

    shelf.take(DAY)

    assert shelf.doubled == 2


def test_pieces_number_places_and_codes_for_themselves() -> None:
    shelf = DayShelf(HOMES, 60)
    shelf.add(said((0, 0, 0.0), places=HOMES[1:], codes=("F.28",), name="fault_code"))
    shelf.add(said((0, 60_000, 1.0), places=HOMES[:1], codes=("F.28", "F.22"), name="fault_code"))
    shelf.add(said((0, 120_000, NAN), places=HOMES[:1], codes=(), name="fault_code"))

    day = shelf.take(DAY)

    assert day.device_ids.tolist() == [0, 0, 1]
    told = [day.codes[int(place)] for place in day.values["fault_code"][[0, 2]]]
    assert told == ["F.22", "F.28"]
    assert np.isnan(day.values["fault_code"][1])


def test_a_device_that_says_nothing_it_measured_is_not_heard() -> None:
    presence = Presence.of((), HOMES, range(DAY, DAY + 1))
    every = range(0, DAY_MS, 600_000)
    presence.hear(Kind.BOILER, said(*((0, at, 1.0) for at in every)))
    two_homes_as_one = Presence.of((("home-1", "hall"),), HOMES[:1], range(DAY, DAY + 1))
    two_homes_as_one.hear(Kind.BOILER, said(*((0, at, 1.0) for at in every)))
    hall = said(
        *((0, at, 1.0 if at < HOUR_MS else NAN) for at in every), places=(("home-1", "hall"),)
    )
    two_homes_as_one.hear(Kind.ROOM, hall)

    [silence] = two_homes_as_one.silences()

    assert list(presence.silences()) == []
    assert (silence.home_id, silence.place, silence.detector) == ("home-1", "hall", "silent")
    last_heard = datetime.fromtimestamp(START_MS / 1000, UTC) + timedelta(minutes=50)
    assert timedelta(0) <= silence.began_at - last_heard <= timedelta(minutes=10)
