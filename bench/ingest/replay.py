"""One gateway that was away for a year: it sends all of it, as fast as receipts allow."""

import re
import time
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any, Self

import mqtt5

from bench.ingest.client import Address, Client
from bench.ingest.load import DEVICES, gateway_id, samples
from core.wire import (
    ROOT,
    SAMPLES_MAX,
    SEQ_PROPERTY,
    SPOOL_PROPERTY,
    encode_samples,
    receipt_topic,
)
from gateway.window import OUTSTANDING_MAX

_CONTEXT = get_context("spawn")
_GATEWAY = 0
_YEAR_MS = 365 * 24 * 3600 * 1000
_STEP_MS = 60_000
_MESSAGES = _YEAR_MS // (_STEP_MS * SAMPLES_MAX) * len(DEVICES)
SAMPLES = _MESSAGES * SAMPLES_MAX
"""In the year: of each device one a minute."""

_READ_S = 0.5
_SEEN_BYTES = 64 * 1024  # of what came: far more than a receipt that arrives in two pieces
_PACKET_IDS = 65_535
_SPOOL = "bench-a-year-away"
_SETTLED = re.compile(rb'"spool":"bench-a-year-away","seq":\[((?:\[\d+,\d+\],?)+)\]')
_RANGE = re.compile(rb"\[(\d+),(\d+)\]")


class Replay:
    """A process that replays from entry on; `finish` says how many samples were dealt with."""

    def __init__(self, address: Address) -> None:
        self._stop = _CONTEXT.Event()
        self._settled: Any = _CONTEXT.Value("q", 0)
        self._began_s = time.monotonic()
        self._process = _CONTEXT.Process(
            target=_replay, args=(address, self._stop, self._settled), daemon=True
        )

    def finish(self, within_s: float) -> tuple[int, float]:
        """Wait until the year is through or the time is up: samples with a receipt, and seconds."""
        self._process.join(within_s)
        took_s = time.monotonic() - self._began_s
        self._stop.set()
        self._process.join()
        return int(self._settled.value), took_s

    def __enter__(self) -> Self:
        self._began_s = time.monotonic()
        self._process.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _replay(address: Address, stop: Event, settled: Any) -> None:
    start_ms = time.time_ns() // 1_000_000 - _YEAR_MS
    seq, waiting, read = 0, 0, b""
    with Client(address, "bench-replay") as client, Client(address, "bench-replay-in") as inward:
        inward.subscribe([receipt_topic(gateway_id(_GATEWAY))], mqtt5.QoS.AT_MOST_ONCE)
        while not stop.is_set() and (seq < _MESSAGES or waiting):
            room = min(OUTSTANDING_MAX - waiting, _MESSAGES - seq)
            client.publish([_packet(seq + n + 1, start_ms) for n in range(room)])
            seq, waiting = seq + room, waiting + room
            read = (read + inward.read(_READ_S))[-_SEEN_BYTES:]
            last = 0
            for match in _SETTLED.finditer(read):
                last = match.end()
                for first, final in _RANGE.findall(match[1]):
                    waiting -= int(final) - int(first) + 1
            read = read[last:]
            settled.value = (seq - waiting) * SAMPLES_MAX


def _packet(seq: int, start_ms: int) -> bytes:
    """The devices take turns; each message holds the next 500 minutes of its device."""
    turn, place = divmod(seq - 1, len(DEVICES))
    device, kind = DEVICES[place]
    first_ms = start_ms + turn * SAMPLES_MAX * _STEP_MS
    return mqtt5.PublishPacket(
        f"{ROOT}/{gateway_id(_GATEWAY)}/{device}/{kind}",
        encode_samples(samples(kind, seq, first_ms, SAMPLES_MAX)),
        qos=mqtt5.QoS.AT_LEAST_ONCE,
        packet_id=(seq - 1) % _PACKET_IDS + 1,
        user_properties=[(SPOOL_PROPERTY, _SPOOL), (SEQ_PROPERTY, str(seq))],
    ).write()
