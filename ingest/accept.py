"""From the bytes of a message to samples that can be stored, or the reason why not. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from core.quantities import QUANTITIES, Form, Kind, Quantity
from core.wire import (
    SEQ_PROPERTY,
    SPOOL_PROPERTY,
    Address,
    Cell,
    NoAddress,
    NoSamples,
    Ragged,
    Samples,
    TooManySamples,
    Unreadable,
    decode_samples,
    encode_samples,
    parse_readings_topic,
)
from store.rejected import Scope

CLOCK_UNSET_BEFORE_MS = 946_684_800_000
"""2000-01-01: what says it was measured earlier comes from a clock that was never set."""
FUTURE_SKEW_MS = 10 * 60 * 1000
"""A gateway's clock, kept by NTP, is right within seconds; ten minutes forgives a poor one."""

SEQ_DIGITS = 18  # fits a `bigint` column; a gateway that sends for ever will not get there
SPOOL_CHARACTERS = "[A-Za-z0-9_-]"
SPOOL_LENGTH = 64
_INT64_MAX = 2**63 - 1
_SPOOL_FORM = re.compile(f"{SPOOL_CHARACTERS}{{1,{SPOOL_LENGTH}}}")


class Reason(StrEnum):
    """Why something is refused, in one word that never changes; the words for people may."""

    UNKNOWN_TOPIC = "unknown_topic"
    UNREADABLE = "unreadable"
    RAGGED = "ragged"
    EMPTY = "empty"
    TOO_MANY_SAMPLES = "too_many_samples"
    UNKNOWN_DEVICE = "unknown_device"
    WRONG_KIND = "wrong_kind"
    CLOCK_UNSET = "clock_unset"
    FUTURE = "future"
    TOO_OLD = "too_old"
    IMPOSSIBLE_VALUE = "impossible_value"
    NOTHING_MEASURED = "nothing_measured"
    REFUSED_BY_DATABASE = "refused_by_database"


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came; `spool` and `seq` are both there or both None."""

    topic: str
    payload: bytes
    spool: str | None = None
    seq: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What is not stored of a message, and why: as a code, and in words for a person.

    `payload` shows it: the message's own, or that of a message with this one sample.
    """

    scope: Scope
    code: Reason
    reason: str
    payload: bytes
    samples_lost: int
    quantity: str | None = None
    time_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Accepted:
    """Samples of which every cell can be true, and what was refused beside them."""

    address: Address
    samples: Samples
    refusals: Sequence[Refusal] = ()


@dataclass(frozen=True, slots=True)
class Rejected:
    """A message that is refused whole; `address` where its topic has one."""

    address: Address | None
    refusal: Refusal


def spool_position(properties: Iterable[tuple[str, str]]) -> tuple[str, int] | None:
    """Spool and sequence number in a message's user properties.

    None when they are missing or of no possible form: the message is stored without a receipt.
    """
    found = dict(properties)
    spool, seq = found.get(SPOOL_PROPERTY), found.get(SEQ_PROPERTY)
    if spool is None or seq is None or _SPOOL_FORM.fullmatch(spool) is None:
        return None
    if not (seq.isascii() and seq.isdecimal() and len(seq) <= SEQ_DIGITS):
        return None
    return spool, int(seq)


def accept(message: Message, *, now_ms: int) -> Accepted | Rejected:
    """Judge a message by itself, without registry or consent.

    A sample whose time cannot be true, and one of which nothing can be stored, is refused alone;
    an impossible value becomes None in its own cell. Age is no reason. Never raises.
    """
    address: Address | None = None
    try:
        address = parse_readings_topic(message.topic)
        samples = decode_samples(address.kind, message.payload)
    except Unreadable as error:
        code = _CODES.get(type(error), Reason.UNREADABLE)
        return Rejected(address, whole(message, code, str(error), _samples_in(message.payload)))
    refusals: list[Refusal] = []
    samples = _with_true_times(samples, now_ms, refusals)
    samples = _with_possible_values(address.kind, samples, refusals)
    return Accepted(address, _with_something_measured(samples, refusals), refusals)


def whole(message: Message, code: Reason, reason: str, samples_lost: int) -> Refusal:
    """The refusal of a whole message."""
    return Refusal(
        scope=Scope.MESSAGE,
        code=code,
        reason=reason,
        payload=message.payload,
        samples_lost=samples_lost,
    )


def _with_true_times(samples: Samples, now_ms: int, refusals: list[Refusal]) -> Samples:
    latest = now_ms + FUTURE_SKEW_MS
    times_ms = samples.times_ms
    if min(times_ms) >= CLOCK_UNSET_BEFORE_MS and max(times_ms) <= latest:
        return samples
    kept = []
    for index, time_ms in enumerate(times_ms):
        if CLOCK_UNSET_BEFORE_MS <= time_ms <= latest:
            kept.append(index)
            continue
        code = Reason.FUTURE if time_ms > latest else Reason.CLOCK_UNSET
        refusals.append(_sample_refusal(samples, index, code))
    return _only(samples, kept)


