"""A day of as many homes as are wanted, with the days before it: simulated homes, repeated.

Some dozens of homes live through KEPT_DAYS and a day; their frames and what their days came to are
repeated until there are enough. So every array holds what real arrays hold, gaps, faults and
oddities too, and costs what it costs.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from bench.accuracy.estate import days_lived, watch_of
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


def lived_day(detectors: Detectors) -> HomesDay:
    """LIVED_HOMES homes at the end of KEPT_DAYS and a day."""
    order = Order(homes=LIVED_HOMES, days=KEPT_DAYS + 1, seed=SEED, first_day=FIRST_DAY)
    block = block_from(order, 0)
    watch = watch_of(block, Detectors())
    room_days: Days | None = None
    boiler_days: Days | None = None
    for day, _ in days_lived(block, watch):
        rooms, boilers = watch.judge(day)
        if room_days is None or boiler_days is None:
            room_days = _no_days(rooms, rooms.f_rsi)
            boiler_days = _no_days(boilers, np.full(len(boilers.rows), np.nan))
        if len(room_days.days) == KEPT_DAYS:
            return HomesDay(
                rooms=rooms, boilers=boilers, room_days=room_days, boiler_days=boiler_days
            )
        room_days.days.append(day_of_rooms(detectors.rooms, rooms, room_days.last()))
        boiler_days.days.append(day_of_boilers(detectors.boilers, boilers))
    raise RuntimeError(f"{KEPT_DAYS + 1} days were simulated, and the last did not come")


def with_day(days: Days, day: Features) -> DayFrame:
    """The frame of the days before and this one."""
    whole = replace(days, days=[*days.days, day])
    return whole.frame()


def measured(frame: Frame) -> list[Floats]:
    """Every array of the frame's own day, without the run-up: what a plain pass goes over."""
    begin = int(RUN_UP.total_seconds()) // frame.step_s
    return [array[:, begin:] for array in frame.values.values()]


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
