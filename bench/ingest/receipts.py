"""Receipts counted: a process that hears all of them, and says when each message was dealt with.

While it listens it only keeps what came and when; it is read afterwards.
"""

import re
import time
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from types import TracebackType
from typing import Any, Self

import mqtt5
import numpy as np
from numpy.typing import NDArray

from bench.ingest.client import Address, BenchFailed, Client
from core.wire import ROOT

_CONTEXT = get_context("spawn")
_READ_S = 0.1
_PAUSE_S = 0.002  # fewer and larger reads; so much a receipt may seem late
_READY_WITHIN_S = 30.0
_RECEIPT = re.compile(rb'\{"spool":"bench-spool-(\d+)","seq":\[((?:\[\d+,\d+\],?)+)\]')
_RANGE = re.compile(rb"\[(\d+),(\d+)\]")


@dataclass(frozen=True, slots=True)
class Receipts:
    """Every sequence number that a receipt named, in order of arrival; instants are monotonic."""

    gateway: NDArray[np.int64]
    seq: NDArray[np.int64]
    at_s: NDArray[np.float64]

    def first_at_s(self, gateways: int, first: int, fresh: int) -> NDArray[np.float64]:
        """When each of the messages from number `first` on was first receipted; NaN: never."""
        places = (self.seq - 1) * gateways + self.gateway - first
        ours = (places >= 0) & (places < fresh)
        found = np.full(fresh, np.nan)
        # Of several values for one place the last assigned stands: the earliest, from the back.
        found[places[ours][::-1]] = self.at_s[ours][::-1]
        return found


class Collector:
    """Listens to receipts from entry on; `finish` gives what came."""

    def __init__(self, address: Address) -> None:
        self._ours, theirs = _CONTEXT.Pipe()
        self._stop = _CONTEXT.Event()
        self._last_at_s: Any = _CONTEXT.Value("d", 0.0)
        self._process = _CONTEXT.Process(
            target=_listen, args=(address, theirs, self._stop, self._last_at_s), daemon=True
        )

    @property
    def last_at_s(self) -> float:
        """When the newest receipt came; 0 before the first."""
        return float(self._last_at_s.value)

    @property
    def pid(self) -> int:
        """The listening process."""
        return self._process.pid or 0

    def finish(self) -> Receipts:
        """End listening and read what came."""
        self._stop.set()
        received: Receipts = self._ours.recv()
        self._process.join()
        return received

    def __enter__(self) -> Self:
        self._process.start()
        if not self._ours.poll(_READY_WITHIN_S):
            raise BenchFailed("the listener for receipts did not come up")
        self._ours.recv()
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


def _listen(address: Address, pipe: Connection, stop: Event, last_at_s: Any) -> None:
    chunks: list[bytes] = []
    times_s: list[float] = []
    with Client(address, "bench-receipts") as client:
        client.subscribe([f"{ROOT}/+/receipt"], mqtt5.QoS.AT_MOST_ONCE)
        pipe.send("listening")
        while not stop.is_set():
            chunk = client.read(_READ_S)
            if chunk:
                now_s = time.monotonic()
                chunks.append(chunk)
                times_s.append(now_s)
                last_at_s.value = now_s
                time.sleep(_PAUSE_S)
    pipe.send(read_receipts(chunks, times_s))


def read_receipts(chunks: list[bytes], times_s: list[float]) -> Receipts:
    """The receipts in a stream that came in these chunks at these times."""
    gateways: list[int] = []
    seqs: list[int] = []
    ends: list[int] = []
    for match in _RECEIPT.finditer(b"".join(chunks)):
        gateway, end = int(match[1]), match.end()
        for first, last in _RANGE.findall(match[2]):
            numbers = range(int(first), int(last) + 1)
            seqs += numbers
            gateways += [gateway] * len(numbers)
            ends += [end] * len(numbers)
    chunk_ends = np.cumsum([len(chunk) for chunk in chunks])
    chunk_of = np.searchsorted(chunk_ends, np.array(ends, dtype=np.int64))
    return Receipts(
        np.array(gateways, dtype=np.int64),
        np.array(seqs, dtype=np.int64),
        np.array(times_s)[chunk_of] if ends else np.empty(0),
    )
