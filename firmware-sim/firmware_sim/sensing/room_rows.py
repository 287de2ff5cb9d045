"""The rows of a stretch of rooms, and arrays that have one row for each sensor."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from firmware_sim.clock import MINUTES_A_DAY, SLOT_MIN
from firmware_sim.kinds import Ints
from firmware_sim.sensing.inforce import InForce

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a stretch: when, which slots of which day, and what is in force."""

    day: int
    """The day in which all of them lie."""
    minute: Ints
    every_min: int
    """How much time each row stands for; it divides a slot."""
    seed: int
    in_force: InForce

    @property
    def slots(self) -> Ints | slice:
        """The slot of the day of each row, for looking into a day's noise."""
        slots = self.minute % MINUTES_A_DAY // SLOT_MIN
        if self.every_min == SLOT_MIN and slots.size:
            return slice(int(slots[0]), int(slots[-1]) + 1)
        return slots


def flat(values: NDArray[Kind]) -> NDArray[Kind]:
    """A view with one row for each sensor, (homes × rooms, rows)."""
    homes, rooms, rows = values.shape
    return values.reshape(homes * rooms, rows)
