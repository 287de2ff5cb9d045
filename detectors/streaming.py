"""Homes that stay the same, watched day after day: each day's frames in, all episodes out.

However many they are, their readings are judged tile by tile (`detectors.tiles`).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from core.findings import Episode
from detectors.arrays import Booleans, Floats
from detectors.daily import (
    HEARD,
    Features,
    day_of_boilers,
    day_of_rooms,
    joined_features,
    with_lead,
)
from detectors.frame import BoilerFrame, RoomFrame
from detectors.registry import Detectors
from detectors.tiles import BOILER_ROWS, tiles
from detectors.watch import (
    KEPT_DAYS,
    Daily,
    Days,
    Stood,
    Told,
    judge_believed_minutes,
    judge_days,
)

_ONE_DAY = timedelta(days=1)
DaysTold = Callable[[Mapping[str, Told]], None]
JUDGED_TOGETHER_DAYS = KEPT_DAYS
"""So many days are judged at a time: with those kept before them, every day is seen twice."""


@dataclass(slots=True)
class _Alerts:
    """What detectors stand at, and the episodes that are over."""

    stood: dict[str, Stood] = field(default_factory=dict)
    over: list[Episode] = field(default_factory=list)

    def take(self, told: Mapping[str, Told]) -> None:
        for name, one in told.items():
            self.stood[name] = one.stood
            self.over += [episode for _, episode in one.episodes if episode.cleared_at is not None]

    def all(self) -> Iterator[Episode]:
        yield from self.over
        for stood in self.stood.values():
            yield from stood.open.values()


@dataclass(slots=True, kw_only=True)
class _DaysJudged:
    """Days of rooms or of boilers, of which the first `judged` that are kept have been judged."""

    days: Days
    of_devices: Sequence[Daily]
    others: Sequence[Daily]
    judged: int = 0
    alerts: _Alerts = field(default_factory=_Alerts)

    @classmethod
    def of(
        cls,
        first: RoomFrame | BoilerFrame,
        f_rsi: Floats,
        of_devices: Sequence[Daily],
        others: Sequence[Daily],
    ) -> "_DaysJudged":
        began_at = first.instant(first.steps) - _ONE_DAY
        days = Days(rows=first.rows, f_rsi=f_rsi, began_at=began_at)
        return cls(days=days, of_devices=of_devices, others=others)

    @property
    def waiting(self) -> int:
        """How many days have not been judged."""
        return len(self.days.days) - self.judged

    def add(self, features: Features, *, over: Booleans) -> None:
        heard = np.where(over, features[HEARD], np.float32(0))
        self.days.days.append({**features, HEARD: heard})

    def judge(self) -> Mapping[str, Told]:
        if not self.waiting:
            return {}
        told = judge_days(
            self.days.frame(),
            self.of_devices,
            self.others,
            self.alerts.stood,
            since=self.judged,
        )
        self.alerts.take(told)
        self.days.forget(KEPT_DAYS)
        self.judged = len(self.days.days)
        return told


@dataclass(slots=True)
class HomesWatch:
    """The engine over a block of homes; memory does not grow with the days it has taken.

    Days follow one another from the first one taken; their frames have RUN_UP before them and the
    same rows each day.
    """

    detectors: Detectors
    days_told: DaysTold | None = None
    """Told what the detectors say of stretches of days, as they are judged."""
    _rooms: _DaysJudged | None = None
    _boilers: _DaysJudged | None = None
    _minutes: list[_Alerts] = field(default_factory=list)
    """Of each tile of boilers."""

    def take(
        self,
        rooms: RoomFrame,
        boilers: BoilerFrame,
        *,
        rooms_over: Booleans,
        boilers_over: Booleans,
        settled: Booleans,
    ) -> None:
        """Take the next day.

        `rooms_over` and `boilers_over` (rows,) say where the day is over, `settled` (boilers,
        groups) which groups of minutes have come; nothing else is judged.
        """
        those = self.detectors
        if self._rooms is None or self._boilers is None:
            self._rooms = _DaysJudged.of(rooms, rooms.f_rsi, those.room_devices, those.room_days)
            unknown = np.full(len(boilers.rows), np.nan)
            self._boilers = _DaysJudged.of(
                boilers, unknown, those.boiler_devices, those.boiler_days
            )
            self._minutes = [_Alerts() for _ in tiles(boilers.rows, BOILER_ROWS)]
        if rooms.rows:
            day = day_of_rooms(those.rooms, rooms, self._rooms.days.last())
            self._rooms.add(day, over=rooms_over)
        if boilers.rows:
            self._boilers.add(self._day_of_boilers(boilers, settled), over=boilers_over)
        for days in (self._rooms, self._boilers):
            if days.waiting >= JUDGED_TOGETHER_DAYS:
                self._judge(days)

    def episodes(self) -> Iterator[Episode]:
        """All that was told by the last day taken."""
        for days in (self._rooms, self._boilers):
            if days is not None:
                self._judge(days)
                yield from days.alerts.all()
        for alerts in self._minutes:
            yield from alerts.all()

    def _day_of_boilers(self, boilers: BoilerFrame, settled: Booleans) -> Features:
        """What the day came to; its minutes are judged on the way, tile by tile."""
        those = self.detectors
        found = []
        cut = tiles(boilers.rows, BOILER_ROWS)
        for tile, alerts in zip(cut, self._minutes, strict=True):
            frame = boilers.part(rows=tile)
            believed = those.boilers.believed(frame)
            found.append(day_of_boilers(those.boilers, frame, believed))
            told = judge_believed_minutes(
                with_lead(believed),
                those.boiler_minutes,
                alerts.stood,
                settled=settled[tile.start : tile.stop],
            )
            alerts.take(told)
        return joined_features(found)

    def _judge(self, days: _DaysJudged) -> None:
        told = days.judge()
        if self.days_told is not None:
            self.days_told(told)
