"""Which samples consent lets us store now, and what gateways may send."""

from datetime import UTC, datetime

import pytest

from core.quantities import Kind
from core.retention import Keep
from core.wire import Address, ConsentDocument, readings_topic
from ingest.documents import consent_document
from ingest.gate import Gate, Judged, Unknown
from ingest.gate_terms import CLOCK_SKEW_MS
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Stay

ALWAYS = ((0, END_OF_TIME_MS),)
BEDROOM = Address("gw-a", "bedroom", Kind.ROOM)


def gate(*stays: Stay, version: int = 1) -> Gate:
    """A gate that knows the bedroom's sensor, with these stays, and a weather station."""
    devices = {
        "bedroom": GateDevice(7, Kind.ROOM, stays),
        "station": GateDevice(8, Kind.WEATHER, None),
    }
    return Gate(GateTable(version, {"gw-a": devices}))


def test_what_was_allowed_then_and_is_allowed_now_is_stored() -> None:
    judged = gate(Stay(100, 200, ALWAYS)).judge(BEDROOM, [100, 199], 10_000)

    assert judged == Judged(7)


def test_before_the_first_and_from_the_last_instant_on_nothing_is_stored() -> None:
    judged = gate(Stay(100, 200, ALWAYS)).judge(BEDROOM, [99, 100, 199, 200], 10_000)

    assert judged == Judged(7, [False, True, True, False])


def test_between_two_tenancies_nobody_could_be_asked() -> None:
    stays = (Stay(100, 200, ALWAYS), Stay(300, END_OF_TIME_MS, ALWAYS))

    judged = gate(*stays).judge(BEDROOM, [150, 250, 350], 10_000)

    assert judged == Judged(7, [True, False, True])


def test_what_was_withdrawn_since_is_not_stored_however_it_was_measured() -> None:
    withdrawn = ((0, 50_000),)

    open_gate = gate(Stay(100, 50_000, withdrawn))

    assert open_gate.judge(BEDROOM, [150], 40_000) == Judged(7)
    assert open_gate.judge(BEDROOM, [150], 50_000) == Judged(7, [False])


def test_a_withdrawal_by_a_clock_that_is_a_little_ahead_counts_at_once() -> None:
    at = 50_000
    closing = gate(Stay(100, at, ((0, at),)))

    assert closing.judge(BEDROOM, [150], at - CLOCK_SKEW_MS - 1) == Judged(7)
    assert closing.judge(BEDROOM, [150], at - CLOCK_SKEW_MS) == Judged(7, [False])


def test_one_tenants_withdrawal_does_not_touch_the_time_of_the_one_before() -> None:
    stays = (Stay(100, 200, ALWAYS), Stay(200, 300, ((200, 300),)))

    assert gate(*stays).judge(BEDROOM, [150, 250], 10_000) == Judged(7, [True, False])


def test_weather_is_nobodys_personal_data() -> None:
    station = Address("gw-a", "station", Kind.WEATHER)

    assert gate().judge(station, [0, 10_000], 10_000) == Judged(8)


@pytest.mark.parametrize(
    ("address", "unknown"),
    [
        (
            Address("gw-a", "kitchen", Kind.ROOM),
            Unknown("device 'kitchen' of gateway 'gw-a' is not registered"),
        ),
        (
            Address("gw-x", "bedroom", Kind.ROOM),
            Unknown("device 'bedroom' of gateway 'gw-x' is not registered"),
        ),
        (
            Address("gw-a", "bedroom", Kind.BOILER),
            Unknown(
                "device 'bedroom' of gateway 'gw-a' is registered as room, not as boiler",
                Kind.ROOM,
            ),
        ),
    ],
    ids=["device", "gateway", "kind"],
)
def test_what_is_not_registered_is_refused_with_the_reason(
    address: Address, unknown: Unknown
) -> None:
    assert gate(Stay(0, 200, ALWAYS)).judge(address, [100], 100) == unknown


def test_a_gateway_may_send_what_is_allowed_now() -> None:
    devices = {
        "bedroom": GateDevice(7, Kind.ROOM, (Stay(100, 50_000, ALWAYS),)),
        "station": GateDevice(8, Kind.WEATHER, None),
    }

    before = consent_document(devices, 17, 49_999)
    after = consent_document(devices, 17, 50_000)

    assert before == ConsentDocument(17, {"bedroom": [Kind.ROOM], "station": [Kind.WEATHER]})
    assert after == ConsentDocument(17, {"station": [Kind.WEATHER]})
    assert consent_document({}, 17, 0) == ConsentDocument(17, {})


def test_what_is_older_than_the_landlord_keeps_is_named_beside_what_consent_allows() -> None:
    month = Keep(months=1, ms=0)
    device = GateDevice(7, Kind.ROOM, (Stay(0, END_OF_TIME_MS, ALWAYS),), month)
    keeping = Gate(GateTable(1, {"gw-a": {"bedroom": device}}))
    now = datetime(2026, 3, 31, 12, tzinfo=UTC)
    oldest = datetime(2026, 2, 28, 12, tzinfo=UTC)
    now_ms, oldest_ms = (int(at.timestamp() * 1000) for at in (now, oldest))
    times_ms = [oldest_ms - 1, oldest_ms, now_ms]

    judged = keeping.judge(BEDROOM, times_ms, now_ms)
    slots = keeping.find([readings_topic(BEDROOM)] * 3)
    too_old = keeping.too_old(slots, times_ms, now_ms)

    assert judged == Judged(7, None, [True, False, False])
    assert too_old is not None
    assert too_old.tolist() == [True, False, False]
    assert keeping.judge(BEDROOM, [oldest_ms], now_ms) == Judged(7)
    assert keeping.too_old(slots[1:], times_ms[1:], now_ms) is None


def test_a_message_of_which_no_sample_is_left_is_still_known() -> None:
    held = gate(Stay(0, 200, ALWAYS))

    assert held.judge(BEDROOM, [], 100) == Judged(7)
    assert held.allows([], [], 100) is None
    assert held.too_old([], [], 100) is None


def test_a_landlord_without_a_limit_keeps_readings_of_any_age() -> None:
    assert gate(Stay(0, END_OF_TIME_MS, ALWAYS)).judge(BEDROOM, [1], 2**40) == Judged(7)


def test_a_newer_word_takes_the_place_of_the_old_for_the_gateways_it_names() -> None:
    held = gate(Stay(100, 200, ALWAYS))
    newer = GateTable(2, {"gw-b": {"attic": GateDevice(9, Kind.ROOM, ())}})

    held.update(newer, {"gw-b", "gw-a"})

    attic = Address("gw-b", "attic", Kind.ROOM)
    assert held.version == 2
    assert held.judge(attic, [150], 10_000) == Judged(9, [False])
    assert isinstance(held.judge(BEDROOM, [150], 10_000), Unknown)


def test_an_empty_gate_knows_nobody() -> None:
    empty = Gate(GateTable(0, {}))

    assert empty.find([readings_topic(BEDROOM)]).tolist() == [-1]
    assert empty.find([]).tolist() == []
    assert isinstance(empty.judge(BEDROOM, [1], 1), Unknown)
