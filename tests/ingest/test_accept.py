"""What a message is by itself: samples that can be true, and a reason for everything else."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import QUANTITIES, Kind
from core.wire import Address, Samples
from ingest.accept import (
    CLOCK_UNSET_BEFORE_MS,
    FUTURE_SKEW_MS,
    Accepted,
    Message,
    Reason,
    Refusal,
    Rejected,
    accept,
    spool_position,
)
from store.rejected import Scope

NOW_MS = 1_795_219_200_000  # 2026-11-21T00:00:00Z
TOPIC = "homewell/v1/gw-a/th-0101/room"


def heard(kind: str = "room", **members: Any) -> Accepted | Rejected:
    """What ingest makes of these members, sent now."""
    topic = f"homewell/v1/gw-a/th-0101/{kind}"
    return accept(Message(topic, json.dumps(members).encode()), now_ms=NOW_MS)


def rejected(topic: str, payload: bytes) -> tuple[str, int]:
    """Why a message is refused whole, and how many samples are lost by it."""
    judged = accept(Message(topic, payload), now_ms=NOW_MS)
    assert isinstance(judged, Rejected)
    assert judged.refusal.scope is Scope.MESSAGE
    return judged.refusal.reason, judged.refusal.samples_lost


def test_a_good_message_is_accepted_as_it_is() -> None:
    judged = heard(t=[NOW_MS, NOW_MS - 60_000], air_temp_c=[20.5, None], co2_ppm=[None, 600])

    columns = {"air_temp_c": [20.5, None], "co2_ppm": [None, 600.0]}
    assert judged == Accepted(
        Address("gw-a", "th-0101", Kind.ROOM), Samples([NOW_MS, NOW_MS - 60_000], columns), []
    )


def test_ten_years_old_is_no_reason() -> None:
    judged = heard(t=[NOW_MS - 10 * 365 * 86_400_000], air_temp_c=[20.5])

    assert isinstance(judged, Accepted)
    assert judged.refusals == []


def test_an_impossible_value_costs_its_own_cell_and_nothing_else() -> None:
    judged = heard(t=[NOW_MS, NOW_MS - 1], air_temp_c=[20.0, 21.0], rel_humidity_pct=[140.0, 50.0])

    assert isinstance(judged, Accepted)
    assert judged.samples.columns == {
        "air_temp_c": [20.0, 21.0],
        "rel_humidity_pct": [None, 50.0],
    }
    assert judged.refusals == [
        Refusal(
            scope=Scope.VALUE,
            code=Reason.IMPOSSIBLE_VALUE,
            reason="relative humidity cannot be 140 % (possible: 0 to 100 %)",
            payload=b'{"t":[%d],"rel_humidity_pct":[140.0]}' % NOW_MS,
            samples_lost=0,
            quantity="rel_humidity_pct",
            time_ms=NOW_MS,
        )
    ]


@pytest.mark.parametrize(
    ("quantity", "value", "reason"),
    [
        ("pressure_bar", -0.1, "water pressure cannot be -0.1 bar (possible: 0 to 6 bar)"),
        ("burner_starts", 10**400, "count of burner starts cannot be a number of 401 digits"),
        ("fault_code", "A\x0001", "fault code holds a NUL character"),
        ("fault_code", "A" * 65, "fault code is 65 characters long (at most 64)"),
    ],
    ids=["below", "huge", "NUL", "long"],
)
def test_each_impossible_value_has_its_reason(quantity: str, value: Any, reason: str) -> None:
    judged = heard("boiler", t=[NOW_MS], flow_temp_c=[50.0], **{quantity: [value]})

    assert isinstance(judged, Accepted)
    assert [refusal.reason for refusal in judged.refusals] == [reason]
    assert judged.samples.columns[quantity] == [None]


@pytest.mark.parametrize(
    ("time_ms", "reason"),
    [
        (
            NOW_MS + FUTURE_SKEW_MS + 1,
            "measured in the future: the clock of the gateway or the device is ahead",
        ),
        (
            CLOCK_UNSET_BEFORE_MS - 1,
            "measured before the year 2000: the clock of the device was not set",
        ),
        (10**300, "measured in the future: the clock of the gateway or the device is ahead"),
        (-(10**300), "measured before the year 2000: the clock of the device was not set"),
    ],
    ids=["ahead", "unset", "beyond any integer", "below any integer"],
)
def test_a_sample_of_an_impossible_time_is_refused_alone(time_ms: int, reason: str) -> None:
    judged = heard(t=[NOW_MS, time_ms], air_temp_c=[20.0, 21.0])

    assert isinstance(judged, Accepted)
    assert judged.samples == Samples([NOW_MS], {"air_temp_c": [20.0]})
    refusal = judged.refusals[0]
    assert (refusal.scope, refusal.reason, refusal.samples_lost) == (Scope.SAMPLE, reason, 1)


def test_a_clock_that_is_a_little_ahead_is_forgiven() -> None:
    judged = heard(t=[NOW_MS + FUTURE_SKEW_MS, CLOCK_UNSET_BEFORE_MS], air_temp_c=[20.0, 21.0])

    assert isinstance(judged, Accepted)
    assert judged.refusals == []


@pytest.mark.parametrize(
    "members",
    [
        {"air_temp_c": [None, 20.0]},
        {"air_temp_c": [99.0, 20.0]},
        {"air_temp_c": [None, 20.0], "x": 1},
    ],
    ids=["nothing measured", "nothing possible", "only unknown members"],
)
def test_a_sample_without_anything_to_store_is_refused_alone(members: dict[str, Any]) -> None:
    judged = heard(t=[NOW_MS, NOW_MS - 1], **members)

    assert isinstance(judged, Accepted)
    assert judged.samples == Samples([NOW_MS - 1], {"air_temp_c": [20.0]})
    refusal = judged.refusals[-1]
    assert (refusal.scope, refusal.samples_lost, refusal.time_ms) == (Scope.SAMPLE, 1, NOW_MS)


@pytest.mark.parametrize(
    ("topic", "payload", "reason", "samples"),
    [
        (
            "homewell/v1/gw-a/th-0101",
            b"{}",
            "topic 'homewell/v1/gw-a/th-0101' is not homewell/v1/gateway/device/kind",
            0,
        ),
        (
            "homewell/v1/gw-a/th-0101/gas",
            b'{"t":[1,2]}',
            "topic ends in 'gas'; known kinds are room, boiler, weather",
            2,
        ),
        (
            "homewell/v1/gw-a/Th.1/room",
            b"",
            "'Th.1' in the topic is not a name (a-z, 0-9, _ and -)",
            0,
        ),
        (TOPIC, b'{"t":[]}', "no samples: 't' is empty", 0),
        (
            TOPIC,
            b'{"t":[1,2],"air_temp_c":[1]}',
            "ragged columns: 't' has 2 entries, 'air_temp_c' has 1",
            2,
        ),
        (
            TOPIC,
            b'{"t":[' + b",".join([b"1"] * 501) + b"]}",
            "501 samples in one message; at most 500",
            501,
        ),
        (TOPIC, b"", "not a room message: Input data was truncated", 0),
    ],
    ids=["no kind", "unknown kind", "no name", "empty", "ragged", "too many", "no bytes"],
)
def test_a_message_that_cannot_be_read_is_refused_whole(
    topic: str, payload: bytes, reason: str, samples: int
) -> None:
    assert rejected(topic, payload) == (reason, samples)


@pytest.mark.parametrize(
    "payload",
    [
        b'{"t":[1],"air_temp_c":[NaN]}',
        b'{"t":[1],"air_temp_c":[Infinity]}',
        b'{"t":[1],"air_temp_c":[1e400]}',
        b'{"t":[1],"air_temp_c":["20"]}',
        b'{"t":[1.5],"air_temp_c":[20]}',
        b'{"t":[true],"air_temp_c":[20]}',
        b'{"t":null}',
        b"\xff\xfe",
        b'{"t":[1],"air_temp_c":"\xc3\x28"}',
        b"[" * 100_000,
        b'{"x":' * 100_000,
        b'{"t":[1],"air_temp_c":[20]} {}',
    ],
    ids=[
        *("NaN", "infinity", "too large", "text", "half a millisecond", "true", "null"),
        *("no UTF-8", "bad UTF-8 inside", "deep lists", "deep objects", "two documents"),
    ],
)
def test_what_is_not_the_contract_is_refused_whole(payload: bytes) -> None:
    reason, _ = rejected(TOPIC, payload)

    assert reason.startswith("not a room message: ")


@given(st.binary())
def test_no_bytes_whatever_bring_it_down(payload: bytes) -> None:
    judged = accept(Message(TOPIC, payload), now_ms=NOW_MS)

    assert isinstance(judged, Accepted | Rejected)


_HOSTILE = [
    *(b'{"t":[', b'{"t":', b'"t"', b'"air_temp_c":[', b'"fault_code":[', b"]", b"}", b",", b":"),
    *(b"%d" % NOW_MS, b"20.5", b"-0", b"1e400", b"-1e400", b"1e-400", b"9" * 5000, b"0x10", b"NaN"),
    *(b"-Infinity", b"null", b"true", b'""', b'"\\u0000"', b'"\\ud800"', b'"\xc3\x28"', b"\x00"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"[" * 2000, b"]" * 2000, b'{"x":' * 2000, b'"' + b"A" * 70),
    *(b'{"t":[%d],"air_temp_c":[20]}' % NOW_MS, b"\n", b"/**/", b"'t'", b"[[1]]", b'{"t":{}}'),
]


@given(st.lists(st.sampled_from(_HOSTILE), max_size=25), st.sampled_from(list(Kind)))
def test_of_hostile_bytes_nothing_impossible_is_kept_and_every_refusal_has_its_reason(
    fragments: list[bytes], kind: Kind
) -> None:
    message = Message(f"homewell/v1/gw-a/th-0101/{kind}", b"".join(fragments))

    judged = accept(message, now_ms=NOW_MS)

    refusals = [judged.refusal] if isinstance(judged, Rejected) else judged.refusals
    assert all(refusal.reason and refusal.code in Reason for refusal in refusals)
    if isinstance(judged, Accepted):
        for quantity in QUANTITIES[kind]:
            cells = judged.samples.columns.get(quantity.name, [])
            assert len(cells) in (0, len(judged.samples))
            assert not any(cell is not None and quantity.impossible(cell) for cell in cells)


@given(st.text())
def test_no_topic_whatever_brings_it_down(topic: str) -> None:
    judged = accept(Message(topic, b"{}"), now_ms=NOW_MS)

    assert isinstance(judged, Rejected)


_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=80),
)


@given(st.data(), st.sampled_from(list(Kind)))
def test_every_sample_is_kept_or_refused_and_what_is_kept_can_be_true(
    data: st.DataObject, kind: Kind
) -> None:
    times = data.draw(st.lists(st.integers(min_value=-(10**15), max_value=10**15), min_size=1))
    names = [quantity.name for quantity in QUANTITIES[kind]]
    columns = data.draw(
        st.dictionaries(
            st.sampled_from(names), st.lists(_CELLS, min_size=len(times), max_size=len(times))
        )
    )

    judged = heard(kind.value, t=times, **columns)

    if isinstance(judged, Rejected):
        assert judged.refusal.samples_lost == len(times)
        return
    lost = sum(refusal.samples_lost for refusal in judged.refusals)
    assert len(judged.samples) + lost == len(times)
    for quantity in QUANTITIES[kind]:
        for cell in judged.samples.columns.get(quantity.name, ()):
            assert cell is None or quantity.impossible(cell) is None


@pytest.mark.parametrize(
    ("properties", "position"),
    [
        ([("spool", "k3X_-"), ("seq", "12")], ("k3X_-", 12)),
        ([("other", "1"), ("seq", "0"), ("spool", "a")], ("a", 0)),
        ([("spool", "a")], None),
        ([("seq", "1")], None),
        ([("spool", "a b"), ("seq", "1")], None),
        ([("spool", "a" * 65), ("seq", "1")], None),
        ([("spool", "a"), ("seq", "-1")], None),
        ([("spool", "a"), ("seq", "1" * 19)], None),
        ([("spool", "a"), ("seq", "²")], None),
        ([], None),
    ],
    ids=[
        *("both", "among others", "no seq", "no spool", "a space", "long", "negative"),
        *("beyond the column", "no ASCII digit", "none"),
    ],
)
def test_a_place_in_a_spool_is_taken_only_in_its_form(
    properties: list[tuple[str, str]], position: tuple[str, int] | None
) -> None:
    assert spool_position(properties) == position
