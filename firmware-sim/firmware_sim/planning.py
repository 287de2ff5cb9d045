"""Which faults an estate gets, where and when; and when what was noticed is repaired.

Drawn home by home: a home's lot depends on the seed, the run and its place in the estate, not on
who is simulated beside it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from firmware_sim.chance import TILE, Subject, draws, shares
from firmware_sim.clock import EPOCH, MINUTES_A_DAY
from firmware_sim.faults.drawing import between, pick, places_in, values_at
from firmware_sim.faults.episodes import Episodes
from firmware_sim.faults.kind import Family, FaultKind
from firmware_sim.faults.planned import Planned, find
from firmware_sim.faults.table import FAULTS
from firmware_sim.homes.fabric import ROOMS
from firmware_sim.kinds import Floats, Ints
from firmware_sim.oddities.planning import plan_oddities

SECOND_FAULT_SHARE = 0.1  # of the homes with a fault
ONSET_FROM, ONSET_UPTO = 0.10, 0.75  # shares of the run: time to learn before, to find after
EXCHANGED_SHARE = 2.0 / 3.0  # of faulty devices; nobody looks after the others
EXCHANGED_AFTER_DAYS = (14.0, 42.0)
REPAIRED_AFTER_DAYS = (0.5, 4.0)  # of being noticed
_DRAWS = 8  # for each fault: kind, severity, day, time of it, place, choice, exchanged, when


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The time for which faults are planned."""

    first_minute: int
    days: float

    @property
    def onset(self) -> tuple[int, int]:
        """Between which minutes faults begin."""
        minutes = self.days * MINUTES_A_DAY
        return (
            self.first_minute + round(ONSET_FROM * minutes),
            self.first_minute + round(ONSET_UPTO * minutes),
        )


def plan(
    homes: range,
    *,
    seed: int,
    first_minute: int,
    days: float,
    rooms: Sequence[str] = ROOMS,
    faults: Sequence[str] | None = None,
    healthy: bool = False,
) -> list[Planned]:
    """All faults and oddities of these homes; `homes` begins at a multiple of `chance.TILE`.

    One of every two neighbours has a fault, every kind as often as the others, and every tenth of
    them a second one of another family; none where `healthy`. `faults` names the kinds to choose
    from (FaultRefusedError for one that does not exist). Oddities are in every home.
    """
    run = Run(first_minute=first_minute, days=days)
    kinds = [find(name, FAULTS, what="fault") for name in (faults or FAULTS)]
    planned = [] if healthy else list(_faults(homes, run, kinds, rooms, seed))
    return planned + plan_oddities(
        homes, seed=seed, first_minute=first_minute, days=days, rooms=rooms, faults=planned
    )


def after_noticed(episodes: Episodes, which: Ints, *, seed: int) -> None:
    """Let faults of the boiler that were just noticed end, by a repair some days later.

    The causes of damp stay, and nobody notices a device.
    """
    for index in which.tolist():
        kind = episodes.kind_of(index)
        if not isinstance(kind, FaultKind) or kind.family is not Family.BOILER:
            continue
        noticed, home = int(episodes.noticed_minute[index]), int(episodes.home[index])
        luck = draws(seed, Subject.REPAIRS, noticed // MINUTES_A_DAY, home // TILE).random(TILE)
        wait_days = between(REPAIRED_AFTER_DAYS, float(luck[home % TILE]))
        episodes.end(np.array([index]), noticed + round(wait_days * MINUTES_A_DAY))


def _faults(
    homes: range, run: Run, kinds: Sequence[FaultKind], rooms: Sequence[str], seed: int
) -> Iterator[Planned]:
    share = shares(seed, Subject.PLAN_FAULTS, homes, (2 + 2 * _DRAWS,))
    order = draws(seed, Subject.PLAN_FAULTS, day=1).permutation(len(kinds))
    for row, home in enumerate(homes):
        which_of_two = share[row - home % 2, 0] < 0.5
        if (home % 2 == 0) != which_of_two:
            continue
        first = kinds[order[home // 2 % len(kinds)]]
        yield _fault(home, first, run, rooms, share[row, 2 : 2 + _DRAWS])
        others = [kind for kind in kinds if kind.family is not first.family]
        if others and share[row, 1] < SECOND_FAULT_SHARE:
            luck = share[row, 2 + _DRAWS :]
            yield _fault(home, pick(others, luck[0]), run, rooms, luck)


def _fault(home: int, kind: FaultKind, run: Run, rooms: Sequence[str], luck: Floats) -> Planned:
    began = _onset(kind, run, luck[2], luck[3])
    values = values_at(kind, luck[1], luck[5])
    ended = None
    if kind.family is Family.DEVICE and luck[6] < EXCHANGED_SHARE:
        ended = began + round(between(EXCHANGED_AFTER_DAYS, luck[7]) * MINUTES_A_DAY)
    return Planned(
        home=home,
        name=kind.name,
        place=pick(places_in(kind, rooms), luck[4]),
        began_minute=began,
        ended_minute=ended,
        parameters=values,
        severity=kind.severity(values),
    )


def _onset(kind: FaultKind, run: Run, day_share: float, time_share: float) -> int:
    """In the months before the season in which it matters, where the run has any of them."""
    first, last = run.onset
    days = range(first // MINUTES_A_DAY, last // MINUTES_A_DAY + 1)
    in_season = [day for day in days if _month(day) in kind.onset_months]
    if not in_season or len(in_season) == len(days):
        return first + int(day_share * (last - first))
    minute = pick(in_season, day_share) * MINUTES_A_DAY + int(time_share * MINUTES_A_DAY)
    return min(max(minute, first), last)


def _month(day: int) -> int:
    return (EPOCH + timedelta(days=day)).month
