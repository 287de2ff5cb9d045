"""What beginnings and repairs do to boilers at once."""

from collections.abc import Mapping

import numpy as np

from firmware_sim.faults.kind import Turn
from firmware_sim.heating import service
from firmware_sim.heating.state import Boilers
from firmware_sim.homes.homes import Homes
from firmware_sim.homes.plant import PRESSURE_RISE_BAR_K
from firmware_sim.kinds import Floats, Ints
from firmware_sim.physics.water import FILL_TEMP_C


def drops_to(parameter: str) -> Turn:
    """The cold pressure falls to the parameter at once."""

    def turn(boilers: Boilers, homes: Homes, rows: Ints, values: Mapping[str, Floats]) -> None:
        service.drop_to(boilers, homes, rows, values[parameter])

    return turn


def fill_and_reset(
    boilers: Boilers, homes: Homes, rows: Ints, values: Mapping[str, Floats]
) -> None:
    """An engineer leaves the system at its proper pressure and the boiler ready."""
    del values
    cold_bar = homes.plant.cold_pressure_bar[rows]
    boilers.gas_l[rows] = homes.plant.gas_l[rows]  # the vessel is pumped up before the filling
    service.drop_to(boilers, homes, rows, cold_bar)
    service.refill(boilers, homes, rows, cold_bar + _rise_bar(boilers, rows))
    service.reset(boilers, rows)


def reset(boilers: Boilers, homes: Homes, rows: Ints, values: Mapping[str, Floats]) -> None:
    """The boiler is left ready; its water is not touched."""
    del homes, values
    service.reset(boilers, rows)


def fills_above(parameter: str) -> Turn:
    """Somebody fills the system to so much above its proper pressure."""

    def turn(boilers: Boilers, homes: Homes, rows: Ints, values: Mapping[str, Floats]) -> None:
        to_bar = homes.plant.cold_pressure_bar[rows] + values[parameter]
        service.refill(boilers, homes, rows, to_bar + _rise_bar(boilers, rows))

    return turn


def renew(boilers: Boilers, homes: Homes, rows: Ints, values: Mapping[str, Floats]) -> None:
    """A new boiler hangs on the wall: counters at zero, water fresh."""
    del values
    service.renew(boilers, homes, rows)


def _rise_bar(boilers: Boilers, rows: Ints) -> Floats:
    """What the gauge of a sound system shows more for being warm."""
    return PRESSURE_RISE_BAR_K * np.maximum(boilers.water_c[rows] - FILL_TEMP_C, 0.0)
