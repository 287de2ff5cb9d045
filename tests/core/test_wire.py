"""The wire: golden files that old gateways still send, and payloads nobody should send."""

from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import QUANTITIES, Form, Kind, Quantity
from core.wire import (
    SAMPLES_MAX,
    Address,
    Cell,
    ConsentDocument,
    GatewayState,
    Receipt,
    Samples,
    Unreadable,
    decode_consent,
    decode_receipt,
    decode_samples,
    decode_state,
    encode,
    encode_receipt,
    encode_samples,
    parse_readings_topic,
    ranges,
    readings_topic,
)

# These files are what gateways in homes send and read. They never change; a new form is a new file.
GOLDEN = Path(__file__).parents[1] / "messages" / "wire_v1"
NOON_MS = 1763712000000  # 2025-11-21T08:00:00Z


def golden(name: str) -> bytes:
    return (GOLDEN / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "kind", "samples"),
    [
        (
            "room_one_sample",
            Kind.ROOM,
            Samples([NOON_MS], {"air_temp_c": [20.1], "rel_humidity_pct": [55.0]}),
        ),
        (
            "room_with_gaps",
            Kind.ROOM,
            Samples(
                [NOON_MS, NOON_MS + 60_000, NOON_MS + 120_000],
                {
                    "air_temp_c": [20.1, None, -4.5],
                    "rel_humidity_pct": [55.0, 54.5, None],
                    "co2_ppm": [None, 812.0, None],
                    "surface_temp_c": [12.25, 12.5, 12.75],
                    "battery_pct": [97.0, None, None],
                },
            ),
        ),
        (
            "boiler_every_quantity",
            Kind.BOILER,
            Samples(
                [NOON_MS, NOON_MS + 60_000],
                {
                    "flow_temp_c": [55.5, None],
                    "return_temp_c": [45.0, 44.5],
                    "hot_water_temp_c": [48.0, 48.0],
                    "flow_target_c": [60.0, 60.0],
                    "hot_water_target_c": [50.0, 50.0],
                    "pressure_bar": [1.4, 1.3],
                    "modulation_pct": [35.0, 0.0],
                    "flame_current_ua": [28.5, 0.0],
                    "flame_on": [True, False],
                    "pump_on": [True, None],
                    "heat_demand": [True, True],
                    "hot_water_demand": [False, False],
                    "burner_starts": [2147483647, 0],
                    "ignition_failures": [3, 3],
                    "fault_code": [None, "A01/5015"],
                },
            ),
        ),
        (
            "weather",
            Kind.WEATHER,
            Samples([NOON_MS], {"air_temp_c": [3.2], "rel_humidity_pct": [91.0], "rain_mm": [0.2]}),
        ),
    ],
)
def test_a_gateway_of_version_1_is_understood_and_answered_in_its_own_form(
    name: str, kind: Kind, samples: Samples
) -> None:
    assert decode_samples(kind, golden(name)) == samples
    assert encode_samples(samples) == golden(name)


def test_members_of_a_later_gateway_are_passed_over() -> None:
    samples = decode_samples(Kind.ROOM, golden("room_from_a_later_gateway"))

    assert samples == Samples([NOON_MS], {"air_temp_c": [20.1]})


def test_a_receipt_is_read_and_written_as_in_version_1() -> None:
    receipt = Receipt(spool="Zk3v", seq=[(1, 40), (42, 42)], withheld=[(7, 2)])

    assert decode_receipt(golden("receipt")) == receipt
    assert encode_receipt("Zk3v", [*range(1, 41), 42], {7: 2}) == golden("receipt")


def test_a_receipt_that_says_nothing_of_consent_withheld_nothing() -> None:
    receipt = decode_receipt(golden("receipt_without_withheld"))

    assert receipt == Receipt(spool="Zk3v", seq=[(1, 40), (42, 42)], withheld=[])


def test_a_consent_document_is_read_and_written_as_in_version_1() -> None:
    document = ConsentDocument(
        revision=17,
        allowed={"bedroom-1": [Kind.ROOM], "boiler": [Kind.BOILER], "plug-1": []},
    )

    assert decode_consent(golden("consent")) == document
    assert encode(document) == golden("consent")


