"""Saving a simulation and taking it up again: every state array, in one file, whole or absent."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

import numpy as np

from firmware_sim.sensing.memory import Memory
from firmware_sim.simulation import Simulation

FORM = 2
"""Raised when the arrays or their meaning change."""

_STATES = ("rooms", "boilers", "mould", "surface", "episodes", "noticing")
_ARRAYS = ("infiltration_m3_s",)


class StateMismatchError(Exception):
    """The saved state does not fit; the text says why and what to do."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has been sent since the run directory was begun, and which recordings belong to it."""

    samples_history: int = 0
    samples_live: int = 0
    messages_live: int = 0
    recordings: tuple[str, ...] = ()
    still_out: list[Any] = field(default_factory=list)
    """What has been measured and goes out later, as JSON holds it."""


def save(path: Path, *, digest: str, simulation: Simulation, memory: Memory, tally: Tally) -> None:
    """Write the state; a reader sees the old one or the new one, never a mixture.

    `digest` tells what the simulation was made from.
    """
    arrays: dict[str, Any] = {name: getattr(simulation, name) for name in _ARRAYS}
    for group, state in _states(simulation, memory):
        arrays |= {f"{group}.{one.name}": getattr(state, one.name) for one in fields(state)}
    about = {"form": FORM, "digest": digest, "minute": simulation.minute, "tally": asdict(tally)}
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def load(path: Path, *, digest: str, simulation: Simulation, memory: Memory) -> Tally:
    """Put a simulation and what its devices remember into the saved state.

    Both must have been made as those that were saved; StateMismatchError when `digest` or the form
    of the state is another.
    """
    with np.load(path, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    about = json.loads(str(arrays["about"]))
    states = list(_states(simulation, memory))
    wanted = {f"{group}.{one.name}" for group, state in states for one in fields(state)}
    if about["form"] != FORM or about["digest"] != digest or not wanted <= arrays.keys():
        raise StateMismatchError(
            f"{path.parent} was begun with another scenario or version; "
            "choose another --run-dir, or remove that one to begin anew"
        )
    for group, state in states:
        for one in fields(state):
            value = arrays[f"{group}.{one.name}"]
            setattr(state, one.name, value if value.ndim else value.item())
    for name in _ARRAYS:
        setattr(simulation, name, arrays[name])
    simulation.minute = about["minute"]
    simulation.look_again()
    tally = about["tally"]
    return Tally(**(tally | {"recordings": tuple(tally["recordings"])}))


def _states(simulation: Simulation, memory: Memory) -> Iterator[tuple[str, Any]]:
    """Everything that is carried from one minute to the next, by name."""
    for name in _STATES:
        yield name, getattr(simulation, name)
    yield "memory", memory
