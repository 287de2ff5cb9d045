"""The connection's side of MQTT 5, against a broker that is played by the test, byte by byte."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import mqtt5
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.answers import Lost, NotNow, Overrun, Refused, TakenOver
from ingest.connection import Connection
from ingest.packets import PACKET_BYTES_MAX

HELLO = mqtt5.ConnectPacket("ingest-0", keep_alive=60, receive_max=10)
WELCOME = mqtt5.ConnAckPacket().write()


class Wire(asyncio.Transport):
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.closed = True

    def abort(self) -> None:
        self.closed = True

    def pause_reading(self) -> None:
        """The test goes on playing the broker."""

    def resume_reading(self) -> None:
        """Reading was never stopped."""


def publish(number: int | None, payload: bytes = b"{}", topic: str = "a/b") -> bytes:
    """A message from the broker, at QoS 1 where it has a number."""
    qos = mqtt5.QoS.AT_MOST_ONCE if number is None else mqtt5.QoS.AT_LEAST_ONCE
    return mqtt5.PublishPacket(topic, payload, qos=qos, packet_id=number).write()


def packets(written: bytes) -> list[mqtt5.Packet]:
    """What was written, as packets."""
    found = []
    while written:
        packet, size = mqtt5.read(memoryview(written))
        found.append(packet)
        written = written[size:]
    return found


def played(script: Callable[[Connection, Wire], Awaitable[None]]) -> None:
    """Run the script with a connection that has just been welcomed."""

    async def run() -> None:
        connection, wire = Connection(HELLO), Wire()
        connection.connection_made(wire)
        connection.data_received(WELCOME)
        await connection.accepted()
        wire.written = b""
        try:
            await script(connection, wire)
        finally:
            connection.abort("the test is over")

    asyncio.run(run())


async def numbers(connection: Connection, most: int = 100) -> list[int | None]:
    """The packet identifiers of what has arrived."""
    return [packet.packet_id for packet in await connection.take(most, 2**20, 0.0)]


@given(st.lists(st.integers(min_value=1, max_value=200), max_size=60))
def test_wherever_the_bytes_are_cut_the_same_messages_arrive(cuts: list[int]) -> None:
    stream = b"".join(publish(n, b"x" * (n * 37 % 300)) for n in range(1, 10)) + publish(None)

    async def script(connection: Connection, _: Wire) -> None:
        position = 0
        for cut in cuts:
            connection.data_received(stream[position : position + cut])
            position += cut
        connection.data_received(stream[position:])

        taken = await connection.take(100, 2**20, 0.0)

        assert b"".join(packet.write() for packet in taken) == stream

    played(script)


@given(st.binary(min_size=1, max_size=200))
def test_no_bytes_whatever_do_more_than_end_the_connection(noise: bytes) -> None:
    async def script(connection: Connection, wire: Wire) -> None:
        connection.data_received(noise)

        assert (connection.lost is not None) == wire.closed

    played(script)


def test_what_is_taken_is_acknowledged_in_the_order_of_arrival() -> None:
    async def script(connection: Connection, wire: Wire) -> None:
        connection.data_received(publish(7) + publish(None) + publish(3) + publish(5))
        taken = await connection.take(100, 2**20, 0.0)

        told = connection.acknowledge(taken)

        assert told == 3
        assert wire.written == b"".join(mqtt5.PubAckPacket(n).write() for n in (7, 3, 5))
        assert connection.unanswered == 0

    played(script)


def test_what_arrived_on_a_connection_that_is_gone_is_acknowledged_nowhere() -> None:
    async def script(connection: Connection, wire: Wire) -> None:
        connection.data_received(publish(1) + publish(2))
        taken = await connection.take(1, 2**20, 0.0)
        connection.connection_lost(None)
        wire.written = b""

        assert connection.acknowledge(taken) == 0
        assert wire.written == b""
        with pytest.raises(Lost):
            await connection.take(1, 2**20, 0.0)

    played(script)


def test_a_batch_ends_at_its_number_its_bytes_or_its_time() -> None:
    async def script(connection: Connection, _: Wire) -> None:
        connection.data_received(b"".join(publish(n, b"x" * 100) for n in range(1, 7)))

        by_number = await numbers(connection, most=2)
        by_bytes = [packet.packet_id for packet in await connection.take(100, 150, 60.0)]
        by_time = await numbers(connection)

        assert (by_number, by_bytes, by_time) == ([1, 2], [3, 4], [5, 6])

    played(script)


def test_a_broker_that_ignores_receive_maximum_is_cut_off() -> None:
    async def script(connection: Connection, wire: Wire) -> None:
        connection.data_received(b"".join(publish(n) for n in range(1, 12)))

        goodbye = packets(wire.written)[-1]

        assert isinstance(connection.lost, Overrun)
        assert isinstance(goodbye, mqtt5.DisconnectPacket)
        assert goodbye.reason_code == mqtt5.DisconnectReasonCode.RECEIVE_MAX_EXCEEDED

    played(script)


def test_a_packet_beyond_the_limit_ends_the_connection_before_it_fills_memory() -> None:
    async def script(connection: Connection, _: Wire) -> None:
        start = publish(1, b"x" * (2 * PACKET_BYTES_MAX))

        connection.data_received(start[:10])

        limit = PACKET_BYTES_MAX
        assert str(connection.lost) == f"a packet of {len(start)} bytes; at most {limit}"

    played(script)


def test_a_takeover_is_told_apart_from_other_goodbyes() -> None:
    async def script(connection: Connection, _: Wire) -> None:
        code = mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER
        connection.data_received(mqtt5.DisconnectPacket(reason_code=code).write())

        lost = await connection.gone()

        assert isinstance(lost, TakenOver)
        assert str(lost) == "another process connected as 'ingest-0'"

    played(script)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (mqtt5.ConnAckReasonCode.SERVER_BUSY, Lost),
        (mqtt5.ConnAckReasonCode.NOT_AUTHORIZED, Refused),
    ],
    ids=["busy", "unknown user"],
)
def test_a_broker_that_is_busy_is_asked_again_and_one_that_refuses_us_is_not(
    code: mqtt5.ConnAckReasonCode, kind: type[Exception]
) -> None:
    async def run() -> None:
        connection, wire = Connection(HELLO), Wire()
        connection.connection_made(wire)
        connection.data_received(mqtt5.ConnAckPacket(reason_code=code).write())

        with pytest.raises(kind):
            await connection.accepted()

    asyncio.run(run())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (mqtt5.PubAckReasonCode.QUOTA_EXCEEDED, NotNow),
        (mqtt5.PubAckReasonCode.NOT_AUTHORIZED, Refused),
    ],
    ids=["a full queue", "no right"],
)
def test_what_the_broker_will_not_have_is_said_and_whether_it_may_have_it_later(
    code: mqtt5.PubAckReasonCode, kind: type[Exception]
) -> None:
    async def answer(connection: Connection, reply: Sequence[bytes]) -> None:
        await asyncio.sleep(0)
        for packet in reply:
            connection.data_received(packet)

    async def script(connection: Connection, _: Wire) -> None:
        denied = mqtt5.PubAckPacket(1, reason_code=code).write()
        async with asyncio.TaskGroup() as group:
            group.create_task(answer(connection, [denied]))
            with pytest.raises(kind, match=code.name):
                await connection.publish("homewell/v1/gw-a/consent", b"{}", retain=True)

    played(script)
