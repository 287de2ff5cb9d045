"""A blocking MQTT 5 client that costs little: packets made beforehand, big writes, short reads.

What the bench's own side costs is taken from the same two cores as what it measures.
"""

import socket
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import mqtt5

_TIMEOUT_S = 60.0  # a broker that is silent for so long will not come back
_READ_BYTES = 256 * 1024
_FIRST_ERROR = 0x80  # reason codes from here on are refusals
_PUBACK = 0x40


class BenchFailed(RuntimeError):
    """The measurement cannot go on; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The broker and a user of it."""

    port: int
    username: str
    password: str


class Client:
    """One connection, either publishing or listening."""

    def __init__(
        self,
        address: Address,
        client_id: str,
        *,
        session_expiry_s: int = 0,
        clean_start: bool = True,
    ) -> None:
        self._socket = socket.create_connection(("127.0.0.1", address.port), _TIMEOUT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._rest = b""  # read with an answer, and not of it
        self._partial = b""
        self._unanswered = 0
        self.refused = 0
        hello = mqtt5.ConnectPacket(
            client_id,
            username=address.username,
            password=address.password.encode(),
            clean_start=clean_start,
            session_expiry_interval=session_expiry_s,
        )
        self._socket.sendall(hello.write())
        welcome = self._packet()
        if not isinstance(welcome, mqtt5.ConnAckPacket) or int(welcome.reason_code):
            raise BenchFailed(f"the broker refused {client_id}: {welcome!r}")
        self._window = welcome.receive_max

    def subscribe(self, patterns: Sequence[str], qos: mqtt5.QoS) -> None:
        """Subscribe; raises BenchFailed when the broker will not have it."""
        filters = [mqtt5.TopicFilter(pattern, max_qos=qos) for pattern in patterns]
        self._socket.sendall(mqtt5.SubscribePacket(1, filters).write())
        answer = self._packet()
        if not isinstance(answer, mqtt5.SubAckPacket) or any(
            int(code) >= _FIRST_ERROR for code in answer.reason_codes
        ):
            raise BenchFailed(f"the broker refused the subscription to {patterns}: {answer!r}")

    def publish(self, packets: Sequence[bytes]) -> None:
        """Send PUBLISH packets of QoS 1, never more unanswered than the broker takes."""
        burst = max(1, self._window // 2)
        for start in range(0, len(packets), burst):
            part = packets[start : start + burst]
            while self._unanswered + len(part) > self._window:
                self._read_answers()
            self._socket.sendall(b"".join(part))
            self._unanswered += len(part)

    def settle(self) -> None:
        """Wait until everything published is answered."""
        while self._unanswered:
            self._read_answers()

    def read(self, timeout_s: float) -> bytes:
        """Whatever has come, not parsed; empty when nothing came in time."""
        if self._rest:
            rest, self._rest = self._rest, b""
            return rest
        self._socket.settimeout(timeout_s)
        try:
            received = self._socket.recv(_READ_BYTES)
        except TimeoutError:
            return b""
        if not received:
            raise BenchFailed("the broker closed the connection")
        return received

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.sendall(mqtt5.DisconnectPacket().write())
        self._socket.close()

    def _read_answers(self) -> None:
        answers = self._partial + self.read(_TIMEOUT_S)
        position = 0
        while position + 1 < len(answers):
            end = position + 2 + answers[position + 1]
            if end > len(answers):
                break
            if answers[position] != _PUBACK:
                raise BenchFailed(f"the broker sent packet type {answers[position] >> 4}")
            # A PUBACK of two bytes has no reason code: it went well.
            if answers[position + 1] > 2 and answers[position + 4] >= _FIRST_ERROR:
                self.refused += 1
            self._unanswered -= 1
            position = end
        self._partial = answers[position:]

    def _packet(self) -> mqtt5.Packet:
        received = b""
        while True:
            chunk = self.read(_TIMEOUT_S)
            if not chunk:
                raise BenchFailed(f"the broker said nothing for {_TIMEOUT_S:.0f} s")
            received += chunk
            try:
                packet, size = mqtt5.read(memoryview(received))
            except IndexError:  # the codec's word for "not all of it is here yet"
                continue
            self._rest = received[size:]
            return packet
