"""One MQTT 5 connection: bytes to messages, acknowledgements when we say so.

A connection lives once. What arrived on it is acknowledged on it, in the order of arrival, or not
at all: after it is lost the broker delivers the same messages again on the next one.
"""

import asyncio
import struct
from collections import deque
from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from typing import cast

import mqtt5

from ingest.answers import (
    REFUSALS_FROM,
    Lost,
    Overrun,
    Refused,
    TakenOver,
    unpublished,
    unwelcome,
)
from ingest.asked import Answer, Asked
from ingest.inbox import Inbox, Taken
from ingest.packets import Malformed, PacketReader, TooLarge
from ingest.tap import Tap

_SILENCE_FACTOR = 1.5  # as the standard lets the broker wait for us
_GOODBYE_S = 1.0  # for a broker that no longer reads
_PUBLISHING_MAX = 200  # of ours without an acknowledgement
_MANY = 500  # messages at once; fewer show that we are quicker than the broker
_PUBACK = 0x4002  # and the packet's number: a success needs no more


class Connection(asyncio.Protocol):
    """An MQTT 5 connection of a subscriber that acknowledges after its own commit.

    `take` hands out what arrived; `acknowledge` answers it. The broker may have `receive_max`
    messages unanswered with us, which bounds what we hold; a broker that sends more is cut off.
    """

    def __init__(self, hello: mqtt5.ConnectPacket) -> None:
        self._hello = hello
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader = PacketReader()
        self._welcome: asyncio.Future[mqtt5.ConnAckPacket] = self._loop.create_future()
        self._lost: Lost | None = None
        self._gone = asyncio.Event()
        self._closed = asyncio.Event()
        self._inbox = Inbox(hello.receive_max)
        self._unanswered = 0
        self._tap: Tap | None = None
        self._awaited = 0
        self._enough: asyncio.Future[None] | None = None
        self._asked = Asked()
        self._publishing = asyncio.Semaphore(_PUBLISHING_MAX)
        self._writable = asyncio.Event()
        self._writable.set()
        self._pongs: deque[asyncio.Future[None]] = deque()
        self._keepalive_s = float(hello.keep_alive)
        self._heard_at = self._sent_at = self._loop.time()
        self._tick: asyncio.TimerHandle | None = None

    @property
    def lost(self) -> Lost | None:
        """Why the connection is gone; None while it lives."""
        return self._lost

    @property
    def unanswered(self) -> int:
        """Messages that the broker waits for us to acknowledge."""
        return self._unanswered

    @property
    def waiting(self) -> int:
        """Messages that have arrived and have not been taken."""
        return len(self._inbox)

    async def accepted(self) -> mqtt5.ConnAckPacket:
        """The broker's welcome; raises Refused or Lost when there is none."""
        return await asyncio.shield(self._welcome)

    async def gone(self) -> Lost:
        """Wait until the connection is gone; why it is."""
        await self._gone.wait()
        return self._lost or Lost("closed")

    async def take(self, most: int, most_bytes: int, linger_s: float) -> list[mqtt5.PublishPacket]:
        """The messages of `take_timed`."""
        return (await self.take_timed(most, most_bytes, linger_s)).packets

    async def take_timed(self, most: int, most_bytes: int, linger_s: float) -> Taken:
        """What arrived, oldest first: waits for the first message, then until there are `most` or
        `linger_s` has passed. Stops early at `most_bytes` of payload.

        Raises Lost when the connection is gone: what was not taken then comes again.
        """
        await self._until_held(1, None)
        if len(self._inbox) < most and self._inbox.payload_bytes < most_bytes:
            await self._until_held(most, linger_s)
        taken = self._inbox.take(most, most_bytes)
        self._resume_if_roomy()
        return taken

    def acknowledge(self, packets: Iterable[mqtt5.PublishPacket]) -> int:
        """Tell the broker that these are dealt with, in order of arrival; how many it was told of.

        On a connection that is gone nothing is told, and 0 returned.
        """
        if self._lost:
            return 0
        numbers = [packet.packet_id for packet in packets if packet.packet_id is not None]
        self._unanswered -= len(numbers)
        words = chain.from_iterable(zip(repeat(_PUBACK), numbers, strict=False))
        self._write(struct.pack(f">{2 * len(numbers)}H", *words))
        return len(numbers)

    async def subscribe(self, patterns: Sequence[str]) -> None:
        """Subscribe at QoS 1; Refused when the broker does not let us."""
        filters = [
            mqtt5.TopicFilter(
                pattern,
                max_qos=mqtt5.QoS.AT_LEAST_ONCE,
                retain_handling=mqtt5.RetainHandling.SEND_IF_SUBSCRIPTION_NOT_EXISTS,
            )
            for pattern in patterns
        ]
        number = self._asked.free_number()
        answer = await self._ask(number, mqtt5.SubscribePacket(number, filters).write())
        if isinstance(answer, mqtt5.SubAckPacket):
            for pattern, code in zip(patterns, answer.reason_codes, strict=True):
                if int(code) >= REFUSALS_FROM:
                    raise Refused(f"the broker refused to subscribe us to {pattern}: {code.name}")

    async def unsubscribe(self, patterns: Sequence[str]) -> None:
        """Unsubscribe, also from what we may not be subscribed to; raises Lost."""
        number = self._asked.free_number()
        await self._ask(number, mqtt5.UnsubscribePacket(number, list(patterns)).write())

    def send(self, messages: Iterable[tuple[str, bytes]]) -> int:
        """Publish topics and payloads at QoS 0; how many, 0 when the connection is gone."""
        if self._lost:
            return 0
        packets = [mqtt5.PublishPacket(topic, payload).write() for topic, payload in messages]
        self._write(b"".join(packets))
        return len(packets)

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1 and wait for the broker's acknowledgement.

        Raises Lost when the connection goes first, Refused when the broker will not have it, NotNow
        when it cannot take it at present.
        """
        async with self._publishing:
            number = self._asked.free_number()
            packet = mqtt5.PublishPacket(
                topic, payload, qos=mqtt5.QoS.AT_LEAST_ONCE, retain=retain, packet_id=number
            )
            answer = await self._ask(number, packet.write())
        if isinstance(answer, mqtt5.PubAckPacket):
            refusal = unpublished(answer.reason_code)
            if refusal is not None:
                raise refusal

    async def ping(self) -> None:
        """Wait until the broker has dealt with everything we sent so far; raises Lost."""
        pong: asyncio.Future[None] = self._loop.create_future()
        self._check_alive()
        self._pongs.append(pong)
        self._write(mqtt5.PingReqPacket().write())
        await pong

    async def drained(self) -> None:
        """Wait until what we sent is on its way; returns at once when the connection is gone."""
        await self._writable.wait()

    async def close(self) -> None:
        """Say goodbye and wait until it is on its way.

        The session and its unacknowledged messages stay at the broker.
        """
        await self._say_goodbye(mqtt5.DisconnectPacket())

    async def leave(self) -> None:
        """Say goodbye for good: the broker forgets the session and whatever waits in it."""
        await self._say_goodbye(mqtt5.DisconnectPacket(session_expiry_interval=0))

    async def _say_goodbye(self, goodbye: mqtt5.DisconnectPacket) -> None:
        if self._transport is None:
            return
        if not self._lost:
            self._write(goodbye.write())
            self._end(Lost("closed by us"))
            self._transport.close()
        try:
            async with asyncio.timeout(_GOODBYE_S):
                await self._closed.wait()
        except TimeoutError:
            self._transport.abort()

    def abort(self, why: str) -> None:
        """Drop the connection without a word."""
        self._end(Lost(why))
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is not one by type
        self._tap = Tap(self._transport)
        self._write(self._hello.write())

    def data_received(self, data: bytes) -> None:
        self._heard_at = self._loop.time()
        try:
            packets = self._reader.read(data)
        except Malformed as error:
            code = mqtt5.DisconnectReasonCode.MALFORMED_PACKET
            self._fail(code, Lost(f"malformed packet: {error}"))
            return
        except TooLarge as error:
            self._fail(mqtt5.DisconnectReasonCode.PACKET_TOO_LARGE, Lost(str(error)))
            return
        messages = [packet for packet in packets if isinstance(packet, mqtt5.PublishPacket)]
        if messages:
            self._receive_messages(messages)
        if len(messages) < len(packets):
            for packet in packets:
                if not isinstance(packet, mqtt5.PublishPacket) and not self._lost:
                    self._receive(packet)

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(Lost(f"the broker closed the connection{f': {exc}' if exc else ''}"))
        self._closed.set()

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    # What arrives.

    def _receive(self, packet: mqtt5.Packet) -> None:
        if isinstance(packet, Answer):
            self._asked.answer(packet)
        elif isinstance(packet, mqtt5.PingRespPacket):
            if self._pongs and not (pong := self._pongs.popleft()).done():
                pong.set_result(None)
        elif isinstance(packet, mqtt5.ConnAckPacket) and not self._welcome.done():
            self._receive_welcome(packet)
        elif isinstance(packet, mqtt5.DisconnectPacket):
            self._receive_goodbye(packet)
        else:
            name = type(packet).__name__
            self._fail(mqtt5.DisconnectReasonCode.PROTOCOL_ERROR, Lost(f"unexpected {name}"))

    def _receive_messages(self, packets: Sequence[mqtt5.PublishPacket]) -> None:
        if mqtt5.QoS.EXACTLY_ONCE in [packet.qos for packet in packets]:
            self._fail(mqtt5.DisconnectReasonCode.QOS_NOT_SUPPORTED, Lost("a message at QoS 2"))
            return
        self._unanswered += sum([packet.packet_id is not None for packet in packets])
        if self._unanswered > self._hello.receive_max:
            code = mqtt5.DisconnectReasonCode.RECEIVE_MAX_EXCEEDED
            self._fail(code, Overrun("the broker sent more than receive-maximum allows"))
            return
        self._inbox.add(packets, self._heard_at)
        if self._tap is not None and not self._inbox.is_roomy:
            self._tap.fill()
        elif self._tap is not None and len(packets) < _MANY:
            self._tap.rest()
        if self._enough is not None and not self._enough.done() and self._has_enough():
            self._enough.set_result(None)

    def _receive_welcome(self, packet: mqtt5.ConnAckPacket) -> None:
        refusal = unwelcome(packet.reason_code)
        if refusal is not None:
            self._welcome.set_exception(refusal)
            self.abort(str(refusal))
            return
        if packet.server_keep_alive is not None:
            self._keepalive_s = float(packet.server_keep_alive)
        self._publishing = asyncio.Semaphore(min(_PUBLISHING_MAX, packet.receive_max))
        self._welcome.set_result(packet)
        self._keep_alive()

    def _receive_goodbye(self, packet: mqtt5.DisconnectPacket) -> None:
        code = packet.reason_code
        if code == mqtt5.DisconnectReasonCode.SESSION_TAKEN_OVER:
            self._end(TakenOver(f"another process connected as {self._hello.client_id!r}"))
        else:
            self._end(Lost(f"the broker said goodbye: {code.name}"))
        if self._transport is not None:
            self._transport.close()

    # What we wait for.

    async def _until_held(self, count: int, timeout_s: float | None) -> None:
        self._check_alive()
        self._awaited = count
        if self._has_enough():
            return
        self._enough = self._loop.create_future()
        try:
            async with asyncio.timeout(timeout_s):
                await self._enough
        except TimeoutError:
            return
        finally:
            self._enough = None
        self._check_alive()

    def _has_enough(self) -> bool:
        return len(self._inbox) >= self._awaited or not self._inbox.is_roomy

    def _resume_if_roomy(self) -> None:
        if self._tap is not None and self._tap.is_full and self._inbox.is_roomy:
            self._heard_at = self._loop.time()
            self._tap.drain()

    async def _ask(self, number: int, packet: bytes) -> Answer:
        self._check_alive()
        self._write(packet)
        return await self._asked.answer_to(number)

    def _check_alive(self) -> None:
        if self._lost:
            raise type(self._lost)(str(self._lost))

    # How it lives and ends.

    def _write(self, packets: bytes) -> None:
        if self._transport is not None and packets:
            self._sent_at = self._loop.time()
            self._transport.write(packets)

    def _keep_alive(self) -> None:
        if self._lost or not self._keepalive_s:
            return
        now = self._loop.time()
        # While we do not read, the broker's silence is ours.
        reads = self._tap is not None and not self._tap.is_full
        if reads and now - self._heard_at > self._keepalive_s * _SILENCE_FACTOR:
            self.abort(f"nothing heard from the broker for {now - self._heard_at:.0f} s")
            return
        if now - min(self._heard_at, self._sent_at) >= self._keepalive_s / 2:
            self._pongs.append(self._loop.create_future())
            self._write(mqtt5.PingReqPacket().write())
        self._tick = self._loop.call_later(self._keepalive_s / 4, self._keep_alive)

    def _fail(self, code: mqtt5.DisconnectReasonCode, lost: Lost) -> None:
        self._write(mqtt5.DisconnectPacket(reason_code=code).write())
        self._end(lost)
        if self._transport is not None:
            self._transport.close()

    def _end(self, lost: Lost) -> None:
        if self._lost:
            return
        self._lost = lost
        if self._tick is not None:
            self._tick.cancel()
        if self._tap is not None:
            self._tap.close()
        waiting = [self._welcome, self._enough, *self._asked, *self._pongs]
        for future in waiting:
            if future is not None and not future.done():
                future.set_exception(lost)
                # Not everything is waited for: an unread exception is no mistake here.
                future.exception()
        self._inbox.clear()
        self._writable.set()
        self._gone.set()
