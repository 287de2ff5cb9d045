"""A gateway's side of the wire, as a plain MQTT client on a real broker."""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote, urlsplit

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WITHIN_S = 20.0  # a bound for a broken test; what is waited for takes milliseconds
SPOOL = "spool-1"

Columns = Mapping[str, Sequence[Any]]


class GatewaySide:
    """Sends readings from a spool, and remembers receipts and consent documents."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.gateway_id = parts.username or ""
        self._address = (parts.hostname or "", parts.port or 1883)
        self._subscribed = threading.Event()
        self._seq = 0
        self._last = paho.MQTTMessageInfo(0)
        self.receipts: list[dict[str, Any]] = []
        self.consent: list[dict[str, Any]] = []
        self.client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5)
        self.client.username_pw_set(self.gateway_id, unquote(parts.password or ""))
        self.client.on_connect = self._on_connect
        self.client.on_subscribe = lambda *_: self._subscribed.set()
        self.client.on_message = self._on_message
        self.client.max_inflight_messages_set(1000)
        self.client.max_queued_messages_set(0)
        self.client.reconnect_delay_set(1, 1)

    def __enter__(self) -> Self:
        self.client.connect(*self._address)
        self.client.loop_start()
        assert self._subscribed.wait(WITHIN_S)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.client.disconnect()
        self.client.loop_stop()

    def send(
        self, device: str, kind: str, times_ms: Sequence[int], **columns: Sequence[Any]
    ) -> int:
        """Send samples; the sequence number they went under."""
        return self.send_bytes(device, kind, json.dumps({"t": list(times_ms), **columns}).encode())

    def send_bytes(self, device: str, kind: str, payload: bytes, *, seq: int | None = None) -> int:
        """Send a payload, with the next sequence number or once more with this one."""
        if seq is None:
            self._seq += 1
            seq = self._seq
        properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]  # paho's
        properties.UserProperty = [("spool", SPOOL), ("seq", str(seq))]
        topic = f"homewell/v1/{self.gateway_id}/{device}/{kind}"
        self._last = self.client.publish(topic, payload, qos=1, properties=properties)
        return seq

    def until_published(self) -> None:
        """Wait until the broker has the last message, and so all of them."""
        self._last.wait_for_publish(WITHIN_S)

    def settled(self) -> set[int]:
        """Sequence numbers that receipts name."""
        return {
            number
            for receipt in list(self.receipts)
            if receipt["spool"] == SPOOL
            for first, last in receipt["seq"]
            for number in range(first, last + 1)
        }

    def withheld(self) -> dict[int, int]:
        """By sequence number, how many samples receipts call withheld."""
        return {
            number: count
            for receipt in list(self.receipts)
            for number, count in receipt["withheld"]
        }

    def until_settled(self, *numbers: int) -> None:
        """Wait for receipts of all of these."""
        until(lambda: self.settled() >= set(numbers), f"receipts for {numbers[:10]}")

    def until_told(self, allowed: dict[str, list[str]]) -> None:
        """Wait until the last consent document allows exactly this."""
        until(
            lambda: bool(self.consent) and self.consent[-1]["allowed"] == allowed,
            f"consent {allowed}",
        )

    def _on_connect(self, *_: Any) -> None:
        root = f"homewell/v1/{self.gateway_id}"
        self.client.subscribe([(f"{root}/receipt", 0), (f"{root}/consent", 1)])

    def _on_message(self, _: paho.Client, __: Any, message: paho.MQTTMessage) -> None:
        heard = self.receipts if message.topic.endswith("/receipt") else self.consent
        heard.append(json.loads(message.payload))


def until(done: Callable[[], bool], what: str, within_s: float = WITHIN_S) -> None:
    """Return once `done`; fail when it takes too long."""
    end = time.monotonic() + within_s
    while not done():
        assert time.monotonic() < end, f"waited {within_s:.0f} s for {what}"
        time.sleep(0.01)
