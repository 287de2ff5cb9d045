"""Which samples consent lets us store now, and what gateways may send."""

import pytest

from core.quantities import Kind
from core.wire import Address, ConsentDocument
from ingest.gate import CLOCK_SKEW_MS, Gate, Judged, Unknown
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
    ("address", "reason"),
    [
        (
            Address("gw-a", "kitchen", Kind.ROOM),
            "device 'kitchen' of gateway 'gw-a' is not registered",
        ),
        (
            Address("gw-x", "bedroom", Kind.ROOM),
            "device 'bedroom' of gateway 'gw-x' is not registered",
        ),
        (
            Address("gw-a", "bedroom", Kind.BOILER),
            "device 'bedroom' of gateway 'gw-a' is registered as room, not as boiler",
        ),
    ],
    ids=["device", "gateway", "kind"],
)
def test_what_is_not_registered_is_refused_with_the_reason(address: Address, reason: str) -> None:
    assert gate(Stay(0, 200, ALWAYS)).judge(address, [100], 100) == Unknown(reason)


def test_a_gateway_may_send_what_is_allowed_now() -> None:
    leaving = gate(Stay(100, 50_000, ALWAYS), version=17)

    before = leaving.document("gw-a", 49_999)
    after = leaving.document("gw-a", 50_000)

    allowed = {"bedroom": [Kind.ROOM], "station": [Kind.WEATHER]}
    assert before == ConsentDocument(17, allowed)
    assert after == ConsentDocument(17, {"station": [Kind.WEATHER]})
    assert leaving.document("gw-x", 0) == ConsentDocument(17, {})


def test_a_span_that_ends_by_itself_makes_its_gateway_due_once() -> None:
    ending = gate(Stay(100, 50_000, ALWAYS))
    ending.due(10_000)

    assert ending.due(49_000 - CLOCK_SKEW_MS) == set()
    assert ending.due(50_000) == {"gw-a"}
    assert ending.due(60_000) == set()


def test_a_newer_word_takes_the_place_of_the_old_for_the_gateways_it_names() -> None:
    held = gate(Stay(100, 200, ALWAYS))
    newer = GateTable(2, {"gw-b": {"attic": GateDevice(9, Kind.ROOM, ())}})

    held.update(newer, {"gw-b", "gw-a"})

    attic = Address("gw-b", "attic", Kind.ROOM)
    assert held.version == 2
    assert held.judge(attic, [150], 10_000) == Judged(9, [False])
    assert isinstance(held.judge(BEDROOM, [150], 10_000), Unknown)
    assert list(held.gateways()) == ["gw-b"]
