"""A model of the broker: one worker's session, and the lines to it."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import mqtt5

from tests.ingest.delivery.account import Account
from tests.ingest.delivery.letters import Key, Letter

_WELL = mqtt5.DisconnectReasonCode.NORMAL_DISCONNECTION


@dataclass(frozen=True, slots=True)
class _Coming:
    """A message on its way down a line, whole when so many bytes have been handed over."""

    whole_at: int
    packet_id: int
    key: Key
    duplicate: bool


class Line(asyncio.Transport):
    """A connection as the worker holds it: bytes come down and packets go up, each in its time.

    One that is silent carries nothing, and says so to nobody.
    """

    def __init__(
        self,
        protocol: asyncio.Protocol,
        account: Account,
        closed: Callable[["Line"], None],
    ) -> None:
        super().__init__()
        self._protocol = protocol
        self._account = account
        self._closed = closed
        self._down = b""
        self._sent = self._handed = 0
        self._coming: deque[_Coming] = deque()
        self._arrived: deque[_Coming] = deque()
        self.up: deque[mqtt5.Packet] = deque()
        self.is_open = True
        self.is_read = True
        self.is_silent = False

    @property
    def unanswered(self) -> int:
        """Messages that the worker has and did not acknowledge."""
        return len(self._arrived)

    @property
    def is_busy(self) -> bool:
        """Whether it has something to carry, and can."""
        return self.is_open and not self.is_silent and bool(self._down or self.up)

    # What the worker does.

    def write(self, data: bytes | bytearray | memoryview) -> None:
        view = memoryview(bytes(data))
        while view:
            packet, size = mqtt5.read(view)
            view = view[size:]
            self._watch(packet)
            if self.is_open:
                self.up.append(packet)

    def close(self) -> None:
        self._end(reaches_broker=not self.is_silent)

    def abort(self) -> None:
        self._end(reaches_broker=False)

    def pause_reading(self) -> None:
        self.is_read = False

    def resume_reading(self) -> None:
        self.is_read = True

    # What the broker and the network do.

    def send(self, packet: bytes) -> None:
        """Put a packet on its way to the worker."""
        self._down += packet
        self._sent += len(packet)

    def deliver(self, letter: Letter, packet_id: int, *, duplicate: bool) -> None:
        """Put a message on its way to the worker."""
        packet = mqtt5.PublishPacket(
            letter.topic,
            letter.payload,
            qos=mqtt5.QoS.AT_LEAST_ONCE,
            packet_id=packet_id,
            duplicate=duplicate,
            user_properties=letter.properties,
        )
        self.send(packet.write())
        self._coming.append(_Coming(self._sent, packet_id, letter.key, duplicate))

    def carry_down(self, most: int) -> None:
        """Hand the next bytes to the worker, wherever that cuts a packet."""
        if not (self.is_open and self.is_read and self._down) or self.is_silent:
            return
        chunk, self._down = self._down[:most], self._down[most:]
        self._handed += len(chunk)
        while self._coming and self._coming[0].whole_at <= self._handed:
            message = self._coming.popleft()
            self._arrived.append(message)
            self._account.delivered(message.key, duplicate=message.duplicate)
        self._protocol.data_received(chunk)

    def cut(self) -> None:
        """End the line; what was on it is lost."""
        if self.is_open:
            self.is_open = False
            self.up.clear()
            self._protocol.connection_lost(ConnectionResetError("cut"))

    def _end(self, *, reaches_broker: bool) -> None:
        if not self.is_open:
            return
        self.is_open = False
        if not reaches_broker:
            self.up.clear()
        self._closed(self)
        asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def _watch(self, packet: mqtt5.Packet) -> None:
        """Look at what the worker says, whether or not it ever reaches the broker."""
        if isinstance(packet, mqtt5.PubAckPacket):
            if not self.is_open:
                self._account.complain(f"acknowledged {packet.packet_id} on a line that is gone")
            elif not self._arrived or self._arrived[0].packet_id != packet.packet_id:
                waiting = [message.packet_id for message in self._arrived]
                self._account.complain(
                    f"acknowledged {packet.packet_id} on a line where {waiting} waited in order"
                )
            else:
                self._account.acknowledged(self._arrived.popleft().key)
        elif isinstance(packet, mqtt5.PublishPacket) and self.is_open:
            self._account.receipt(packet.topic, packet.payload)
        elif isinstance(packet, mqtt5.DisconnectPacket) and packet.reason_code != _WELL:
            self._account.complain(f"the worker blames the broker: {packet.reason_code.name}")


@dataclass(slots=True)
class _Session:
    """What the broker keeps for the worker: `queue` waits, `inflight` was sent by packet id."""

    queue: list[Letter] = field(default_factory=list)
    inflight: dict[int, Letter] = field(default_factory=dict)
    is_subscribed: bool = False
    last_id: int = 0

    def copy(self) -> "_Session":
        return replace(self, queue=list(self.queue), inflight=dict(self.inflight))


class Broker:
    """Keeps a session for the worker, and forgets it back to what it saved when it dies."""

    def __init__(self, account: Account, receipts: Callable[[str, bytes], None]) -> None:
        """`receipts` hears what the worker publishes."""
        self._account = account
        self._receipts = receipts
        self._session: _Session | None = None
        self._saved: _Session | None = None
        self._receive_max = 0
        self._taken: set[Key] = set()
        self._welcomed: Line | None = None
        self.line: Line | None = None
        self.is_up = True

    @property
    def holds_nothing(self) -> bool:
        """Whether all that it took for the worker has been acknowledged."""
        return self._session is None or not (self._session.queue or self._session.inflight)

    @property
    def most_unanswered(self) -> int:
        """How many messages the worker asked for at once."""
        return self._receive_max

    def dial(self, protocol: asyncio.Protocol) -> Line:
        """A new line from the worker."""
        if not self.is_up:
            raise ConnectionRefusedError("the broker is down")
        self.line = Line(protocol, self._account, self._hear_the_last)
        return self.line

    def publish(self, letter: Letter) -> None:
        """A gateway sends a message; nobody wants it while the worker was never subscribed."""
        if self.is_up and self._session is not None and self._session.is_subscribed:
            self._session.queue.append(letter)
            self._taken.add(letter.key)
            self._pump()

    def hear(self, most: int) -> None:
        """Take in the next packets that came up the line."""
        if self.line is not None and not self.line.is_silent:
            self._hear(self.line, most)

    def save(self) -> None:
        """Write down the session as it is."""
        self._saved = self._session.copy() if self._session else None

    def die(self) -> None:
        """Forget all that came since the session was written down."""
        self.is_up = False
        self._session = self._saved.copy() if self._saved else None
        kept = [*self._session.queue, *self._session.inflight.values()] if self._session else []
        self._taken &= {letter.key for letter in kept}
        if self.line is not None:
            self.line.cut()

    def untold(self) -> set[Key]:
        """What it took and did not lose, and the database does not hold."""
        return {key for key in self._taken if not self._account.is_committed(key)}

    def _hear_the_last(self, line: Line) -> None:
        if line is self.line:
            self._hear(line, len(line.up))

    def _hear(self, line: Line, most: int) -> None:
        for _ in range(min(most, len(line.up))):
            self._receive(line, line.up.popleft())

    def _receive(self, line: Line, packet: mqtt5.Packet) -> None:
        match packet:
            case mqtt5.ConnectPacket():
                self._welcome(line, packet)
            case mqtt5.SubscribePacket() if self._session is not None:
                self._session.is_subscribed = True
                granted = mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE
                codes = [granted] * len(packet.topic_filters)
                line.send(mqtt5.SubAckPacket(packet.packet_id, codes).write())
            case mqtt5.PubAckPacket() if self._session is not None:
                self._session.inflight.pop(packet.packet_id, None)
                self._pump()
            case mqtt5.PublishPacket():
                self._receipts(packet.topic, packet.payload)
            case mqtt5.PingReqPacket():
                line.send(mqtt5.PingRespPacket().write())
            case mqtt5.DisconnectPacket():
                line.is_open = False
            case _:
                self._account.complain(f"the broker did not expect {packet}")

    def _welcome(self, line: Line, hello: mqtt5.ConnectPacket) -> None:
        if hello.clean_start or not hello.session_expiry_interval:
            self._account.complain("the worker gave its session away")
        self._welcomed = line
        self._receive_max = hello.receive_max
        present = self._session is not None
        self._session = self._session or _Session()
        line.send(mqtt5.ConnAckPacket(session_present=present).write())
        for packet_id, letter in self._session.inflight.items():
            line.deliver(letter, packet_id, duplicate=True)
        self._pump()

    def _pump(self) -> None:
        """Send what the worker's window has room for."""
        session, line = self._session, self._welcomed
        if session is None or line is None or not line.is_open:
            return
        while session.queue and len(session.inflight) < self._receive_max:
            letter = session.queue.pop(0)
            session.last_id = session.last_id % 65_535 + 1
            session.inflight[session.last_id] = letter
            line.deliver(letter, session.last_id, duplicate=False)
