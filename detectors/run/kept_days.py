"""Days as the store keeps them, and as the detectors see them: arrays of rows by days."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from detectors.arrays import Floats, Integers
from detectors.daily import DAY_S, DayFrame, Features
from detectors.episodes import Standing
from detectors.frame import Row
from detectors.watch import Daily
from store.days import DayOfPlace, KeptDays

_DAY = timedelta(days=1)
_TROUBLE, _CALM = " trouble", " calm"
"""What stands beside the features of a day: a detector's name and how long verdicts stood then."""


@dataclass(frozen=True, slots=True)
class History:
    """Days before those that are judged now, for rows that stay the same.

    `values` is (rows, days) by name, from `start` on; `last` what the very last day came to, of
    whichever version of the detectors.
    """

    start: datetime
    values: Mapping[str, Floats]
    last: Features
    days: int

    def standing(self, detectors: Iterable[Daily], rows: int) -> dict[str, Standing]:
        """How long the verdicts of each detector have stood after the last day."""
        return {
            one.name: Standing(
                trouble=self._count(one.name + _TROUBLE, rows),
                calm=self._count(one.name + _CALM, rows),
            )
            for one in detectors
        }

    def without(self, names: Collection[str], rows: Sequence[int]) -> "History":
        """This with features of these names not known of these rows."""
        hidden = {name: self.values[name].copy() for name in names if name in self.values}
        for grid in hidden.values():
            grid[rows] = np.nan
        return replace(self, values={**self.values, **hidden})

    def frame(self, fresh: Sequence[Features], rows: tuple[Row, ...], f_rsi: Floats) -> DayFrame:
        """These days, and the fresh ones after them."""
        names = sorted({name for day in fresh for name in day})
        unknown = np.full(len(rows), np.nan, dtype=np.float32)
        before = np.full((len(rows), self.days), np.nan, dtype=np.float32)
        values = {
            name: np.column_stack(
                [self.values.get(name, before), *(day.get(name, unknown) for day in fresh)]
            )
            for name in names
        }
        return DayFrame(
            start=self.start,
            step_s=DAY_S,
            steps=self.days + len(fresh),
            rows=rows,
            values=values,
            f_rsi=f_rsi,
        )

    def _count(self, name: str, rows: int) -> Integers:
        counts = self.values.get(name)
        if counts is None or not self.days:
            return np.zeros(rows, dtype=np.int64)
        return np.nan_to_num(counts[:, -1]).astype(np.int64)


def history(
    kept: Iterable[KeptDays], rows: Sequence[Row], version: str, *, until: datetime
) -> History:
    """What is kept of days before `until`, a midnight; days of another version are left out."""
    found = list(kept)
    mine = [one for one in found if one.version == version and one.days]
    first = min((day.day for one in mine for day in one.days), default=until.date())
    days = (until.date() - first).days
    place = {row: number for number, row in enumerate(rows)}
    values: dict[str, Floats] = {}
    for one in mine:
        line, column, known = _places(one.days, place, first.toordinal())
        for position, name in enumerate(one.names):
            grid = values.setdefault(name, np.full((len(rows), days), np.nan, dtype=np.float32))
            grid[line, column] = one.numbers[known, position]
    return History(
        start=datetime(first.year, first.month, first.day, tzinfo=UTC),
        values=values,
        last=_last(found, place, until - _DAY),
        days=days,
    )


def to_keep(
    rows: Sequence[Row],
    version: str,
    *,
    begin: datetime,
    fresh: Sequence[Features],
    standing: Mapping[str, Standing],
) -> KeptDays:
    """Fresh days with how long verdicts had stood after each, (rows, days) in `standing`."""
    features = sorted({name for day in fresh for name in day})
    unknown = np.full(len(rows), np.nan, dtype=np.float32)
    columns = [np.stack([day.get(name, unknown) for day in fresh], axis=1) for name in features]
    names = list(features)
    for name in sorted(standing):
        names += [name + _TROUBLE, name + _CALM]
        counts = (standing[name].trouble, standing[name].calm)
        columns += [count.astype(np.float32) for count in counts]
    numbers = np.stack(columns, axis=-1).astype(np.float32)
    return KeptDays(
        version=version,
        names=tuple(names),
        days=[
            DayOfPlace(*row, (begin + number * _DAY).date())
            for row in rows
            for number in range(len(fresh))
        ],
        numbers=numbers.reshape(len(rows) * len(fresh), len(names)),
    )


def _places(
    days: Sequence[DayOfPlace], place: Mapping[Row, int], first: int
) -> tuple[list[int], list[int], list[int]]:
    """Line and column of each kept day whose row there is, and which of them these are."""
    lines, columns, known = [], [], []
    for number, day in enumerate(days):
        line = place.get(Row(day.landlord_id, day.home_id, day.place))
        if line is not None:
            lines.append(line)
            columns.append(day.day.toordinal() - first)
            known.append(number)
    return lines, columns, known


def _last(kept: Iterable[KeptDays], place: Mapping[Row, int], day: datetime) -> Features:
    last: dict[str, Floats] = {}
    for one in kept:
        for number, whose in enumerate(one.days):
            line = place.get(Row(whose.landlord_id, whose.home_id, whose.place))
            if whose.day != day.date() or line is None:
                continue
            for position, name in enumerate(one.names):
                column = last.setdefault(name, np.full(len(place), np.nan, dtype=np.float32))
                column[line] = one.numbers[number, position]
    return last
