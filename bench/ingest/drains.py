"""Draining a queue that is there already, by mosquitto_sub and by ingest.

ingest is connected and has told every gateway what it may send; then it is held still (SIGSTOP)
while the broker queues for it, and the clock runs from its release to the last receipt. What
starting costs is told apart.
"""

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.ingest.client import BenchFailed, Client
from bench.ingest.load import Load, fresh_in
from bench.ingest.publisher import fill
from bench.ingest.receipts import Collector
from bench.ingest.resources import Trees, children_cpu_s, peak_mb, since, stored
from bench.ingest.stand import Stand, checkpoint
from bench.ingest.worker import Worker
from ingest.session import RECEIVE_MAX
from local.place import write_private

PLAIN_ROOT = "homewell/b1"
"""Where mosquitto_sub's queue is published: as long as the real root, and not ingest's."""

_SUB_ID = "bench-sub"
_DRAINED_WITHIN_S = 300.0
_QUIET_S = 0.3
_POLL_S = 0.05


@dataclass(slots=True, kw_only=True)
class Numbers:
    """Which message comes next; never the same twice in one database."""

    next: int = 0

    def take(self, fresh: int) -> int:
        """The first of so many that nobody has had."""
        first = self.next
        self.next += fresh
        return first


def by_mosquitto_sub(stand: Stand, load: Load, first: int, messages: int) -> dict[str, Any]:
    """Messages a second of the C client: it prints to nowhere and acknowledges one by one."""
    _mosquitto_sub(stand, messages, "-E")
    fill(stand.broker, load, first, messages)
    trees = Trees(pids={"broker": stand.broker_pid})
    spent, children_s, began = trees.cpu_s(), children_cpu_s(), time.monotonic()
    _mosquitto_sub(stand, messages)
    took_s = time.monotonic() - began
    own_s = children_cpu_s() - children_s
    cpu_s = since(spent, trees.cpu_s())
    cpu_s |= {"mosquitto_sub": own_s, "others": cpu_s["others"] - own_s}
    with Client(stand.broker, _SUB_ID):
        pass  # ends its session
    return {
        "messages_per_s": messages / took_s,
        "took_s": took_s,
        "messages": messages,
        "cpu_s": cpu_s,
    }


def by_ingest(
    stand: Stand, workers: Sequence[Worker], load: Load, first: int, messages: int
) -> dict[str, Any]:
    """What these workers make of a queue; raises BenchFailed when anything is missing after it."""
    fresh = fresh_in(messages)
    checkpoint(stand)
    for worker in workers:
        worker.hold()
    filled_s = fill(stand.broker, load, first, messages)
    before = stored(stand.admin_url)
    heard = _heard(workers)
    connects = _connects(workers)
    with Collector(stand.broker) as collector:
        trees = _trees(stand, workers, collector)
        spent = trees.cpu_s()
        began = time.monotonic()
        for worker in workers:
            worker.release()
        _until(workers, heard + messages, collector)
        took_s = collector.last_at_s - began
        cpu_s = since(spent, trees.cpu_s())
        receipts = collector.finish().first_at_s(load.gateways, first, fresh)
    after = stored(stand.admin_url)
    return {
        "messages_per_s": messages / took_s,
        "rows_per_s": fresh * load.samples / took_s,
        "took_s": took_s,
        "filled_s": filled_s,
        "reconnects": _connects(workers) - connects,
        "messages": messages,
        "fresh": fresh,
        "without_receipt": int((receipts != receipts).sum()),
        "rows_missing": fresh * load.samples - (after.rows - before.rows),
        "cpu_s": cpu_s,
        "peak_mb": max(peak_mb(worker.pid) for worker in workers),
        "rows": after.rows - before.rows,
        "table_bytes": after.table_bytes - before.table_bytes,
        "wal_bytes": after.wal_bytes - before.wal_bytes,
    }


def _mosquitto_sub(stand: Stand, messages: int, *more: str) -> None:
    """Run it to its end. Its password stands in a file: an argument is seen by everybody."""
    home = stand.folder / "mosquitto_sub.d"
    home.mkdir(exist_ok=True)
    write_private(
        home / "mosquitto_sub", f"-u {stand.broker.username}\n-P {stand.broker.password}\n", None
    )
    options = {
        "-h": "127.0.0.1",
        "-p": stand.broker.port,
        "-V": "5",
        "-q": 1,
        "-i": _SUB_ID,
        "-t": f"{PLAIN_ROOT}/#",
        "-C": messages,
    }
    words = [str(word) for pair in options.items() for word in pair]
    # `-c` is a session that never expires.
    words += ["-c", "-D", "connect", "receive-maximum", str(RECEIVE_MAX), *more]
    subprocess.run(
        [str(stand.programs.mosquitto_client("mosquitto_sub")), *words],
        env={"XDG_CONFIG_HOME": str(home)},
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=_DRAINED_WITHIN_S,
    )


def _trees(stand: Stand, workers: Sequence[Worker], collector: Collector) -> Trees:
    pids = {"broker": stand.broker_pid, "database": stand.postgres_pid, "bench": collector.pid}
    return Trees(pids={**pids, **{f"ingest {n}": one.pid for n, one in enumerate(workers)}})


def _heard(workers: Sequence[Worker]) -> int:
    return sum(int(worker.status()["messages"]) for worker in workers)


def _connects(workers: Sequence[Worker]) -> int:
    return sum(int(worker.status()["connects"]) for worker in workers)


def _until(workers: Sequence[Worker], messages: int, collector: Collector) -> None:
    end = time.monotonic() + _DRAINED_WITHIN_S
    while _heard(workers) < messages or time.monotonic() - collector.last_at_s < _QUIET_S:
        if time.monotonic() > end:
            raise BenchFailed(f"{_heard(workers)} of {messages} messages drained, then nothing")
        time.sleep(_POLL_S)
