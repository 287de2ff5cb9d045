"""What a kind of fault is: where it can be, how bad, how fast it grows, and what it changes."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

import numpy as np

from firmware_sim.clock import MINUTES_AN_HOUR
from firmware_sim.faults.effects import Effects
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints

if TYPE_CHECKING:  # the boilers read the effects, and some kinds act on the boilers
    from firmware_sim.heating.state import Boilers

BOILER, HOME = "boiler", "home"
NOWHERE = -1
"""The room of what is in the boiler or in the home as a whole."""
ANY_MONTH = frozenset(range(1, 13))
HEATING_MONTHS = frozenset({9, 10, 11, 12, 1, 2, 3})
"""For what shows in heating alone: begun later, it would stay unseen for half a year."""

Values = Mapping[str, float]


class FaultRefusedError(ValueError):
    """No such fault, home, place or parameter; the text says what exists."""


class Family(Enum):
    """What is broken; a home with two faults has them in two families."""

    BOILER = "boiler"
    DAMP = "damp"
    DEVICE = "device"


class Sense(Enum):
    """What makes a tenant notice."""

    COLD_ROOM = "cold"
    COLD_WATER = "cold water"
    ESCAPED_WATER = "water"
    MOULD = "mould"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that says how bad a fault is, from its gentlest to its harshest."""

    words: str
    unit: str
    default: float
    gentlest: float
    harshest: float
    choice: bool = False
    """It chooses between the whole numbers of its range, and says nothing about how bad."""

    def severity(self, value: float) -> float:
        """How bad `value` is, 0 (gentlest) to 1 (harshest)."""
        return (value - self.gentlest) / (self.harshest - self.gentlest)

    def value(self, share: float) -> float:
        """The value at this severity; for a choice, the one in which this share of 1 lies."""
        if self.choice:
            count = int(self.harshest - self.gentlest) + 1
            return self.gentlest + float(min(int(share * count), count - 1))
        return (1.0 - share) * self.gentlest + share * self.harshest  # exact at both ends

    def check(self, name: str, value: float) -> float:
        """`value` if the range holds it; FaultRefusedError when not."""
        lowest, highest = self.range
        if lowest <= value <= highest and not (self.choice and value % 1.0):
            return value
        unit = f" {self.unit}" if self.unit else ""
        whole = " in whole numbers" if self.choice else ""
        raise FaultRefusedError(
            f"{name} cannot be {value:g}{unit}: choose {lowest:g} to {highest:g}{whole}"
        )

    @property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value."""
        return min(self.gentlest, self.harshest), max(self.gentlest, self.harshest)


@dataclass(frozen=True, slots=True, kw_only=True)
class Struck:
    """All episodes of one kind that are at work at an instant; arrays (episodes,)."""

    row: Ints
    """Index of the home among those simulated."""
    room: Ints
    """Index of the room, `NOWHERE` for the boiler and the home as a whole."""
    values: Mapping[str, Floats]
    grown: Floats
    """How far it has grown, 0 to 1."""
    home: Ints
    """Index of the home within the estate."""
    began_minute: Ints
    minute: int

    def at_times(self, share: Floats, *, stretch_h: int) -> Bools:
        """Whether each shows in the present stretch of hours, as it does in `share` of them.

        Stretches count from the hour of the onset, which is the first that shows: homes do not
        change together, and nothing begins before it can be seen. Draws nothing: which stretches
        they are follows from home, onset and instant.
        """
        hours = self.minute // MINUTES_AN_HOUR - self.began_minute // MINUTES_AN_HOUR
        stretch = hours // stretch_h
        number = (
            self.home.astype(np.uint64) * _ODD[0]
            + self.began_minute.astype(np.uint64) * _ODD[1]
            + stretch.astype(np.uint64) * _ODD[2]
        )
        shown: Bools = (_scattered(number) < share) | (stretch == 0)
        return shown


Act = Callable[[Effects, Struck], None]
Turn = Callable[["Boilers", Homes, Ints, Mapping[str, Floats]], None]
"""What happens to the boilers of these homes at once, when something begins or ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Something that can happen in a home."""

    name: str
    words: str
    places: tuple[str, ...]
    """Where it can be; the first is meant when none is named."""
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    """The first one sets the severity; without any it is 1."""
    grows_over_days: float = 0.0
    """Until it is as bad as its parameters say; 0: from the first instant."""
    act: Act | None = None
    each_room: bool = False
    """It acts on rooms: `home` stands for every one of them."""
    at_begin: Turn | None = None
    at_end: Turn | None = None

    def severity(self, values: Values) -> float:
        """How bad it is among its kind, 0 to 1."""
        for name, parameter in self.parameters.items():
            return parameter.severity(values[name])
        return 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultKind(Kind):
    """A fault that can be put into a home."""

    family: Family
    noticed_by: frozenset[Sense] = frozenset()
    escapes_kg_day: str | None = None
    """Parameter that says how much water escapes, where it is not the boiler's."""
    onset_months: Collection[int] = ANY_MONTH
    """Months in which a planned one begins, so that the season in which it matters is to come."""


def explain(kind: Kind) -> str:
    """A kind in words: what happens, where, how fast, and what can be chosen."""
    lines = [f"{kind.name}: {kind.words}", f"    place: {', '.join(kind.places)}"]
    if kind.grows_over_days:
        lines.append(f"    grows over {kind.grows_over_days:g} days")
    for name, parameter in kind.parameters.items():
        lowest, highest = parameter.range
        unit = f" {parameter.unit}" if parameter.unit else ""
        lines.append(
            f"    --{name.replace('_', '-')}: {parameter.words}, {lowest:g} to {highest:g}{unit}"
            f" (default {parameter.default:g})"
        )
    return "\n".join(lines)


_ODD = (
    np.uint64(0x9E3779B97F4A7C15),
    np.uint64(0xC2B2AE3D27D4EB4F),
    np.uint64(0xD6E8FEB86659FD93),
)


def _scattered(number: np.ndarray[tuple[int, ...], np.dtype[np.uint64]]) -> Floats:
    """Whole numbers scattered evenly over 0 to 1; the last steps of SplitMix64 (Steele, 2014)."""
    number = (number ^ (number >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    number = (number ^ (number >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    number = number ^ (number >> np.uint64(31))
    return (number >> np.uint64(11)).astype(np.float64) * 2.0**-53
