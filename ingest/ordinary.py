"""Ordinary messages, by the batch: those with which nothing at all is wrong. Pure.

`accept` says what a message is. Of nearly all messages it says that every value is possible and
every sample can be stored; these are found here together, at a tenth of the price, and whatever
is in doubt is left to `accept`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, compress
from operator import attrgetter
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from core.quantities import QUANTITIES, TEXT_LENGTH_MAX, Form, Kind, Quantity
from core.wire import SAMPLES_MAX
from ingest.accept import CLOCK_UNSET_BEFORE_MS, FUTURE_SKEW_MS
from store.blocks import Column, column_of, unmeasured

_LATEST_MS = 253_402_300_799_999  # the last instant that datetime knows; keeps times in 64 bits


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """Ordinary messages of one kind: `messages` are their indices in the batch, in order.

    `counts` (messages,) says how many rows are each one's; `times_ms` and `columns` are by row.
    """

    kind: Kind
    messages: NDArray[np.intp]
    counts: NDArray[np.intp]
    times_ms: NDArray[np.int64]
    columns: tuple[Column | None, ...]

    def by_row(self, of_messages: NDArray[Any]) -> NDArray[Any]:
        """What is said of each message, said of its rows."""
        return (
            of_messages
            if len(self.times_ms) == len(of_messages)
            else np.repeat(of_messages, self.counts)
        )

    def without(self, messages: NDArray[np.bool_]) -> "Sheet":
        """The sheet without some of its messages."""
        if not messages.any():
            return self
        rows = self.by_row(~messages)
        return Sheet(
            self.kind,
            self.messages[~messages],
            self.counts[~messages],
            self.times_ms[rows],
            tuple(None if column is None else column[rows] for column in self.columns),
        )

    def having(self, rows: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Which messages have any of these rows."""
        if len(rows) == len(self.messages):
            return rows
        starts = np.cumsum(self.counts) - self.counts
        return np.logical_or.reduceat(rows, starts)


def read_ordinary(topics: Sequence[str], payloads: Sequence[bytes], now_ms: int) -> list[Sheet]:
    """The messages that `accept` would take whole; the others stand on no sheet."""
    kinds = [topic[topic.rfind("/") + 1 :] for topic in topics]
    sheets = []
    for kind in Kind:
        name = kind.value
        indices = [index for index, one in enumerate(kinds) if one == name]
        indices, messages, others = _decoded(_ONES[kind], indices, payloads)
        if indices:
            sheets.append(_sheet(kind, indices, messages))
        indices, messages, _ = _decoded(_MANY[kind], others, payloads)
        even = [_is_even(kind, message) for message in messages]
        if any(even):
            found = list(compress(indices, even)), list(compress(messages, even))
            sheets.append(_sheet(kind, *found))
    return [_without_the_doubtful(sheet, now_ms) for sheet in sheets]


def _decoded(
    decoder: msgspec.json.Decoder[Any], indices: Sequence[int], payloads: Sequence[bytes]
) -> tuple[list[int], list[Any], list[int]]:
    """Indices of the messages in which every value is possible, those, and the others' indices."""
    found: list[Any] = []
    others: list[int] = []
    decoding = map(decoder.decode, [payloads[index] for index in indices])
    while len(found) + len(others) < len(indices):
        try:
            found.extend(decoding)  # stops at the first that fails, and goes on after it
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            others.append(indices[len(found) + len(others)])
    if others:
        indices = sorted(set(indices).difference(others))
    return list(indices), found, others


def _is_even(kind: Kind, message: Any) -> bool:
    count = len(message.t)
    return all(cells is None or len(cells) == count for cells in _CELLS[kind](message))


def _sheet(kind: Kind, indices: Sequence[int], messages: Sequence[Any]) -> Sheet:
    times_ms = [message.t for message in messages]
    counts = list(map(len, times_ms))
    columns = zip(*map(_CELLS[kind], messages), strict=True)
    return Sheet(
        kind,
        np.array(indices, np.intp),
        np.array(counts, np.intp),
        np.array(list(chain.from_iterable(times_ms)), np.int64),
        tuple(
            _column(quantity.form, cells, counts)
            for quantity, cells in zip(QUANTITIES[kind], columns, strict=True)
        ),
    )


def _column(form: Form, lists: Sequence[Any], counts: Sequence[int]) -> Column | None:
    """The cells of all messages, one message after the other; one may have none."""
    absent = lists.count(None)
    if absent == len(lists):
        return None
    if absent:
        lists = [
            [None] * count if cells is None else cells
            for cells, count in zip(lists, counts, strict=True)
        ]
    return column_of(form, list(chain.from_iterable(lists)))


def _without_the_doubtful(sheet: Sheet, now_ms: int) -> Sheet:
    """Without messages of which a sample is in the future, or says nothing."""
    doubtful = sheet.times_ms > now_ms + FUTURE_SKEW_MS
    says_nothing: NDArray[np.bool_] | None = None
    for column in sheet.columns:
        if column is not None and (says_nothing is None or says_nothing.any()):
            null = unmeasured(column)
            says_nothing = null if says_nothing is None else says_nothing & null
    doubtful |= True if says_nothing is None else says_nothing
    return sheet.without(sheet.having(doubtful))


def _cell_type(quantity: Quantity) -> Any:
    match quantity.form:
        case Form.REAL:
            return Annotated[float, msgspec.Meta(ge=quantity.lowest, le=quantity.highest)]
        case Form.COUNTER:
            return Annotated[int, msgspec.Meta(ge=int(quantity.lowest), le=int(quantity.highest))]
        case Form.TEXT:
            return Annotated[str, msgspec.Meta(max_length=TEXT_LENGTH_MAX, pattern=_NO_NUL)]
        case Form.BOOLEAN:
            return bool


def _decoder(kind: Kind, samples_max: int) -> msgspec.json.Decoder[Any]:
    """Reads only messages with possible values, of up to so many samples."""
    length = msgspec.Meta(min_length=1, max_length=samples_max)
    time: Any = Annotated[int, msgspec.Meta(ge=CLOCK_UNSET_BEFORE_MS, le=_LATEST_MS)]
    members: list[Any] = [("t", Annotated[list[time], length])]
    for quantity in QUANTITIES[kind]:
        cell: Any = _cell_type(quantity)
        members.append((quantity.name, Annotated[list[cell | None], length] | None, None))
    return msgspec.json.Decoder(msgspec.defstruct(f"Ordinary{kind.name.title()}", members))


_NO_NUL = r"^[^\x00]*\Z"
_ONES = {kind: _decoder(kind, 1) for kind in Kind}
_MANY = {kind: _decoder(kind, SAMPLES_MAX) for kind in Kind}
_CELLS = {kind: attrgetter(*(quantity.name for quantity in QUANTITIES[kind])) for kind in Kind}
