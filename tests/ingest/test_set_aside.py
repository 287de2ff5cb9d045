"""What cannot be stored is set aside with its reason; its readings only as consent allows."""

from datetime import UTC, datetime

import numpy as np
import pytest

from core.quantities import Kind
from ingest.accept import Message
from ingest.gate import Gate
from ingest.plan import Plan, hear, make_plan
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Spans, Stay
from tests.ingest.batches import batch

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
TOMORROW_MS = NOW_MS + 86_400_000
AGREED: Spans = ((0, END_OF_TIME_MS),)
WITHDRAWN: Spans = ((0, NOW_MS - 1),)

FUTURE = Message("homewell/v1/gw-a/bedroom/room", b'{"t":[%d],"air_temp_c":[17.25]}' % TOMORROW_MS)
RAGGED = Message("homewell/v1/gw-a/bedroom/room", b'{"t":[1,2],"air_temp_c":[17.25]}')
OTHER_KIND = Message("homewell/v1/gw-a/bedroom/boiler", b'{"t":[1],"pressure_bar":[1.5]}')
STRANGER = Message("homewell/v1/gw-a/attic/room", b'{"t":[1],"air_temp_c":[17.25]}')
NO_TOPIC = Message("homewell/v1/gw-a/The Bedroom/room", b'{"t":[1],"air_temp_c":[17.25]}')


def set_aside(message: Message, standing: Spans) -> Plan:
    stay = Stay(0, END_OF_TIME_MS, standing)
    devices = {"bedroom": GateDevice(7, Kind.ROOM, (stay,))}
    gate = Gate(GateTable(1, {"gw-a": devices}))
    return make_plan(hear(batch([message]), np.zeros(1, np.bool_), NOW), gate, NOW_MS)


@pytest.mark.parametrize("message", [FUTURE, RAGGED])
def test_a_message_of_a_tenant_who_agrees_is_shown_as_it_came(message: Message) -> None:
    (rejection,) = set_aside(message, AGREED).rejections

    assert b"17.25" in rejection.payload


@pytest.mark.parametrize("message", [FUTURE, RAGGED])
def test_of_a_tenant_who_objects_only_the_reason_is_kept(message: Message) -> None:
    plan = set_aside(message, WITHDRAWN)

    (rejection,) = plan.rejections
    assert rejection.payload == b""
    assert rejection.reason != ""
    # So the batch is judged anew when the ledger changes before the commit.
    assert (plan.concerns({"gw-a"}), plan.concerns({"gw-b"})) == (True, False)


@pytest.mark.parametrize("message", [STRANGER, OTHER_KIND, NO_TOPIC])
def test_of_readings_that_are_nobodys_as_far_as_we_know_only_the_reason_is_kept(
    message: Message,
) -> None:
    (rejection,) = set_aside(message, AGREED).rejections

    assert rejection.payload == b""
    assert rejection.samples_lost == 1
