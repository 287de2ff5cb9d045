"""What reads a boiler's own sensors out of it, and which columns each kind of adapter lacks."""

from dataclasses import dataclass

import numpy as np

from firmware_sim.homes.plant import MAKES
from firmware_sim.kinds import Bools, Floats, Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """A kind of adapter between a boiler and its gateway."""

    name: str
    lacks: frozenset[str] = frozenset()
    """Columns of a boiler reading that it never has."""
    pressure_steps_bar: int = 10
    """Steps a bar in which it gives the pressure."""
    by_cloud: bool = False
    """Its readings come by way of the maker's servers, with gaps of 37 to 70 minutes."""


# What each lacks follows what it publishes.
ADAPTERS = (
    Adapter(name="ems_esp", lacks=frozenset({"ignition_failures"})),
    Adapter(name="otgw", lacks=frozenset({"pump_on"})),
    Adapter(
        name="ebusd",
        lacks=frozenset({"flame_current_ua"}),  # its ionisation level is a voltage
        pressure_steps_bar=100,
    ),
    Adapter(
        name="cloud",
        lacks=frozenset(
            {
                "return_temp_c",
                "flame_current_ua",
                "flame_on",
                "pump_on",
                "modulation_pct",
                "burner_starts",
                "ignition_failures",
            }
        ),
        by_cloud=True,
    ),
)
NAMES = tuple(adapter.name for adapter in ADAPTERS)
# Each speaks the bus of some makes. Clouds are few: half of a boiler's faults cannot be told by
# what they show.
_FIRST_CHOICE = {"Worcester": "ems_esp", "Vaillant": "ebusd"}
_ANY_MAKE = "otgw"
_CLOUD_MAKE, _CLOUD_SHARE = "Vaillant", 0.25


def adapters_of(make: Ints, share: Floats) -> Ints:
    """The adapter of each home by its make and a uniform draw, an index of `ADAPTERS`, (homes,)."""
    usual = np.array([NAMES.index(_FIRST_CHOICE.get(each, _ANY_MAKE)) for each in MAKES])
    by_cloud = (make == MAKES.index(_CLOUD_MAKE)) & (share < _CLOUD_SHARE)
    return np.where(by_cloud, NAMES.index("cloud"), usual[make]).astype(np.int64)


def lacking(adapter: Ints, column: str) -> Bools:
    """The homes whose adapter never has that column, (homes,)."""
    return np.array([column in one.lacks for one in ADAPTERS], dtype=np.bool_)[adapter]
