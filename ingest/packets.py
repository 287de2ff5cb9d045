"""From bytes as they come to whole MQTT packets. Pure."""

import mqtt5

PACKET_BYTES_MAX = 1024 * 1024  # the broker keeps larger from us; one of ours is below 100 kB

_LENGTH_BYTES_MAX = 4  # a packet's length stands in one to four bytes of seven bits each
_MORE_FOLLOWS = 0x80
_PANIC = "PanicException"  # the codec's in Rust, no Exception in Python: on text that is no UTF-8


class Malformed(ValueError):
    """These bytes are no MQTT; the text says why."""


class TooLarge(ValueError):
    """A packet is longer than PACKET_BYTES_MAX, which was said to the broker."""


class PacketReader:
    """Puts chunks of a stream together to packets, wherever the chunks were cut.

    What is not yet a whole packet is kept, and is never more than PACKET_BYTES_MAX. A reader that
    has raised is of no more use.
    """

    def __init__(self) -> None:
        self._rest = b""

    def read(self, chunk: bytes) -> list[mqtt5.Packet]:
        """The packets that are whole with this chunk; raises Malformed or TooLarge."""
        packets: list[mqtt5.Packet] = []
        data = self._rest + chunk if self._rest else chunk
        self._rest = b""
        position, end = 0, len(data)
        view = memoryview(data)
        while position < end:
            try:
                packet, size = mqtt5.read(view[position:])
            except IndexError:  # the codec's word for "not all of it is here yet"
                self._rest = data[position:]
                _check_is_partial(self._rest)
                break
            except ValueError as error:
                raise Malformed(str(error)) from None
            except BaseException as error:
                if type(error).__name__ != _PANIC:
                    raise
                raise Malformed(f"bytes that the codec cannot bear: {error}") from None
            if size > PACKET_BYTES_MAX:
                raise TooLarge(f"a packet of {size} bytes; at most {PACKET_BYTES_MAX}")
            position += size
            packets.append(packet)
        return packets


def _check_is_partial(rest: bytes) -> None:
    """Raise unless more bytes can make this a packet: the codec also says so of broken ones."""
    size = _size_said(rest)
    if size is None:
        return
    if size > PACKET_BYTES_MAX:
        raise TooLarge(f"a packet of {size} bytes; at most {PACKET_BYTES_MAX}")
    if len(rest) >= size:
        raise Malformed("a packet ends before its content does")


def _size_said(rest: bytes) -> int | None:
    """How long the packet says it is, its header included; None while that is not all here."""
    length = 0
    for index, byte in enumerate(rest[1 : 1 + _LENGTH_BYTES_MAX]):
        length |= (byte & ~_MORE_FOLLOWS) << (7 * index)
        if not byte & _MORE_FOLLOWS:
            return 2 + index + length
    if len(rest) > _LENGTH_BYTES_MAX:
        raise Malformed("the length of a packet has no end")
    return None
