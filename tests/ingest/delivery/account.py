"""What was sent, committed and said, kept by somebody who trusts no worker."""

from collections import Counter
from collections.abc import Callable, Sequence

from core.quantities import Kind
from core.wire import decode_receipt, receipt_topic
from ingest.batch import Batch
from tests.ingest.delivery.letters import Fault, Good, Key, Letter, Place

Allows = Callable[[Place, int], bool]


class Account:
    """Everything that happened, and `complaints` about what must not have."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.owed: set[Key] = set()
        """What the worker knows to be committed, and has told no gateway on a living line."""
        self.rows: dict[tuple[Kind, int, int], dict[str, float]] = {}
        self._letters: dict[Key, Letter] = {}
        self._numbered: dict[tuple[str, str, int], Letter] = {}
        self._committed: set[Key] = set()
        self._withheld: set[tuple[Key, Good]] = set()
        self._withheld_counts: dict[Key, set[int]] = {}
        self._receipted: set[Key] = set()
        self._came_as_new: set[Key] = set()
        self._heard: set[Key] = set()
        self._last: Batch | None = None

    def complain(self, what: str) -> None:
        """Something happened that must not."""
        self.complaints.append(what)

    def written(self, letter: Letter) -> None:
        """A gateway has a new message."""
        self._letters[letter.key] = letter
        if letter.spool is not None and letter.seq is not None:
            self._numbered[letter.place.gateway_id, letter.spool, letter.seq] = letter

    def worker_began(self) -> None:
        """A new process, which remembers nothing."""
        self._came_as_new.clear()
        self._heard.clear()
        self._last = None
        self.owed.clear()

    def delivered(self, key: Key, *, duplicate: bool) -> None:
        """The worker has read the last byte of a message, which the broker called a duplicate.

        It may lose it again unheard, and then be sent it by a gateway as if it were new.
        """
        if not duplicate:
            self._came_as_new.add(key)

    def committed(self, batch: Batch, seen: Sequence[bool], allows: Allows) -> None:
        """The database has committed what became of this batch."""
        for index in range(len(batch)):
            message = batch.message(index)
            key = (message.topic, message.payload, message.spool, message.seq)
            letter = self._letters.get(key)
            if letter is None:
                self.complain(f"committed what nobody sent: {key}")
                continue
            if batch is not self._last:
                self._check_suspicion(key, suspected=seen[index])
            self._committed.add(key)
            self._store(letter, allows)
        self._last = batch

    def answered(self, batch: Batch) -> None:
        """The database has told the worker of a commit."""
        for index in range(len(batch)):
            message = batch.message(index)
            if message.seq is not None:
                self.owed.add((message.topic, message.payload, message.spool, message.seq))

    def acknowledged(self, key: Key) -> None:
        """The worker has told the broker that a message is dealt with."""
        if key not in self._committed:
            self.complain(f"acknowledged before its commit: {key}")

    def receipt(self, topic: str, payload: bytes) -> None:
        """The worker has told a gateway what is committed."""
        receipt = decode_receipt(payload)
        withheld = dict(receipt.withheld)
        named = [seq for first, last in receipt.seq for seq in range(first, last + 1)]
        by_number = {
            seq: letter
            for (gateway_id, spool, seq), letter in self._numbered.items()
            if receipt_topic(gateway_id) == topic and spool == receipt.spool
        }
        if unsent := set(named) - by_number.keys():
            self.complain(f"a receipt for what was never sent: {topic} {unsent}")
        for seq in set(named) & by_number.keys():
            key = by_number[seq].key
            self._receipted.add(key)
            self.owed.discard(key)
            if key not in self._committed:
                self.complain(f"a receipt before the commit: {key}")
            elif withheld.get(seq, 0) not in self._withheld_counts[key]:
                self.complain(f"a receipt calls {withheld.get(seq, 0)} samples withheld: {key}")

    def is_committed(self, key: Key) -> bool:
        """Whether the database holds what became of it."""
        return key in self._committed

    def faults(self) -> Counter[tuple[str, str | None, int | None, Fault]]:
        """What is to be set aside of all that was committed, each thing once."""
        letters = [self._letters[key] for key in self._committed]
        return Counter(
            (letter.topic, letter.spool, letter.seq, fault)
            for letter in letters
            for fault in letter.faults
        )

    def missing(
        self, rows: dict[tuple[Kind, int, int], dict[str, float]]
    ) -> list[tuple[Letter, Good]]:
        """Samples that have a receipt, and neither a row with all they say nor were withheld."""
        return [
            (letter, good)
            for letter in (self._letters[key] for key in self._receipted)
            for good in letter.good
            if (letter.key, good) not in self._withheld
            and not dict(good.cells).keys()
            <= rows.get((letter.place.kind, letter.place.device_id, good.time_ms), {}).keys()
        ]

    def _store(self, letter: Letter, allows: Allows) -> None:
        place, count = letter.place, 0
        for good in letter.good:
            if allows(place, good.time_ms):
                row = self.rows.setdefault((place.kind, place.device_id, good.time_ms), {})
                for name, value in good.cells:
                    row.setdefault(name, value)
            else:
                self._withheld.add((letter.key, good))
                count += 1
        self._withheld_counts.setdefault(letter.key, set()).add(count)

    def _check_suspicion(self, key: Key, *, suspected: bool) -> None:
        """What was here before is to go the careful way: the direct one would be refused."""
        was_here = key in self._heard or key not in self._came_as_new or key[3] is None
        if was_here and not suspected:
            self.complain(f"not suspected of having been here before: {key}")
        self._heard.add(key)
