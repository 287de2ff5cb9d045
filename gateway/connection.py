"""One MQTT 5 connection, from CONNECT to its end, on the event loop.

paho-mqtt does the protocol. It is used without aiomqtt because the gateway must acknowledge by
hand: aiomqtt 2 acknowledges when a message enters its queue in memory, which a `kill -9` empties.
It also hides the reason in a PUBACK, by which a broker says that publishing is not permitted.

A connection is never reused: every attempt makes a new one, so neither a packet identifier nor a
callback of an old connection can reach a newer one.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from gateway.endpoint import Endpoint

CONNECT_TIMEOUT_S = 10.0  # name look-up, TCP, TLS and CONNACK on a poor mobile link
KEEPALIVE_S = 30  # a silent loss is noticed within 45 s; a ping costs two bytes
SESSION_EXPIRY_S = 0xFFFFFFFF
"""Never: a broker keeps what it has for us, as far as its own limits reach. Mosquitto 2.0, once
restarted, can cut off a connected client whose session has an expiry."""
PACKET_BYTES_MAX = 262_144  # several times the longest message either side sends
READS_PER_WAKE = 100  # then the loop's other work gets its turn
FLUSH_TIMEOUT_S = 1.0  # for the last words before leaving

_log = logging.getLogger(__name__)


class ConnectionLost(ConnectionError):
    """The broker cannot be reached, refuses us or went away; the text says which. Try again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Will:
    """What the broker publishes, retained, when we vanish."""

    topic: str
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Who connects, and how.

    `receive_maximum` bounds what the broker sends ahead of our acknowledgements; with
    `manual_ack` those are given one by one with `Connection.acknowledge`.
    """

    endpoint: Endpoint
    client_id: str
    receive_maximum: int
    manual_ack: bool = False
    will: Will | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message as it came: `arrived_ms` is UTC epoch milliseconds by our clock.

    `packet_id` is None for a message at QoS 0, which nobody acknowledges.
    """

    topic: str
    payload: bytes
    retained: bool
    arrived_ms: int
    packet_id: int | None


