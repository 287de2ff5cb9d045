"""What people and engineers do to a boiler: top up, reset, replace, drain. `which` picks homes."""

import numpy as np
from numpy.typing import NDArray

from firmware_sim.heating.state import Boilers, at_rest
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats
from firmware_sim.physics import water

Which = Bools | NDArray[np.intp] | NDArray[np.int64]
"""A flag for each home, or the indices of some."""


def refill(boilers: Boilers, homes: Homes, which: Which, to_bar: float | Floats) -> None:
    """Let water in through the filling loop until the gauge shows `to_bar`, pump at rest.

    The gauge is read as warm as the system is, as people do. Nothing where it stands higher.
    """
    plant = homes.plant
    swell = water.expansion_l(plant.system_water_l[which], boilers.water_c[which])
    missing = swell - _swell_at(boilers, homes, which, to_bar)
    boilers.missing_l[which] = np.minimum(boilers.missing_l[which], missing)


def drop_to(boilers: Boilers, homes: Homes, which: Which, to_bar: float | Floats) -> None:
    """Let out water until the cold system stands at `to_bar`; nothing where it stands lower."""
    missing = -_swell_at(boilers, homes, which, to_bar)
    boilers.missing_l[which] = np.maximum(boilers.missing_l[which], missing)


def reset(boilers: Boilers, which: Which) -> None:
    """Press the reset button: lockouts are forgotten, their causes are not."""
    boilers.ignition_locked[which] = False
    boilers.overheat_locked[which] = False
    boilers.trips[which] = 0.0
    boilers.blocked_min[which] = 0.0


def renew(boilers: Boilers, homes: Homes, which: Which) -> None:
    """Put in a new boiler: its counters at zero, the system filled and at rest."""
    fresh = at_rest(homes)
    for name in _BELONGS_TO_THE_BOILER:
        getattr(boilers, name)[which] = getattr(fresh, name)[which]
    for name in ("starts", "ignition_failures", "burn_min", "missing_l"):
        getattr(boilers, name)[which] = 0.0


_BELONGS_TO_THE_BOILER = (
    "burning",
    "flame_seen",
    "power_w",
    "since_burn_min",
    "cycles",
    "ignition_locked",
    "overheat_locked",
    "low_pressure",
    "blocked_min",
    "trips",
    "starved",
    "frozen",
    "condition",
)


def _swell_at(boilers: Boilers, homes: Homes, which: Which, to_bar: float | Floats) -> Floats:
    cold_bar = homes.plant.cold_pressure_bar[which]
    return water.swell_at_pressure_l(
        cold_bar=cold_bar,
        gas_l=boilers.gas_l[which],
        at_bar=np.broadcast_to(np.asarray(to_bar, dtype=np.float64), cold_bar.shape),
    )
