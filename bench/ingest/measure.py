"""The whole measurement: one stand, and part after part on it."""

import signal
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.ingest import estate, peers
from bench.ingest.ceilings import copied
from bench.ingest.drains import PLAIN_ROOT, Numbers, by_ingest, by_mosquitto_sub
from bench.ingest.load import Load, fresh_in
from bench.ingest.sizes import Sizes, chosen
from bench.ingest.stand import Stand, say, stand
from bench.ingest.steady import live
from bench.ingest.worker import Worker
from core.wire import ROOT
from store.roles import Role

PARTS = ("copy", "drain", "two", "batches", "live", "peers")
_GROUP = "bench"
# Samples of the parts lie on days of their own, so that none finds another's rows.
_DAYS_AGO = {"copy": 3, "drain": 1, "batches": 5}
_BATCH_ROWS = {"single": 4_000, "batch": 25_000}
"""What a batch of ingest holds: so many messages, or about a mebibyte of payload."""


def add_options(parser: ArgumentParser) -> None:
    """The options of this measurement."""
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    parser.add_argument("--quick", action="store_true", help="small sizes, for a try")


def measure(options: Namespace) -> dict[str, Any]:
    """Run the parts that were asked for; their results by name."""
    # Ended from outside, it still stops its servers and removes their data.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by SIGTERM"))
    sizes = chosen(quick=options.quick)
    with stand() as servers:
        bench = _Bench(servers, sizes, datetime.now(UTC))
        result: dict[str, Any] = {"estate": bench.register()}
        for part in PARTS:
            if part in options.only:
                say(f"{part} …")
                began = time.monotonic()
                result[part] = bench.part(part)()
                say(f"{part}: {time.monotonic() - began:.0f} s")
    return result


class _Bench:
    def __init__(self, servers: Stand, sizes: Sizes, now: datetime) -> None:
        self._stand = servers
        self._sizes = sizes
        self._now = now
        self._copied = Numbers()
        self._sent = Numbers()  # one for all that is sent: a spool's sequence numbers only rise

    def part(self, name: str) -> Callable[[], dict[str, Any]]:
        """The part of this name."""
        return {
            "copy": self._copy,
            "drain": self._drain,
            "two": self._two,
            "batches": self._batches,
            "live": self._live,
            "peers": self._peers,
        }[name]

    def register(self) -> dict[str, Any]:
        """The estate; how many gateways and devices, and how long it took."""
        say("servers run; registering the estate …")
        began = time.monotonic()
        estate.register(self._stand.url(Role.OWNER), self._sizes.gateways, self._now)
        return {"gateways": self._sizes.gateways, "took_s": time.monotonic() - began}

    def _copy(self) -> dict[str, Any]:
        """Rows a second by COPY, of single samples and of hours."""
        devices = estate.device_ids(self._stand.admin_url)
        sizes = self._sizes
        singles: list[dict[str, float]] = []
        batches: list[dict[str, float]] = []
        for _ in range(sizes.repeats):
            for samples, count, results in (
                (1, sizes.single_messages, singles),
                (sizes.batch_samples, sizes.batch_messages, batches),
            ):
                load = self._load("copy", samples)
                rows = _BATCH_ROWS["single" if samples == 1 else "batch"]
                first = self._copied.take(count)
                results.append(copied(self._stand, load, devices, first, count, rows))
        return {
            "single": singles,
            "batch": batches,
            "batch_rows": _BATCH_ROWS,
        }

    def _drain(self) -> dict[str, Any]:
        """Single samples: mosquitto_sub and one worker, turn about."""
        ours, theirs = [], []
        with Worker(self._stand, "ingest-0") as worker:
            self._one_drain("drain", [worker])
            for _ in range(self._sizes.repeats):
                theirs.append(self._plain_drain())
                ours.append(self._one_drain("drain", [worker]))
            start_up = worker.start_up
        return {"start_up": start_up, "mosquitto_sub": theirs, "ingest": ours}

    def _two(self) -> dict[str, Any]:
        """Single samples: two workers that share, and then one."""
        with ExitStack() as running:
            both = [
                running.enter_context(Worker(self._stand, f"ingest-{n}", group=_GROUP))
                for n in range(2)
            ]
            two = self._drains("drain", both)
        with Worker(self._stand, "ingest-0", group=_GROUP) as worker:
            one = self._drains("drain", [worker])
        return {"one": one, "two": two}

    def _batches(self) -> dict[str, Any]:
        """Hours of a device in one message: one worker."""
        with Worker(self._stand, "ingest-0") as worker:
            return {"ingest": self._drains("batches", [worker])}

    def _live(self) -> dict[str, Any]:
        sizes = self._sizes
        first = self._sent.next
        with Worker(self._stand, "ingest-0") as worker:
            return live(self._stand, worker, sizes.gateways, first, sizes.live_s, sizes.late_s)

    def _peers(self) -> dict[str, Any]:
        """Each once, on as many messages as one drain of ours."""
        result: dict[str, Any] = {}
        for name, peer in (
            ("pathway", peers.pathway(self._stand)),
            ("node_red", peers.node_red(self._stand)),
        ):
            load, messages = self._plain_load(), self._sizes.single_messages
            result[name] = peer and peers.drain(self._stand, peer, load, messages)
        return result

    def _drains(self, part: str, workers: list[Worker]) -> list[dict[str, Any]]:
        """Drain after drain; the first, which warms up, is left out."""
        return [self._one_drain(part, workers) for _ in range(self._sizes.repeats + 1)][1:]

    def _one_drain(self, part: str, workers: list[Worker]) -> dict[str, Any]:
        sizes = self._sizes
        singly = part == "drain"
        messages = sizes.single_messages if singly else sizes.batch_messages
        first = self._sent.take(fresh_in(messages))
        load = self._load(part, 1 if singly else sizes.batch_samples)
        return by_ingest(self._stand, workers, load, first, messages)

    def _plain_drain(self) -> dict[str, Any]:
        messages = self._sizes.single_messages
        return by_mosquitto_sub(self._stand, self._plain_load(), 0, messages)

    def _plain_load(self) -> Load:
        return Load(
            root=PLAIN_ROOT, gateways=self._sizes.gateways, start_ms=self._start_ms("drain")
        )

    def _load(self, part: str, samples: int) -> Load:
        return Load(
            root=ROOT,
            gateways=self._sizes.gateways,
            start_ms=self._start_ms(part),
            samples=samples,
        )

    def _start_ms(self, part: str) -> int:
        return int((self._now - timedelta(days=_DAYS_AGO[part])).timestamp() * 1000)