@pytest.mark.parametrize(
    ("device", "kind", "allowed"),
    [
        ("bedroom-1", Kind.ROOM, True),
        ("bedroom-1", Kind.BOILER, False),
        ("plug-1", Kind.ROOM, False),
        ("not-named", Kind.ROOM, False),
    ],
)
def test_a_device_sends_what_the_document_names_and_nothing_else(
    device: str, kind: Kind, allowed: bool
) -> None:
    assert decode_consent(golden("consent")).allows(device, kind) is allowed


def test_a_gateways_state_is_read_and_written_as_in_version_1() -> None:
    state = GatewayState(online=True, version="0.1.0", spool_depth=12)

    assert decode_state(golden("state")) == state
    assert encode(state) == golden("state")


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "not a boiler message: Input data was truncated"),
        (b"[]", "not a boiler message: Expected `object`, got `array`"),
        (b"{}", "not a boiler message: Object missing required field `t`"),
        (b'{"t":[]}', "no samples: 't' is empty"),
        (b'{"t":[1.5]}', "not a boiler message: Expected `int`, got `float` - at `$.t[0]`"),
        (b'{"t":["1"]}', "not a boiler message: Expected `int`, got `str` - at `$.t[0]`"),
        (
            b'{"t":[1,2],"flow_temp_c":[50]}',
            "ragged columns: 't' has 2 entries, 'flow_temp_c' has 1",
        ),
        (
            b'{"t":[1],"flow_temp_c":[true]}',
            "not a boiler message: Expected `float | null`, got `bool` - at `$.flow_temp_c[0]`",
        ),
        (
            b'{"t":[1],"pump_on":[1]}',
            "not a boiler message: Expected `bool | null`, got `int` - at `$.pump_on[0]`",
        ),
        (b'{"t":[%s]}' % b",".join([b"1"] * 501), "501 samples in one message; at most 500"),
    ],
)
def test_what_is_no_message_is_refused_with_a_reason_a_person_can_read(
    payload: bytes, reason: str
) -> None:
    with pytest.raises(Unreadable) as refusal:
        decode_samples(Kind.BOILER, payload)

    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "payload",
    [
        b'{"t":[1],"flow_temp_c":[NaN]}',
        b'{"t":[1],"flow_temp_c":[Infinity]}',
        b'{"t":[1],"flow_temp_c":[1e999]}',
        b'{"t":[1],"flow_temp_c":[%s]}' % (b"9" * 400),
        b'{"t":[%s]}' % (b"9" * 5000),
        b'{"t":[1],"fault_code":["\xff\xfe"]}',
        b'{"t":[1],"fault_code":["\\ud800"]}',
        b'{"t":[1],"x":%s' % (b"[" * 100_000),
        b'{"t":[1],"x":%s1%s}' % (b"[" * 100_000, b"]" * 100_000),
        b'{"t":[1]}garbage',
        b'\xef\xbb\xbf{"t":[1]}',
    ],
    ids=[
        "a NaN literal",
        "infinity",
        "too large a number",
        "a number of 400 digits",
        "an instant of 5000 digits",
        "bytes that are no UTF-8",
        "half a surrogate pair",
        "deep and cut off",
        "deep",
        "something after the end",
        "a byte order mark",
    ],
)
def test_a_hostile_payload_is_refused_whole(payload: bytes) -> None:
    with pytest.raises(Unreadable):
        decode_samples(Kind.BOILER, payload)


def test_whole_numbers_beyond_64_bits_are_read_here_and_judged_where_values_are() -> None:
    samples = decode_samples(
        Kind.BOILER, b'{"t":[%s],"burner_starts":[%s]}' % (b"9" * 30, b"9" * 400)
    )

    burner_starts = samples.columns["burner_starts"][0]
    assert samples.times_ms == [10**30 - 1]
    assert isinstance(burner_starts, int)
    assert _quantity("burner_starts").impossible(burner_starts) == (
        "count of burner starts cannot be a number of 400 digits (possible: 0 to 2.14748e+09)"
    )


@given(payload=st.binary(max_size=300), kind=st.sampled_from(Kind))
def test_bytes_of_any_kind_are_read_or_refused(payload: bytes, kind: Kind) -> None:
    for decode in (
        lambda: decode_samples(kind, payload),
        lambda: decode_receipt(payload),
        lambda: decode_consent(payload),
        lambda: decode_state(payload),
    ):
        with suppress(Unreadable):
            decode()


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(
    message=st.dictionaries(
        st.sampled_from(["t", "air_temp_c", "rel_humidity_pct", "spool", "seq", "allowed"]), _JSON
    ),
    kind=st.sampled_from(Kind),
)
def test_json_of_any_form_is_read_or_refused(message: dict[str, Any], kind: Kind) -> None:
    payload = msgspec.json.encode(message)

    try:
        samples = decode_samples(kind, payload)
    except Unreadable:
        return

    assert {len(cells) for cells in samples.columns.values()} <= {len(samples)}


