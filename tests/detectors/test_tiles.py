"""Tiles: frames of many homes are cut without a home being cut, left out or taken twice."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.frame import Row
from detectors.tiles import tiles

ROOMS = st.lists(st.integers(1, 5), max_size=8)


def rooms_of(counts: list[int]) -> list[Row]:
    return [
        Row("demo", f"home-{home}", f"room-{room}")
        for home, rooms in enumerate(counts)
        for room in range(rooms)
    ]


@given(ROOMS, st.integers(1, 12))
def test_every_room_is_in_one_tile_and_all_in_order(counts: list[int], most: int) -> None:
    rows = rooms_of(counts)

    places = [place for tile in tiles(rows, most) for place in tile]

    assert places == list(range(len(rows)))


@given(ROOMS, st.integers(1, 12))
def test_the_rooms_of_a_home_stay_together(counts: list[int], most: int) -> None:
    rows = rooms_of(counts)

    homes = [{rows[place].home_id for place in tile} for tile in tiles(rows, most)]

    assert sum(len(one) for one in homes) == len(counts)


@given(ROOMS, st.integers(1, 12))
def test_a_tile_is_longer_than_wanted_by_less_than_a_home(counts: list[int], most: int) -> None:
    rows = rooms_of(counts)

    lengths = [len(tile) for tile in tiles(rows, most)]

    assert all(length < most + max(counts) for length in lengths)


def test_homes_of_one_name_under_two_landlords_are_two_homes() -> None:
    rows = [Row("one", "home", "boiler"), Row("other", "home", "boiler")]

    assert list(tiles(rows, 1)) == [range(1), range(1, 2)]
