"""One block of homes: lived, watched by detectors and baselines, and what came of it."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from bench.accuracy.baselines import BASELINES, BaselineWatch
from bench.accuracy.delays import HeatWanted
from bench.accuracy.estate import Lived, block_faults, days_lived, watch_of
from bench.accuracy.forecast import Forecast, RoomHistory
from bench.accuracy.scoring import Fault
from core.findings import Episode
from detectors.daily import RUN_UP
from detectors.frame import FrameT, RoomFrame
from detectors.offline.judging import BlockWatch
from detectors.registry import Detectors
from firmware_sim.folder.blocks import Order, block_from


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRun:
    """What is kept of a block. `whole_s` and `judging_s` are CPU seconds."""

    homes: int
    faults: list[Fault]
    alerts: list[Episode]
    of_baseline: Mapping[str, list[Episode]]
    forecast: Forecast
    heat_wanted: Mapping[str, datetime]
    whole_s: float
    judging_s: float


def run_block(order: Order, detectors: Detectors, first: int) -> BlockRun:
    """Let the homes of the block that begins with home `first` live through the order's days."""
    began_s, judging_s = time.process_time(), 0.0
    block = block_from(order, first)
    rooms, heat = RoomHistory(), HeatWanted(block.homes.first)
    watch = watch_of(block, detectors, rooms.told)
    rules = [BaselineWatch(one) for one in BASELINES]
    for day, lived in days_lived(block, watch):
        turn_s = time.process_time()
        room_frame, boiler_frame = watch.judge(day)
        judging_s += time.process_time() - turn_s
        for rule in rules:
            rule.take(_without_run_up(room_frame), _without_run_up(boiler_frame))
        heat.look(lived.boilers, block.simulation.episodes)
        rooms.lived(room_frame.rows, _index(watch, room_frame, lived))
    turn_s = time.process_time()
    alerts = watch.episodes()
    judging_s += time.process_time() - turn_s
    return BlockRun(
        homes=block.homes.count,
        faults=block_faults(block),
        alerts=alerts,
        of_baseline={rule.baseline.name: rule.episodes() for rule in rules},
        forecast=rooms.forecast(
            alerts, datetime.combine(order.first_day, datetime.min.time(), UTC)
        ),
        heat_wanted={block.home_ids[home]: at for home, at in heat.since.items()},
        whole_s=time.process_time() - began_s,
        judging_s=judging_s,
    )


def _index(watch: BlockWatch, frame: RoomFrame, lived: Lived) -> npt.NDArray[np.float32]:
    """The true mould index at the end of the day, by the frame's rows."""
    place = {place: number for number, place in enumerate(watch.homes.rooms)}
    order = [place[row.home_id, row.place] for row in frame.rows]
    index: npt.NDArray[np.float32] = lived.mould_index.ravel()[order].astype(np.float32)
    return index


def _without_run_up(frame: FrameT) -> FrameT:
    return frame.part(steps=slice(int(RUN_UP.total_seconds()) // frame.step_s, None))
