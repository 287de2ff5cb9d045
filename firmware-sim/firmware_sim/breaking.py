"""Breaking a home of a running simulation, as a request and its answer."""

from collections.abc import Mapping
from typing import Any

from firmware_sim.faults import FaultRefusedError, make_fault
from firmware_sim.scenario import home_index
from firmware_sim.simulation import Simulation
from firmware_sim.truth import truth_row


def request_of(
    home: str, fault: str, place: str | None, parameters: Mapping[str, float]
) -> dict[str, Any]:
    """The request that puts `fault` into `home` now."""
    return {"home": home, "fault": fault, "place": place, "parameters": dict(parameters)}


def carry_out(request: Any, simulation: Simulation) -> dict[str, Any]:
    """Do what a request asks for; the answer holds `truth`, or `error` in plain words."""
    try:
        home, fault = str(request["home"]), str(request["fault"])
        place, parameters = request["place"], dict(request["parameters"])
    except (TypeError, KeyError, ValueError):
        return {"error": "the request cannot be read: it needs home, fault, place, parameters"}
    try:
        begun = make_fault(
            home=home_index(home, simulation.homes.count),
            name=fault,
            place=place,
            began_minute=simulation.minute,
            values=parameters,
        )
    except FaultRefusedError as error:
        return {"error": str(error)}
    return {"truth": truth_row(simulation.begin(begun))}
