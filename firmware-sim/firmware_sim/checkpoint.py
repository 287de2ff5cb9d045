"""Saving a simulation and taking it up again: every state array, in one file, whole or absent."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from firmware_sim.estate import Estate
from firmware_sim.faults import Fault
from firmware_sim.simulation import Happened, Hour, Simulation

FORM = 1
"""Raised when the arrays or their meaning change."""

_GROUPS = ("rooms", "boilers", "mould")


class StateMismatchError(Exception):
    """The saved state does not fit; the text says why and what to do."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What has been sent since the run directory was begun, and which recordings belong to it."""

    samples_history: int = 0
    samples_live: int = 0
    messages_live: int = 0
    recordings: tuple[str, ...] = ()


def save(path: Path, estate: Estate, simulation: Simulation, tally: Tally) -> None:
    """Write the state; a reader sees the old one or the new one, never a mixture."""
    arrays: dict[str, Any] = {"cold_min": simulation.cold_min, "wept_kg": simulation.wept_kg}
    for group in _GROUPS:
        state = getattr(simulation, group)
        arrays |= {f"{group}.{one.name}": getattr(state, one.name) for one in fields(state)}
    hour = simulation.hour
    arrays |= {"hour.air": hour.air_temp_c, "hour.vapour": hour.vapour_pressure_pa}
    about = {
        "form": FORM,
        "digest": estate.scenario.digest,
        "minute": simulation.minute,
        "hour": [hour.outdoor_c, hour.minutes],
        "planned": [asdict(fault) for fault in simulation.planned],
        "happened": [asdict(one) for one in simulation.happened],
        "tally": asdict(tally),
    }
    unfinished = path.with_suffix(".part")
    with unfinished.open("wb") as file:
        np.savez(file, about=np.array(json.dumps(about)), **arrays)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def load(path: Path, estate: Estate) -> tuple[Simulation, Tally]:
    """The simulation as it was saved; StateMismatchError when it is of another scenario or form."""
    with np.load(path, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    about = json.loads(str(arrays["about"]))
    if about["form"] != FORM or about["digest"] != estate.scenario.digest:
        raise StateMismatchError(
            f"{path.parent} was begun with another scenario or version; "
            "choose another --run-dir, or remove that one to begin anew"
        )
    simulation = Simulation(
        estate.homes,
        seed=estate.scenario.seed,
        season=estate.scenario.season,
        minute=about["minute"],
        planned=[Fault(**fault) for fault in about["planned"]],
    )
    for group in _GROUPS:
        state = getattr(simulation, group)
        for one in fields(state):
            setattr(state, one.name, arrays[f"{group}.{one.name}"])
    simulation.cold_min, simulation.wept_kg = arrays["cold_min"], arrays["wept_kg"]
    outdoor_c, minutes = about["hour"]
    simulation.hour = Hour(
        air_temp_c=arrays["hour.air"],
        vapour_pressure_pa=arrays["hour.vapour"],
        outdoor_c=outdoor_c,
        minutes=minutes,
    )
    simulation.resume([_happened(one) for one in about["happened"]])
    tally = about["tally"]
    return simulation, Tally(**(tally | {"recordings": tuple(tally["recordings"])}))


def _happened(saved: Mapping[str, Any]) -> Happened:
    return Happened(**{**saved, "fault": Fault(**saved["fault"])})
