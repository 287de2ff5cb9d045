"""Publishing, in processes of their own: a queue filled at full speed, or a steady load."""

import time
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.ingest.client import Address, BenchFailed, Client
from bench.ingest.load import Load, fresh_in, packets, with_resends

_CONTEXT = get_context("spawn")
_TICK_S = 0.02
_BURST = 500  # a message that is late on its way out is stamped when it goes, not when due
_PACKET_IDS = 65_535


def fill(address: Address, load: Load, first: int, messages: int) -> float:
    """Publish that many messages, the first of them number `first`; the seconds it took."""
    ours, theirs = _CONTEXT.Pipe()
    process = _CONTEXT.Process(
        target=_fill, args=(address, load, first, messages, theirs), daemon=True
    )
    process.start()
    theirs.close()
    try:
        took_s, refused = ours.recv()
    except EOFError:
        raise BenchFailed("the publisher ended before its work was done") from None
    finally:
        process.join()
    if refused:
        raise BenchFailed(f"the broker refused {refused} messages")
    return float(took_s)


def _fill(address: Address, load: Load, first: int, messages: int, pipe: Connection) -> None:
    made = packets(load, first, messages)
    with Client(address, "bench-publisher") as client:
        began = time.monotonic()
        client.publish(made)
        client.settle()
        pipe.send((time.monotonic() - began, client.refused))


class Steady:
    """A process that publishes `rate` messages a second, each measured as it is sent."""

    def __init__(self, address: Address, load: Load, first: int, rate: float, seconds: float):
        self._ours, self._theirs = _CONTEXT.Pipe()
        self._sent: Any = _CONTEXT.Value("q", 0)
        self._process = _CONTEXT.Process(
            target=_steady,
            args=(address, load, first, rate, seconds, self._sent, self._theirs),
            daemon=True,
        )

    @property
    def sent(self) -> int:
        """Messages handed to the broker so far."""
        return int(self._sent.value)

    @property
    def pid(self) -> int:
        """The publishing process."""
        return self._process.pid or 0

    def start(self) -> None:
        """Begin."""
        self._process.start()
        self._theirs.close()

    def finish(self) -> NDArray[np.float64]:
        """Wait for the end; when each fresh message was sent first (monotonic).

        A publisher that the machine keeps from its rate sends fewer, and ends in time.
        """
        try:
            sent_at_s: NDArray[np.float64] = self._ours.recv()
        except EOFError:
            raise BenchFailed("the publisher ended before its work was done") from None
        self._process.join()
        return sent_at_s

    def stop(self) -> None:
        """End it wherever it is."""
        if self._process.is_alive():
            self._process.terminate()
            self._process.join()


def _steady(
    address: Address,
    load: Load,
    first: int,
    rate: float,
    seconds: float,
    sent: Any,
    pipe: Connection,
) -> None:
    messages = int(rate * seconds)
    fresh = fresh_in(messages)
    sent_at_s = [0.0] * fresh
    times_ms = [0] * fresh
    numbers = with_resends(first, fresh, seed=first)
    place = newest = 0
    with Client(address, "bench-live") as client:
        began = now_s = time.monotonic()
        while place < messages and now_s - began < seconds:
            now_s, now_ms = time.monotonic(), time.time_ns() // 1_000_000
            due = min(messages, int((now_s - began) * rate)) - place
            burst = []
            for number, again in islice(numbers, min(due, _BURST)):
                mine = number - first
                if not times_ms[mine]:
                    sent_at_s[mine], times_ms[mine] = now_s, now_ms
                    newest = mine
                packet_id = place % _PACKET_IDS + 1
                burst.append(load.packet(number, packet_id, times_ms[mine], again=again))
                place += 1
            client.publish(burst)
            sent.value = place
            if due <= _BURST:
                time.sleep(_TICK_S)
        client.settle()
    pipe.send(np.array(sent_at_s[: newest + 1]))
