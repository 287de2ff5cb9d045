"""Bytes to packets: wherever they are cut, whatever they are."""

from collections.abc import Sequence

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.packets import PACKET_BYTES_MAX, Malformed, PacketReader, TooLarge

# On text that is no UTF-8 the codec panics in Rust, which Python hears of a second time.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

NAMES = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="#+"), min_size=1, max_size=20
)
NUMBERS = st.integers(min_value=1, max_value=65_535)
PACKETS = st.one_of(
    st.builds(
        lambda topic, payload, number, pairs: mqtt5.PublishPacket(
            topic,
            payload,
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=number,
            user_properties=pairs,
        ),
        NAMES,
        st.binary(max_size=300),
        NUMBERS,
        st.lists(st.tuples(NAMES, NAMES), max_size=3),
    ),
    st.builds(mqtt5.PublishPacket, NAMES, st.binary(max_size=300)),
    st.builds(mqtt5.PubAckPacket, NUMBERS),
    st.builds(mqtt5.PingRespPacket),
    st.builds(mqtt5.DisconnectPacket),
)


def read(stream: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The packets of the stream, which comes in chunks of these sizes and then the rest."""
    reader, found, position = PacketReader(), [], 0
    for cut in [*cuts, len(stream)]:
        found += reader.read(stream[position : position + cut])
        position += cut
    return [packet.write() for packet in found]


@given(st.lists(PACKETS, max_size=20), st.lists(st.integers(0, 200), max_size=100))
def test_wherever_the_bytes_are_cut_the_same_packets_come_out(
    packets: list[mqtt5.Packet], cuts: list[int]
) -> None:
    written = [packet.write() for packet in packets]

    assert read(b"".join(written), cuts) == written


@given(st.lists(PACKETS, min_size=1, max_size=4), st.integers(min_value=1))
def test_what_is_cut_short_waits_for_the_rest(packets: list[mqtt5.Packet], short: int) -> None:
    written = [packet.write() for packet in packets]
    stream = b"".join(written)
    missing = 1 + short % len(written[-1]) if len(written[-1]) > 1 else 1
    reader = PacketReader()

    first = reader.read(stream[:-missing])
    rest = reader.read(stream[-missing:])

    assert [packet.write() for packet in [*first, *rest]] == written
    assert len(first) == len(packets) - 1


@given(
    st.lists(PACKETS, max_size=3),
    st.binary(max_size=400),
    st.lists(st.integers(1, 50), max_size=40),
)
def test_no_bytes_whatever_do_more_than_be_called_wrong(
    packets: list[mqtt5.Packet], noise: bytes, cuts: list[int]
) -> None:
    stream = b"".join(packet.write() for packet in packets) + noise

    def outcome(cuts: Sequence[int]) -> object:
        try:
            return read(stream, cuts)
        except (Malformed, TooLarge) as error:
            return type(error)

    assert outcome(cuts) == outcome([])


@given(st.data())
def test_a_packet_with_a_byte_changed_is_a_packet_or_is_called_wrong(data: st.DataObject) -> None:
    stream = bytearray(data.draw(PACKETS).write())
    place = data.draw(st.integers(0, len(stream) - 1))
    stream[place] = data.draw(st.integers(0, 255))
    reader = PacketReader()

    try:
        found = reader.read(bytes(stream))
    except (Malformed, TooLarge):
        return

    assert sum(len(packet.write()) for packet in found) <= len(stream)


def test_text_that_is_no_utf_8_is_malformed_and_brings_nothing_down() -> None:
    good = mqtt5.PublishPacket("a/b", b"{}").write()

    with pytest.raises(Malformed):
        PacketReader().read(good.replace(b"a/b", b"a\xff\xfe"))


def test_a_packet_over_the_limit_is_known_by_its_first_bytes() -> None:
    large = mqtt5.PublishPacket("a/b", bytes(PACKET_BYTES_MAX)).write()

    with pytest.raises(TooLarge):
        PacketReader().read(large[:5])
    with pytest.raises(TooLarge):
        PacketReader().read(large)


def test_a_length_without_an_end_is_not_waited_for() -> None:
    with pytest.raises(Malformed):
        PacketReader().read(b"\x30\xff\xff\xff\xff\xff")


def test_a_packet_whose_content_is_longer_than_itself_is_not_waited_for() -> None:
    # Eight bytes are announced and are there; the topic in them claims to have 255.
    with pytest.raises(Malformed):
        PacketReader().read(b"\x30\x08\x00\xff" + b"aaaaaa")
