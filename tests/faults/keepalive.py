"""A broker that asks for a short keepalive, so that a silence is noticed soon.

Mosquitto 2.0.21 can ask for one itself (`max_keepalive`), and then cuts living clients off: its
list of them is shorter than the one and a half keepalives that it waits. So the proxy asks.
"""

from tests.faults.trigger import Direction

KEEPALIVE_S = 4

_CONNECT = b"\x00\x04MQTT\x05"  # then the flags, then the keepalive in two bytes
_CONNACK = 0x20
_SERVER_KEEP_ALIVE = bytes([0x13, 0, KEEPALIVE_S])


def with_short_keepalive(direction: Direction, chunk: bytes) -> bytes:
    """The first bytes of an MQTT 5 connection, its CONNECT or CONNACK changed. Pure."""
    if direction is Direction.UP:
        at = chunk.find(_CONNECT) + len(_CONNECT) + 1
        return chunk[:at] + KEEPALIVE_S.to_bytes(2) + chunk[at + 2 :]
    # Type, remaining length, session present, reason, length of properties: a byte each.
    if len(chunk) < 5 or chunk[0] != _CONNACK or chunk[1] > 127 - len(_SERVER_KEEP_ALIVE):
        return chunk
    more = len(_SERVER_KEEP_ALIVE)
    head = bytes([_CONNACK, chunk[1] + more, chunk[2], chunk[3], chunk[4] + more])
    return head + _SERVER_KEEP_ALIVE + chunk[5:]
