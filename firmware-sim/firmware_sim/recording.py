"""Recordings of what the devices published, a file per block, in `mosquitto_sub -F %j` form.

The instant is written with `Z` for UTC, and there is no `mid`.

A recording is written under a temporary name and gets its own when the state that follows it is
saved, so that a reader never sees half of one and no hour is recorded twice.
"""

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from firmware_sim.built import Built
from firmware_sim.clock import MINUTES_A_DAY, minute_text
from firmware_sim.dialects.speech import utc_text
from firmware_sim.listening import messages_of
from firmware_sim.saying import Uttered
from firmware_sim.sensing.memory import Memory
from firmware_sim.simulation import Simulation

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
    still_out: tuple[Uttered, ...]
    """What was measured in the recorded time and goes out after it."""


def record(
    built: Built,
    simulation: Simulation,
    memory: Memory,
    folder: Path,
    *,
    still_out: Iterable[Uttered] = (),
    until: int,
    progress: Callable[[int], None],
    stopped: Callable[[], bool],
) -> Recorded:
    """Simulate up to minute `until` and record every device each `SAMPLE_MIN` minutes.

    `still_out` was measured before, and is recorded when it goes out.
    `progress` hears the minute reached after each simulated day; then `stopped` is asked, and a
    yes raises BrokenOffError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    span = f"{_compact(simulation.minute)}-{_compact(until)}"
    paths = tuple(
        folder / f"block-{block + 1}-{span}.jsonl{UNFINISHED}" for block in range(built.blocks)
    )
    begins_s = 60.0 * simulation.minute
    out = [one for one in still_out if one.at_s >= begins_s]
    written = 0
    with ExitStack() as stack:
        files = [stack.enter_context(path.open("w", encoding="utf-8")) for path in paths]
        while simulation.minute < until:
            minutes = MINUTES_A_DAY - simulation.minute % MINUTES_A_DAY
            minutes = min(minutes, until - simulation.minute)
            out += messages_of(built, simulation, memory, minutes, every_min=SAMPLE_MIN)
            out.sort(key=lambda one: (one.at_s, one.said.topic))
            done = sum(one.at_s < 60.0 * simulation.minute for one in out)
            _write(files, out[:done])
            written += done
            del out[:done]
            progress(simulation.minute)
            if simulation.minute < until and stopped():
                raise BrokenOffError
    return Recorded(files=paths, messages=written, still_out=tuple(out))


def finish(folder: Path, names: Sequence[str]) -> None:
    """Give these recordings their own names; whatever else is unfinished is thrown away."""
    for name in names:
        unfinished = folder / (name + UNFINISHED)
        if unfinished.exists():
            unfinished.rename(folder / name)
    for left in folder.glob(f"*{UNFINISHED}"):
        log.warning("throwing away %s, which was never finished", left.name)
        left.unlink()


def _write(files: Sequence[TextIO], messages: Sequence[Uttered]) -> None:
    lines: list[list[str]] = [[] for _ in files]
    for at_s, block, said in messages:
        lines[block].append(
            f'{{"tst":"{utc_text(at_s)}Z","topic":"{said.topic}","qos":1,"retain":0,'
            f'"payloadlen":{len(said.payload)},"payload":{json.dumps(said.payload)}}}\n'
        )
    for file, own in zip(files, lines, strict=True):
        file.write("".join(own))


def _compact(minute: int) -> str:
    return minute_text(minute).replace("-", "").replace(":", "") + "Z"
