"""An estate as an iterator of blocks of homes, for measurements too large to store."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np

from firmware_sim.chance import TILE
from firmware_sim.climate.seasons import Season
from firmware_sim.climate.synthetic import Synthetic
from firmware_sim.clock import EPOCH, MINUTES_A_DAY
from firmware_sim.faults.planned import Planned
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.homes.homes import HOMES_AN_AREA, Homes, build_homes
from firmware_sim.planning import plan
from firmware_sim.sensing.memory import Memory
from firmware_sim.sensing.readings import Readings
from firmware_sim.sensing.sense import sense
from firmware_sim.sensing.sensors import Sensors, build_sensors
from firmware_sim.simulation import Simulation
from firmware_sim.trace import Stretch
from firmware_sim.truth import truth_rows

BLOCK_HOMES = 500
"""Enough homes for one step of all to cost little a home; few enough for a laptop's memory."""
FIRST_DAY = date(2025, 10, 1)
"""A run begins before the heating season, unless it is told otherwise."""


class EstateRefusedError(ValueError):
    """There can be no such estate; the text says why and what to ask for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which estate to simulate, over which days, in what blocks."""

    homes: int
    days: int
    seed: int
    first_day: date = FIRST_DAY
    block_homes: int = BLOCK_HOMES
    faults: tuple[str, ...] = ()
    """Kinds of faults to choose from; none named means all."""
    healthy: bool = False
    """No faults at all, oddities only."""
    season: Season = Season.CALENDAR

    def __post_init__(self) -> None:
        """EstateRefusedError where there is nothing to simulate, or blocks are no whole tiles."""
        for name in ("homes", "days"):
            if getattr(self, name) < 1:
                raise EstateRefusedError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if self.seed < 0:
            raise EstateRefusedError(f"a seed is a whole number from 0 on, not {self.seed}")
        if self.block_homes < TILE or self.block_homes % TILE:
            raise EstateRefusedError(
                f"a block is a multiple of {TILE} homes, not {self.block_homes}"
            )

    @property
    def first_minute(self) -> int:
        """The first minute of the run, since 1970-01-01 UTC."""
        return (self.first_day - EPOCH.date()).days * MINUTES_A_DAY

    @property
    def areas(self) -> int:
        """How many areas its homes lie in."""
        return (self.homes - 1) // HOMES_AN_AREA + 1

    def planned(self, homes: range) -> list[Planned]:
        """What is to happen in these homes."""
        return plan(
            homes,
            seed=self.seed,
            first_minute=self.first_minute,
            days=self.days,
            faults=self.faults or None,
            healthy=self.healthy,
        )


@dataclass(slots=True, kw_only=True)
class Block:
    """Some homes of an estate, about to live through the run: once, from `days` or `whole`."""

    order: Order
    homes: Homes
    sensors: Sensors
    simulation: Simulation
    _memory: Memory = field(repr=False)

    @property
    def first(self) -> bool:
        """Whether it is the estate's first block: its weather stands for every block."""
        return self.homes.first == 0

    @property
    def home_ids(self) -> tuple[str, ...]:
        """The homes' names within the estate."""
        return tuple(f"home-{number + 1}" for number in self.homes.indices)

    def days(self) -> Iterator[Readings]:
        """What its devices report, day by day, as the homes live through the run."""
        for _ in range(self.order.days):
            yield self.read(self.simulation.run(MINUTES_A_DAY))

    def read(self, stretch: Stretch) -> Readings:
        """What its devices report of the stretch that comes next."""
        return sense(stretch, self.homes, self.sensors, self._memory, seed=self.order.seed)

    def whole(self) -> Readings:
        """What its devices report over the whole run, in memory at once: 120 kB a home-day."""
        return joined(list(self.days()))

    def truth(self) -> list[dict[str, Any]]:
        """The faults that have begun, as lines of the ground truth.

        Home by home, and in a home by their onset.
        """
        return self._begun(faults=True)

    def oddities(self) -> list[dict[str, Any]]:
        """The harmless oddities that have begun, in the same order."""
        return [
            {"home_id": row["home_id"], "oddity": row["fault"]}
            | {name: row[name] for name in ("place", "began_at", "ended_at", "parameters")}
            for row in self._begun(faults=False)
        ]

    def _begun(self, *, faults: bool) -> list[dict[str, Any]]:
        rows = truth_rows(
            self.simulation.episodes,
            minute=self.simulation.minute,
            home_ids=self.home_ids,
            first=self.homes.first,
            faults=faults,
        )
        place = {home_id: number for number, home_id in enumerate(self.home_ids)}
        return sorted(rows, key=lambda row: place[row["home_id"]])


def blocks(*, homes: int, days: int, seed: int, **more: Any) -> Iterator[Block]:
    """An estate block by block; a home comes out the same whatever block it is in.

    `more` are the other members of `Order`, such as `first_day`, `block_homes` or `healthy`.
    """
    return blocks_of(Order(homes=homes, days=days, seed=seed, **more))


def blocks_of(order: Order) -> Iterator[Block]:
    """The estate that was ordered, block by block."""
    for first in firsts_of(order):
        yield block_from(order, first)


def firsts_of(order: Order) -> range:
    """The first home of each block."""
    return range(0, order.homes, order.block_homes)


def block_from(order: Order, first: int) -> Block:
    """The block that begins with home `first`, by itself."""
    indices = range(first, min(first + order.block_homes, order.homes))
    homes = build_homes(indices, seed=order.seed)
    return Block(
        order=order,
        homes=homes,
        sensors=build_sensors(homes, seed=order.seed),
        simulation=Simulation.settled(
            homes,
            seed=order.seed,
            climate=Synthetic(order.seed, order.season, order.areas),
            minute=order.first_minute,
            planned=order.planned(indices),
        ),
        _memory=Memory.empty(homes=homes.count, rooms=len(ROOMS), areas=order.areas),
    )


def joined(stretches: Sequence[Readings]) -> Readings:
    """Readings of stretches that follow one another as one."""
    return Readings(
        rooms=_joined([each.rooms for each in stretches]),
        boilers=_joined([each.boilers for each in stretches]),
        weather=_joined([each.weather for each in stretches]),
    )


def _joined(parts: Sequence[Any]) -> Any:
    kind = type(parts[0])
    return kind(
        **{
            name: np.concatenate([getattr(part, name) for part in parts], axis=-1)
            for name in kind.__dataclass_fields__
        }
    )
