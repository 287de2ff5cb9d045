"""Recordings of what the devices published, a file per block, in `mosquitto_sub -F %j` form.

The instant is written with `Z` for UTC, and there is no `mid`.

A recording is written under a temporary name and gets its own when the state that follows it is
saved, so that a reader never sees half of one and no hour is recorded twice.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from firmware_sim.devices import Device
from firmware_sim.dialects import minute_text, payload_of
from firmware_sim.estate import Estate, silenced
from firmware_sim.sensing import sense
from firmware_sim.simulation import Simulation
from firmware_sim.weather import MINUTES_A_DAY

SAMPLE_MIN = 10
UNFINISHED = ".part"

log = logging.getLogger(__name__)


class BrokenOffError(Exception):
    """The recording was broken off on request; nothing of it stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A finished recording: its files, still under their temporary names, and its messages."""

    files: tuple[Path, ...]
    messages: int


def record(
    estate: Estate,
    simulation: Simulation,
    folder: Path,
    *,
    until: int,
    progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> Recorded:
    """Simulate up to minute `until` and record every device each `SAMPLE_MIN` minutes.

    `progress` hears each minute recorded; `stopped` is asked once a simulated day, and a yes
    raises BrokenOffError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    span = f"{_compact(simulation.minute)}-{_compact(until)}"
    paths = tuple(
        folder / f"block-{block + 1}-{span}.jsonl{UNFINISHED}" for block in range(estate.blocks)
    )
    of_block = [
        [_line_head(device) for device in estate.devices if device.block == block]
        for block in range(estate.blocks)
    ]
    messages = 0
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w", encoding="utf-8")) for path in paths]
        for minute in simulation.every(SAMPLE_MIN, until=until):
            messages += _write_minute(estate, simulation, minute, files, of_block)
            progress(minute)
            if minute % MINUTES_A_DAY == 0 and stopped():
                raise BrokenOffError
    return Recorded(files=paths, messages=messages)


def finish(folder: Path, names: Sequence[str]) -> None:
    """Give these recordings their own names; whatever else is unfinished is thrown away."""
    for name in names:
        unfinished = folder / (name + UNFINISHED)
        if unfinished.exists():
            unfinished.rename(folder / name)
    for left in folder.glob(f"*{UNFINISHED}"):
        log.warning("throwing away %s, which was never finished", left.name)
        left.unlink()


def _write_minute(
    estate: Estate,
    simulation: Simulation,
    minute: int,
    files: Sequence[TextIO],
    of_block: Sequence[Sequence[tuple[Device, str]]],
) -> int:
    sensed = sense(simulation, estate.sensors, estate.oddities)
    stamp = minute_text(minute)
    silent = silenced(simulation, estate.devices)
    written = 0
    for file, heads in zip(files, of_block, strict=True):
        lines = []
        for device, head in heads:
            if device.topic in silent:
                continue
            payload = payload_of(device, sensed, estate.sensors, stamp)
            quoted = payload.replace('"', '\\"')
            lines.append(
                f'{{"tst":"{stamp}:{device.second:02d}.000000Z",{head}{len(payload)},'
                f'"payload":"{quoted}"}}\n'
            )
        file.write("".join(lines))
        written += len(lines)
    return written


def _line_head(device: Device) -> tuple[Device, str]:
    return device, f'"topic":"{device.topic}","qos":1,"retain":0,"payloadlen":'


def _compact(minute: int) -> str:
    return minute_text(minute).replace("-", "").replace(":", "") + "Z"
