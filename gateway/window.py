"""Which messages are outstanding: sent, and without a receipt so far."""

from collections.abc import Iterable

OUTSTANDING_MAX = 64
"""Enough to keep a link of 100 ms and ingest's batches busy; what a lost connection makes sent
twice stays small."""
RECEIPT_TIMEOUT_S = 30.0  # the wire contract's time after which a message is sent again


class Window:
    """The bounded set of outstanding messages of one connection; times are monotonic seconds."""

    def __init__(
        self, *, size: int = OUTSTANDING_MAX, timeout_s: float = RECEIPT_TIMEOUT_S
    ) -> None:
        self._size = size
        self._timeout_s = timeout_s
        self._sent_at_s: dict[int, float] = {}
        self.newest = 0

    def __len__(self) -> int:
        return len(self._sent_at_s)

    @property
    def room(self) -> int:
        """How many more messages may be outstanding."""
        return self._size - len(self._sent_at_s)

    def sent(self, seq: int, now_s: float) -> None:
        """A message went out, for the first time or again."""
        self._sent_at_s[seq] = now_s
        self.newest = max(self.newest, seq)

    def overdue(self, now_s: float) -> list[int]:
        """The seqs without a receipt for the timeout, oldest first."""
        return sorted(
            seq for seq, sent_s in self._sent_at_s.items() if now_s - sent_s >= self._timeout_s
        )

    def gone(self, numbers: Iterable[int]) -> None:
        """These messages wait no more: settled, dropped or withdrawn."""
        for seq in numbers:
            self._sent_at_s.pop(seq, None)
