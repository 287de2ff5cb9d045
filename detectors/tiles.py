"""Tiles: a frame of many homes cut into parts that a processor's caches hold.

A frame of ten thousand homes costs three quarters more a home than the same homes in tiles: its
arrays come from main memory each time, and every intermediate one is asked of the system anew.
"""

from collections.abc import Iterator, Sequence

from detectors.frame import Row

BOILER_ROWS = 500
"""Of minutes: an array of a day with its run-up is 3.7 MB."""

ROOM_ROWS = 1_500
"""Of five minutes: 2.2 MB, the rooms of some 500 homes."""

DAY_ROWS = 1_500
"""Of days: an array of those kept is 0.3 MB, and twice that in double precision."""


def tiles(rows: Sequence[Row], most: int) -> Iterator[range]:
    """The places of all rows in tiles of `most` rows at most, in order; one where they fit one.

    Rows of one home stay together where they follow one another, as rows in order do: a tile with
    a home of more than `most` rows is longer.
    """
    begin = 0
    while begin < len(rows):
        end = min(begin + most, len(rows))
        while end < len(rows) and _home(rows[end]) == _home(rows[end - 1]):
            end += 1
        yield range(begin, end)
        begin = end


def _home(row: Row) -> tuple[str, str]:
    return row.landlord_id, row.home_id