def _with_possible_values(kind: Kind, samples: Samples, refusals: list[Refusal]) -> Samples:
    checks = _CHECKS[kind]
    wrong = {
        name: impossible
        for name, cells in samples.columns.items()
        if (impossible := checks[name].impossible(cells))
    }
    if not wrong:
        return samples
    columns = dict(samples.columns)
    for name, indices in wrong.items():
        quantity = checks[name].quantity
        refusals += [_value_refusal(samples, quantity, index) for index in indices]
        unfit = set(indices)
        columns[name] = [None if i in unfit else cell for i, cell in enumerate(columns[name])]
    return Samples(samples.times_ms, columns)


def _with_something_measured(samples: Samples, refusals: list[Refusal]) -> Samples:
    columns = list(samples.columns.values())
    if any(None not in cells for cells in columns):
        return samples
    kept = [
        index for index in range(len(samples)) if any(cells[index] is not None for cells in columns)
    ]
    if len(kept) == len(samples):
        return samples
    refusals += [
        _sample_refusal(samples, index, Reason.NOTHING_MEASURED)
        for index in sorted(set(range(len(samples))) - set(kept))
    ]
    return _only(samples, kept)


def _only(samples: Samples, indices: Sequence[int]) -> Samples:
    return Samples(
        [samples.times_ms[i] for i in indices],
        {name: [cells[i] for i in indices] for name, cells in samples.columns.items()},
    )


def _sample_refusal(samples: Samples, index: int, code: Reason) -> Refusal:
    return Refusal(
        scope=Scope.SAMPLE,
        code=code,
        reason=_WORDS[code],
        payload=encode_samples(_only(samples, [index])),
        samples_lost=1,
        time_ms=samples.times_ms[index],
    )


def _value_refusal(samples: Samples, quantity: Quantity, index: int) -> Refusal:
    cells = samples.columns[quantity.name]
    return Refusal(
        scope=Scope.VALUE,
        code=Reason.IMPOSSIBLE_VALUE,
        reason=_why_impossible(quantity, cells[index]),
        payload=encode_samples(Samples([samples.times_ms[index]], {quantity.name: [cells[index]]})),
        samples_lost=0,
        quantity=quantity.name,
        time_ms=samples.times_ms[index],
    )


def _why_impossible(quantity: Quantity, cell: Cell) -> str:
    if isinstance(cell, int) and abs(cell) > _INT64_MAX:
        return f"{quantity.words} cannot be a number of {len(str(abs(cell)))} digits"
    reason = quantity.impossible(cell) if cell is not None else None
    return reason or f"{quantity.words} cannot be {cell!r}"


class _Counted(msgspec.Struct):
    t: list[msgspec.Raw]


def _samples_in(payload: bytes) -> int:
    """How many samples an unreadable message meant to bring; 0 when that cannot be told."""
    try:
        return len(msgspec.json.decode(payload, type=_Counted).t)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return 0


@dataclass(frozen=True, slots=True)
class _Check:
    """A quantity's range at hand: numbers are judged here, the rest by the quantity."""

    quantity: Quantity
    is_number: bool
    lowest: float
    highest: float

    def impossible(self, cells: Sequence[Any]) -> list[int]:
        """Where the cells cannot be true; None is "not measured" and always can."""
        if self.is_number:
            return self._out_of_range(cells)
        return [
            index
            for index, cell in enumerate(cells)
            if cell is not None and self.quantity.impossible(cell)
        ]

    def _out_of_range(self, cells: Sequence[Any]) -> list[int]:
        lowest, highest = self.lowest, self.highest
        measured = cells if None not in cells else [cell for cell in cells if cell is not None]
        if not measured or (min(measured) >= lowest and max(measured) <= highest):
            return []
        return [
            index
            for index, cell in enumerate(cells)
            if cell is not None and not lowest <= cell <= highest
        ]


_CHECKS = {
    kind: {
        quantity.name: _Check(
            quantity,
            quantity.form in (Form.REAL, Form.COUNTER),
            quantity.lowest,
            quantity.highest,
        )
        for quantity in QUANTITIES[kind]
    }
    for kind in Kind
}
_CODES: dict[type[Unreadable], Reason] = {
    NoAddress: Reason.UNKNOWN_TOPIC,
    NoSamples: Reason.EMPTY,
    TooManySamples: Reason.TOO_MANY_SAMPLES,
    Ragged: Reason.RAGGED,
}
_WORDS = {
    Reason.FUTURE: "measured in the future: the clock of the gateway or the device is ahead",
    Reason.CLOCK_UNSET: "measured before the year 2000: the clock of the device was not set",
    Reason.NOTHING_MEASURED: (
        "nothing of this sample can be stored: no value, or none that is possible"
    ),
}
