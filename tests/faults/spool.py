"""A gateway's spool with its ledger: what was sent, and what has its receipt. Pure."""

import random
from collections.abc import Iterable, Iterator

from tests.faults.traffic import Message, Traffic

RESEND_AFTER_S = 2.0
"""A real gateway waits 30 s for a receipt; nobody wants to wait that long for a test."""
OUTSTANDING_MAX = 4_000  # messages without a receipt: then nothing new is sent, as in a gateway
DUPLICATES = 0.05
SHUFFLED = 64  # messages whose order is mixed


class Spool:
    """Messages 1 to `count` of some traffic, sent until each has its receipt.

    Five in a hundred are sent twice, and all in an order mixed by the seed. `misread` counts what
    receipts name that was never sent.
    """

    def __init__(
        self, traffic: Traffic, *, count: int, seed: int, resend_after_s: float = RESEND_AFTER_S
    ) -> None:
        self._resend_after_s = resend_after_s
        self.traffic = traffic
        self.count = count
        self.outstanding: dict[int, float] = {}  # seq, and when it was last sent; oldest first
        self.sent = 0
        self.resent = 0
        self.misread = 0
        self._chance = random.Random(seed)  # noqa: S311  # a seed that gives the same run again
        self._order = self._sending_order()
        self._settled = bytearray(count + 1)
        self._awaited: set[int] = set()
        self.recovered_at: float | None = None

    @property
    def is_settled(self) -> bool:
        """Whether everything was sent and has its receipt."""
        return self.sent == self.count and not self.outstanding

    def new(self, most: int, now: float) -> Iterator[Message]:
        """The next messages, some of them twice; fewer while too many have no receipt."""
        for _ in range(min(most, OUTSTANDING_MAX - len(self.outstanding))):
            seq = next(self._order, None)
            if seq is None:
                return
            self.sent += 1
            self.outstanding[seq] = now
            message = self.traffic.message(seq)
            yield message
            if self._chance.random() < DUPLICATES:
                self.resent += 1
                yield message

    def due(self, most: int, now: float) -> Iterator[Message]:
        """Messages that have waited too long for their receipt, oldest first."""
        late: list[int] = []
        for seq, sent_at in self.outstanding.items():
            if sent_at > now - self._resend_after_s or len(late) == most:
                break
            late.append(seq)
        for seq in late:
            del self.outstanding[seq]
            self.outstanding[seq] = now
            self.resent += 1
            yield self.traffic.message(seq)

    def settle(self, ranges: Iterable[tuple[int, int]], now: float) -> None:
        """Take in a receipt."""
        for first, last in ranges:
            for seq in range(first, last + 1):
                if not (0 < seq <= self.count) or not (
                    self._settled[seq] or seq in self.outstanding
                ):
                    self.misread += 1
                    continue
                self._settled[seq] = 1
                self.outstanding.pop(seq, None)
                self._awaited.discard(seq)
        if not self._awaited and self.recovered_at is None:
            self.recovered_at = now

    def await_recovery(self, now: float) -> int:
        """From now on wait for what has no receipt yet; how many that are. See `recovered_at`."""
        self._awaited = set(self.outstanding)
        self.recovered_at = None if self._awaited else now
        return len(self._awaited)

    def _sending_order(self) -> Iterator[int]:
        for first in range(1, self.count + 1, SHUFFLED):
            window = list(range(first, min(first + SHUFFLED, self.count + 1)))
            self._chance.shuffle(window)
            yield from window
