"""The wire between gateways and Homewell, version 1: topics, payloads and their limits.

`docs/wire.asyncapi.yaml` documents the same contract. What stands here may grow members with
defaults; it never changes the meaning of one, because old gateways stay in homes for years.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec

from core.quantities import QUANTITIES, Form, Kind

VERSION = 1
ROOT = f"homewell/v{VERSION}"
SAMPLES_MAX = 500  # a message of boiler samples with every column stays below 100 kB
NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
"""What a gateway or a device may be called: no dots, slashes or wildcards, fit for any topic."""

SPOOL_PROPERTY = "spool"
SEQ_PROPERTY = "seq"
AGAIN_PROPERTY, AGAIN = "again", "1"
"""Stands on a message that its gateway may have sent before. It steers how ingest writes the
message, and decides nothing."""

_T = TypeVar("_T")
Cell = float | bool | int | str | None


class Unreadable(ValueError):
    """A message that cannot be read at all; the text says why, for a person."""


class NoAddress(Unreadable):
    """The topic is not that of a device's readings."""


class NoSamples(Unreadable):
    """There is not one sample in the message."""


class TooManySamples(Unreadable):
    """There are more samples than SAMPLES_MAX in the message."""


class Ragged(Unreadable):
    """The columns of the message are not equally long."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a reading comes from, as its topic says."""

    gateway_id: str
    device: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Samples:
    """Samples of one device, as equally long columns.

    `times_ms` are UTC epoch milliseconds; a column holds None where nothing was measured, and a
    quantity that was measured nowhere has no column.
    """

    times_ms: Sequence[int]
    columns: Mapping[str, Sequence[Cell]]

    def __len__(self) -> int:
        return len(self.times_ms)


class Receipt(msgspec.Struct, frozen=True):
    """Spool sequence numbers dealt with for good, as closed ranges.

    `withheld` tells, for those of them that consent kept out in part or whole, how many samples:
    pairs of sequence number and count.
    """

    spool: str
    seq: list[tuple[int, int]]
    withheld: list[tuple[int, int]] = []


class ConsentDocument(msgspec.Struct, frozen=True):
    """What a gateway may send, device by device. A device that is not named sends nothing."""

    revision: int
    allowed: dict[str, list[Kind]]

    def allows(self, device: str, kind: Kind) -> bool:
        """Whether readings of this kind from this device may leave the home."""
        return kind in self.allowed.get(device, ())


class GatewayState(msgspec.Struct, frozen=True):
    """A gateway's word on itself; with `online` false it is also its will."""

    online: bool
    version: str
    spool_depth: int


def readings_topic(address: Address) -> str:
    """The topic that a device's readings go to.

    >>> readings_topic(Address("gw-1", "bedroom-1", Kind.ROOM))
    'homewell/v1/gw-1/bedroom-1/room'
    """
    return f"{ROOT}/{address.gateway_id}/{address.device}/{address.kind}"


def receipt_topic(gateway_id: str) -> str:
    """Where a gateway learns what is committed."""
    return f"{ROOT}/{gateway_id}/receipt"


def consent_topic(gateway_id: str) -> str:
    """Where a gateway learns what it may send."""
    return f"{ROOT}/{gateway_id}/consent"


def state_topic(gateway_id: str) -> str:
    """Where a gateway says that it is there."""
    return f"{ROOT}/{gateway_id}/state"


def parse_readings_topic(topic: str) -> Address:
    """The address in a readings topic; NoAddress when it is none."""
    levels = topic.split("/")
    if len(levels) != 5 or not topic.startswith(f"{ROOT}/"):
        raise NoAddress(f"topic {topic[:200]!r} is not {ROOT}/gateway/device/kind")
    gateway_id, device, kind = levels[2:]
    if kind not in _KINDS:
        raise NoAddress(f"topic ends in {kind[:40]!r}; known kinds are {', '.join(Kind)}")
    for name in (gateway_id, device):
        if not NAME.fullmatch(name):
            raise NoAddress(f"{name[:70]!r} in the topic is not a name (a-z, 0-9, _ and -)")
    return Address(gateway_id, device, Kind(kind))


