"""A block of homes, judged day after day: samples as they lie in files in, episodes out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from core.findings import Episode
from core.quantities import Kind
from detectors.arrays import Integers
from detectors.daily import DAY_S, RUN_UP
from detectors.frame import BoilerFrame, FrameT, RoomFrame, Row
from detectors.offline.presence import Presence
from detectors.offline.reach import DAY_MS, Reach
from detectors.offline.samples import PlacedSamples
from detectors.offline.shelf import DayShelf
from detectors.placing import (
    BOILER_STEP_S,
    HELD,
    ROOM_STEP_S,
    WEATHER_STEP_S,
    Stay,
    boiler_frame,
    room_frame,
)
from detectors.registry import Detectors
from detectors.streaming import DaysTold, HomesWatch
from detectors.watch import DAY_SETTLES, GROUP_S

LANDLORD = ""  # a folder says nothing of landlords

_WEATHER_BEFORE_MS = int((HELD + RUN_UP).total_seconds() + WEATHER_STEP_S) * 1000
_BEGINNING = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a table of homes and the weather say beside the readings.

    `area_of` and `f_rsi_of` are by home, without those of which it is not known.
    """

    area_of: dict[str, str]
    f_rsi_of: dict[str, float]
    weather: PlacedSamples

    def under(self, weather: PlacedSamples) -> "Surroundings":
        """The same with other weather, of the same areas."""
        return replace(self, weather=weather)


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """The homes of a block: their places, how far each was heard, and its boiler when last."""

    rooms: tuple[tuple[str, ...], ...]
    boilers: tuple[tuple[str, ...], ...]
    reaches: Mapping[str, Reach]
    boiler_last_ms: Mapping[str, int]

    @property
    def reach(self) -> Reach:
        """What all of them cover."""
        covered = list(self.reaches.values())
        whole = covered[0]
        for one in covered[1:]:
            whole = whole.with_other(one)
        return whole

    @property
    def days(self) -> range:
        """The days (since 1970) on which they were heard."""
        covered = self.reach
        return range(covered.start_ms // DAY_MS, covered.end_ms // DAY_MS + 1)


@dataclass(slots=True)
class BlockWatch:
    """Homes of a block, judged a day at a time.

    Before a day is judged all samples of it must have been added; the days come one after another.
    As in the running service a home is judged to where its own readings have got.
    """

    homes: Homes
    around: Surroundings
    detectors: Detectors
    days_told: DaysTold | None = None
    rooms: DayShelf = field(init=False)
    boilers: DayShelf = field(init=False)
    presence: Presence = field(init=False)
    _watch: HomesWatch = field(init=False)
    _stays: dict[Kind, list[Stay]] = field(init=False)
    _before: "tuple[RoomFrame, BoilerFrame] | None" = None

    def __post_init__(self) -> None:
        homes, around = self.homes, self.around
        self.rooms = DayShelf(homes.rooms, ROOM_STEP_S)
        self.boilers = DayShelf(homes.boilers, BOILER_STEP_S)
        self.presence = Presence.of(homes.rooms, homes.boilers, homes.days)
        self._watch = HomesWatch(self.detectors, self.days_told)
        self._stays = {
            Kind.ROOM: [_stay(n, home, room, around) for n, (home, room) in enumerate(homes.rooms)],
            Kind.BOILER: [
                _stay(n, home, Kind.BOILER.value, around) for n, (home,) in enumerate(homes.boilers)
            ],
        }

    def add(self, kind: Kind, samples: PlacedSamples) -> None:
        """Take samples of rooms or boilers of the block; those of a wrong clock are left out."""
        shelf = self.rooms if kind is Kind.ROOM else self.boilers
        self.presence.hear(kind, shelf.add(self._within_reach(samples)))

    def judge(self, day: int) -> tuple[RoomFrame, BoilerFrame]:
        """Judge a day (since 1970); its frames, with RUN_UP before it."""
        rooms, boilers = self._frames(day)
        last_ms = {home: one.end_ms for home, one in self.homes.reaches.items()}
        over_ms = (day + 1) * DAY_MS + int(DAY_SETTLES.total_seconds()) * 1000
        ends_ms = day * DAY_MS + GROUP_S * 1000 * np.arange(1, DAY_S // GROUP_S + 1)
        self._watch.take(
            rooms,
            boilers,
            rooms_over=_by_row(rooms.rows, last_ms) >= over_ms,
            boilers_over=_by_row(boilers.rows, last_ms) >= over_ms,
            settled=_by_row(boilers.rows, self.homes.boiler_last_ms)[:, np.newaxis] >= ends_ms,
        )
        return rooms, boilers

    def episodes(self) -> list[Episode]:
        """Every alert, silence included, that was told by the last day judged."""
        return [*self._watch.episodes(), *self.presence.silences()]

    def _frames(self, day: int) -> tuple[RoomFrame, BoilerFrame]:
        """The frames of a day with RUN_UP before it."""
        start = datetime.fromtimestamp(day * DAY_MS / 1000, UTC)
        weather = self.around.weather.between(
            day * DAY_MS - _WEATHER_BEFORE_MS, (day + 1) * DAY_MS + WEATHER_STEP_S * 1000
        )
        before = self._before
        if before is None:
            before = self._frames_of(
                self.rooms.take(day - 1),
                self.boilers.take(day - 1),
                weather,
                start - RUN_UP,
                RUN_UP,
            )
        rooms, boilers = self._frames_of(
            self.rooms.take(day), self.boilers.take(day), weather, start, timedelta(days=1), before
        )
        self._before = (_end(rooms), _end(boilers))
        return rooms, boilers

    def _frames_of(
        self,
        rooms: PlacedSamples,
        boilers: PlacedSamples,
        weather: PlacedSamples,
        start: datetime,
        span: timedelta,
        before: "tuple[RoomFrame, BoilerFrame] | None" = None,
    ) -> tuple[RoomFrame, BoilerFrame]:
        room = room_frame(
            self._stays[Kind.ROOM],
            rooms,
            weather,
            start,
            int(span.total_seconds()) // ROOM_STEP_S,
            step_s=ROOM_STEP_S,
        )
        room = room if before is None else before[0].joined(room)
        boiler = boiler_frame(
            self._stays[Kind.BOILER],
            boilers,
            start,
            int(span.total_seconds()) // BOILER_STEP_S,
            step_s=BOILER_STEP_S,
            weather=weather,
            rooms=room,
        )
        return room, boiler if before is None else before[1].joined(boiler)

    def _within_reach(self, samples: PlacedSamples) -> PlacedSamples:
        reaches = [self.homes.reaches[place[0]] for place in samples.places]
        if not any(one.stray for one in reaches):
            return samples
        begin = np.array([one.start_ms for one in reaches])[samples.device_ids]
        end = np.array([one.end_ms for one in reaches])[samples.device_ids]
        return samples.where((samples.times_ms >= begin) & (samples.times_ms <= end))


def _end(frame: FrameT) -> FrameT:
    return frame.part(steps=slice(-int(RUN_UP.total_seconds()) // frame.step_s, None))


def _stay(number: int, home_id: str, place: str, around: Surroundings) -> Stay:
    station_of = {area: station for station, (area,) in enumerate(around.weather.places)}
    return Stay(
        row=Row(LANDLORD, home_id, place),
        device_id=number,
        weather_device_id=station_of.get(around.area_of.get(home_id, "")),
        f_rsi=around.f_rsi_of.get(home_id),
        since=_BEGINNING,
        until=None,
    )


def _by_row(rows: Sequence[Row], of_home: Mapping[str, int]) -> Integers:
    return np.array([of_home.get(row.home_id, 0) for row in rows], dtype=np.int64)
