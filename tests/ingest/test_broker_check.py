"""A broker that cannot carry Homewell is refused before the first message is taken, and the keeper
of one whose limits lose data is told."""

import asyncio
import contextlib
import re
import secrets
from collections.abc import Callable

import mqtt5
import pytest

from ingest.broker_check import UnfitBroker, check_broker, low_limits, missing_abilities
from ingest.connecting import Broker
from ingest.settings import parse_broker
from tests.ingest.broker_side import is_remembered
from tests.servers import Broker as RunningBroker
from tests.servers import MakeBroker


def check(url: str, *, shares: bool = True) -> list[str]:
    """What is said to the keeper of this broker."""
    return asyncio.run(check_broker(parse_broker(url), "ingest-0", shares=shares))


def test_the_brokers_we_bring_can_carry_homewell_and_nothing_is_to_be_said(
    broker: RunningBroker,
) -> None:
    assert check(broker.url("ingest")) == []


def test_a_broker_whose_access_list_forbids_the_test_is_refused_with_the_line_it_needs(
    broker: RunningBroker,
) -> None:
    with pytest.raises(UnfitBroker, match="topic readwrite homewell/v1/-/selftest/#"):
        check(broker.url("gw-a"))


def test_the_test_leaves_no_session_behind(broker: RunningBroker) -> None:
    check(broker.url("ingest"))

    assert not is_remembered(broker.url("ingest"), "ingest-0-selftest")


@pytest.mark.parametrize(
    "settings",
    ["max_queued_messages 1000\n", "max_queued_bytes 100000\n"],
    ids=["Mosquitto's default number", "bytes"],
)
def test_queues_that_are_too_short_for_an_outage_are_told_of(
    settings: str, make_broker: MakeBroker
) -> None:
    with make_broker(f"short-{secrets.token_hex(4)}", settings=settings) as broker:
        warnings = check(broker.url("ingest"))

    assert len(warnings) == 1
    assert re.fullmatch(
        r"the broker kept \d+ of 2537 messages that waited for us: .*"
        r"set max_queued_messages 1000000, and max_queued_bytes to .*",
        warnings[0],
    )


def test_a_broker_that_sends_and_takes_too_little_is_told_of(make_broker: MakeBroker) -> None:
    settings = "max_packet_size 20000\nmax_inflight_messages 5\n"
    with make_broker(f"narrow-{secrets.token_hex(4)}", settings=settings) as broker:
        warnings = check(broker.url("ingest"))

    assert warnings == [
        "the broker takes 5 messages of ours at a time, so that consent documents are slow to "
        "reach the gateways; allow 20 or more (Mosquitto: max_inflight_messages)",
        "the broker takes messages of up to 20000 bytes, and those that gateways send after an "
        "outage can be larger; allow 131072 or more (Mosquitto: max_packet_size)",
    ]


@pytest.mark.parametrize(
    ("settings", "word"),
    [("retain_available false\n", "retains nothing"), ("max_qos 0\n", "acknowledges nothing")],
    ids=["no retained messages", "no QoS 1"],
)
def test_a_broker_that_lacks_what_is_needed_is_refused(
    settings: str, word: str, make_broker: MakeBroker
) -> None:
    with (
        make_broker(f"lacking-{secrets.token_hex(4)}", settings=settings) as broker,
        pytest.raises(UnfitBroker, match=word),
    ):
        check(broker.url("ingest"))


def test_shared_subscriptions_are_asked_for_only_where_workers_share() -> None:
    welcome = mqtt5.ConnAckPacket(shared_subscription_available=False)

    assert missing_abilities(welcome, shares=False) == []
    assert missing_abilities(welcome, shares=True) == [
        "it has no shared subscriptions; allow them, or run one worker alone, without "
        "INGEST_SHARED_GROUP"
    ]


def test_a_broker_without_wildcards_is_refused() -> None:
    welcome = mqtt5.ConnAckPacket(wildcard_subscription_available=False)

    lacking = missing_abilities(welcome, shares=False)

    assert lacking == ["it has no wildcard subscriptions; allow them"]


def test_a_broker_that_soon_forgets_sessions_is_told_of() -> None:
    never, hour = (mqtt5.ConnAckPacket(session_expiry_interval=s) for s in (0xFFFFFFFF, 3_600))

    assert low_limits(never) == []
    assert low_limits(hour) == [
        "the broker forgets our session, and what waits in it, 3600 s after we have gone; let "
        "sessions live longer than any outage"
    ]


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
            await check_broker(Broker(host="127.0.0.1", port=port), "ingest-0", shares=False)
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
