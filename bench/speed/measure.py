"""All detectors over a day of many homes, and the same day by other means."""

import resource
import time
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import numpy as np

from bench.speed.many import HomesDay, lived_day, measured, with_day
from bench.speed.per_home import HomeDay, PerHome, with_numba, with_pandas
from detectors.daily import RUN_UP, day_of_boilers, day_of_rooms, with_lead
from detectors.frame import BoilerFrame
from detectors.registry import DETECTORS
from detectors.watch import GROUP_S, judge_believed_minutes, judge_days

SIZES = (1_000, 10_000, 50_000)
BLOCK_HOMES = 10_000
PASSES = 3
GROUPS = (1, 12, 144, 288)  # five minutes, an hour, half a day, a day
GROUP_HOMES = 1_000
ROOM_COLUMNS = ("air_temp_c", "rel_humidity_pct")
BOILER_COLUMNS = ("pressure_bar", "flow_temp_c", "hot_water_demand")

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(slots=True)
class _Clock:
    """CPU seconds by what they were spent on."""

    spent: dict[str, float] = field(default_factory=dict)

    def time(
        self, what: str, work: Callable[Given, Result], *given: Given.args, **named: Given.kwargs
    ) -> Result:
        """Do some work on the clock."""
        began = time.process_time()
        result = work(*given, **named)
        self.spent[what] = self.spent.get(what, 0.0) + time.process_time() - began
        return result

    @property
    def total_s(self) -> float:
        return sum(self.spent.values())


def add_options(parser: ArgumentParser) -> None:
    """How many homes at most."""
    parser.add_argument(
        "--homes", type=int, default=SIZES[-1], help=f"leave out sizes above this ({SIZES[-1]:,})"
    )


def measure(options: Namespace) -> dict[str, Any]:
    """Cost by size, by part and by new samples, and the ratios to the other ways."""
    lived = lived_day(DETECTORS)
    sizes = [size for size in SIZES if size <= options.homes] or [lived.homes]
    rows = [_size(lived, homes) for homes in sizes]
    block = rows[min(len(rows) - 1, SIZES.index(BLOCK_HOMES) if BLOCK_HOMES in sizes else 0)]
    each_s = block["cpu_s"] / block["homes"]
    return {
        "block_homes": BLOCK_HOMES,
        "rows": rows,
        "groups": _groups(lived.repeated(min(GROUP_HOMES, sizes[-1]))),
        "per_home": {
            name: None if judge is None else _per_home(lived, judge) / each_s
            for name, judge in (("pandas", with_pandas()), ("Numba", with_numba()))
        },
    }


def _size(lived: HomesDay, homes: int) -> dict[str, Any]:
    """A day of so many homes, block after block; seconds of the quickest of some turns."""
    block = lived.repeated(min(homes, BLOCK_HOMES))
    blocks = max(homes // BLOCK_HOMES, 1)
    turns = PASSES if blocks == 1 else 1
    clock = min((_judged(block, blocks) for _ in range(turns)), key=lambda one: one.total_s)
    pass_s = min(_plain_pass(block) for _ in range(PASSES))
    return {
        "homes": block.homes * blocks,
        "cpu_s": clock.total_s,
        "home_days_per_cpu_s": block.homes * blocks / clock.total_s,
        "nanmean_passes": clock.total_s / (pass_s * blocks),
        "parts": dict(clock.spent),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _judged(block: HomesDay, blocks: int) -> _Clock:
    clock = _Clock()
    for _ in range(blocks):
        _judge_day(block, clock)
    return clock


def _judge_day(block: HomesDay, clock: _Clock) -> None:
    those = DETECTORS
    rooms, boilers = block.rooms, block.boilers
    room_day = clock.time(
        "features of rooms", day_of_rooms, those.rooms, rooms, block.room_days.last()
    )
    believed = clock.time("what is believed of boilers", those.boilers.believed, boilers)
    boiler_day = clock.time("features of boilers", day_of_boilers, those.boilers, boilers, believed)
    clock.time(
        "boilers by the minute",
        judge_believed_minutes,
        with_lead(believed),
        those.boiler_minutes,
        {},
    )
    frame = clock.time("joining days", with_day, block.room_days, room_day)
    devices, others = those.room_devices, those.room_days
    clock.time("rooms by the day", judge_days, frame, devices, others, {}, since=frame.steps - 1)
    frame = clock.time("joining days", with_day, block.boiler_days, boiler_day)
    devices, others = those.boiler_devices, those.boiler_days
    clock.time("boilers by the day", judge_days, frame, devices, others, {}, since=frame.steps - 1)


def _plain_pass(block: HomesDay) -> float:
    arrays = measured(block.rooms) + measured(block.boilers)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Mean of empty slice", RuntimeWarning)
        began = time.process_time()
        for array in arrays:
            np.nanmean(array, axis=1)
        return time.process_time() - began


def _groups(block: HomesDay) -> list[Mapping[str, float]]:
    """What judging so many groups of minutes costs, the lead before them included."""
    believed = DETECTORS.boilers.believed(block.boilers)
    found: list[Mapping[str, float]] = []
    for groups in GROUPS:
        part = _groups_of(believed, groups)
        clock = _Clock()
        clock.time("", judge_believed_minutes, part, DETECTORS.boiler_minutes, {})
        found.append({"groups": groups, "cpu_s": clock.total_s})
    return found


def _groups_of(believed: BoilerFrame, groups: int) -> BoilerFrame:
    steps = (int(RUN_UP.total_seconds()) + groups * GROUP_S) // believed.step_s
    return with_lead(believed.part(steps=slice(steps)))


def _per_home(lived: HomesDay, judge: PerHome) -> float:
    """CPU seconds a home, each by itself; the first, for compiling, does not count."""
    homes = [_home_day(lived, number) for number in range(lived.homes)]
    judge(homes[0])
    began = time.process_time()
    for home in homes:
        judge(home)
    return (time.process_time() - began) / len(homes)


def _home_day(lived: HomesDay, number: int) -> HomeDay:
    boilers = lived.boilers
    home = boilers.rows[number].home_id
    of_home = [place for place, row in enumerate(lived.rooms.rows) if row.home_id == home]
    rooms = lived.rooms.part(rows=of_home)
    first_room, first_boiler = (
        int(RUN_UP.total_seconds()) // frame.step_s for frame in (rooms, boilers)
    )
    return HomeDay(
        rooms={name: rooms[name][:, first_room:] for name in ROOM_COLUMNS}
        | {"outdoor_temp_c": rooms.outdoor_temp_c[:, first_room:]},
        boiler={name: boilers[name][number, first_boiler:] for name in BOILER_COLUMNS},
    )
