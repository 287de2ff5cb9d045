"""What lies where in a table of readings, seen in one pass over its names and instants."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detectors.offline.parts import StoredTable
from detectors.offline.reach import DAY_MS, DayCounts, Reach
from detectors.offline.tables import ABSENT, NO_INSTANT_MS, ColumnForm, Rows

BLOCK_ROWS = 4_000_000
"""Readings in hand at a time: about 300 MB. A piece stays in hand until its last day is judged."""
BLOCK_HOMES = 200
"""Homes judged together: more cost no less each, and their frames take 1 MB a home."""

READ_AGAIN_MAX = 3
"""Where homes lie so mixed that each piece would be read more often, all are read at once."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """The readings of a home in a piece: how many rows, and when the first was taken."""

    rows: int
    first_ms: int


@dataclass(slots=True)
class Contents:
    """Where the readings of each home are: home -> piece -> stretch.

    `places` are those of each home in order of appearance, `days` its days with readings.
    `nameless` rows say no home, or no room where the table has rooms.
    """

    stored: StoredTable
    homes: dict[str, dict[int, Stretch]] = field(default_factory=dict)
    places: dict[str, dict[tuple[str, ...], None]] = field(default_factory=dict)
    days: dict[str, list[DayCounts]] = field(default_factory=dict)
    nameless: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that say the place of a reading: the home, then the room if there is one."""
        table = self.stored.table
        return tuple(key for key in table.keys if table.columns[key] is ColumnForm.WORD)

    def pieces_of(self, homes: Iterable[str]) -> dict[int, int]:
        """The pieces that hold rows of these homes, with the first instant of theirs."""
        first: dict[int, int] = {}
        for home in homes:
            for piece, stretch in self.homes.get(home, {}).items():
                first[piece] = min(stretch.first_ms, first.get(piece, stretch.first_ms))
        return first

    def rows_in_hand(self, home: str) -> int:
        """How many rows of a home may have to be in hand at a time: two pieces' worth."""
        sizes = sorted((one.rows for one in self.homes.get(home, {}).values()), reverse=True)
        return sum(sizes[:2])

    def add(self, piece: int, rows: Rows) -> None:
        """Take note of the rows of a piece."""
        words = [rows.words[name] for name in self.names]
        named = np.ones(rows.count, dtype=np.bool_)
        code = np.zeros(rows.count, dtype=np.int64)
        for one in words:
            named &= one.places != ABSENT
            code = code * (len(one.words) + 1) + one.places
        self.nameless += int(rows.count - named.sum())
        instants = rows.instants["measured_at"]
        use = named & (instants != NO_INSTANT_MS)
        row_of_place = np.unique(code[use], return_index=True)[1]
        for row in np.flatnonzero(use)[np.sort(row_of_place)].tolist():
            place = tuple(one.words[one.places[row]] for one in words)
            self.places.setdefault(place[0], {})[place] = None
        self._add_days(piece, words[0].words, words[0].places[use], instants[use])

    def _add_days(
        self,
        piece: int,
        homes: Sequence[str],
        home: npt.NDArray[np.int32],
        instants: npt.NDArray[np.int64],
    ) -> None:
        """Take note of runs of rows of one home and day; in a table in order there are few."""
        if not len(home):
            return
        day = instants // DAY_MS
        changed = (home[1:] != home[:-1]) | (day[1:] != day[:-1])
        begin = np.flatnonzero(np.concatenate([[True], changed]))
        counts = np.diff([*begin, len(home)])
        first, last = np.minimum.reduceat(instants, begin), np.maximum.reduceat(instants, begin)
        owner, day = home[begin], day[begin]
        order = np.argsort(owner, kind="stable")
        cuts = np.flatnonzero(np.diff(owner[order])) + 1
        for mine in np.split(order, cuts):
            name = homes[owner[mine[0]]]
            self.homes.setdefault(name, {})[piece] = Stretch(
                rows=int(counts[mine].sum()), first_ms=int(first[mine].min())
            )
            found = DayCounts(day[mine], counts[mine], last[mine])
            self.days.setdefault(name, []).append(found)


def contents(stored: StoredTable) -> Contents:
    """Look through a table of readings."""
    found = Contents(stored)
    for piece in range(len(stored.pieces)):
        found.add(piece, stored.read(piece, (*found.names, "measured_at")))
    return found


def blocks(
    tables: Sequence[Contents], reaches: Mapping[str, Reach], area_of: Mapping[str, str]
) -> tuple[list[tuple[str, ...]], bool]:
    """The homes in blocks that are judged together, and whether they lie grouped.

    A block has BLOCK_HOMES homes at most, whose readings in hand are about BLOCK_ROWS, and whose
    times overlap. The homes of an area are together as far as that goes, for some detectors compare
    neighbours; where pieces would be read too often for it, homes follow one another as they lie.
    Homes that do not lie grouped are one block.
    """
    homes = list(dict.fromkeys(home for one in tables for home in one.homes))
    by_area: dict[str | None, list[str]] = {}
    for home in homes:
        by_area.setdefault(area_of.get(home), []).append(home)
    pieces = sum(len(table.stored.pieces) for table in tables)
    for areas in (list(by_area.values()), [homes]):
        found = _cut(areas, tables, reaches)
        reads = sum(len(table.pieces_of(block)) for table in tables for block in found)
        if reads <= READ_AGAIN_MAX * pieces:
            return found, True
    return [tuple(homes)], False


def _cut(
    areas: Sequence[Sequence[str]], tables: Sequence[Contents], reaches: Mapping[str, Reach]
) -> list[tuple[str, ...]]:
    """Areas one after the other in blocks; one that would fit into a new block begins it."""
    rows_of = {
        home: sum(table.rows_in_hand(home) for table in tables) for area in areas for home in area
    }
    found: list[list[str]] = [[]]
    rows, span = 0, None
    for part in (part for area in areas for part in _even_parts(area, rows_of)):
        together = len(part), sum(rows_of[home] for home in part)
        apart = _fits(0, 0, *together) and not _fits(len(found[-1]), rows, *together)
        for home in part:
            full = apart or not _fits(len(found[-1]), rows, 1, rows_of[home])
            apart = False
            if span is not None and (full or not span.meets(reaches[home])):
                found.append([])
                rows, span = 0, None
            found[-1].append(home)
            rows += rows_of[home]
            span = reaches[home] if span is None else span.with_other(reaches[home])
    return [tuple(block) for block in found if block]


def _even_parts(area: Sequence[str], rows_of: Mapping[str, int]) -> Iterator[Sequence[str]]:
    """An area in no more parts than it has to have, so that no home is left with few neighbours."""
    rows = sum(rows_of[home] for home in area)
    parts = max(-(-len(area) // BLOCK_HOMES), -(-rows // BLOCK_ROWS))
    each = -(-len(area) // parts)
    for first in range(0, len(area), each):
        yield area[first : first + each]


def _fits(homes: int, rows: int, more_homes: int, more_rows: int) -> bool:
    return homes + more_homes <= BLOCK_HOMES and rows + more_rows <= BLOCK_ROWS
