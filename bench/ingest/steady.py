"""A steady live load, watched for minutes: how late commits are, and whether anything grows."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.ingest.load import LIVE, Load
from bench.ingest.publisher import Steady
from bench.ingest.receipts import Collector
from bench.ingest.replay import SAMPLES, Replay
from bench.ingest.resources import Trees, held_mb, peak_mb, per_million, shares, since, stored
from bench.ingest.stand import Stand, say
from bench.ingest.worker import Lags, Worker
from core.wire import ROOT

HOMES = 500_000
RATE = HOMES * (1 / 60 + 3 / 300)
"""Messages a second: of each home a boiler every minute and three rooms every five."""

_EVERY_S = 1.0
_SETTLE_S = 180.0  # after the last message, for what is still on its way
_REPLAY_UP_S = 1.0  # from the start of its process to its first message
_WINDOW_S = 60.0  # what the first is compared with the last of


def live(
    stand: Stand, worker: Worker, gateways: int, first: int, seconds: float, late_s: float
) -> dict[str, Any]:
    """The load for `seconds`, then for `late_s` more while one gateway replays a year."""
    load = Load(root=ROOT, gateways=gateways, start_ms=0, order=LIVE)
    before = stored(stand.admin_url)
    with Collector(stand.broker) as collector:
        trees = Trees(
            pids={
                "ingest": worker.pid,
                "broker": stand.broker_pid,
                "database": stand.postgres_pid,
                "listener": collector.pid,
            }
        )
        heard = int(worker.status()["messages"])
        publisher = Steady(stand.broker, load, first, RATE, seconds + late_s)
        publisher.start()
        trees = replace(trees, pids={**trees.pids, "publisher": publisher.pid})
        try:
            watched = _watch(publisher, worker, trees, heard, seconds)
            replayed = _beside(stand, worker, late_s) if late_s else None
            sent_at_s = publisher.finish()
        finally:
            publisher.stop()
        _settle(worker, heard + publisher.sent)
        receipts = collector.finish()
    dealt_s = receipts.first_at_s(gateways, first, len(sent_at_s))
    after = stored(stand.admin_url)
    began = float(sent_at_s[0])
    lag_s = dealt_s - sent_at_s
    return {
        "messages_per_s": RATE,
        "seconds": seconds,
        **watched,
        "lag_s": _by_minute(lag_s, sent_at_s - began, seconds),
        "beside_replay": replayed
        and {**replayed, "lag_s": _beside_replay(lag_s, sent_at_s - began - seconds, replayed)},
        "fresh": len(sent_at_s),
        "without_receipt": int(np.isnan(dealt_s).sum()),
        "rows": after.rows - before.rows,
        "table_bytes": after.table_bytes - before.table_bytes,
        "wal_bytes": after.wal_bytes - before.wal_bytes,
    }


def _watch(
    publisher: Steady, worker: Worker, trees: Trees, heard: int, seconds: float
) -> dict[str, Any]:
    """Sample once a second; what was spent and how backlog and memory stood."""
    spent = trees.cpu_s()
    began = time.monotonic()
    seen: list[tuple[float, int, float]] = []
    lags = worker.lags()
    while time.monotonic() - began < seconds:
        time.sleep(_EVERY_S)
        backlog = publisher.sent - (int(worker.status()["messages"]) - heard)
        seen.append((time.monotonic() - began, backlog, held_mb(worker.pid)))
    took_s = time.monotonic() - began
    messages = publisher.sent
    cpu_s = since(spent, trees.cpu_s())
    say(f"  {messages:,} messages sent in {took_s:.0f} s")
    return {
        "sent_per_s": messages / took_s,
        "cpu_s_per_million": per_million(cpu_s, messages),
        "cores": shares(cpu_s, took_s),
        "first_minute": _standing([one for one in seen if one[0] <= _WINDOW_S]),
        "last_minute": _standing([one for one in seen if one[0] >= took_s - _WINDOW_S]),
        "worker_lag_s": _told(lags, worker.lags()),
        "peak_mb": peak_mb(worker.pid),
    }


def _beside(stand: Stand, worker: Worker, seconds: float) -> dict[str, Any]:
    lags = worker.lags()
    with Replay(stand.broker) as replay:
        replayed, took_s = replay.finish(seconds)
    return {
        "samples": SAMPLES,
        "replayed": replayed,
        "took_s": took_s,
        "worker_lag_s": _told(lags, worker.lags()),
    }


def _settle(worker: Worker, messages: int) -> None:
    end = time.monotonic() + _SETTLE_S
    while int(worker.status()["messages"]) < messages and time.monotonic() < end:
        time.sleep(_EVERY_S)
    time.sleep(2 * _EVERY_S)  # receipts follow the count


def _standing(seen: Sequence[tuple[float, int, float]]) -> dict[str, float]:
    backlog, memory_mb = np.array([one[1:] for one in seen]).T
    return {"backlog_messages": float(np.median(backlog)), "memory_mb": float(memory_mb.max())}


def _by_minute(
    lag_s: NDArray[np.float64], sent_s: NDArray[np.float64], seconds: float
) -> dict[str, dict[str, float]]:
    """Of the messages sent before `seconds`: all, those of the first minute, of the last."""
    all_of_it = sent_s < seconds
    return {
        "all": _percentiles(lag_s[all_of_it]),
        "first_minute": _percentiles(lag_s[all_of_it & (sent_s < _WINDOW_S)]),
        "last_minute": _percentiles(lag_s[all_of_it & (sent_s >= seconds - _WINDOW_S)]),
    }


def _beside_replay(
    lag_s: NDArray[np.float64], sent_s: NDArray[np.float64], replayed: dict[str, Any]
) -> dict[str, float]:
    return _percentiles(lag_s[(sent_s >= _REPLAY_UP_S) & (sent_s < replayed["took_s"])])


def _percentiles(lag_s: NDArray[np.float64]) -> dict[str, float]:
    p50, p99, most = np.nanpercentile(lag_s, [50, 99, 100])
    return {"p50": float(p50), "p99": float(p99), "max": float(most)}


def _told(before: Lags, after: Lags) -> dict[str, dict[str, float]]:
    """Percentiles of the worker's own histograms between two looks, as upper bounds."""
    return {
        name: {
            "p50": _bound(before.get(name, {}), counts, 0.5),
            "p99": _bound(before.get(name, {}), counts, 0.99),
        }
        for name, counts in after.items()
    }


def _bound(before: dict[float, float], after: dict[float, float], share: float) -> float:
    new = {bound: count - before.get(bound, 0.0) for bound, count in sorted(after.items())}
    reached = [bound for bound, count in new.items() if count >= share * max(new.values())]
    return reached[0]
