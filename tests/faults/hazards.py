"""Whole faults, from their beginning to their end, for a load that goes on and on."""

import random
import signal
import time
from collections.abc import Callable, Mapping
from functools import partial

from tests.faults.keepalive import KEEPALIVE_S
from tests.faults.proxy import FaultProxy
from tests.faults.trigger import Direction
from tests.faults.world import World

Hazard = Callable[[World, random.Random], None]

_SHORT_S = (0.5, 3.0)
_SILENT_S = KEEPALIVE_S * 1.5 + 1.5  # longer than a silence goes unnoticed
_RESET_WITHIN_BYTES = 20_000
_RESET_WITHIN_S = 10.0


def _for_a_moment(chance: random.Random) -> None:
    time.sleep(chance.uniform(*_SHORT_S))


def _kill_worker(world: World, chance: random.Random) -> None:
    world.workers[0].end(signal.SIGKILL)
    _for_a_moment(chance)
    world.workers[0].start()


def _stop_worker(world: World, chance: random.Random) -> None:
    world.workers[0].end(signal.SIGTERM)
    _for_a_moment(chance)
    world.workers[0].start()


def _stall_worker(world: World, _: random.Random) -> None:
    world.workers[0].stall()
    time.sleep(_SILENT_S)
    world.workers[0].go_on()


def _stop_database(world: World, chance: random.Random) -> None:
    world.stop_database_at_once()
    _for_a_moment(chance)
    world.postgres.start()


def _cut_off(world: World, _: random.Random) -> None:
    world.cut_off_ingest()


def _lock_tables(world: World, chance: random.Random) -> None:
    with world.administrator() as admin, admin.transaction():
        admin.execute("LOCK TABLE room_readings, boiler_readings IN ACCESS EXCLUSIVE MODE")
        _for_a_moment(chance)


def _make_read_only(world: World, chance: random.Random) -> None:
    world.set_read_only(True)
    _for_a_moment(chance)
    world.set_read_only(False)


def _lose_broker(world: World, chance: random.Random) -> None:
    world.kill_broker_with_its_queue()
    _for_a_moment(chance)
    world.broker.start()


def _on(way: str, fault: Callable[[FaultProxy, random.Random], None]) -> Hazard:
    def _do(world: World, chance: random.Random) -> None:
        proxy: FaultProxy = getattr(world, way)
        fault(proxy, chance)
        proxy.heal()

    return _do


def _partition(proxy: FaultProxy, chance: random.Random) -> None:
    proxy.partition()
    _for_a_moment(chance)


def _half_open(proxy: FaultProxy, _: random.Random) -> None:
    proxy.half_open()
    time.sleep(_SILENT_S)


def _trickle(proxy: FaultProxy, chance: random.Random) -> None:
    proxy.trickle(1.0)
    _for_a_moment(chance)


def _reset(proxy: FaultProxy, chance: random.Random, *, direction: Direction) -> None:
    cut = proxy.reset_after(direction, chance.randint(1, _RESET_WITHIN_BYTES))
    assert cut.wait(_RESET_WITHIN_S)


_WAYS = ("to_database", "to_broker", "from_gateways")
ENDING: Mapping[str, Hazard] = {"ingest: kill -9": _kill_worker, "ingest: SIGTERM": _stop_worker}
"""After these there is another worker process."""

LASTING: Mapping[str, Hazard] = {
    "ingest: SIGSTOP past the keepalive": _stall_worker,
    "database: immediate stop": _stop_database,
    "database: connections terminated": _cut_off,
    "database: tables locked": _lock_tables,
    "database: read-only": _make_read_only,
    "broker: kill -9, queue lost": _lose_broker,
    **{f"{way}: partition": _on(way, _partition) for way in _WAYS},
    **{f"{way}: half-open": _on(way, _half_open) for way in _WAYS},
    **{f"{way}: 1 byte/s": _on(way, _trickle) for way in _WAYS},
    **{
        f"{way}: reset mid-packet, {direction.value}": _on(
            way, partial(_reset, direction=direction)
        )
        for way in _WAYS
        for direction in Direction
    },
}
"""The worker process lives through these."""
