"""Messages by the batch, as columns. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import mqtt5

from core.wire import AGAIN, AGAIN_PROPERTY, ROOT, SEQ_PROPERTY, SPOOL_PROPERTY
from ingest.accept import SEQ_DIGITS, SPOOL_CHARACTERS, SPOOL_LENGTH, Message, spool_position

_GATEWAY_STARTS = len(ROOT) + 1
_SPOOLS = re.compile(f"{SPOOL_CHARACTERS}*")
_AGAIN = (AGAIN_PROPERTY, AGAIN)


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages in order of arrival, each at its index in every column.

    `gateways` is what stands in the place of the gateway in a topic of the right form. `spools`
    and `numbers` are places in spools, both None where there is none. `redelivered` tells of those
    that the broker or the gateway says it has sent before.
    """

    topics: Sequence[str]
    payloads: Sequence[bytes]
    gateways: Sequence[str]
    spools: Sequence[str | None]
    numbers: Sequence[int | None]
    redelivered: Sequence[bool]

    def __len__(self) -> int:
        return len(self.topics)

    def message(self, index: int) -> Message:
        """One of the messages."""
        return Message(
            self.topics[index], self.payloads[index], self.spools[index], self.numbers[index]
        )


def batch_of(packets: Sequence[mqtt5.PublishPacket]) -> Batch:
    """The messages in these packets."""
    topics = [packet.topic for packet in packets]
    properties, resent = _without_again([packet.user_properties for packet in packets])
    spools, numbers = _positions(properties)
    return Batch(
        topics,
        [packet.payload for packet in packets],
        [topic[_GATEWAY_STARTS : topic.find("/", _GATEWAY_STARTS)] for topic in topics],
        spools,
        numbers,
        [packet.duplicate or again for packet, again in zip(packets, resent, strict=True)],
    )


def _without_again(
    properties: Sequence[list[tuple[str, str]]],
) -> tuple[Sequence[list[tuple[str, str]]], Sequence[bool]]:
    """The properties without a closing word of the gateway that it may have sent this before, and
    where it stood."""
    resent = [pairs[-1:] == [_AGAIN] for pairs in properties]
    if True not in resent:
        return properties, resent
    kept = [pairs[:-1] if again else pairs for pairs, again in zip(properties, resent, strict=True)]
    return kept, resent


def _positions(
    properties: Sequence[Sequence[tuple[str, str]]],
) -> tuple[Sequence[str | None], Sequence[int | None]]:
    """What `spool_position` says of each message."""
    ordinary = _ordinary_positions(properties)
    if ordinary is not None:
        return ordinary
    positions = [spool_position(pairs) or (None, None) for pairs in properties]
    return [spool for spool, _ in positions], [seq for _, seq in positions]


def _ordinary_positions(
    properties: Sequence[Sequence[tuple[str, str]]],
) -> tuple[Sequence[str], Sequence[int]] | None:
    """The same where every message has just a spool and a number of the right form, else None.

    All texts are looked at as one, which is quicker by far than one after the other.
    """
    if set(map(len, properties)) != {2}:
        return None
    texts = list(chain.from_iterable(chain.from_iterable(properties)))
    spools, numbers = texts[1::4], texts[3::4]
    digits = "".join(numbers)
    if (
        texts[0::4].count(SPOOL_PROPERTY) == len(properties)
        and texts[2::4].count(SEQ_PROPERTY) == len(properties)
        and _lengths_within(spools, SPOOL_LENGTH)
        and _lengths_within(numbers, SEQ_DIGITS)
        and _SPOOLS.fullmatch("".join(spools))
        and digits.isascii()
        and digits.isdecimal()
    ):
        return spools, list(map(int, numbers))
    return None


def _lengths_within(texts: Sequence[str], most: int) -> bool:
    lengths = set(map(len, texts))
    return min(lengths) > 0 and max(lengths) <= most
