"""The last hours of boilers' minutes, kept in memory, so that a sweep reads none twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np

from detectors.arrays import Floats, Integers
from detectors.daily import RUN_UP
from detectors.frame import BoilerFrame, Row
from detectors.placing import BOILER_STEP_S

KEPT = int(RUN_UP.total_seconds()) // BOILER_STEP_S
"""Minutes of each boiler: what a verdict may rest on. 1.7 kB a quantity, 32 kB with all of them."""

CODES_MAX = 10_000
"""Different fault codes; no maker has a thousand. With more all is read again."""

IN_USE_MIN = 0.25
"""Of the slots; with fewer in use, as when many homes have left, the others are given back."""

_INDOORS = "indoor_temp_c"
_AROUND = ("outdoor_temp_c", _INDOORS)
_CODE = "fault_code"
_EMPTY = np.iinfo(np.int64).min


@dataclass(slots=True)
class Memory:
    """A ring of minutes for each boiler, by the minute's number modulo KEPT.

    Kept by the process alone: after a restart every boiler is read again.
    """

    _slots: dict[Row, int] = field(default_factory=dict)
    _free: list[int] = field(default_factory=list)
    _until: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _heard_at: Integers = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    _rings: dict[str, Floats] = field(default_factory=dict)
    _codes: dict[str, int] = field(default_factory=dict)

    def holds(self, row: Row, until: datetime) -> bool:
        """Whether the minutes of a boiler just before `until` are kept here."""
        slot = self._slots.get(row)
        return slot is not None and int(self._until[slot]) == _minute(until)

    def before(self, fresh: BoilerFrame) -> BoilerFrame:
        """A frame of minutes, and before them those that are kept of its boilers.

        Every row must be held until the frame's start.
        """
        slots = [self._slots[row] for row in fresh.rows]
        at = _minute(fresh.start)
        rings = {name: _joined(ring, slots, at, fresh.steps) for name, ring in self._rings.items()}
        for name, values in self._of(fresh).items():
            if name not in rings:
                rings[name] = _joined(None, slots, at, fresh.steps)
            rings[name][:, KEPT:] = values
        around = {name: rings.pop(name) for name in _AROUND}
        return BoilerFrame(
            start=fresh.start - timedelta(seconds=KEPT * BOILER_STEP_S),
            step_s=BOILER_STEP_S,
            steps=KEPT + fresh.steps,
            rows=fresh.rows,
            values=rings,
            codes=tuple(self._codes),
            **around,
        )

    def keep(self, frame: BoilerFrame, *, now: datetime) -> None:
        """Keep the last minutes of a frame, at least KEPT long, for all of its boilers."""
        if len(self._codes.keys() | set(frame.codes)) > CODES_MAX:
            self.clear()
        slots = self._slots_of(frame.rows)
        part = frame.part(steps=slice(frame.steps - KEPT, None))
        place = _minute(part.start) % KEPT
        kept = self._of(part)
        for name in kept.keys() - self._rings.keys():
            self._rings[name] = np.full((len(self._until), KEPT), np.nan, dtype=np.float32)
        for name, ring in self._rings.items():
            ring[slots] = np.roll(kept[name], place, axis=1) if name in kept else np.nan
        self._until[slots] = _minute(frame.instant(frame.steps))
        self._heard_at[slots] = _minute(now)

    def rows(self) -> list[Row]:
        """The boilers of which minutes are kept."""
        return list(self._slots)

    def forget_rooms(self, row: Row) -> None:
        """Drop how warm the rooms around a boiler were, if anything of it is kept."""
        slot = self._slots.get(row)
        if slot is not None and _INDOORS in self._rings:
            self._rings[_INDOORS][slot] = np.nan

    def forget(self, *, heard_before: datetime) -> None:
        """Drop boilers of which nothing was kept since then, and give back room not needed."""
        for row, slot in list(self._slots.items()):
            if self._heard_at[slot] < _minute(heard_before):
                self.drop(row)
        if len(self._slots) < len(self._until) * IN_USE_MIN:
            self._shrink()

    def drop(self, row: Row) -> None:
        """Drop what is kept of a boiler, if anything is."""
        slot = self._slots.pop(row, None)
        if slot is None:
            return
        self._until[slot] = _EMPTY
        for ring in self._rings.values():
            ring[slot] = np.nan
        self._free.append(slot)

    def clear(self) -> None:
        """Drop everything."""
        self._slots.clear()
        self._free.clear()
        self._rings.clear()
        self._codes.clear()
        self._until = self._heard_at = np.zeros(0, dtype=np.int64)

    def _of(self, frame: BoilerFrame) -> dict[str, Floats]:
        """The arrays of a frame by name, codes as their places here."""
        kept: dict[str, Floats] = {name: getattr(frame, name) for name in _AROUND}
        for name, values in frame.values.items():
            kept[name] = self._places(values, frame.codes) if name == _CODE else values
        return kept

    def _places(self, values: Floats, codes: Sequence[str]) -> Floats:
        """Codes of a frame as their places here; those that none of its values has are left out."""
        number = np.where(np.isnan(values), len(codes), values).astype(np.int64)
        table = np.full(len(codes) + 1, np.nan, dtype=np.float32)
        for one in np.unique(number[number < len(codes)]).tolist():
            table[one] = self._codes.setdefault(codes[one], len(self._codes))
        return table[number]

    def _slots_of(self, rows: Sequence[Row]) -> list[int]:
        missing = [row for row in rows if row not in self._slots]
        if len(missing) > len(self._free):
            self._grow(len(missing) - len(self._free))
        for row in missing:
            self._slots[row] = self._free.pop()
        return [self._slots[row] for row in rows]

    def _shrink(self) -> None:
        """As many slots as are in use, in their order."""
        used = np.fromiter(self._slots.values(), dtype=np.int64, count=len(self._slots))
        self._until, self._heard_at = self._until[used], self._heard_at[used]
        self._rings = {name: ring[used] for name, ring in self._rings.items()}
        self._slots = {row: slot for slot, row in enumerate(self._slots)}
        self._free.clear()

    def _grow(self, by: int) -> None:
        """At least `by` slots more, and half as many again as there are, so that it is rare."""
        size = len(self._until)
        more = max(by, size // 2)
        self._until = np.append(self._until, np.full(more, _EMPTY))
        self._heard_at = np.append(self._heard_at, np.full(more, _EMPTY))
        empty = np.full((more, KEPT), np.nan, dtype=np.float32)
        self._rings = {name: np.vstack([ring, empty]) for name, ring in self._rings.items()}
        self._free += range(size + more - 1, size - 1, -1)


def _joined(ring: Floats | None, slots: Sequence[int], at: int, steps: int) -> Floats:
    """(slots, KEPT + steps): the minutes before `at` in order, and NaN for those from it on."""
    joined = np.full((len(slots), KEPT + steps), np.nan, dtype=np.float32)
    if ring is not None:
        place = at % KEPT
        kept = ring[slots]
        joined[:, : KEPT - place] = kept[:, place:]
        joined[:, KEPT - place : KEPT] = kept[:, :place]
    return joined


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // BOILER_STEP_S
