"""Gateways that send from their spools and obey receipts, fast enough for a soak."""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from typing import cast
from urllib.parse import unquote, urlsplit

import mqtt5

from tests.faults.background import Background
from tests.faults.spool import Spool
from tests.faults.traffic import Message

_TICK_S = 0.01
_RETRY_S = 0.2
_KEEPALIVE_S = 4
_PING_S = 1.0
_SILENT_S = 3.0  # then the broker or the way to it is taken for dead
_ANSWER_S = 3.0
_RESENT_AT_ONCE = 500
_SUBSCRIBE_ID = 65_535  # above every receive-maximum in use


class Line(asyncio.Protocol):
    """One connection of a gateway: publishes at QoS 1, hears receipts."""

    def __init__(self, username: str, password: str, spool: Spool) -> None:
        self._spool = spool
        self._hello = mqtt5.ConnectPacket(
            username,
            username=username,
            password=password.encode(),
            clean_start=True,
            keep_alive=_KEEPALIVE_S,
        )
        self._receipts = f"homewell/v1/{username}/receipt"
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._free: list[int] = []
        self._pinged_at = self._heard_at = time.monotonic()
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.is_gone = False

    @property
    def window(self) -> int:
        """How many more messages the broker takes before it acknowledges some."""
        return len(self._free)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello.write())

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_gone = True
        if not self.ready.done():
            self.ready.set_exception(exc or ConnectionResetError("closed by the broker"))

    def data_received(self, data: bytes) -> None:
        self._heard_at = time.monotonic()
        self._buffer += data
        position = 0
        with memoryview(self._buffer) as view:
            while position < len(view):
                try:
                    packet, size = mqtt5.read(view[position:])
                except IndexError:  # not all of it is here yet
                    break
                position += size
                self._receive(packet)
        del self._buffer[:position]

    def publish(self, messages: Iterable[Message]) -> None:
        """Send these, as many as `window` allows at most, in one write."""
        packets = b"".join(self._packet(message) for message in messages)
        if packets and self._transport is not None:
            self._transport.write(packets)

    def keep_alive(self) -> None:
        """Ask whether the broker is still there; drop the connection when it is not."""
        now = time.monotonic()
        if now - self._heard_at > _SILENT_S:
            self.drop()
        elif now - self._pinged_at > _PING_S and self._transport is not None:
            self._pinged_at = now
            self._transport.write(mqtt5.PingReqPacket().write())

    def drop(self) -> None:
        """End the connection without a word."""
        self.is_gone = True
        if self._transport is not None:
            self._transport.abort()

    def _packet(self, message: Message) -> bytes:
        return mqtt5.PublishPacket(
            message.topic,
            message.payload,
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=self._free.pop(),
            user_properties=[("spool", self._spool.traffic.spool), ("seq", str(message.seq))],
        ).write()

    def _receive(self, packet: mqtt5.Packet) -> None:
        if isinstance(packet, mqtt5.PubAckPacket):
            self._free.append(packet.packet_id)
        elif isinstance(packet, mqtt5.PublishPacket):
            receipt = json.loads(packet.payload)
            if receipt["spool"] == self._spool.traffic.spool:
                self._spool.settle(receipt["seq"], self._heard_at)
        elif isinstance(packet, mqtt5.ConnAckPacket):
            self._receive_welcome(packet)
        elif isinstance(packet, mqtt5.SubAckPacket) and not self.ready.done():
            self.ready.set_result(None)

    def _receive_welcome(self, packet: mqtt5.ConnAckPacket) -> None:
        if packet.reason_code != mqtt5.ConnAckReasonCode.SUCCESS:
            self.drop()
            return
        self._free = list(range(packet.receive_max, 0, -1))
        if self._transport is not None:
            patterns = [mqtt5.TopicFilter(self._receipts)]
            self._transport.write(mqtt5.SubscribePacket(_SUBSCRIBE_ID, patterns).write())


class Fleet:
    """Every gateway with its spool, sending `rate_per_s` new messages together."""

    def __init__(
        self, background: Background, urls: Sequence[str], spools: Sequence[Spool], rate_per_s: int
    ) -> None:
        """`urls[n]` is the address at which `spools[n]` reaches the broker, password included."""
        self.spools = spools
        self._background = background
        self._urls = urls
        self._rate_per_s = rate_per_s / len(spools)
        self._started_at = 0.0
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Connect and send, again and again, until stopped."""
        self._background.call(self._start)

    def stop(self) -> None:
        """Stop sending and hang up. Raises what went wrong in a gateway, if anything did."""
        self._background.wait_for(self._stop())

    def outstanding(self) -> int:
        """Messages that were sent and have no receipt."""
        return sum(len(spool.outstanding) for spool in self.spools)

    def is_settled(self) -> bool:
        """Whether everything was sent and has its receipt."""
        return all(spool.is_settled for spool in self.spools)

    def await_recovery(self) -> int:
        """See `Spool.await_recovery`; for all of them."""

        def _await() -> int:
            now = time.monotonic()
            return sum(spool.await_recovery(now) for spool in self.spools)

        return self._background.call(_await)

    def recovered_at(self) -> float | None:
        """When the last message that `await_recovery` waits for had its receipt."""
        instants = [spool.recovered_at for spool in self.spools]
        return None if None in instants else max(at for at in instants if at is not None)

    def _start(self) -> None:
        self._started_at = time.monotonic()
        self._tasks = [
            self._background.loop.create_task(self._send_all(url, spool))
            for url, spool in zip(self._urls, self.spools, strict=True)
        ]

    async def _stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        for done in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(done, Exception):
                raise done

    async def _send_all(self, url: str, spool: Spool) -> None:
        while True:
            try:
                line = await _connected(url, spool)
            except OSError:
                await asyncio.sleep(_RETRY_S)
                continue
            try:
                while not line.is_gone:
                    self._push(line, spool)
                    line.keep_alive()
                    await asyncio.sleep(_TICK_S)
            finally:
                line.drop()

    def _push(self, line: Line, spool: Spool) -> None:
        now = time.monotonic()
        line.publish(spool.due(min(line.window, _RESENT_AT_ONCE), now))
        owed = int((now - self._started_at) * self._rate_per_s) - spool.sent
        line.publish(spool.new(min(owed, line.window // 2), now))  # for each may go twice


async def _connected(url: str, spool: Spool) -> Line:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or 0
    line = Line(parts.username or "", unquote(parts.password or ""), spool)
    try:
        async with asyncio.timeout(_ANSWER_S):
            await asyncio.get_running_loop().create_connection(lambda: line, host, port)
            await line.ready
    except OSError:
        line.drop()
        raise
    return line
