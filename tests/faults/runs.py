"""One fault, done once while gateways send: the load, the instant, the audit, the line for the
table."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.audit import Audit, audit, everything, stored
from tests.faults.sender import Fleet
from tests.faults.spool import Spool
from tests.faults.world import World
from tests.ingest.gateway_side import until

MESSAGES = 3_000
RATE_PER_S = 3_000
POISON_EVERY = 20
PEAK_MB_MOST = 150.0
"""What a worker may hold: the goal for one with few devices, and above what any outage adds."""

_WITHIN_S = 60.0
_LOOK_EVERY_S = 0.05
_EARLIEST = 0.1  # of the load's time: then, at the earliest, the fault comes
LATEST = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run showed. `unsettled` messages had no receipt when the fault was over."""

    fault: str
    seed: int
    messages: int
    audit: Audit
    unsettled: int
    peak_mb: float
    recovery_s: float


@dataclass(slots=True, kw_only=True)
class Run:
    """A load under way, and the chance that says when things go wrong."""

    world: World
    fault: str
    seed: int
    fleet: Fleet
    messages: int
    chance: random.Random = field(init=False)
    unsettled: int = 0
    _over_at: float | None = None

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311  # the same seed, the same instants

    def until_some_instant(self, latest: float = LATEST) -> None:
        """Wait for a random instant while the load is under way, at most this share of it."""
        load_s = self.messages / RATE_PER_S
        time.sleep(load_s * self.chance.uniform(_EARLIEST, latest))

    def until_unsettled(self, count: int) -> None:
        """Wait until so many messages that were sent have no receipt: the fault has hit."""
        until(lambda: self.fleet.outstanding() >= count, f"{count} unsettled messages")

    def stored_without_receipt(self) -> int:
        """Messages of which there are rows, and of which the sender does not know that."""
        with self.world.administrator() as conn:
            return sum(
                len(stored(conn, spool.traffic, spool.count) & spool.outstanding.keys())
                for spool in self.fleet.spools
            )

    def until_settled(self) -> None:
        """Wait until everything was sent and has its receipt."""
        until(self.fleet.is_settled, "receipts for everything", _WITHIN_S)

    def over(self) -> None:
        """The fault is over: from here on the time to recover runs."""
        self._over_at = time.monotonic()
        self.unsettled = self.fleet.await_recovery()

    def result(self, audit: Audit) -> Result:
        """What the run showed, once everything is settled."""
        assert self._over_at is not None
        recovered_at = self.fleet.recovered_at()
        assert recovered_at is not None
        return Result(
            fault=self.fault,
            seed=self.seed,
            messages=self.messages,
            audit=audit,
            unsettled=self.unsettled,
            peak_mb=max(worker.peak_mb for worker in self.world.workers),
            recovery_s=max(0.0, recovered_at - self._over_at),
        )


@contextmanager
def run_of(
    world: World,
    fault: str,
    seed: int,
    note: Callable[[Result], None],
    *,
    messages: int = MESSAGES,
    poison_every: int = POISON_EVERY,
) -> Iterator[Run]:
    """A load that begins here. At the end: wait for all receipts, audit, and fail unless nothing is
    lost, doubled, invented or changed, and exactly the poison is set aside."""
    spools = [
        Spool(one, count=messages // 3, seed=seed) for one in world.next_traffic(seed, poison_every)
    ]
    with world.administrator() as conn:
        before = everything(conn)
    fleet = Fleet(world.background, world.gateway_urls(), spools, RATE_PER_S)
    run = Run(world=world, fault=fault, seed=seed, fleet=fleet, messages=messages)
    fleet.start()
    try:
        yield run
        run.until_settled()
    except BaseException:
        print(f"{fault}, seed {seed}: {fleet.outstanding()} messages unsettled")  # noqa: T201
        for worker in world.workers:
            print(worker.last_words())  # noqa: T201
        world.put_right()
        _let_settle(fleet)
        raise
    finally:
        fleet.stop()
    result = run.result(audited(world, spools))
    note(result)
    _judge(world, spools, result, before)


def _let_settle(fleet: Fleet) -> None:
    """Give a run that failed time to end, so that the next one is not blamed for it."""
    end = time.monotonic() + _WITHIN_S
    while not fleet.is_settled() and time.monotonic() < end:
        time.sleep(_LOOK_EVERY_S)


def audited(world: World, spools: Sequence[Spool]) -> Audit:
    """The spools' ledgers against the tables."""
    with world.administrator() as conn:
        return sum((audit(conn, one.traffic, one.count) for one in spools), Audit())


def poison_of(spools: Sequence[Spool]) -> list[tuple[str, int]]:
    """Spool and sequence number of every poisonous message."""
    return [
        (one.traffic.gateway, seq)
        for one in spools
        for seq in range(1, one.count + 1)
        if one.traffic.is_poison(seq)
    ]


def _judge(world: World, spools: Sequence[Spool], result: Result, before: tuple[int, int]) -> None:
    poison = poison_of(spools)
    with world.administrator() as conn:
        standing = everything(conn)
    assert result.audit.faults == (0, 0, 0, 0), result
    assert result.audit.rejected == len(poison), result
    assert standing == (before[0] + result.audit.rows, before[1] + len(poison))
    assert sum(one.misread for one in spools) == 0
    assert result.peak_mb < PEAK_MB_MOST, result
