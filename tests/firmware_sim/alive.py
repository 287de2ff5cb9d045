"""Small blocks of homes in motion, and how to compare what came of them."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.testing import assert_array_equal

from firmware_sim.climate.seasons import Season
from firmware_sim.climate.synthetic import Synthetic
from firmware_sim.clock import MINUTES_A_DAY
from firmware_sim.faults.planned import Planned
from firmware_sim.homes.homes import build_homes
from firmware_sim.simulation import Simulation
from firmware_sim.trace import Stretch

SEED = 8
START = 20_469 * MINUTES_A_DAY  # 2026-01-16, a Friday


def awake(
    homes: range, *, planned: Iterable[Planned] = (), minute: int = START, seed: int = SEED
) -> Simulation:
    """Homes at the beginning of a winter's day, at rest."""
    return Simulation(
        build_homes(homes, seed=seed),
        seed=seed,
        climate=Synthetic(seed, Season.CALENDAR, 1),
        minute=minute,
        planned=planned,
    )


def days_of(simulation: Simulation, days: int) -> list[Stretch]:
    """The next whole days."""
    return [simulation.run(MINUTES_A_DAY) for _ in range(days)]


def arrays_of(stretch: Stretch) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array of the traces by its name, but for the outdoors; time comes first."""
    for trace in (stretch.boilers, stretch.rooms):
        for one in fields(trace):
            yield f"{type(trace).__name__}.{one.name}", getattr(trace, one.name)


def assert_same_rows(one: Stretch, other: Stretch, *, homes: slice = slice(None)) -> None:
    """To the last bit, `other` is what happened in these `homes` of `one`."""
    for (name, left), (_, right) in zip(arrays_of(one), arrays_of(other), strict=True):
        assert_array_equal(left if left.ndim == 1 else left[:, homes], right, err_msg=name)


def assert_same_state(one: Simulation, other: Simulation) -> None:
    """Both are at the same minute in the same state, to the last bit."""
    assert one.minute == other.minute
    for group in ("rooms", "boilers", "mould", "surface", "noticing", "episodes"):
        for field in fields(getattr(one, group)):
            assert_array_equal(
                getattr(getattr(one, group), field.name),
                getattr(getattr(other, group), field.name),
                err_msg=f"{group}.{field.name}",
            )
