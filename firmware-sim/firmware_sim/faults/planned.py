"""One thing that is to happen in one home: a fault or an oddity, with everything filled in."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from firmware_sim.faults.kind import FaultRefusedError, Kind, Values

SomeKind = TypeVar("SomeKind", bound=Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Minutes count from 1970-01-01 UTC."""

    home: int
    """Index within the estate."""
    name: str
    place: str
    began_minute: int
    ended_minute: int | None = None
    """The first minute without it; None while nobody knows."""
    parameters: dict[str, float]
    severity: float
    """How bad it is among its kind, 0 to 1."""


def fill_in(
    kind: Kind,
    *,
    home: int,
    place: str | None,
    began_minute: int,
    values: Values,
    ended_minute: int | None = None,
) -> Planned:
    """An episode of `kind` with every parameter given or at its default.

    FaultRefusedError where the place or a parameter does not exist or is out of range.
    """
    chosen = kind.places[0] if place is None else place
    if chosen not in kind.places:
        raise FaultRefusedError(
            f"{kind.name} cannot be in {chosen!r}; choose one of: {', '.join(kind.places)}"
        )
    for given in values:
        if given not in kind.parameters:
            offered = ", ".join(kind.parameters) or "none"
            raise FaultRefusedError(f"{kind.name} has no parameter {given!r}; it has: {offered}")
    if ended_minute is not None and ended_minute <= began_minute:
        raise FaultRefusedError(f"{kind.name} cannot end before it has begun")
    filled = {
        name: parameter.check(name, float(values.get(name, parameter.default)))
        for name, parameter in kind.parameters.items()
    }
    return Planned(
        home=home,
        name=kind.name,
        place=chosen,
        began_minute=began_minute,
        ended_minute=ended_minute,
        parameters=filled,
        severity=kind.severity(filled),
    )


def find(name: str, table: Mapping[str, SomeKind], *, what: str) -> SomeKind:
    """The kind of that name; FaultRefusedError, with the nearest name, when there is none."""
    kind = table.get(name)
    if kind is not None:
        return kind
    near = get_close_matches(name, table, n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    raise FaultRefusedError(f"there is no {what} {name!r}{hint}; there are: {', '.join(table)}")
