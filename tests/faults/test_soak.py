"""A steady load for half an hour with a fault every minute. `make soak`."""

import os
import random
import time
from collections import Counter
from dataclasses import dataclass, field

import pytest

from tests.faults.conftest import Soaked
from tests.faults.hazards import ENDING, LASTING
from tests.faults.memory import MemoryWatch, Sample, growth_of
from tests.faults.runs import PEAK_MB_MOST, audited, poison_of
from tests.faults.sender import Fleet
from tests.faults.spool import Spool
from tests.faults.worker import Worker
from tests.faults.world import GATEWAYS, World
from tests.ingest.gateway_side import until

pytestmark = pytest.mark.soak

_MINUTE_S = 60.0
_POISON_EVERY = 1_000
_FAULT_WITHIN_S = 20.0  # of its minute
_QUIET_AFTER_S = 15.0  # since the last fault ended: what waited has been dealt with
_GROWTH_MB_MOST = 10.0
"""By the trend over the quiet seconds of the second half, from the first of them to the last."""
_RESEND_AFTER_S = 10.0  # a worker that is behind gets no more work for it
_SETTLED_WITHIN_S = 300.0


@dataclass(slots=True)
class Storm:
    """A random fault each minute. In the second half none that ends the worker: there its memory
    is judged."""

    world: World
    seed: str
    minutes: int
    done: list[str] = field(default_factory=list)
    ends_s: list[float] = field(default_factory=list)

    def rage(self) -> None:
        """Do one fault after another until the time is over."""
        chance = random.Random(self.seed)  # noqa: S311  # the same seed, the same faults
        began_s = time.monotonic()
        for minute in range(self.minutes):
            _sleep_until(began_s + minute * _MINUTE_S + chance.uniform(2.0, _FAULT_WITHIN_S))
            hazards = LASTING if 2 * minute >= self.minutes else {**ENDING, **LASTING}
            name = chance.choice(sorted(hazards))
            hazards[name](self.world, chance)
            self.done.append(name)
            self.ends_s.append(time.monotonic())
        _sleep_until(began_s + self.minutes * _MINUTE_S)

    def is_quiet(self, sample: Sample) -> bool:
        """Whether no fault was under way or shortly over, in its minute."""
        ends = [end_s for end_s in self.ends_s if end_s <= sample.at_s]
        return bool(ends) and _QUIET_AFTER_S < sample.at_s - ends[-1] < _MINUTE_S / 2


def test_half_an_hour_of_faults_loses_nothing_and_grows_nowhere(
    world: World, soaked: Soaked
) -> None:
    minutes = int(os.environ.get("SOAK_MINUTES", "30"))
    rate_per_s = int(os.environ.get("SOAK_RATE", "5000"))
    worker = world.hire()
    count = int(minutes * _MINUTE_S) * rate_per_s // len(GATEWAYS)
    spools = [
        Spool(one, count=count, seed=1, resend_after_s=_RESEND_AFTER_S)
        for one in world.next_traffic(1, _POISON_EVERY)
    ]
    fleet = Fleet(world.background, world.gateway_urls(), spools, rate_per_s)
    storm = Storm(world, soaked.seed, minutes)

    with MemoryWatch(worker) as memory:
        fleet.start()
        storm.rage()
        behind = fleet.outstanding() + sum(one.count - one.sent for one in spools)
        until(fleet.is_settled, "receipts for everything", _SETTLED_WITHIN_S)
        fleet.stop()
    audit = audited(world, spools)
    growth_mb = growth_of(judged(storm, memory, worker))

    soaked.tell(
        f"{minutes} minutes at {rate_per_s} messages/s, seed {storm.seed}\n"
        f"faults: {dict(sorted(Counter(storm.done).items()))}\n"
        f"sent {sum(one.sent for one in spools):,}, sent again "
        f"{sum(one.resent for one in spools):,}, unsettled at the end of the load {behind:,}\n"
        f"{audit}\n"
        f"memory: peak {worker.peak_mb:.0f} MB, growth in the second half {growth_mb:+.1f} MB"
    )
    assert audit.faults == (0, 0, 0, 0)
    assert audit.rejected == len(poison_of(spools))
    assert worker.peak_mb < PEAK_MB_MOST
    assert growth_mb < _GROWTH_MB_MOST


def judged(storm: Storm, memory: MemoryWatch, worker: Worker) -> list[Sample]:
    """Quiet seconds of the last worker process in the second half."""
    half_s = storm.ends_s[len(storm.ends_s) // 2]
    return [
        sample
        for sample in memory.samples
        if sample.pid == worker.pid and sample.at_s > half_s and storm.is_quiet(sample)
    ]


def _sleep_until(instant_s: float) -> None:
    time.sleep(max(0.0, instant_s - time.monotonic()))
