"""From topics to slots, for a million topics in twelve bytes each. Pure.

A topic is known by its 64-bit hash alone. Python's `hash` of a text is SipHash with a key that is
drawn anew in every process (unless PYTHONHASHSEED is set, which ingest should not be), so that
nobody can look for a topic that passes for another one. By chance one that is not registered does
so with 10^6 in 2^64 at a million devices: 5 in 10^14 such topics.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

_RECENT_MIN = 8_192
_RECENT_PART = 32  # so few of all topics may wait, at 100 bytes each, to be put in order


class TopicIndex:
    """Which slot each topic has. Two that share a hash are told apart by their text."""

    def __init__(self, hash_of: Callable[[str], int] = hash) -> None:
        """`hash_of` gives whole numbers of 64 bits."""
        self._hash_of = hash_of
        self._keys = np.empty(0, np.int64)  # in order
        self._slots = np.empty(0, np.int32)
        self._recent: dict[int, int] = {}
        self._exact: dict[str, int] = {}

    def find(self, topics: Sequence[str]) -> NDArray[np.intp]:
        """The slot of each topic; -1 where it has none."""
        keys = np.fromiter(map(self._hash_of, topics), np.int64, len(topics))
        slots = np.full(len(topics), -1, np.intp)
        if len(self._keys):
            # Looked up in order, neighbours find the same parts of the index in the cache.
            order = np.argsort(keys)
            ordered = keys[order]
            places = np.minimum(np.searchsorted(self._keys, ordered), len(self._keys) - 1)
            found = np.where(self._keys[places] == ordered, self._slots[places], -1)
            slots[order] = found
        if self._recent:
            for i in np.flatnonzero(slots < 0).tolist():
                slots[i] = self._recent.get(int(keys[i]), -1)
        if self._exact:
            for i, topic in enumerate(topics):
                slots[i] = self._exact.get(topic, slots[i])
        return slots

    def find_one(self, topic: str) -> int:
        """The slot of one topic; -1 when it has none."""
        if topic in self._exact:
            return self._exact[topic]
        key = self._hash_of(topic)
        place = int(self._keys.searchsorted(key))
        if place < len(self._keys) and self._keys[place] == key:
            return int(self._slots[place])
        return self._recent.get(key, -1)

    def add(self, topic: str, slot: int) -> None:
        """Give a slot to a topic for which `find` knew none, or that of another topic."""
        key = self._hash_of(topic)
        place = int(self._keys.searchsorted(key))
        is_taken = place < len(self._keys) and bool(self._keys[place] == key)
        if is_taken or key in self._recent:
            self._exact[topic] = slot
            return
        self._recent[key] = slot
        if len(self._recent) > max(_RECENT_MIN, len(self._keys) // _RECENT_PART):
            self._put_in_order()

    def drop_exact(self, gone: Iterable[int]) -> None:
        """Forget topics told apart by their text whose slots are these."""
        if self._exact:
            lost = set(gone)
            self._exact = {topic: at for topic, at in self._exact.items() if at not in lost}

    def renumber(self, new_slots: NDArray[np.int32]) -> None:
        """Give every topic the new slot that stands at the place of its old one; -1 drops it."""
        self._put_in_order()
        slots = new_slots[self._slots]
        self._keys, self._slots = self._keys[slots >= 0], slots[slots >= 0]
        self._exact = {topic: int(new_slots[slot]) for topic, slot in self._exact.items()}

    def _put_in_order(self) -> None:
        keys = np.fromiter(self._recent, np.int64, len(self._recent))
        slots = np.fromiter(self._recent.values(), np.int32, len(self._recent))
        self._recent.clear()
        order = np.argsort(keys)
        places = np.searchsorted(self._keys, keys[order])
        self._keys = np.insert(self._keys, places, keys[order])
        self._slots = np.insert(self._slots, places, slots[order])
