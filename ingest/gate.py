"""The consent gate in memory: which samples may be stored now. Pure.

A device takes some 45 bytes, so that a million of them fit into every worker; what they are
called is known by hash alone. One thread at a time may use a gate.
"""

from array import array
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.quantities import Kind
from core.wire import Address, readings_topic
from ingest.gate_terms import Terms
from ingest.topic_index import TopicIndex
from store.gate import GateDevice, GateTable

TOO_OLD = "older than the landlord keeps readings"
"""Why such a sample is refused. Its payload is not to be kept either: it is a reading as old."""

_NOBODY = -1  # the device of a slot whose topic is not registered any more
_LOOKED_THROUGH = 65_536  # slots at a time, for the sake of memory
_WASTE_MIN = 4_096
_WASTE_PART = 4  # of all slots: so many may have changed before what they left behind is cleared

Numbers = Sequence[int] | NDArray[Any]


@dataclass(frozen=True, slots=True)
class Judged:
    """A known device, and which of the samples may be stored; `allowed` None means all.

    `too_old` tells which are older than the landlord keeps readings; None means none.
    """

    device_id: int
    allowed: Sequence[bool] | None = None
    too_old: Sequence[bool] | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such device is registered, or as another kind; `reason` says so to a person."""

    reason: str
    registered_as: Kind | None = None


class Gate:
    """The gate's table, whole at `version`.

    It holds every registered device, so what is not in it is not in the store at that version; a
    device that is registered later makes a new version. A slot stands for a device in questions
    about many messages at once; slots hold until the next `update`.
    """

    def __init__(self, table: GateTable, *, hash_of: Callable[[str], int] = hash) -> None:
        """`hash_of` is for those who want collisions; see `TopicIndex`."""
        self.version = table.version
        self._index = TopicIndex(hash_of)
        self._terms = Terms()
        self._device_ids = array("i")
        self._terms_of = array("i")
        self._gateways = array("q")  # by hash, as topics are
        self._waste = 0
        self._take_in(table)

    @classmethod
    def of(cls, tables: Iterable[GateTable]) -> "Gate":
        """The gate of a table that comes in blocks, no gateway in two of them.

        There must be one at least, which says the version.
        """
        blocks = iter(tables)
        gate = cls(next(blocks))
        for table in blocks:
            gate._take_in(table)
        return gate

    @property
    def slots(self) -> int:
        """How many slots there are, those of devices that are gone for now included."""
        return len(self._device_ids)

    def update(self, table: GateTable, concerned: Collection[str]) -> None:
        """Put the table's newer word about the gateways `concerned` in the place of the old."""
        self._retire({*concerned, *table.gateways})
        self._take_in(table)
        self.version = table.version
        if self._waste > max(_WASTE_MIN, len(self._device_ids) // _WASTE_PART):
            self._clear_waste()

    def find(self, topics: Sequence[str]) -> NDArray[np.intp]:
        """The slot of each readings topic's device; -1 where no such device of that kind is."""
        slots = self._index.find(topics)
        if len(self._device_ids):
            slots[self.device_ids(slots) == _NOBODY] = -1
        return slots

    def device_ids(self, slots: Numbers) -> NDArray[np.int32]:
        """The device of each slot; what stands for slot -1 means nothing."""
        return np.frombuffer(self._device_ids, np.int32)[np.asarray(slots, np.intp)]

    def allows(self, slots: Numbers, times_ms: Numbers, now_ms: int) -> NDArray[np.bool_] | None:
        """Which pairs of slot and time consent lets us store at `now_ms`; None: all of them.

        A sample is stored when the ledger of the tenancy in force at its time allowed it then and
        allows it now. Of a tenancy that has ended since, the last word stands. Where nobody lived,
        or the device stood nowhere, nobody could be asked and nothing is stored. No slot is -1.
        """
        return self._terms.all_stored(self._terms_at(slots), np.asarray(times_ms, np.int64), now_ms)

    def too_old(self, slots: Numbers, times_ms: Numbers, now_ms: int) -> NDArray[np.bool_] | None:
        """Which pairs of slot and time are older than the landlord keeps readings; None: none."""
        return self._terms.too_old(self._terms_at(slots), np.asarray(times_ms, np.int64), now_ms)

    def judge(self, address: Address, times_ms: Sequence[int], now_ms: int) -> Judged | Unknown:
        """What `find`, `allows` and `too_old` say of one message's samples."""
        slot = self._slot(address)
        if slot < 0:
            return self._unknown(address)
        terms = self._terms_of[slot]
        allowed = [self._terms.stored(terms, time_ms, now_ms) for time_ms in times_ms]
        oldest_ms = self._terms.oldest_ms(terms, now_ms)
        return Judged(
            self._device_ids[slot],
            None if all(allowed) else allowed,
            [time_ms < oldest_ms for time_ms in times_ms]
            if min(times_ms, default=oldest_ms) < oldest_ms
            else None,
        )

    def _slot(self, address: Address) -> int:
        slot = self._index.find_one(readings_topic(address))
        return slot if slot >= 0 and self._device_ids[slot] != _NOBODY else -1

    def _unknown(self, address: Address) -> Unknown:
        name = f"device {address.device!r} of gateway {address.gateway_id!r}"
        for kind in Kind:
            if self._slot(Address(address.gateway_id, address.device, kind)) >= 0:
                reason = f"{name} is registered as {kind.value}, not as {address.kind.value}"
                return Unknown(reason, kind)
        return Unknown(f"{name} is not registered")

    def _terms_at(self, slots: Numbers) -> NDArray[np.int32]:
        return np.frombuffer(self._terms_of, np.int32)[np.asarray(slots, np.intp)]

    def _retire(self, gateway_ids: Collection[str]) -> None:
        if not gateway_ids or not self._device_ids:
            return
        wanted = np.sort(np.fromiter(map(hash, gateway_ids), np.int64, len(gateway_ids)))
        gateways = np.frombuffer(self._gateways, np.int64)
        gone = np.concatenate(
            [
                start
                + np.flatnonzero(_are_among(gateways[start : start + _LOOKED_THROUGH], wanted))
                for start in range(0, len(gateways), _LOOKED_THROUGH)
            ]
        )
        np.frombuffer(self._device_ids, np.int32)[gone] = _NOBODY
        self._index.drop_exact(gone.tolist())
        self._waste += len(gone)

    def _take_in(self, table: GateTable) -> None:
        topics, devices, gateways = [], [], []
        for gateway_id, named in table.gateways.items():
            gateway = hash(gateway_id)
            for name, device in named.items():
                topics.append(readings_topic(Address(gateway_id, name, device.kind)))
                devices.append(device)
                gateways.append(gateway)
        known = self._index.find(topics).tolist()
        for topic, slot, device, gateway in zip(topics, known, devices, gateways, strict=True):
            if slot < 0 or self._device_ids[slot] != _NOBODY:  # new, or its hash is another's
                self._index.add(topic, len(self._device_ids))
                self._device_ids.append(device.device_id)
                self._terms_of.append(self._number(device))
                self._gateways.append(gateway)
            else:
                self._device_ids[slot] = device.device_id
                self._terms_of[slot] = self._number(device)
                self._gateways[slot] = gateway

    def _number(self, device: GateDevice) -> int:
        return self._terms.number(device.stays, device.keep)

    def _clear_waste(self) -> None:
        """Number the slots and terms that are in use anew, and forget the others."""
        device_ids = np.frombuffer(self._device_ids, np.int32)
        live = np.flatnonzero(device_ids != _NOBODY)
        new_slots = np.full(len(device_ids), -1, np.int32)
        new_slots[live] = np.arange(len(live), dtype=np.int32)
        self._index.renumber(new_slots)
        used, terms_of = np.unique(self._terms_at(live), return_inverse=True)
        self._terms = self._terms.only(used.tolist())
        self._terms_of = array("i", terms_of.astype(np.int32).tobytes())
        self._gateways = array("q", np.frombuffer(self._gateways, np.int64)[live].tobytes())
        self._device_ids = array("i", device_ids[live].tobytes())
        self._waste = 0


def _are_among(numbers: NDArray[np.int64], ordered: NDArray[np.int64]) -> NDArray[np.bool_]:
    places = np.minimum(np.searchsorted(ordered, numbers), len(ordered) - 1)
    among: NDArray[np.bool_] = ordered[places] == numbers
    return among
