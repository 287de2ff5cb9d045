"""Homewell's side of the wire for tests, as a plain MQTT client on a real broker."""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from core import wire
from core.quantities import Kind
from core.wire import ConsentDocument
from gateway.endpoint import parse_endpoint

WITHIN_S = 20.0  # a bound for a broken test; what is waited for takes milliseconds


class Peer:
    """A client that remembers what it heard, in order."""

    def __init__(self, url: str, client_id: str, *topics: str) -> None:
        self._endpoint = parse_endpoint(url)
        self._topics = topics
        self._subscribed = threading.Event()
        self.heard: list[paho.MQTTMessage] = []
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, client_id=client_id, protocol=paho.MQTTv5
        )
        self.client.username_pw_set(self._endpoint.username, self._endpoint.password)
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = lambda _c, _u, message: self.heard.append(message)
        self.client.reconnect_delay_set(1, 1)

    def __enter__(self) -> Self:
        # A session that lasts, as ingest's does: what comes while it is away is not missed.
        self.client.connect(
            self._endpoint.host, self._endpoint.port, clean_start=False, properties=lasting()
        )
        self.client.loop_start()
        assert not self._topics or self._subscribed.wait(WITHIN_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Publishes and returns when the broker has it (at QoS 0, when it is on its way)."""
        self.client.publish(topic, payload, qos=qos, retain=retain).wait_for_publish(WITHIN_S)

    def allow(self, gateway_id: str, revision: int, **allowed: list[Kind]) -> None:
        """Publishes a consent document; `_` in a device's name stands for `-`."""
        named = {device.replace("_", "-"): kinds for device, kinds in allowed.items()}
        document = ConsentDocument(revision=revision, allowed=named)
        self.publish(wire.consent_topic(gateway_id), wire.encode(document), retain=True)

    def receipt(self, gateway_id: str, spool: str, *numbers: int) -> None:
        """Says that these messages are dealt with."""
        self.publish(wire.receipt_topic(gateway_id), wire.encode_receipt(spool, numbers))

    def readings(self) -> list[tuple[str, int, bytes]]:
        """What was heard of readings: spool, seq and payload, in order of arrival."""
        return [_reading(message) for message in list(self.heard) if is_reading(message)]

    def readings_again(self) -> list[tuple[str, int, bytes]]:
        """Those of them that the gateway says it may have sent before."""
        return [
            _reading(message)
            for message in list(self.heard)
            if is_reading(message) and says_again(message)
        ]

    def _on_connect(self, *_: Any) -> None:
        if self._topics:
            self.client.subscribe([(topic, 1) for topic in self._topics])


def is_reading(message: paho.MQTTMessage) -> bool:
    """Whether it holds readings, and not the gateway's state."""
    return not message.topic.endswith("/state")


def _reading(message: paho.MQTTMessage) -> tuple[str, int, bytes]:
    return (*numbers(message), bytes(message.payload))


def numbers(message: paho.MQTTMessage) -> tuple[str, int]:
    """Spool and seq of a readings message."""
    user = _user_properties(message)
    return user[wire.SPOOL_PROPERTY], int(user[wire.SEQ_PROPERTY])


def says_again(message: paho.MQTTMessage) -> bool:
    """Whether the gateway says that it may have sent this before."""
    return _user_properties(message).get(wire.AGAIN_PROPERTY) == wire.AGAIN


def _user_properties(message: paho.MQTTMessage) -> dict[str, str]:
    assert message.properties is not None
    return dict(getattr(message.properties, "UserProperty", ()))


def lasting() -> Properties:
    """CONNECT properties of a session that outlives its connection."""
    properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call] # untyped there
    properties.SessionExpiryInterval = 3600
    return properties


def until(true: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    """Waits until something is so, and fails by name when it does not come."""
    deadline_s = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < deadline_s, f"still waiting for: {what}"
        time.sleep(0.01)
