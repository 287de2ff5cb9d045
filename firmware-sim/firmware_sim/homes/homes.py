"""The homes of an estate, or of a block of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from firmware_sim.homes.fabric import Fabric, draw_fabric
from firmware_sim.homes.household import Household, draw_household
from firmware_sim.homes.plant import Plant, draw_plant
from firmware_sim.kinds import Floats, Ints

HOMES_AN_AREA = 250
OVERRIDABLE = ("cold_pressure_bar", "f_rsi", "set_point_c", "people")

Chosen = Mapping[str, Floats]
"""Values chosen for single homes, by name of `OVERRIDABLE`; (homes,), NaN where drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Homes:
    """The unchanging properties of a run of homes; arrays over them."""

    first: int
    """Index within the estate of the first of them."""
    area: Ints
    """The area whose weather each home has."""
    fabric: Fabric
    household: Household
    plant: Plant

    @property
    def count(self) -> int:
        """How many homes there are."""
        return int(self.area.size)

    @property
    def indices(self) -> range:
        """Their indices within the estate."""
        return range(self.first, self.first + self.count)


def build_homes(
    homes: range, *, seed: int, overrides: Mapping[int, Mapping[str, float]] | None = None
) -> Homes:
    """Draw these homes of the estate; `homes` begins at a multiple of `chance.TILE`.

    `overrides` gives single homes (by index in the estate) a value of `OVERRIDABLE`; others raise
    KeyError.
    """
    chosen = {name: np.full(len(homes), np.nan) for name in OVERRIDABLE}
    for home, values in (overrides or {}).items():
        for name, value in values.items():
            if home in homes:
                chosen[name][home - homes.start] = value
    household = draw_household(homes, seed=seed, chosen=chosen)
    fabric = draw_fabric(homes, household, seed=seed, chosen=chosen)
    return Homes(
        first=homes.start,
        area=np.array(homes, dtype=np.int64) // HOMES_AN_AREA,
        fabric=fabric,
        household=household,
        plant=draw_plant(homes, fabric, household, seed=seed, chosen=chosen),
    )