class Connection:
    """A connection to a broker; use `async with Connection(...)`, which raises ConnectionLost."""

    def __init__(self, terms: Terms, *, now_ms: Callable[[], int]) -> None:
        self._terms = terms
        self._now_ms = now_ms
        self._loop = asyncio.get_running_loop()
        self._connected: asyncio.Future[bool] = self._loop.create_future()
        self._subscribed: dict[int, asyncio.Future[None]] = {}
        self._lost: str | None = None
        self._over: asyncio.Future[None] = self._loop.create_future()
        self._inbox: list[Delivery] = []
        self._stirred = asyncio.Event()
        self._misc: asyncio.TimerHandle | None = None
        self._refusals: set[str] = set()
        self._client = self._make_client()
        self.session_present = False

    async def __aenter__(self) -> Self:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await _in_thread(self._connect)
                self.session_present = await self._connected
        except TimeoutError:
            self._abandon()
            raise ConnectionLost(f"no answer within {CONNECT_TIMEOUT_S:.0f} s") from None
        except (OSError, ValueError) as error:
            self._abandon()
            raise ConnectionLost(str(error)) from error
        except BaseException:
            self._abandon()
            raise
        self._look_after()
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._lost is None:
            self._client.disconnect()
            await asyncio.wait([self._over], timeout=FLUSH_TIMEOUT_S)
        self._abandon()

    async def subscribe(self, topics: Sequence[str], *, qos: int) -> None:
        """Subscribes, without what is retained there already.

        Raises ConnectionLost, also when the broker does not permit it.
        """
        options = SubscribeOptions(qos=qos, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND)
        await self._subscribe([(topic, options) for topic in topics])

    async def follow(self, topic: str, *, qos: int) -> None:
        """Subscribes to a topic and gets what is retained there, each time."""
        await self._subscribe([(topic, SubscribeOptions(qos=qos))])

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        user: Sequence[tuple[str, str]] = (),
    ) -> None:
        """Hands a message over for sending at QoS 1; raises ConnectionLost."""
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call] # untyped there
        if user:
            properties.UserProperty = list(user)
        sent = self._client.publish(topic, payload, qos=1, retain=retain, properties=properties)
        if sent.rc != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionLost(self._lost or paho.error_string(sent.rc))

    def acknowledge(self, delivery: Delivery) -> None:
        """Tells the broker that it may forget this message; raises ConnectionLost."""
        if delivery.packet_id is None:
            return
        code = self._client.ack(delivery.packet_id, 1)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS:
            raise ConnectionLost(self._lost or paho.error_string(code))

    async def receive(self, wait_s: float) -> list[Delivery]:
        """Everything that came, in order, as soon as something did or `stir` was called.

        Empty after `wait_s` seconds without either. Raises ConnectionLost once all that came
        before the end has been handed out.
        """
        try:
            async with asyncio.timeout(wait_s):
                await self._stirred.wait()
        except TimeoutError:
            return []
        if not self._inbox and self._lost is not None:
            raise ConnectionLost(self._lost)
        if self._lost is None:
            self._stirred.clear()
        came, self._inbox = self._inbox, []
        return came

    def stir(self) -> None:
        """Makes a waiting `receive` return now."""
        self._stirred.set()

    def _make_client(self) -> paho.Client:
        terms = self._terms
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=terms.client_id,
            protocol=paho.MQTTv5,
            reconnect_on_failure=False,
            manual_ack=terms.manual_ack,
        )
        client.connect_timeout = CONNECT_TIMEOUT_S
        if terms.endpoint.username is not None:
            client.username_pw_set(terms.endpoint.username, terms.endpoint.password)
        if terms.endpoint.tls:
            client.tls_set_context(ssl.create_default_context())
        if terms.will is not None:
            client.will_set(terms.will.topic, terms.will.payload, qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.on_message = self._on_message
        client.on_publish = self._on_publish
        client.on_subscribe = self._on_subscribe
        client.on_socket_open = self._on_socket_open
        client.on_socket_close = self._on_socket_close
        client.on_socket_register_write = self._on_register_write
        client.on_socket_unregister_write = self._on_unregister_write
        return client

    def _connect(self) -> None:
        properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # untyped there
        properties.SessionExpiryInterval = SESSION_EXPIRY_S
        properties.ReceiveMaximum = self._terms.receive_maximum
        properties.MaximumPacketSize = PACKET_BYTES_MAX
        endpoint = self._terms.endpoint
        # Unless told otherwise paho wipes the session, with its backlog, at a process's start.
        self._client.connect(
            endpoint.host, endpoint.port, KEEPALIVE_S, clean_start=False, properties=properties
        )

    async def _subscribe(self, topics: list[tuple[str, SubscribeOptions]]) -> None:
        code, packet_id = self._client.subscribe(topics)
        if code != MQTTErrorCode.MQTT_ERR_SUCCESS or packet_id is None:
            raise ConnectionLost(self._lost or paho.error_string(code))
        answered: asyncio.Future[None] = self._loop.create_future()
        self._subscribed[packet_id] = answered
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await answered
        except TimeoutError:
            raise ConnectionLost("the broker did not answer a subscription") from None
        finally:
            del self._subscribed[packet_id]

    def _end(self, why: str) -> None:
        """The connection is over; everybody who waits on it learns why."""
        if self._lost is not None:
            return
        self._lost = why
        self._over.set_result(None)
        if not self._connected.done():
            self._connected.set_exception(ConnectionLost(why))
            self._connected.exception()  # seen, whether or not anybody awaits it any more
        for answered in self._subscribed.values():
            if not answered.done():
                answered.set_exception(ConnectionLost(why))
        self._stirred.set()

    def _abandon(self) -> None:
        """Lets go of the socket, whatever state it is in."""
        self._end("closed")
        if self._misc is not None:
            self._misc.cancel()
        sock = self._client.socket()
        if sock is not None:
            self._on_socket_close(self._client, None, sock)
            sock.close()

    def _look_after(self) -> None:
        """Pings, and notices a broker that no longer answers."""
        if self._lost is None:
            self._client.loop_misc()
            self._misc = self._loop.call_later(1.0, self._look_after)

    def _read(self) -> None:
        try:
            for _ in range(READS_PER_WAKE):
                before = len(self._inbox)
                self._client.loop_read()
                if len(self._inbox) == before or self._lost is not None:
                    break
            sock = self._client.socket()
            if isinstance(sock, ssl.SSLSocket) and sock.pending():
                self._loop.call_soon(self._read)  # decrypted already: no readiness will be told
        except Exception as error:  # only paho runs here: what came is no MQTT
            self._broken(error)

    def _write(self) -> None:
        try:
            self._client.loop_write()
        except Exception as error:  # only paho runs here: the socket is broken
            self._broken(error)

    def _broken(self, error: Exception) -> None:
        self._end(f"{type(error).__name__}: {error}")
        self._abandon()

    def _on_connect(
        self, _c: Any, _u: Any, flags: paho.ConnectFlags, reason: ReasonCode, _p: Any
    ) -> None:
        if reason.is_failure:
            self._end(f"the broker refuses us: {reason}")
        elif not self._connected.done():
            self._connected.set_result(flags.session_present)

    def _on_disconnect(self, _c: Any, _u: Any, _f: Any, reason: ReasonCode, _p: Any) -> None:
        self._end(f"disconnected: {reason}")

    def _on_message(self, _c: Any, _u: Any, message: paho.MQTTMessage) -> None:
        packet_id = message.mid if message.qos > 0 else None
        self._inbox.append(
            Delivery(
                message.topic, bytes(message.payload), message.retain, self._now_ms(), packet_id
            )
        )
        self._stirred.set()

    def _on_publish(self, _c: Any, _u: Any, _mid: int, reason: ReasonCode, _p: Any) -> None:
        words = str(reason)
        if reason.is_failure and words not in self._refusals:
            self._refusals.add(words)
            _log.error("the broker at %s refuses what we publish: %s", self._terms.endpoint, words)

    def _on_subscribe(self, _c: Any, _u: Any, mid: int, reasons: list[ReasonCode], _p: Any) -> None:
        answered = self._subscribed.get(mid)
        if answered is None or answered.done():
            return
        failures = sorted({str(reason) for reason in reasons if reason.is_failure})
        if failures:
            answered.set_exception(ConnectionLost(f"not permitted to subscribe: {failures[0]}"))
        else:
            answered.set_result(None)

    # paho calls the next two from the thread that connects, too.

    def _on_socket_open(self, _c: Any, _u: Any, sock: Any) -> None:
        self._loop.call_soon_threadsafe(self._listen, sock, self._loop.add_reader, self._read)

    def _on_register_write(self, _c: Any, _u: Any, sock: Any) -> None:
        self._loop.call_soon_threadsafe(self._listen, sock, self._loop.add_writer, self._write)

    def _listen(self, sock: Any, add: Callable[..., None], then: Callable[[], None]) -> None:
        if sock.fileno() < 0:
            return
        if self._lost is None:
            add(sock.fileno(), then)
        else:
            sock.close()  # it came too late: nobody waits for this connection any more

    def _on_socket_close(self, _c: Any, _u: Any, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_reader(sock.fileno())
            self._loop.remove_writer(sock.fileno())

    def _on_unregister_write(self, _c: Any, _u: Any, sock: Any) -> None:
        if sock.fileno() >= 0:
            self._loop.remove_writer(sock.fileno())


async def _in_thread(call: Callable[[], None]) -> None:
    """Runs a blocking call in a thread that may be left behind when the process ends.

    The loop's own executor would be waited for, and a connection attempt can last.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def settle(error: BaseException | None) -> None:
        if done.done():
            return
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)

    def work() -> None:
        error: BaseException | None = None
        try:
            call()
        except BaseException as raised:  # it is raised again where it is awaited
            error = raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, error)

    threading.Thread(target=work, daemon=True).start()
    await done