def _quantity(name: str) -> Quantity:
    return next(one for kind in Kind for one in QUANTITIES[kind] if one.name == name)


def _cells(form: Form) -> st.SearchStrategy[Cell]:
    values: dict[Form, st.SearchStrategy[Cell]] = {
        Form.REAL: st.floats(allow_nan=False, allow_infinity=False),
        Form.BOOLEAN: st.booleans(),
        Form.COUNTER: st.integers(0, 2**31 - 1),
        Form.TEXT: st.text(st.characters(codec="utf-8"), max_size=64),
    }
    return st.none() | values[form]


@st.composite
def _samples(draw: st.DrawFn, kind: Kind) -> Samples:
    times_ms = draw(st.lists(st.integers(0, 2**53), min_size=1, max_size=5))
    chosen = draw(st.sets(st.sampled_from(QUANTITIES[kind])))
    columns = {
        one.name: draw(
            st.lists(_cells(one.form), min_size=len(times_ms), max_size=len(times_ms)).filter(
                lambda cells: any(cell is not None for cell in cells)
            )
        )
        for one in chosen
    }
    return Samples(times_ms, columns)


@given(st.data())
def test_what_is_sent_is_what_arrives(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(Kind))
    samples = data.draw(_samples(kind))

    assert decode_samples(kind, encode_samples(samples)) == samples


def test_a_column_in_which_nothing_was_measured_is_not_sent() -> None:
    payload = encode_samples(Samples([1, 2], {"air_temp_c": [None, None], "co2_ppm": [None, 1.0]}))

    assert payload == b'{"t":[1,2],"co2_ppm":[null,1.0]}'


def test_a_message_may_hold_as_many_samples_as_it_says_and_no_more() -> None:
    full = Samples(list(range(SAMPLES_MAX)), {})

    assert len(decode_samples(Kind.ROOM, encode_samples(full))) == SAMPLES_MAX


@given(st.sets(st.integers(0, 60)))
def test_ranges_hold_every_number_once_and_never_touch(numbers: set[int]) -> None:
    found = ranges(numbers)

    assert [n for first, last in found for n in range(first, last + 1)] == sorted(numbers)
    assert all(end + 1 < start for (_, end), (start, _) in pairwise(found))


@pytest.mark.parametrize("kind", Kind)
def test_a_readings_topic_is_read_as_it_is_written(kind: Kind) -> None:
    address = Address("gw-1", "th-0103", kind)

    assert parse_readings_topic(readings_topic(address)) == address


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("", "topic '' is not homewell/v1/gateway/device/kind"),
        (
            "homewell/v2/gw-1/th-1/room",
            "topic 'homewell/v2/gw-1/th-1/room' is not homewell/v1/gateway/device/kind",
        ),
        (
            "homewell/v1/gw-1/th-1/room/more",
            "topic 'homewell/v1/gw-1/th-1/room/more' is not homewell/v1/gateway/device/kind",
        ),
        (
            "homewell/v1/gw-1/th-1/gas",
            "topic ends in 'gas'; known kinds are room, boiler, weather",
        ),
        (
            "homewell/v1/gw.1/th-1/room",
            "'gw.1' in the topic is not a name (a-z, 0-9, _ and -)",
        ),
        (
            "homewell/v1/gw-1/Bedroom\n/room",
            "'Bedroom\\n' in the topic is not a name (a-z, 0-9, _ and -)",
        ),
        ("homewell/v1/gw-1//room", "'' in the topic is not a name (a-z, 0-9, _ and -)"),
        ("homewell/v1/-gw/th-1/room", "'-gw' in the topic is not a name (a-z, 0-9, _ and -)"),
    ],
)
def test_a_topic_that_is_none_is_refused_in_words(topic: str, reason: str) -> None:
    with pytest.raises(Unreadable) as refusal:
        parse_readings_topic(topic)

    assert str(refusal.value) == reason


@given(st.text(max_size=60))
def test_any_topic_is_an_address_or_refused(topic: str) -> None:
    try:
        address = parse_readings_topic(topic)
    except Unreadable:
        return

    assert readings_topic(address) == topic
