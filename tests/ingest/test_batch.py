"""Messages by the batch say the same as messages one by one."""

from collections.abc import Sequence

import mqtt5
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.accept import spool_position
from ingest.batch import batch_of

PAIRS = st.one_of(
    st.just([("spool", "a-1"), ("seq", "7")]),
    st.tuples(
        st.sampled_from(["spool", "seq", "x"]),
        st.sampled_from(["spool-1", "", "no/slash", "ü", "a" * 64, "a" * 65]),
        st.sampled_from(["seq", "spool"]),
        st.sampled_from(["0", "17", "9" * 18, "9" * 19, "", "-1", "+1", "1_0", "٣", "7 "]),
    ).map(lambda four: [(four[0], four[1]), (four[2], four[3])]),
    st.lists(st.tuples(st.sampled_from(["spool", "seq"]), st.sampled_from(["a", "1"])), max_size=4),
)


@given(st.lists(PAIRS, max_size=6))
@example([[("spool", "a")], [("seq", "1"), ("spool", "b"), ("seq", "2")]])
@example([[("spool", "a\n"), ("seq", "1")]])
def test_spools_and_numbers_are_those_of_the_messages_one_by_one(
    properties: Sequence[Sequence[tuple[str, str]]],
) -> None:
    packets = [
        mqtt5.PublishPacket("homewell/v1/gw-a/th-1/room", b"{}", user_properties=list(pairs))
        for pairs in properties
    ]

    batch = batch_of(packets)

    expected = [spool_position(pairs) or (None, None) for pairs in properties]
    assert list(zip(batch.spools, batch.numbers, strict=True)) == expected


@given(st.lists(st.tuples(PAIRS, st.booleans(), st.booleans()), max_size=6))
def test_a_word_that_it_was_sent_before_changes_no_place_in_a_spool(
    messages: Sequence[tuple[Sequence[tuple[str, str]], bool, bool]],
) -> None:
    packets = [
        mqtt5.PublishPacket(
            "homewell/v1/gw-a/th-1/room",
            b"{}",
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=1,
            duplicate=duplicate,
            user_properties=[*pairs, ("again", "1")] if again else list(pairs),
        )
        for pairs, again, duplicate in messages
    ]

    batch = batch_of(packets)

    expected = [spool_position(pairs) or (None, None) for pairs, _, _ in messages]
    assert list(zip(batch.spools, batch.numbers, strict=True)) == expected
    assert batch.redelivered == [again or duplicate for _, again, duplicate in messages]


def test_the_gateway_is_what_stands_in_its_place() -> None:
    topics = ["homewell/v1/gw-a/th-1/room", "homewell/v1/gw-b/boiler/boiler"]

    batch = batch_of([mqtt5.PublishPacket(topic, b"{}") for topic in topics])

    assert batch.gateways == ["gw-a", "gw-b"]
