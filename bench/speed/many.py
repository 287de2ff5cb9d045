"""A day of as many homes as are wanted, with the days before it: simulated homes, repeated.

Some dozens of homes live through KEPT_DAYS and a day; their frames and what their days came to are
repeated until there are enough. So every array holds what real arrays hold, gaps, faults and
oddities too, and costs what it costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bench.accuracy.estate import days_lived, watch_of
from bench.speed.per_home import HomeDays
from detectors.arrays import Floats
from detectors.daily import (
    RUN_UP,
    DayFrame,
    Features,
    day_of_boilers,
    day_of_rooms,
)
from detectors.frame import BoilerFrame, Frame, FrameT, RoomFrame, Row
from detectors.registry import Detectors
from detectors.watch import KEPT_DAYS, Days
from firmware_sim.folder.blocks import Order, block_from

LIVED_HOMES = 50
FIRST_DAY = date(2025, 12, 1)  # the day measured lies in January: boilers work, rooms are damp
SEED = 20_003
ROOM_COLUMNS = ("air_temp_c", "rel_humidity_pct")
BOILER_COLUMNS = ("pressure_bar", "flow_temp_c", "hot_water_demand")


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesDay:
    """A day of homes with RUN_UP before it, and what the KEPT_DAYS days before came to."""

    rooms: RoomFrame
    boilers: BoilerFrame
    room_days: Days
    boiler_days: Days

    @property
    def homes(self) -> int:
        """How many there are; each has a boiler."""
        return len(self.boilers.rows)

    def repeated(self, homes: int) -> "HomesDay":
        """As many homes, the lived ones over and over under other names."""
        times = -(-homes // self.homes)
        return HomesDay(
            rooms=_repeated(self.rooms, times),
            boilers=_repeated(self.boilers, times),
            room_days=_repeated_days(self.room_days, times),
            boiler_days=_repeated_days(self.boiler_days, times),
        )


def lived_day(detectors: Detectors) -> tuple[HomesDay, list[HomeDays]]:
    """LIVED_HOMES homes at the end of KEPT_DAYS and a day, and what of all these each measured."""
    order = Order(homes=LIVED_HOMES, days=KEPT_DAYS + 1, seed=SEED, first_day=FIRST_DAY)
    block = block_from(order, 0)
    watch = watch_of(block, Detectors())
    room_days: Days | None = None
    boiler_days: Days | None = None
    measured: list[list[HomeDays]] = []
    for day, _ in days_lived(block, watch):
        rooms, boilers = watch.judge(day)
        measured.append(_of_each_home(rooms, boilers))
        if room_days is None or boiler_days is None:
            room_days = _no_days(rooms, rooms.f_rsi)
            boiler_days = _no_days(boilers, np.full(len(boilers.rows), np.nan))
        if len(room_days.days) == KEPT_DAYS:
            whole = HomesDay(
                rooms=rooms, boilers=boilers, room_days=room_days, boiler_days=boiler_days
            )
            return whole, [_joined(days) for days in zip(*measured, strict=True)]
        room_days.days.append(day_of_rooms(detectors.rooms, rooms, room_days.last()))
        boiler_days.days.append(day_of_boilers(detectors.boilers, boilers))
    raise RuntimeError(f"{KEPT_DAYS + 1} days were simulated, and the last did not come")


def with_day(days: Days, day: Features) -> DayFrame:
    """The frame of the days before and this one."""
    whole = replace(days, days=[*days.days, day])
    return whole.frame()


def own_day(frame: Frame) -> list[Floats]:
    """Every array of the frame's own day, without the run-up: what a plain pass goes over."""
    begin = int(RUN_UP.total_seconds()) // frame.step_s
    return [array[:, begin:] for array in frame.values.values()]


def _of_each_home(rooms: RoomFrame, boilers: BoilerFrame) -> list[HomeDays]:
    """What a script that asks two questions reads of a day, home by home; copies."""
    first_room, first_boiler = (
        int(RUN_UP.total_seconds()) // frame.step_s for frame in (rooms, boilers)
    )
    air = {name: rooms[name][:, first_room:] for name in ROOM_COLUMNS}
    air["outdoor_temp_c"] = rooms.outdoor_temp_c[:, first_room:]
    places: dict[str, list[int]] = {}
    for place, row in enumerate(rooms.rows):
        places.setdefault(row.home_id, []).append(place)
    return [
        HomeDays(
            rooms={name: array[places[row.home_id]] for name, array in air.items()},
            boiler={name: boilers[name][at, first_boiler:].copy() for name in BOILER_COLUMNS},
        )
        for at, row in enumerate(boilers.rows)
    ]


def _joined(days: Sequence[HomeDays]) -> HomeDays:
    """Days of one home that follow one another."""
    first = days[0]
    return HomeDays(
        rooms={name: np.hstack([day.rooms[name] for day in days]) for name in first.rooms},
        boiler={name: np.hstack([day.boiler[name] for day in days]) for name in first.boiler},
    )


def _no_days(frame: RoomFrame | BoilerFrame, f_rsi: Floats) -> Days:
    return Days(rows=frame.rows, f_rsi=f_rsi, began_at=frame.start + RUN_UP)


def _repeated(frame: FrameT, times: int) -> FrameT:
    rows = list(range(len(frame.rows))) * times
    whole = frame.part(rows=rows)
    return replace(whole, rows=_named(frame.rows, times))


def _repeated_days(days: Days, times: int) -> Days:
    return Days(
        rows=_named(days.rows, times),
        f_rsi=np.tile(days.f_rsi, times),
        began_at=days.began_at,
        days=[{name: np.tile(array, times) for name, array in day.items()} for day in days.days],
    )


def _named(rows: tuple[Row, ...], times: int) -> tuple[Row, ...]:
    return tuple(
        Row(row.landlord_id, f"{turn:05d}-{row.home_id}", row.place)
        for turn in range(times)
        for row in rows
    )