def encode_samples(samples: Samples) -> bytes:
    """The payload for `samples`; columns without any value are left out."""
    measured = {
        name: cells
        for name, cells in samples.columns.items()
        if any(cell is not None for cell in cells)
    }
    return msgspec.json.encode({"t": samples.times_ms, **measured})


def decode_samples(kind: Kind, payload: bytes) -> Samples:
    """The samples in a payload; Unreadable when it is not what the contract says.

    Unknown members are ignored. Values are not judged here: see `core.quantities`.
    """
    try:
        message = _DECODERS[kind].decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not a {kind} message: {error}") from None
    times_ms: list[int] = message.t
    if not times_ms:
        raise NoSamples("no samples: 't' is empty")
    if len(times_ms) > SAMPLES_MAX:
        raise TooManySamples(f"{len(times_ms)} samples in one message; at most {SAMPLES_MAX}")
    columns: dict[str, Sequence[Cell]] = {}
    for quantity in QUANTITIES[kind]:
        cells: list[Cell] | None = getattr(message, quantity.name)
        if cells is None:
            continue
        if len(cells) != len(times_ms):
            raise Ragged(
                f"ragged columns: 't' has {len(times_ms)} entries, "
                f"{quantity.name!r} has {len(cells)}"
            )
        columns[quantity.name] = cells
    return Samples(times_ms, columns)


def encode_receipt(
    spool: str, numbers: Iterable[int], withheld: Mapping[int, int] | None = None
) -> bytes:
    """The receipt that these sequence numbers of a spool are dealt with."""
    pairs = sorted((withheld or {}).items())
    return msgspec.json.encode(Receipt(spool=spool, seq=ranges(numbers), withheld=pairs))


def encode_plain_receipt(spool: str, seq: int) -> bytes:
    """`encode_receipt` for one number of a spool of the usual form, of which all was stored.

    >>> encode_plain_receipt("a-1", 7) == encode_receipt("a-1", [7])
    True
    """
    return b'{"spool":"%b","seq":[[%d,%d]],"withheld":[]}' % (spool.encode(), seq, seq)


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Whole numbers as closed ranges, in order.

    >>> ranges([42, 3, 1, 2])
    [(1, 3), (42, 42)]
    """
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def decode_receipt(payload: bytes) -> Receipt:
    """The receipt in a payload; Unreadable when it is none."""
    return _decode_as(Receipt, payload, "receipt")


def decode_consent(payload: bytes) -> ConsentDocument:
    """The consent document in a payload; Unreadable when it is none."""
    return _decode_as(ConsentDocument, payload, "consent document")


def decode_state(payload: bytes) -> GatewayState:
    """The gateway's state in a payload; Unreadable when it is none."""
    return _decode_as(GatewayState, payload, "gateway state")


def encode(document: ConsentDocument | GatewayState) -> bytes:
    """The payload for a retained document."""
    return msgspec.json.encode(document)


def _decode_as(type_: type[_T], payload: bytes, words: str) -> _T:
    try:
        return msgspec.json.decode(payload, type=type_)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable(f"not a {words}: {error}") from None


_KINDS = frozenset(kind.value for kind in Kind)

_CELL_TYPES: dict[Form, Any] = {
    Form.REAL: list[float | None],
    Form.BOOLEAN: list[bool | None],
    Form.COUNTER: list[int | None],
    Form.TEXT: list[str | None],
}


def _decoder(kind: Kind) -> msgspec.json.Decoder[Any]:
    members: list[Any] = [("t", list[int])]
    members += [
        (quantity.name, _CELL_TYPES[quantity.form] | None, None) for quantity in QUANTITIES[kind]
    ]
    return msgspec.json.Decoder(msgspec.defstruct(f"{kind.name.title()}Message", members))


_DECODERS = {kind: _decoder(kind) for kind in Kind}
