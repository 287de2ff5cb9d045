"""Each message of a spool is told of once, joined with the others of its spool."""

import json
from datetime import UTC, datetime

import numpy as np

from core.quantities import Kind
from ingest.accept import Message
from ingest.gate import Gate
from ingest.plan import Plan, hear, make_plan
from ingest.receipts import Receipts
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Stay
from tests.ingest.batches import batch

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


def plan(*messages: Message) -> Plan:
    """What becomes of the messages where th-1 agrees and th-2 objects."""
    agrees = Stay(0, END_OF_TIME_MS, ((0, END_OF_TIME_MS),))
    objects = Stay(0, END_OF_TIME_MS, ((0, NOW_MS - 1),))
    devices = {
        "th-1": GateDevice(1, Kind.ROOM, (agrees,)),
        "th-2": GateDevice(2, Kind.ROOM, (objects,)),
    }
    gate = Gate(GateTable(1, {"gw-a": devices, "gw-b": devices}))
    heard = hear(batch(messages), np.zeros(len(messages), np.bool_), NOW)
    return make_plan(heard, gate, NOW_MS)


def reading(device: str, spool: str | None, seq: int | None, gateway: str = "gw-a") -> Message:
    """A reading out of a spool."""
    payload = b'{"t":[%d],"air_temp_c":[20.5]}' % NOW_MS
    return Message(f"homewell/v1/{gateway}/{device}/room", payload, spool, seq)


def taken(receipts: Receipts, most: int = 100) -> list[tuple[str, dict[str, object]]]:
    """What is owed, read as a gateway reads it."""
    return [(topic, json.loads(payload)) for topic, payload in receipts.take(most)]


def test_batches_are_joined_to_one_receipt_a_spool_and_told_once() -> None:
    receipts = Receipts()
    receipts.owe(plan(reading("th-1", "s", 1), reading("th-1", "t", 9)), 10.0)
    receipts.owe(plan(reading("th-1", "s", 2), reading("th-1", "s", 5, "gw-b")), 11.0)

    assert (len(receipts), receipts.owed) == (3, 4)
    assert taken(receipts) == [
        ("homewell/v1/gw-a/receipt", {"spool": "s", "seq": [[1, 2]], "withheld": []}),
        ("homewell/v1/gw-a/receipt", {"spool": "t", "seq": [[9, 9]], "withheld": []}),
        ("homewell/v1/gw-b/receipt", {"spool": "s", "seq": [[5, 5]], "withheld": []}),
    ]
    assert (len(receipts), receipts.owed, receipts.take(100)) == (0, 0, [])


def test_who_has_waited_longest_is_told_first() -> None:
    receipts = Receipts()
    receipts.owe(plan(reading("th-1", "s", 1), reading("th-1", "t", 1)), 10.0)
    receipts.owe(plan(reading("th-1", "s", 2), reading("th-1", "u", 1)), 20.0)

    assert [receipts.overdue(at_s) for at_s in (9.0, 10.0, 19.0, 20.0)] == [0, 2, 2, 3]
    assert [message["spool"] for _, message in taken(receipts, 1)] == ["s"]
    assert [receipts.overdue(at_s) for at_s in (10.0, 20.0)] == [1, 2]
    assert [message["spool"] for _, message in taken(receipts, 2)] == ["t", "u"]
    assert receipts.overdue(99.0) == 0


def test_refused_and_withheld_messages_have_their_receipt_too() -> None:
    receipts = Receipts()
    bad = Message("homewell/v1/gw-a/th-1/room", b"{}", "s", 3)

    receipts.owe(plan(reading("th-2", "s", 1), reading("nobody", "s", 2), bad), 10.0)

    assert taken(receipts) == [
        ("homewell/v1/gw-a/receipt", {"spool": "s", "seq": [[1, 3]], "withheld": [[1, 1]]})
    ]


def test_nobody_is_told_of_what_has_no_number_or_no_address() -> None:
    receipts = Receipts()
    nowhere = Message("homewell/v1/gw-a/Th 1/room", b"{}", "s", 1)

    receipts.owe(plan(reading("th-1", None, None), nowhere), 10.0)

    assert taken(receipts) == []
