"""What went into homes and out of them, summed up, so that balances can be checked."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.kinds import Floats


@dataclass(slots=True, kw_only=True)
class Ledger:
    """Sums since it was opened, (homes,)."""

    warmed_j: Floats
    """From the boiler and its radiators into the rooms."""
    heat_in_j: Floats
    """That, and the heat of people, appliances and sun."""
    heat_out_j: Floats
    """Outdoors, through walls and windows and with the air."""
    water_in_kg: Floats
    """Vapour made in the home, and what leaks and rain put into walls."""
    water_out_kg: Floats
    """With the air, less what came with it, and off the panes."""

    def enter_heat(self, in_j: Floats, out_j: Floats) -> None:
        """Enter a step's heat, (homes, rooms)."""
        self.heat_in_j += in_j.sum(axis=1)
        self.heat_out_j += out_j.sum(axis=1)

    def enter_water(self, in_kg: Floats, out_kg: Floats) -> None:
        """Enter a step's water, (homes, rooms)."""
        self.water_in_kg += in_kg.sum(axis=1)
        self.water_out_kg += out_kg.sum(axis=1)


def open_ledger(homes: int) -> Ledger:
    """A ledger with nothing in it."""
    return Ledger(
        warmed_j=np.zeros(homes),
        heat_in_j=np.zeros(homes),
        heat_out_j=np.zeros(homes),
        water_in_kg=np.zeros(homes),
        water_out_kg=np.zeros(homes),
    )
