"""How far a home's readings reach, and which homes share a frame."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

import numpy as np

from detectors.offline.contents import BLOCK_HOMES, Contents, Stretch, blocks
from detectors.offline.csv_parts import CsvPiece
from detectors.offline.parts import StoredTable
from detectors.offline.reach import DAY_MS, DayCounts, Reach, reach
from detectors.offline.tables import ROOM_READINGS

START_MS = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()) * 1000
NOON_MS = DAY_MS // 2


def hourly(days: int, *, from_day: int = 0) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return START_MS + from_day * DAY_MS + np.arange(days * 24, dtype=np.int64) * 3_600_000


def found(times_ms: np.ndarray[tuple[int], np.dtype[np.int64]]) -> DayCounts:
    """What a pass over a table notes of readings at these instants."""
    ones = DayCounts(times_ms // DAY_MS, np.ones_like(times_ms), times_ms)
    return DayCounts.of([ones])


def test_a_home_reaches_from_the_midnight_before_its_first_reading_to_its_last() -> None:
    reached = reach(found(np.array([START_MS + NOON_MS + 5 * DAY_MS, START_MS + NOON_MS])))

    assert reached == Reach(start_ms=START_MS, end_ms=START_MS + NOON_MS + 5 * DAY_MS, stray=0)


def test_a_few_readings_years_away_are_strays() -> None:
    wrong = np.array([0, START_MS + 4000 * DAY_MS])

    reached = reach(found(np.concatenate([hourly(200), wrong])))

    assert (reached.start_ms, reached.end_ms, reached.stray) == (START_MS, int(hourly(200)[-1]), 2)


def test_a_summer_without_readings_is_no_reason_to_leave_the_winter_out() -> None:
    reached = reach(found(np.concatenate([hourly(100), hourly(100, from_day=200)])))

    assert (reached.start_ms, reached.stray) == (START_MS, 0)
    assert reached.end_ms == int(hourly(100, from_day=200)[-1])


def test_what_lies_a_lifetime_away_is_a_wrong_clock_however_much_it_is() -> None:
    reached = reach(found(np.concatenate([hourly(100), hourly(90, from_day=-50 * 365)])))

    assert (reached.start_ms, reached.stray) == (START_MS, 90 * 24)


def test_the_last_of_some_readings_is_the_last_that_is_no_stray() -> None:
    reached = Reach(start_ms=START_MS, end_ms=START_MS + 9 * DAY_MS, stray=1)
    some = DayCounts(
        np.array([0, 1, 2]),
        np.ones(3, dtype=np.int64),
        np.array([0, START_MS + DAY_MS, START_MS + 4000 * DAY_MS]),
    )

    assert reached.last_ms(some) == START_MS + DAY_MS


NO_AREAS: Mapping[str, str] = MappingProxyType({})
UNREAD = CsvPiece(file=Path("nowhere"), begin=0, size=0, first_line=2, columns=())
YEAR = Reach(start_ms=0, end_ms=365 * DAY_MS, stray=0)


def in_the_table(
    spans: dict[str, Reach], area_of: Mapping[str, str] = NO_AREAS
) -> list[tuple[str, ...]]:
    """The blocks of homes of which nothing is known but how far they reach, and their area."""
    table = Contents(StoredTable(table=ROOM_READINGS, pieces=()))
    table.homes = {home: {} for home in spans}
    found_blocks, grouped = blocks([table], spans, area_of)
    assert grouped
    return found_blocks


def test_a_block_has_a_bounded_number_of_homes_and_none_is_left_with_few_neighbours() -> None:
    spans = {f"home-{number}": YEAR for number in range(2 * BLOCK_HOMES + 1)}

    found_blocks = in_the_table(spans)

    assert [home for block in found_blocks for home in block] == list(spans)
    assert BLOCK_HOMES == 200
    assert [len(block) for block in found_blocks] == [134, 134, 133]


def test_neighbours_are_judged_together_wherever_they_lie() -> None:
    spans = dict.fromkeys(("home-1", "home-2", "home-3", "home-4", "home-5"), YEAR)
    area_of = {"home-1": "hill", "home-2": "dale", "home-3": "hill", "home-4": "dale"}

    assert in_the_table(spans, area_of) == [("home-1", "home-3", "home-2", "home-4", "home-5")]


def test_an_area_that_no_longer_fits_beside_another_has_a_block_of_its_own() -> None:
    hill = [f"hill-{number}" for number in range(BLOCK_HOMES - 1)]
    dale = ["dale-1", "dale-2"]
    area_of = {home: home.split("-")[0] for home in (*hill, *dale)}

    found_blocks = in_the_table(dict.fromkeys((*hill, *dale), YEAR), area_of)

    assert found_blocks == [tuple(hill), tuple(dale)]


def test_homes_follow_one_another_as_they_lie_where_areas_would_be_read_too_often() -> None:
    # Ten pieces of a home of each of ten areas, the areas too large to be judged together.
    homes = [f"home-{number}" for number in range(20 * BLOCK_HOMES)]
    table = Contents(StoredTable(table=ROOM_READINGS, pieces=(UNREAD,) * (len(homes) // 10)))
    table.homes = {
        home: {number // 10: Stretch(rows=1, first_ms=0)} for number, home in enumerate(homes)
    }
    area_of = {home: f"area-{number % 10}" for number, home in enumerate(homes)}

    found_blocks, grouped = blocks([table], dict.fromkeys(homes, YEAR), area_of)

    assert grouped
    assert [home for block in found_blocks for home in block] == homes


def test_homes_of_other_years_are_in_a_block_of_their_own() -> None:
    later = Reach(start_ms=7300 * DAY_MS, end_ms=7305 * DAY_MS, stray=0)

    assert in_the_table({"home-1": YEAR, "home-2": YEAR, "later": later}) == [
        ("home-1", "home-2"),
        ("later",),
    ]
