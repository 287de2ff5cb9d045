"""Messages that have arrived and wait to be taken, counted and bounded. Pure."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import mqtt5

_BYTES_MAX = 32 * 1024 * 1024  # of payload


@dataclass(frozen=True, slots=True)
class Taken:
    """Messages, oldest first, and when they came: pairs of instant and how many came then."""

    packets: list[mqtt5.PublishPacket]
    arrivals: Sequence[tuple[float, int]]


class Inbox:
    """A queue of messages that knows its size."""

    def __init__(self, receive_max: int) -> None:
        # Twice, because messages at QoS 0 have no window.
        self._most = 2 * receive_max
        self._packets: deque[mqtt5.PublishPacket] = deque()
        self._arrivals: deque[tuple[float, int]] = deque()
        self.payload_bytes = 0

    def __len__(self) -> int:
        return len(self._packets)

    @property
    def is_roomy(self) -> bool:
        """Whether more may come: beyond 32 MB, or twice the window, reading is to stop."""
        return self.payload_bytes < _BYTES_MAX and len(self._packets) <= self._most

    def add(self, packets: Sequence[mqtt5.PublishPacket], at_s: float) -> None:
        """Take in what came at this instant, on the clock of the event loop."""
        self._packets.extend(packets)
        self._arrivals.append((at_s, len(packets)))
        self.payload_bytes += sum(map(len, [packet.payload for packet in packets]))

    def take(self, most: int, most_bytes: int) -> Taken:
        """The oldest: at most this many, and no more once there are `most_bytes` of payload."""
        waiting = self._packets
        if len(waiting) <= most and self.payload_bytes < most_bytes:
            taken = Taken(list(waiting), list(self._arrivals))
            self.clear()
            return taken
        packets: list[mqtt5.PublishPacket] = []
        size = 0
        while waiting and len(packets) < most and size < most_bytes:
            packet = waiting.popleft()
            size += len(packet.payload)
            packets.append(packet)
        self.payload_bytes -= size
        return Taken(packets, self._arrivals_of(len(packets)))

    def clear(self) -> None:
        """Forget everything."""
        self._packets.clear()
        self._arrivals.clear()
        self.payload_bytes = 0

    def _arrivals_of(self, count: int) -> list[tuple[float, int]]:
        """Take away the arrivals of the oldest messages."""
        found = []
        while count:
            at_s, came = self._arrivals.popleft()
            if came > count:
                self._arrivals.appendleft((at_s, came - count))
                came = count
            found.append((at_s, came))
            count -= came
        return found
