"""What befalls a household on a day beside its habits."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.clock import SLOTS_A_DAY
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Comings:
    """Arrays over the day, (slots, homes) or (slots, homes, rooms)."""

    away: Bools
    """Everybody is away for days: nobody comes home to sleep, (slots, homes)."""
    guests: Floats
    """People beside the household, (slots, homes)."""
    window_open: Bools
    """A window is left open, (slots, homes, rooms)."""
    drying_kg_s: Floats
    """Vapour of laundry beside the usual, (slots, homes, rooms)."""

    @classmethod
    def none(cls, homes: Homes) -> "Comings":
        """A day like any other."""
        by_home = (SLOTS_A_DAY, homes.count)
        by_room = (SLOTS_A_DAY, *homes.fabric.volume_m3.shape)
        return cls(
            away=np.zeros(by_home, dtype=np.bool_),
            guests=np.zeros(by_home),
            window_open=np.zeros(by_room, dtype=np.bool_),
            drying_kg_s=np.zeros(by_room),
        )
