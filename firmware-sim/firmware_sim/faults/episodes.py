"""What has happened and what is planned, in arrays; and what of it is at work at an instant."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np

from firmware_sim.clock import MINUTES_A_DAY, MINUTES_AN_HOUR
from firmware_sim.faults.effects import Effects, none_at_work
from firmware_sim.faults.kind import BOILER, HOME, NOWHERE, Kind, Struck, Turn
from firmware_sim.faults.planned import Planned
from firmware_sim.faults.table import FAULTS
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.homes.homes import Homes
from firmware_sim.kinds import Bools, Floats, Ints
from firmware_sim.oddities.table import ODDITIES

if TYPE_CHECKING:
    from firmware_sim.heating.state import Boilers

KINDS: tuple[Kind, ...] = (*FAULTS.values(), *ODDITIES.values())
NEVER = int(np.iinfo(np.int64).max)
"""The minute of what has not come to pass, and is not planned."""
_NUMBER = {kind.name: number for number, kind in enumerate(KINDS)}
_VALUES = max(len(kind.parameters) for kind in KINDS)
_IS_FAULT = np.array([kind.name in FAULTS for kind in KINDS])
_ACTS = np.array([any((kind.act, kind.at_begin, kind.at_end)) for kind in KINDS])


@dataclass(slots=True, kw_only=True)
class Episodes:
    """Arrays (episodes,). Minutes count from 1970-01-01 UTC, `NEVER` for none."""

    home: Ints
    """Index within the estate."""
    kind: Ints
    """Index into `KINDS`."""
    room: Ints
    """`NOWHERE` for the boiler and the home as a whole."""
    began_minute: Ints
    ended_minute: Ints
    """The first minute without it."""
    values: Floats
    """(episodes, parameters) in the order of the kind's, NaN beyond them."""
    severity: Floats
    noticed_minute: Ints
    flood_minute: Ints
    """When so much water had escaped that a tenant sees it before long."""
    escaped_before_l: Floats
    """Water that had escaped from the home's boiler before; NaN until it has been looked at."""

    @classmethod
    def of(cls, planned: Iterable[Planned]) -> Self:
        """These episodes, of which nothing has been noticed."""
        many = list(planned)
        never = np.full(len(many), NEVER, dtype=np.int64)
        ends = [NEVER if one.ended_minute is None else one.ended_minute for one in many]
        values = np.full((len(many), _VALUES), np.nan)
        for row, one in zip(values, many, strict=True):
            row[: len(one.parameters)] = [
                one.parameters[name] for name in KINDS[_NUMBER[one.name]].parameters
            ]
        return cls(
            home=_whole(one.home for one in many),
            kind=_whole(_NUMBER[one.name] for one in many),
            room=_whole(ROOMS.index(one.place) if one.place in ROOMS else NOWHERE for one in many),
            began_minute=_whole(one.began_minute for one in many),
            ended_minute=_whole(ends),
            values=values,
            severity=np.array([one.severity for one in many], dtype=np.float64),
            noticed_minute=never,
            flood_minute=never.copy(),
            escaped_before_l=np.full(len(many), np.nan),
        )

    def add(self, planned: Planned) -> int:
        """Put one more beside the others; its index."""
        one = Episodes.of([planned])
        for field in fields(self):
            both = [getattr(self, field.name), getattr(one, field.name)]
            setattr(self, field.name, np.concatenate(both))
        return len(self) - 1

    def end(self, which: Ints, minute: Ints | int) -> None:
        """Let these end at that minute, unless they end before."""
        self.ended_minute[which] = np.minimum(self.ended_minute[which], minute)

    def __len__(self) -> int:
        """How many there are, begun or not."""
        return int(self.home.size)

    def at_work(self, minute: int) -> Bools:
        """Which are in force in that minute."""
        return (self.began_minute <= minute) & (minute < self.ended_minute)

    def faults(self) -> Bools:
        """Which are faults and not oddities."""
        return np.asarray(_IS_FAULT[self.kind], dtype=np.bool_)

    def planned(self, index: int) -> Planned:
        """One of them as a record."""
        kind = self.kind_of(index)
        return Planned(
            home=int(self.home[index]),
            name=kind.name,
            place=self.place(index),
            began_minute=int(self.began_minute[index]),
            ended_minute=minute_or_none(self.ended_minute[index]),
            parameters=dict(zip(kind.parameters, self.values[index].tolist(), strict=False)),
            severity=float(self.severity[index]),
        )

    def kind_of(self, index: int) -> Kind:
        """Its kind."""
        return KINDS[int(self.kind[index])]

    def place(self, index: int) -> str:
        """Where it is."""
        room = int(self.room[index])
        if room != NOWHERE:
            return ROOMS[room]
        return BOILER if BOILER in self.kind_of(index).places else HOME

    def next_change(self, minute: int) -> int | None:
        """The first minute after this one in which something in force changes; None when none.

        What acts on people alone is left out: they live by days.
        """
        acts = _ACTS[self.kind]
        first = NEVER
        for minutes in (self.began_minute, self.ended_minute):
            first = min(first, int(minutes[acts & (minutes > minute)].min(initial=NEVER)))
        return minute_or_none(first)

    def effects_at(self, minute: int, homes: Homes) -> Effects:
        """What is different in that minute. (homes,) and (homes, rooms)

        What grows, or comes and goes, changes on the hour alone: so a home's effects do not depend
        on when those of another are asked for.
        """
        effects = none_at_work(homes)
        hour = minute - minute % MINUTES_AN_HOUR
        for kind, which in self._by_kind(self.at_work(minute)):
            if kind.act is not None:
                kind.act(effects, self._struck(kind, which, hour, homes.first))
        return effects

    def turn(self, minute: int, boilers: "Boilers", homes: Homes) -> None:
        """Do to the boilers what begins or ends in that minute does to them at once."""
        ever = self.began_minute < self.ended_minute  # not called off before it began
        for kind, which in self._by_kind((self.ended_minute == minute) & ever):
            self._turn(kind.at_end, kind, which, boilers, homes)
        for kind, which in self._by_kind((self.began_minute == minute) & ever):
            self._turn(kind.at_begin, kind, which, boilers, homes)

    def _turn(
        self, turn: Turn | None, kind: Kind, which: Ints, boilers: "Boilers", homes: Homes
    ) -> None:
        if turn is not None:
            struck = self._struck(kind, which, 0, homes.first)
            turn(boilers, homes, struck.row, struck.values)

    def _by_kind(self, wanted: Bools) -> Iterator[tuple[Kind, Ints]]:
        """Those wanted, kind by kind in the order of `KINDS`."""
        which = np.flatnonzero(wanted)
        kinds = self.kind[which]
        for number in np.unique(kinds).tolist():
            yield KINDS[number], which[kinds == number]

    def _struck(self, kind: Kind, which: Ints, minute: int, first: int) -> Struck:
        began, room = self.began_minute[which], self.room[which]
        if kind.each_room:
            everywhere = np.where(room == NOWHERE, len(ROOMS), 1)
            which, began = which.repeat(everywhere), began.repeat(everywhere)
            room = room.repeat(everywhere)
            whole = room == NOWHERE
            room[whole] = np.tile(np.arange(len(ROOMS)), int(whole.sum()) // len(ROOMS))
        return Struck(
            row=self.home[which] - first,
            room=room,
            values={
                name: self.values[which, column] for column, name in enumerate(kind.parameters)
            },
            grown=_grown(minute - began, kind.grows_over_days),
            home=self.home[which],
            began_minute=began,
            minute=minute,
        )


def minute_or_none(minute: int | np.int64) -> int | None:
    """`minute`, None for `NEVER`."""
    return None if minute == NEVER else int(minute)


def _grown(age_min: Ints, over_days: float) -> Floats:
    if over_days == 0.0:
        return np.ones(age_min.shape)
    return np.clip(age_min / (over_days * MINUTES_A_DAY), 0.0, 1.0)


def _whole(numbers: Iterable[int]) -> Ints:
    return np.array(list(numbers), dtype=np.int64)
