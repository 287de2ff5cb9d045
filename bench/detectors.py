"""What judging costs: all detectors over blocks of homes, beside one plain pass over the arrays."""

import resource
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np

from core.quantities import Kind
from detectors.arrays import Floats
from detectors.episodes import episodes
from detectors.frame import BoilerFrame, RoomFrame, Row
from detectors.registry import BOILER_DETECTORS, ROOM_DETECTORS

START = datetime(2026, 10, 1, tzinfo=UTC)
STEP_S = 600
DAYS = 45  # the window that a running sweep judges
ROOMS = ("living room", "bedroom", "bathroom")
SIZES = (30, 100, 300)  # homes: what it costs should grow as they do
PASSES = 5


def add_options(_parser: ArgumentParser) -> None:
    """There are none."""


def measure(_options: Namespace) -> dict[str, Any]:
    """One row for each number of homes: CPU seconds, home-days a second, and plain passes."""
    return {"days": DAYS, "step_s": STEP_S, "rows": [_row(homes) for homes in SIZES]}


def lines(result: dict[str, Any]) -> Iterator[str]:
    """The result for a person."""
    yield f"all detectors over {result['days']} days in steps of {result['step_s']} s"
    yield "homes   CPU s   home-days/CPU s   passes of nanmean   peak MB"
    for row in result["rows"]:
        yield (
            f"{row['homes']:5d}  {row['cpu_s']:6.3f}  {row['home_days_per_cpu_s']:16,.0f}"
            f"  {row['nanmean_passes']:18.1f}  {row['peak_mb']:8.0f}"
        )


def _row(homes: int) -> dict[str, float]:
    random = np.random.default_rng(seed=homes)
    rooms, boilers = _rooms(homes, random), _boilers(homes, random)
    judged_s = min(_timed(lambda: _judge(rooms, boilers)) for _ in range(PASSES))
    pass_s = min(_timed(lambda: _plain_pass(rooms, boilers)) for _ in range(PASSES))
    return {
        "homes": homes,
        "cpu_s": judged_s,
        "home_days_per_cpu_s": homes * DAYS / judged_s,
        "nanmean_passes": judged_s / pass_s,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _timed(work: Any) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def _judge(rooms: RoomFrame, boilers: BoilerFrame) -> None:
    judged = [(one.rules, one.judge(rooms)) for one in ROOM_DETECTORS]
    judged += [(one.rules, one.judge(boilers)) for one in BOILER_DETECTORS]
    for rules, judgement in judged:
        episodes(
            judgement,
            dwell_steps=rules.dwell_steps(judgement.step_s),
            clear_steps=rules.clear_steps(judgement.step_s),
            raise_from=rules.raise_from,
        )


def _plain_pass(rooms: RoomFrame, boilers: BoilerFrame) -> None:
    for frame in (rooms, boilers):
        for array in frame.values.values():
            np.nanmean(array, axis=1)
    np.nanmean(rooms.outdoor_temp_c, axis=1)
    np.nanmean(rooms.outdoor_rel_humidity_pct, axis=1)


def _rooms(homes: int, random: np.random.Generator) -> RoomFrame:
    rows = tuple(Row("bench", f"home-{n}", room) for n in range(homes) for room in ROOMS)
    shape = (len(rows), DAYS * 86400 // STEP_S)
    outdoors = np.broadcast_to(_wave(6.0, 4.0, shape[1]), shape).astype(np.float32)
    return RoomFrame(
        start=START,
        step_s=STEP_S,
        steps=shape[1],
        rows=rows,
        values={
            "air_temp_c": _noisy(_wave(19.5, 1.5, shape[1]), 0.3, shape, random),
            "rel_humidity_pct": _noisy(_wave(60.0, 10.0, shape[1]), 3.0, shape, random),
        },
        outdoor_temp_c=outdoors,
        outdoor_rel_humidity_pct=np.full(shape, 85.0, dtype=np.float32),
        f_rsi=np.full(len(rows), np.nan),
    )


def _boilers(homes: int, random: np.random.Generator) -> BoilerFrame:
    rows = tuple(Row("bench", f"home-{n}", Kind.BOILER.value) for n in range(homes))
    shape = (homes, DAYS * 86400 // STEP_S)
    flow_c = _noisy(_wave(45.0, 15.0, shape[1]), 3.0, shape, random)
    pump = (flow_c > 45.0).astype(np.float32)
    pressure = np.round(1.2 + 0.006 * (flow_c - 20.0) + 0.3 * pump, 1).astype(np.float32)
    return BoilerFrame(
        start=START,
        step_s=STEP_S,
        steps=shape[1],
        rows=rows,
        values={"flow_temp_c": flow_c, "pump_on": pump, "pressure_bar": pressure},
    )


def _wave(mean: float, swing: float, steps: int) -> Floats:
    day = np.arange(steps) * (2 * np.pi * STEP_S / 86400)
    wave: Floats = mean + swing * np.sin(day)
    return wave


def _noisy(
    wave: Floats,
    spread: float,
    shape: tuple[int, int],
    random: np.random.Generator,
) -> Floats:
    return (wave + random.normal(0.0, spread, shape)).astype(np.float32)
