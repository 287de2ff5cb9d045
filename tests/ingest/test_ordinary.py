"""The way of the ordinary message gives exactly what the way of all messages gives."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import QUANTITIES, Form, Kind, Quantity
from ingest.accept import FUTURE_SKEW_MS, Message
from ingest.gate import Gate
from ingest.plan import Heard, Plan, hear, make_plan
from ingest.receipts import Receipts
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Spans, Stay
from tests.ingest.batches import batch

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
ALWAYS: Spans = ((0, END_OF_TIME_MS),)


def gate() -> Gate:
    """A room that agrees, one whose tenancy began an hour ago, one that objects, and two more."""
    stays = {
        "agrees": (Stay(0, END_OF_TIME_MS, ALWAYS),),
        "moved-in": (Stay(NOW_MS - 3_600_000, END_OF_TIME_MS, ALWAYS),),
        "objects": (Stay(0, END_OF_TIME_MS, ((0, NOW_MS - 1),)),),
    }
    rooms = {
        name: GateDevice(number, Kind.ROOM, stay)
        for number, (name, stay) in enumerate(stays.items(), start=1)
    }
    boiler = GateDevice(8, Kind.BOILER, stays["agrees"])
    station = GateDevice(9, Kind.WEATHER, None)
    return Gate(GateTable(1, {"gw-a": {**rooms, "boiler": boiler, "station": station}}))


def cells(quantity: Quantity) -> st.SearchStrategy[Any]:
    """Cells for a quantity: mostly possible, now and then not."""
    middle = (quantity.lowest + quantity.highest) / 2
    good: dict[Form, list[Any]] = {
        Form.REAL: [quantity.lowest, quantity.highest, middle, round(middle)],
        Form.BOOLEAN: [True, False],
        Form.COUNTER: [0, 17, 2**31 - 1],
        Form.TEXT: ["A01", "", "ü" * 64],
    }
    bad = [-1e9, 1e300, 10**400, "A\x00", "x" * 65, 2**31, -1, "20", True, 0.5, []]
    often = st.sampled_from([*good[quantity.form], None])
    return st.one_of(often, often, often, st.sampled_from([*good[quantity.form], *bad, None]))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """Ordinary messages and all that can be wrong with one."""
    device = draw(st.sampled_from(["agrees", "moved-in", "objects", "boiler", "station", "nobody"]))
    kind = draw(st.sampled_from(Kind))
    count = draw(st.sampled_from([1, 1, 1, 2, 3]))
    times = st.one_of(
        st.integers(NOW_MS - 5, NOW_MS),
        st.integers(NOW_MS - 7_200_000, NOW_MS + 2 * FUTURE_SKEW_MS),
        st.sampled_from([0, -1, 10**300, 2**63, 1.5, None, NOW_MS + FUTURE_SKEW_MS]),
    )
    members: dict[str, Any] = {"t": draw(st.lists(times, min_size=count, max_size=count))}
    for quantity in draw(st.lists(st.sampled_from(QUANTITIES[kind]), max_size=4)):
        length = draw(st.sampled_from([count, count, count, count, count + 1]))
        column = st.lists(cells(quantity), min_size=length, max_size=length)
        members[quantity.name] = draw(column)
    payload = json.dumps(members).encode()
    payload = draw(st.sampled_from([payload] * 8 + [payload[:-1], b"", b"\xff", payload + b"{}"]))
    topic = f"homewell/v1/gw-a/{device}/{draw(st.sampled_from([kind] * 9 + ['gas']))}"
    seq = draw(st.one_of(st.none(), st.integers(0, 50)))
    return Message(topic, payload, None if seq is None else "spool-1", seq)


def said(plan: Plan) -> dict[str, Any]:
    """All that a plan says, in a form that can be compared."""
    receipts = Receipts()
    receipts.owe(plan, 0.0)
    rows = {
        kind: [
            (message, repr(planned.block.row(index)))
            for index, message in enumerate(planned.messages.tolist())
        ]
        for kind, planned in plan.rows.items()
    }
    return {
        "rows": {kind: found for kind, found in rows.items() if found},
        "rejections": plan.rejections,
        "reasons": plan.reasons,
        "samples": plan.samples,
        "withheld": plan.withheld,
        "receipts": receipts.take(100),
    }


@given(st.lists(messages(), max_size=12))
def test_for_any_mixture_both_ways_give_the_same(mixture: Sequence[Message]) -> None:
    heard = hear(batch(mixture), np.zeros(len(mixture), np.bool_), NOW)
    one_by_one: Heard = replace(heard, sheets=[])

    by_the_batch = said(make_plan(heard, gate(), NOW_MS))

    assert by_the_batch == said(make_plan(one_by_one, gate(), NOW_MS))


def test_a_message_with_nothing_wrong_goes_the_ordinary_way() -> None:
    good = b'{"t":[%d],"air_temp_c":[20.5],"x":"unknown"}' % NOW_MS
    hour = b'{"t":[%d,%d],"air_temp_c":[20.5,null],"co2_ppm":[null,600]}' % (NOW_MS, NOW_MS - 1)
    topic = "homewell/v1/gw-a/agrees/room"
    mixture = [Message(topic, good), Message(topic, hour), Message(topic, b"{}")]

    heard = hear(batch(mixture), np.zeros(3, np.bool_), NOW)

    assert [sheet.messages.tolist() for sheet in heard.sheets] == [[0], [1]]
