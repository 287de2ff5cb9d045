"""Publishing as a device bridge does: QoS 1, in order, again and again until the broker has it."""

import asyncio
import logging
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from secrets import token_hex
from urllib.parse import unquote, urlsplit

import aiomqtt

WAITING_MAX = 50_000  # seven hours of thirty homes, some 20 MB
RETRY_FIRST_S, RETRY_MAX_S = 0.5, 15.0
ACKNOWLEDGED_WITHIN_S = 10.0

log = logging.getLogger(__name__)


class AddressError(ValueError):
    """The broker's address cannot be understood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the block's broker is; the password stays out of every log."""

    host: str
    port: int
    user: str | None
    password: str | None
    encrypted: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read `mqtt://user:password@host:port` (or `mqtts://`); AddressError if not."""
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise AddressError("the broker's port must be a number") from error
        if parts.scheme not in {"mqtt", "mqtts"} or not parts.hostname:
            raise AddressError("the broker's address must be mqtt://user:password@host:port")
        encrypted = parts.scheme == "mqtts"
        return cls(
            host=parts.hostname,
            port=port or (8883 if encrypted else 1883),
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            encrypted=encrypted,
        )


@dataclass(frozen=True, slots=True)
class Message:
    """One publication."""

    topic: str
    payload: str
    retain: bool = False


class Outbox:
    """Messages that the broker has not acknowledged; the oldest go when there are too many."""

    def __init__(self, limit: int = WAITING_MAX) -> None:
        """Holds `limit` messages at most."""
        self._waiting: deque[Message] = deque()
        self._limit = limit
        self._something = asyncio.Event()
        self._nothing = asyncio.Event()
        self.dropped = 0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def put(self, message: Message) -> None:
        """Add a message at the end."""
        if len(self._waiting) >= self._limit:
            self._waiting.popleft()
            if self.dropped == 0:
                log.warning("%d messages wait for the broker: the oldest are dropped", self._limit)
            self.dropped += 1
        self._waiting.append(message)
        self._something.set()

    async def first(self) -> Message:
        """The oldest message, which stays; waits for one."""
        while not self._waiting:
            self._something.clear()
            await self._something.wait()
        return self._waiting[0]

    def done(self, message: Message) -> None:
        """Take away a message that was acknowledged."""
        if self._waiting and self._waiting[0] is message:
            self._waiting.popleft()
        if not self._waiting:
            self._nothing.set()

    async def emptied(self, *, within_s: float) -> bool:
        """Whether everything was acknowledged within that time."""
        self._nothing.clear()
        if self._waiting:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._nothing.wait(), within_s)
        return not self._waiting


class Bridge:
    """Carries an outbox to the broker, and comes back whenever the broker does."""

    def __init__(
        self, address: Address, outbox: Outbox, delivered: Callable[[Message], None]
    ) -> None:
        """`delivered` hears of every message that the broker has acknowledged."""
        self._address, self._outbox, self._delivered = address, outbox, delivered
        self._client_id = f"firmware-sim-{token_hex(4)}"
        """Of its own, for a broker sends away whoever comes under a name that is in use."""
        self.connected = False

    async def run(self) -> None:
        """Deliver until cancelled."""
        pause_s = RETRY_FIRST_S
        away = False
        while True:
            try:
                async with self._client() as client:
                    log.info("connected to the broker at port %d", self._address.port)
                    self.connected, away, pause_s = True, False, RETRY_FIRST_S
                    await self._deliver(client)
            except aiomqtt.MqttError as error:
                if not away:
                    log.warning("the broker is away (%s); messages wait", error)
                away = True
            finally:
                self.connected = False
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, RETRY_MAX_S)

    async def _deliver(self, client: aiomqtt.Client) -> None:
        while True:
            message = await self._outbox.first()
            await client.publish(
                message.topic,
                message.payload,
                qos=1,
                retain=message.retain,
                timeout=ACKNOWLEDGED_WITHIN_S,
            )
            self._outbox.done(message)
            self._delivered(message)

    def _client(self) -> aiomqtt.Client:
        return aiomqtt.Client(
            self._address.host,
            self._address.port,
            username=self._address.user,
            password=self._address.password,
            identifier=self._client_id,
            protocol=aiomqtt.ProtocolVersion.V5,
            tls_context=ssl.create_default_context() if self._address.encrypted else None,
            timeout=ACKNOWLEDGED_WITHIN_S,
        )
