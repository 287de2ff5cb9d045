"""Messages of gateways, and what is to become of each: known from how they are made."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from core.quantities import Kind
from core.wire import Address, readings_topic

BEGAN_MS = 1_763_712_000_000
"""When the tenants moved in; before it nobody could be asked, and no room is stored."""
FUTURE_MS = 7_258_118_400_000  # the year 2200
BEFORE = -1  # the number of an instant before the tenants moved in
MINUTE_MS = 60_000
_QUANTITIES = ("air_temp_c", "rel_humidity_pct")

Key = tuple[str, bytes, str | None, int | None]
"""Topic, payload, spool and number in it: what a message is known by, wherever it is met."""


class Place(Enum):
    """Where a device is: its gateway and kind, and its number in the registry."""

    HALL = ("gw-a", "hall", Kind.ROOM, 1)
    BEDROOM = ("gw-a", "bedroom", Kind.ROOM, 2)
    LOFT = ("gw-b", "loft", Kind.ROOM, 3)
    ROOF = ("gw-b", "roof", Kind.WEATHER, 4)

    def __init__(self, gateway_id: str, device: str, kind: Kind, device_id: int) -> None:
        self.gateway_id = gateway_id
        self.device = device
        self.kind = kind
        self.device_id = device_id


class Says(Enum):
    """What a sample says: air temperature and relative humidity.

    The warmer one contradicts the temperature of the same instant.
    """

    TEMPERATURE = (18.0, None)
    HUMIDITY = (None, 50.0)
    BOTH = (18.0, 50.0)
    WARMER = (23.5, None)
    IMPOSSIBLE_HUMIDITY = (18.0, 140.0)
    NOTHING = (None, None)
    FUTURE = (19.0, None)

    def cells(self, place: Place, minute: int) -> dict[str, float]:
        """No two devices or minutes say the same, so that nothing can be taken for another's."""
        own = place.device_id / 8 + minute / 64
        values = zip(_QUANTITIES, self.value, strict=True)
        return {name: value + own for name, value in values if value is not None}


class Flaw(Enum):
    """What may be wrong with a message as a whole."""

    NONE = "none"
    CUT_SHORT = "cut short"
    RAGGED = "ragged"
    UNKNOWN_DEVICE = "unknown device"
    WRONG_KIND = "wrong kind"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is set aside of a message: all of it, one sample, or one value."""

    scope: str
    time_ms: int | None = None
    quantity: str | None = None


@dataclass(frozen=True, slots=True)
class Good:
    """A sample, or what is possible of it, that is stored if consent allows it."""

    time_ms: int
    cells: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as its gateway sends it, each time the same."""

    place: Place
    topic: str
    payload: bytes
    spool: str | None
    seq: int | None
    good: tuple[Good, ...]
    faults: frozenset[Fault]

    @property
    def key(self) -> Key:
        """What it is known by."""
        return (self.topic, self.payload, self.spool, self.seq)

    @property
    def properties(self) -> list[tuple[str, str]]:
        """Its user properties."""
        if self.spool is None:
            return []
        return [("spool", self.spool), ("seq", str(self.seq))]


def letter(
    place: Place,
    samples: Sequence[tuple[int, Says]],
    flaw: Flaw,
    *,
    spool: str | None,
    seq: int | None,
) -> Letter:
    """A message with these samples, each of the minute of this number."""
    device, kind = place.device, place.kind
    if flaw is Flaw.UNKNOWN_DEVICE:
        device = "attic"
    if flaw is Flaw.WRONG_KIND:
        kind = Kind.WEATHER if kind is Kind.ROOM else Kind.ROOM
    good, faults = _judged(place, samples)
    return Letter(
        place,
        readings_topic(Address(place.gateway_id, device, kind)),
        _payload(place, samples, flaw),
        spool,
        seq,
        good if flaw is Flaw.NONE else (),
        faults if flaw is Flaw.NONE else frozenset({Fault("message")}),
    )


def _payload(place: Place, samples: Sequence[tuple[int, Says]], flaw: Flaw) -> bytes:
    message: dict[str, list[Any]] = {"t": [_time_ms(*sample) for sample in samples]}
    for name in _QUANTITIES:
        cells = [says.cells(place, minute).get(name) for minute, says in samples]
        if any(cell is not None for cell in cells):
            message[name] = cells
    if flaw is Flaw.RAGGED:
        message["air_temp_c"] = [18.0] * (len(samples) + 1)
    payload = json.dumps(message).encode()
    return payload[:-1] if flaw is Flaw.CUT_SHORT else payload


def _judged(
    place: Place, samples: Sequence[tuple[int, Says]]
) -> tuple[tuple[Good, ...], frozenset[Fault]]:
    good, faults = [], set()
    for minute, says in samples:
        time_ms = _time_ms(minute, says)
        if says in (Says.NOTHING, Says.FUTURE):
            faults.add(Fault("sample", time_ms))
            continue
        possible = says.cells(place, minute)
        if says is Says.IMPOSSIBLE_HUMIDITY:
            del possible["rel_humidity_pct"]
            faults.add(Fault("value", time_ms, "rel_humidity_pct"))
        good.append(Good(time_ms, tuple(possible.items())))
    return tuple(good), frozenset(faults)


def _time_ms(minute: int, says: Says) -> int:
    return FUTURE_MS if says is Says.FUTURE else BEGAN_MS + minute * MINUTE_MS
