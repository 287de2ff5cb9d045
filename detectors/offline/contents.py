"""What lies where in a table of readings, seen in one pass over the names in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from detectors.offline.parts import StoredTable
from detectors.offline.tables import ABSENT, ColumnForm, Rows

BLOCK_ROWS = 2_000_000
"""Readings of homes that are read together: two homes' year of boilers by the minute and rooms by
five; 600 MB while they are put on the detectors' grid."""

READ_AGAIN_MAX = 3
"""Where homes lie so mixed that each piece would be read more often, all are read at once."""


@dataclass(slots=True)
class Contents:
    """Where the readings of each home are: home -> piece -> how many rows.

    `nameless` rows say no home, or no room where the table has rooms.
    """

    stored: StoredTable
    homes: dict[str, dict[int, int]] = field(default_factory=dict)
    nameless: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that say the place of a reading: the home, then the room if there is one."""
        table = self.stored.table
        return tuple(key for key in table.keys if table.columns[key] is ColumnForm.WORD)

    def pieces_of(self, homes: Iterable[str]) -> list[int]:
        """The pieces that hold rows of these homes."""
        return sorted({piece for home in homes for piece in self.homes.get(home, ())})

    def rows_of(self, home: str) -> int:
        """How many rows a home has."""
        return sum(self.homes.get(home, {}).values())

    def add(self, piece: int, rows: Rows) -> None:
        """Take note of the rows of a piece."""
        named = np.ones(rows.count, dtype=np.bool_)
        for name in self.names:
            named &= rows.words[name].places != ABSENT
        self.nameless += int(rows.count - named.sum())
        homes = rows.words["home_id"]
        for place, count in enumerate(np.bincount(homes.places[named]).tolist()):
            if count:
                self.homes.setdefault(homes.words[place], {})[piece] = count


def contents(stored: StoredTable) -> Contents:
    """Look through a table of readings."""
    found = Contents(stored)
    for piece in range(len(stored.pieces)):
        found.add(piece, stored.read(piece, found.names))
    return found


def blocks(tables: Sequence[Contents]) -> tuple[list[tuple[str, ...]], bool]:
    """The homes in blocks of about BLOCK_ROWS readings, and whether they lie grouped.

    Homes that do not are one block.
    """
    homes = list(dict.fromkeys(home for table in tables for home in table.homes))
    found: list[list[str]] = [[]]
    rows = 0
    for home in homes:
        size = sum(table.rows_of(home) for table in tables)
        if rows and rows + size > BLOCK_ROWS:
            found.append([])
            rows = 0
        found[-1].append(home)
        rows += size
    reads = sum(len(table.pieces_of(block)) for table in tables for block in found)
    pieces = sum(len(table.stored.pieces) for table in tables)
    if reads > READ_AGAIN_MAX * pieces:
        return [tuple(homes)], False
    return [tuple(block) for block in found if block], True
