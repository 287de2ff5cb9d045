"""What gateways are owed: the receipts for messages that are committed. Pure."""

from collections import deque
from itertools import compress, islice

from core.wire import encode_plain_receipt, encode_receipt, receipt_topic
from ingest.plan import Plan

_Spool = tuple[str, str | None]


class Receipts:
    """Numbers of spools that are dealt with and not yet told, joined to one receipt a spool.

    The spool that has waited longest comes first.
    """

    def __init__(self) -> None:
        self._numbers: dict[_Spool, list[int]] = {}
        self._withheld: dict[_Spool, dict[int, int]] = {}
        self._began: deque[tuple[float, int]] = deque()  # when so many spools began to wait
        self._given = 0  # of the spools in the first of `_began`
        self.owed = 0
        """How many numbers are owed."""

    def __len__(self) -> int:
        """How many spools wait."""
        return len(self._numbers)

    def owe(self, plan: Plan, now_s: float) -> None:
        """Take in every message of a committed plan that came out of a gateway's spool."""
        batch, numbers = plan.heard.batch, self._numbers
        spools = list(zip(batch.gateways, batch.spools, strict=True))
        receivable = [seq is not None for seq in batch.numbers]
        for index in plan.without_address:
            receivable[index] = False
        waiting = len(numbers)
        for spool, seq in compress(zip(spools, batch.numbers, strict=True), receivable):
            numbers.setdefault(spool, []).append(seq or 0)
        if len(numbers) > waiting:
            self._began.append((now_s, len(numbers) - waiting))
        self.owed += sum(receivable)
        for index, count in plan.withheld_of.items():
            if receivable[index]:
                self._withheld.setdefault(spools[index], {})[batch.numbers[index] or 0] = count

    def overdue(self, since_s: float) -> int:
        """How many spools have waited since then, or longer."""
        return sum(count for began_s, count in self._began if began_s <= since_s) - self._given

    def take(self, most: int) -> list[tuple[str, bytes]]:
        """Topic and payload of receipts for so many spools; they are owed nothing any more."""
        found = []
        for spool in list(islice(self._numbers, most)):
            numbers = self._numbers.pop(spool)
            withheld = self._withheld.pop(spool, None)
            self.owed -= len(numbers)
            gateway_id, name = spool[0], spool[1] or ""
            if len(numbers) == 1 and withheld is None:
                payload = encode_plain_receipt(name, numbers[0])
            else:
                payload = encode_receipt(name, numbers, withheld)
            found.append((receipt_topic(gateway_id), payload))
        self._given += len(found)
        while self._began and self._given >= self._began[0][1]:
            self._given -= self._began.popleft()[1]
        return found
