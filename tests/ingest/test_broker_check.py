"""A broker that cannot hold back is refused before the first message is taken."""

import asyncio
import contextlib
from collections.abc import Callable

import mqtt5
import pytest

from ingest.broker_check import UnfitBroker, check_broker
from ingest.connecting import Broker
from ingest.settings import parse_broker
from tests.servers import Broker as RunningBroker


def test_the_brokers_we_bring_wait_for_acknowledgements(broker: RunningBroker) -> None:
    asyncio.run(check_broker(parse_broker(broker.url("ingest")), "ingest-0"))


def test_a_broker_whose_access_list_forbids_the_test_is_refused_with_the_line_it_needs(
    broker: RunningBroker,
) -> None:
    with pytest.raises(UnfitBroker, match="topic readwrite homewell/v1/-/selftest/#"):
        asyncio.run(check_broker(parse_broker(broker.url("gw-a")), "gw-a"))


def test_a_broker_that_ignores_receive_maximum_is_refused() -> None:
    with pytest.raises(UnfitBroker, match="ignores receive-maximum"):
        asyncio.run(_against(_opens_the_window))


def test_a_broker_that_sends_all_at_once_is_refused() -> None:
    with pytest.raises(UnfitBroker, match="ignores receive-maximum"):
        asyncio.run(_against(_has_no_window))


Window = Callable[[bool], int]
"""How many messages a broker delivers, before and after the first acknowledgement."""


def _opens_the_window(acknowledged: bool) -> int:
    """As Mosquitto 2.0.11: the first acknowledgement releases everything."""
    return 40 if acknowledged else 10


def _has_no_window(_: bool) -> int:
    return 40


async def _against(window: Window) -> None:
    """Check a broker that delivers as many as `window` says."""
    played = PlayedBroker(window)
    server = await asyncio.start_server(played.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server:
        try:
            await check_broker(Broker(host="127.0.0.1", port=port), "ingest-0")
        finally:
            await played.left.wait()


class PlayedBroker:
    """Answers one client; delivers what its window lets it just before each PINGRESP."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._published = self._sent = 0
        self._acknowledged = False
        self.left = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Read packets until the client goes, and answer each."""
        with contextlib.suppress(ConnectionError):  # however the client goes
            await self._converse(reader, writer)
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.left.set()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        buffer = b""
        while data := await reader.read(65_536):
            buffer += data
            while buffer:
                try:
                    packet, size = mqtt5.read(memoryview(buffer))
                except IndexError:
                    break
                buffer = buffer[size:]
                writer.write(self._answer(packet))

    def _answer(self, packet: mqtt5.Packet) -> bytes:
        match packet:
            case mqtt5.ConnectPacket():
                return mqtt5.ConnAckPacket().write()
            case mqtt5.SubscribePacket():
                code = mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE
                return mqtt5.SubAckPacket(packet.packet_id, [code]).write()
            case mqtt5.PublishPacket():
                self._published += 1
                return mqtt5.PubAckPacket(packet.packet_id or 0).write()
            case mqtt5.PubAckPacket():
                self._acknowledged = True
            case mqtt5.PingReqPacket():
                return self._delivery() + mqtt5.PingRespPacket().write()
        return b""

    def _delivery(self) -> bytes:
        first = self._sent + 1
        self._sent = min(self._published, self._window(self._acknowledged))
        qos = mqtt5.QoS.AT_LEAST_ONCE
        return b"".join(
            mqtt5.PublishPacket("t", b"{}", qos=qos, packet_id=number).write()
            for number in range(first, self._sent + 1)
        )
