"""All detectors over a day of many homes, and the same day by other means."""

import resource
import time
import warnings
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import numpy as np

from bench.speed.many import HomesDay, lived_day, own_day, with_day
from bench.speed.per_home import HomeDays, PerHome, with_numba, with_pandas, with_plain_pandas
from detectors.daily import (
    RUN_UP,
    Features,
    day_of_boilers,
    day_of_rooms,
    joined_features,
    with_lead,
)
from detectors.frame import BoilerFrame
from detectors.registry import DETECTORS
from detectors.tiles import BOILER_ROWS, tiles
from detectors.watch import GROUP_S, KEPT_DAYS, judge_believed_minutes, judge_days

SIZES = (1_000, 10_000, 50_000)
BLOCK_HOMES = 10_000
PASSES = 3
GROUPS = (1, 12, 144, 288)  # five minutes, an hour, half a day, a day
GROUP_HOMES = 1_000
SCRIPT_HOMES = 10  # that a script asks about, one after the other: it takes a second for each

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
    lived, homes = lived_day(DETECTORS)
    sizes = [size for size in SIZES if size <= options.homes] or [lived.homes]
    rows = [_size(lived, size) for size in sizes]
    block = rows[min(len(rows) - 1, SIZES.index(BLOCK_HOMES) if BLOCK_HOMES in sizes else 0)]
    each_s = block["cpu_s"] / block["homes"]
    scripts = {
        "plain pandas": with_plain_pandas(),
        "pandas": with_pandas(),
        "Numba": with_numba(),
    }
    last_days = [home.last_day() for home in homes]
    return {
        "block_homes": BLOCK_HOMES,
        "rows": rows,
        "groups": _groups(lived.repeated(min(GROUP_HOMES, sizes[-1]))),
        "each_ms": 1e3 * each_s,
        "scripts": [
            {"with": name, "days": days, "each_ms": 1e3 * _per_home(some, judge)}
            for name, judge in scripts.items()
            if judge is not None
            for days, some in ((1, last_days), (KEPT_DAYS + 1, homes[:SCRIPT_HOMES]))
        ],
        "not_installed": [name for name, judge in scripts.items() if judge is None],
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
    """As `detectors.streaming` judges: readings tile by tile, then the days of all."""
    those = DETECTORS
    rooms, last = block.rooms, block.room_days.last()
    day = clock.time("features of rooms", day_of_rooms, those.rooms, rooms, last)
    frame = clock.time("joining days", with_day, block.room_days, day)
    devices, others = those.room_devices, those.room_days
    clock.time("rooms by the day", judge_days, frame, devices, others, {}, since=frame.steps - 1)
    frame = clock.time("joining days", with_day, block.boiler_days, _day_of_boilers(block, clock))
    devices, others = those.boiler_devices, those.boiler_days
    clock.time("boilers by the day", judge_days, frame, devices, others, {}, since=frame.steps - 1)


def _day_of_boilers(block: HomesDay, clock: _Clock) -> Features:
    those, found = DETECTORS, []
    for tile in tiles(block.boilers.rows, BOILER_ROWS):
        boilers = block.boilers.part(rows=tile)
        believed = clock.time("what is believed of boilers", those.boilers.believed, boilers)
        day = clock.time("features of boilers", day_of_boilers, those.boilers, boilers, believed)
        found.append(day)
        lead, minutes = with_lead(believed), those.boiler_minutes
        clock.time("boilers by the minute", judge_believed_minutes, lead, minutes, {})
    return joined_features(found)


def _plain_pass(block: HomesDay) -> float:
    arrays = own_day(block.rooms) + own_day(block.boilers)
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


def _per_home(homes: Sequence[HomeDays], judge: PerHome) -> float:
    """CPU seconds a home, each by itself; once more before, for what is compiled."""
    judge(homes[0])
    began = time.process_time()
    for home in homes:
        judge(home)
    return (time.process_time() - began) / len(homes)
