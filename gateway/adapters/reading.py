"""What an adapter makes of a message, and how one of its members becomes a cell."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from core.quantities import Kind
from core.wire import Cell

PAYLOAD_BYTES_MAX = 65_536  # the largest device message known, a full EMS-ESP one, has about 3,000
INTEGER_MAX = 2**63  # beyond it no device counts, and a float would no longer be exact
NOT_MEASURED: frozenset[float] = frozenset()

_ON = frozenset({"on", "true", "1"})
_OFF = frozenset({"off", "false", "0"})


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one device measured at one instant.

    `measured_ms` is UTC epoch milliseconds; `timed` says that the device gave it, otherwise it is
    the instant of arrival. `flaws` names members that could not be read; the others stand.
    """

    device: str
    kind: Kind
    measured_ms: int
    timed: bool
    cells: dict[str, Cell]
    flaws: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ignored:
    """A message that is none of ours: nothing is wrong with it."""

    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that should have been a reading; `reason` is one of few, `detail` tells more."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a device's message: its names over the years, our quantity, its sentinels.

    Our value is the device's times `scale`; a value among `sentinels` means "not measured".
    """

    keys: tuple[str, ...]
    quantity: str
    scale: float = 1.0
    sentinels: frozenset[float] = NOT_MEASURED


def decode_object(payload: bytes | str) -> dict[str, Any] | Refused:
    """The JSON object in a payload, or why there is none; never raises."""
    if len(payload) > PAYLOAD_BYTES_MAX:
        return Refused("message too long", f"{len(payload)} bytes, at most {PAYLOAD_BYTES_MAX}")
    try:
        return _OBJECT.decode(payload)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return Refused("not a JSON object", str(error))


def number(members: Mapping[str, Any], field: Field, flaws: list[str]) -> float | None:
    """The field as a number in our unit; None when missing, a sentinel, or (a flaw) no number."""
    for key in field.keys:
        value = members.get(key)
        if value is not None:
            break
    else:
        return None
    if type(value) is float or (type(value) is int and -INTEGER_MAX < value < INTEGER_MAX):
        if value in field.sentinels:
            return None
        scaled = value * field.scale
        if math.isfinite(scaled):
            return scaled
    flaws.append(f"{key!r} is no number: {str(value)[:40]!r}")
    return None


def numbers(
    members: Mapping[str, Any], fields: Iterable[Field], flaws: list[str]
) -> dict[str, Cell]:
    """The fields that were measured, by quantity."""
    cells: dict[str, Cell] = {}
    for field in fields:
        value = number(members, field, flaws)
        if value is not None:
            cells[field.quantity] = value
    return cells


def on_or_off(members: Mapping[str, Any], key: str, flaws: list[str]) -> bool | None:
    """The member as a yes or no, in any of the ways bridges write it; None when missing."""
    value = members.get(key)
    if value is None:
        return None
    word = str(value).lower()
    if word in _ON:
        return True
    if word in _OFF:
        return False
    flaws.append(f"{key!r} is neither on nor off: {word[:40]!r}")
    return None


_OBJECT = msgspec.json.Decoder(dict[str, Any])
