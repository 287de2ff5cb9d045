"""Choosing among what a kind allows, by numbers from 0 to 1 that were drawn for it."""

from collections.abc import Sequence
from typing import TypeVar

from firmware_sim.faults.kind import BOILER, HOME, Kind, Parameter

One = TypeVar("One")


def pick(things: Sequence[One], share: float) -> One:
    """The one in which this share of them lies."""
    return things[min(int(share * len(things)), len(things) - 1)]


def between(ends: tuple[float, float], share: float) -> float:
    """The value at this share of the way."""
    return ends[0] + (ends[1] - ends[0]) * share


def values_at(kind: Kind, severity: float, choice: float) -> dict[str, float]:
    """The kind's parameters at a severity; `choice` decides what has no better or worse."""

    def value(parameter: Parameter) -> float:
        return parameter.value(choice if parameter.choice else severity)

    return {name: value(parameter) for name, parameter in kind.parameters.items()}


def places_in(kind: Kind, rooms: Sequence[str]) -> list[str]:
    """Where a kind can be in a home of these rooms."""
    return [place for place in kind.places if place in rooms or place in (BOILER, HOME)]
