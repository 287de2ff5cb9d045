"""Breaking and mending homes of a running simulation, as a request and its answer."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from firmware_sim.faults.kind import FaultRefusedError, Kind
from firmware_sim.faults.planned import find
from firmware_sim.faults.table import FAULTS, make_fault
from firmware_sim.oddities.table import ODDITIES, make_oddity
from firmware_sim.scenario import home_index, home_name
from firmware_sim.simulation import Simulation
from firmware_sim.truth import truth_row

BREAK, MEND = "break", "mend"
_KINDS: Mapping[str, Kind] = {**FAULTS, **ODDITIES}


def request_of(
    home: str, fault: str, place: str | None, parameters: Mapping[str, float], *, do: str = BREAK
) -> dict[str, Any]:
    """The request that puts `fault` (or an oddity) into `home` now, or ends it there."""
    return {
        "do": do,
        "home": home,
        "fault": fault,
        "place": place,
        "parameters": dict(parameters),
    }


def carry_out(request: Any, simulation: Simulation) -> dict[str, Any]:
    """Do what a request asks for; the answer holds `truth`, or `error` in plain words."""
    try:
        do, home, fault = str(request["do"]), str(request["home"]), str(request["fault"])
        place = None if request["place"] is None else str(request["place"])
        parameters = {str(name): float(v) for name, v in dict(request["parameters"]).items()}
    except (TypeError, KeyError, ValueError, OverflowError):
        return {"error": "the request cannot be read: it needs do, home, fault, place, parameters"}
    if do not in (BREAK, MEND):
        return {"error": f"cannot {do!r} a home: ask to {BREAK} or to {MEND} it"}
    try:
        find(fault, _KINDS, what="fault")
        index = home_index(home, simulation.homes.count)
        if do == MEND:
            episode = _mend(simulation, index, fault, place)
        else:
            episode = _break(simulation, index, fault, place, parameters)
    except FaultRefusedError as error:
        return {"error": str(error)}
    return {"truth": truth_row(simulation.episodes, episode, home_id=home_name(index))}


def _break(
    simulation: Simulation, home: int, name: str, place: str | None, values: Mapping[str, float]
) -> int:
    make = make_oddity if name in ODDITIES else make_fault
    return simulation.begin(
        make(
            home=home,
            name=name,
            place=place,
            began_minute=simulation.minute,
            values=values,
        )
    )


def _mend(simulation: Simulation, home: int, name: str, place: str | None) -> int:
    """End the newest such fault of the home; its index."""
    episodes, minute = simulation.episodes, simulation.minute
    at_work = np.flatnonzero(episodes.at_work(minute) & (episodes.home == home)).tolist()
    same = [one for one in at_work if episodes.kind_of(one).name == name]
    same = [one for one in same if place in (None, episodes.place(one))]
    if not same:
        there = sorted({episodes.kind_of(one).name for one in at_work})
        raise FaultRefusedError(
            f"{home_name(home)} has no {name}{f' in {place!r}' if place else ''} at present; "
            f"it has: {', '.join(there) or 'nothing wrong'}"
        )
    # At the earliest a minute after it began: the truth leaves out what never came to pass.
    episodes.end(np.array(same[-1:]), max(minute, int(episodes.began_minute[same[-1]]) + 1))
    simulation.look_again()
    return int(same[-1])
