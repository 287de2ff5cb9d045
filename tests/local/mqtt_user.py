"""A plain MQTT 5 client for tests of what the broker allows."""

import queue
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

_WITHIN_S = 10


class MqttUser:
    """A user connected to the broker, as a context manager; waits for every answer."""

    def __init__(self, url: str, client_id: str = "") -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 1883)
        self._answers: queue.Queue[str] = queue.Queue()
        self._messages: queue.Queue[MQTTMessage] = queue.Queue()
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id, protocol=MQTTProtocolVersion.MQTTv5
        )
        if parts.username is not None:
            self._client.username_pw_set(parts.username, unquote(parts.password or ""))
        self._client.on_connect = self._on_connect
        self._client.on_disconnect = self._on_disconnect
        self._client.on_publish = self._on_publish
        self._client.on_subscribe = self._on_subscribe
        self._client.on_message = self._on_message
        self.disconnected: list[str] = []

    def connect(self) -> str:
        """Connect; the broker's answer in words."""
        self._client.connect(*self._address, clean_start=True)
        self._client.loop_start()
        return self._answers.get(timeout=_WITHIN_S)

    def publish(self, topic: str, payload: str, *, retain: bool = False) -> str:
        """Publish at QoS 1; the broker's answer in words."""
        self._client.publish(topic, payload, qos=1, retain=retain)
        return self._answers.get(timeout=_WITHIN_S)

    def subscribe(self, topic: str) -> str:
        """Subscribe at QoS 1; the broker's answer in words."""
        self._client.subscribe(topic, qos=1)
        return self._answers.get(timeout=_WITHIN_S)

    def next_message(self) -> tuple[str, str]:
        """Topic and payload of the next message."""
        message = self._messages.get(timeout=_WITHIN_S)
        return message.topic, message.payload.decode()

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def __enter__(self) -> Self:
        assert self.connect() == "Success"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _on_connect(
        self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Properties | None
    ) -> None:
        self._answers.put(str(reason))

    def _on_disconnect(
        self, _: Client, __: Any, ___: Any, reason: ReasonCode, ____: Properties | None
    ) -> None:
        self.disconnected.append(str(reason))

    def _on_publish(
        self, _: Client, __: Any, ___: int, reason: ReasonCode, ____: Properties
    ) -> None:
        self._answers.put(str(reason))

    def _on_subscribe(
        self, _: Client, __: Any, ___: int, reasons: list[ReasonCode], ____: Properties | None
    ) -> None:
        self._answers.put(str(reasons[0]))

    def _on_message(self, _: Client, __: Any, message: MQTTMessage) -> None:
        self._messages.put(message)
