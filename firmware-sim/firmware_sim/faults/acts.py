"""The ways in which a kind acts on effects: it adds, scales, lowers, lifts or switches one of them.

Each function makes an `Act`. Several episodes of a kind in one room act one after the other.
"""

from collections.abc import Callable

import numpy as np

from firmware_sim.faults.effects import Effects
from firmware_sim.faults.kind import Act, Struck
from firmware_sim.kinds import Bools, Floats, Ints

HOURS_A_DAY = 24
SHARE = "share"
"""The parameter by which a fault comes and goes."""

Numbers = Callable[[Effects], Floats]
Switches = Callable[[Effects], Bools]


def adds(chosen: Numbers, parameter: str, *, times: float = 1.0) -> Act:
    """Adds the parameter, as far as it has grown."""

    def act(effects: Effects, struck: Struck) -> None:
        array = chosen(effects)
        np.add.at(array, at(array, struck), times * struck.values[parameter] * struck.grown)

    return act


def scales(chosen: Numbers, parameter: str) -> Act:
    """Multiplies by the parameter, which grows from 1."""

    def act(effects: Effects, struck: Struck) -> None:
        array = chosen(effects)
        factor = 1.0 + (struck.values[parameter] - 1.0) * struck.grown
        np.multiply.at(array, at(array, struck), factor)

    return act


def lowers(chosen: Numbers, parameter: str) -> Act:
    """Holds at the parameter or below, from the first instant."""

    def act(effects: Effects, struck: Struck) -> None:
        array = chosen(effects)
        np.minimum.at(array, at(array, struck), struck.values[parameter])

    return act


def lifts(chosen: Numbers, parameter: str) -> Act:
    """Lifts to the parameter, as far as it has grown; never lowers."""

    def act(effects: Effects, struck: Struck) -> None:
        array = chosen(effects)
        was = array[at(array, struck)]
        rise = np.maximum(struck.values[parameter] - was, 0.0) * struck.grown
        np.maximum.at(array, at(array, struck), was + rise)

    return act


def switches(chosen: Switches, *, stretch_h: int = 1) -> Act:
    """Switches on; where the kind has a `share`, in that share of the stretches of hours."""

    def act(effects: Effects, struck: Struck) -> None:
        array = chosen(effects)
        np.logical_or.at(array, at(array, struck), shows(struck, stretch_h=stretch_h))

    return act


def together(*acts: Act) -> Act:
    """Does one after the other."""

    def act(effects: Effects, struck: Struck) -> None:
        for one in acts:
            one(effects, struck)

    return act


def shows(struck: Struck, *, stretch_h: int = 1) -> Bools:
    """Whether each shows now: always, unless the kind has a `share`."""
    if SHARE not in struck.values:
        return np.ones(struck.row.shape, dtype=np.bool_)
    return struck.at_times(struck.values[SHARE], stretch_h=stretch_h)


def at(array: Floats | Bools, struck: Struck) -> Ints | tuple[Ints, Ints]:
    """Where they strike an array over (homes,) or (homes, rooms)."""
    return struck.row if array.ndim == 1 else (struck.row, struck.room)
