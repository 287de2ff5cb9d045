"""What to do with a batch of messages: rows to write, what to set aside, receipts. Pure."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import compress, repeat

import numpy as np
from numpy.typing import NDArray

from core.quantities import QUANTITIES, Kind
from core.wire import Address, Samples, encode_samples
from ingest.accept import Accepted, Message, Reason, Refusal, accept, whole
from ingest.batch import Batch
from ingest.gate import TOO_OLD, Gate, Judged, Unknown
from ingest.ordinary import Sheet, read_ordinary
from ingest.setting_aside import rejection
from store.blocks import Block, Row, block_of, joined
from store.readings import Refused
from store.rejected import Rejection, Scope


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """A batch that was read when it was received: its ordinary messages stand on `sheets`.

    `seen` (messages,) tells which have probably been here before.
    """

    batch: Batch
    received_at: datetime
    sheets: Sequence[Sheet]
    seen: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRows:
    """Rows of one kind in order of arrival, and by row the message that each comes from."""

    block: Block
    messages: NDArray[np.intp]

    def take(self, rows: NDArray[np.intp]) -> "PlannedRows":
        """Some of the rows."""
        return PlannedRows(self.block.take(rows), self.messages[rows])


@dataclass(slots=True, eq=False)
class Plan:
    """What the store is to do with a batch, and what gateways are told once it has.

    Every sample that could be counted is in `rows`, in `withheld` or in a rejection's
    `samples_lost`; `withheld_of` says how many were of each message, where any were. Consent was
    asked as of `now_ms`.
    """

    heard: Heard
    now_ms: int
    rows: dict[Kind, PlannedRows] = field(default_factory=dict)
    rejections: list[Rejection] = field(default_factory=list)
    reasons: Counter[Reason] = field(default_factory=Counter)
    samples: int = 0
    withheld: int = 0
    withheld_of: dict[int, int] = field(default_factory=dict)
    without_address: set[int] = field(default_factory=set)

    def concerns(self, gateways: Collection[str]) -> bool:
        """Whether the gate was asked about any of these gateways."""
        return bool(gateways) and not set(self.heard.batch.gateways).isdisjoint(gateways)


def hear(batch: Batch, seen: NDArray[np.bool_], received_at: datetime) -> Heard:
    """Read what can be read without the gate."""
    sheets = read_ordinary(batch.topics, batch.payloads, unix_ms(received_at))
    return Heard(batch, received_at, sheets, seen)


def unix_ms(at: datetime) -> int:
    """An instant in whole Unix milliseconds."""
    return int(at.timestamp() * 1000)


def make_plan(heard: Heard, gate: Gate, now_ms: int) -> Plan:
    """What is to be done with the batch as the gate stands."""
    plan = Plan(heard, now_ms)
    found: dict[Kind, list[PlannedRows]] = defaultdict(list)
    others = np.ones(len(heard.batch), np.bool_)
    for sheet in heard.sheets:
        rows, messages = _rows_of(sheet, heard.batch, gate, now_ms)
        plan.samples += len(rows.block)
        found[sheet.kind].append(rows)
        others[messages] = False
    one_by_one = _OneByOne(plan, gate, now_ms)
    for index in np.flatnonzero(others).tolist():
        one_by_one.plan_message(index)
    for kind, rows in one_by_one.rows():
        found[kind].append(rows)
    plan.rows = {kind: _in_order_of_arrival(kind, parts) for kind, parts in found.items()}
    return plan


def refused_rows(plan: Plan, rows: PlannedRows, refused: Iterable[Refused]) -> list[Rejection]:
    """Rows that the table itself would not take, as things to set aside."""
    found = []
    for one in refused:
        message = plan.heard.batch.message(int(rows.messages[one.row]))
        _, time_ms, *cells = rows.block.row(one.row)
        quantities = QUANTITIES[rows.block.kind]
        columns = {quantity.name: [cell] for quantity, cell in zip(quantities, cells, strict=True)}
        refusal = Refusal(
            scope=Scope.SAMPLE,
            code=Reason.REFUSED_BY_DATABASE,
            reason=one.reason,
            payload=encode_samples(Samples([time_ms], columns)),
            samples_lost=1,
            time_ms=time_ms,
        )
        found.append(rejection(message, refusal, plan.heard.received_at))
    return found


def _rows_of(
    sheet: Sheet, batch: Batch, gate: Gate, now_ms: int
) -> tuple[PlannedRows, NDArray[np.intp]]:
    """The rows of those messages that may be stored whole, and which messages those are."""
    slots = np.asarray(gate.find([batch.topics[index] for index in sheet.messages.tolist()]))
    known = sheet.without(slots < 0)
    slots = slots[slots >= 0]
    if not len(slots):
        return _nothing(sheet.kind), known.messages
    by_row = known.by_row(slots)
    allowed = gate.allows(by_row, known.times_ms, now_ms)
    too_old = gate.too_old(by_row, known.times_ms, now_ms)
    if allowed is not None or too_old is not None:
        barred = np.zeros(len(by_row), np.bool_)
        if allowed is not None:
            barred |= ~np.asarray(allowed)
        if too_old is not None:
            barred |= np.asarray(too_old)
        out = known.having(barred)
        known, slots = known.without(out), slots[~out]
    device_ids = known.by_row(np.asarray(gate.device_ids(slots), np.int32))
    block = Block(known.kind, device_ids, known.times_ms, known.columns)
    return PlannedRows(block, known.by_row(known.messages)), known.messages


def _nothing(kind: Kind) -> PlannedRows:
    return PlannedRows(block_of(kind, []), np.array([], np.intp))


def _in_order_of_arrival(kind: Kind, parts: Sequence[PlannedRows]) -> PlannedRows:
    if len(parts) == 1:
        return parts[0]
    messages = np.concatenate([part.messages for part in parts])
    order = np.argsort(messages, kind="stable")
    return PlannedRows(joined(kind, [part.block for part in parts]), messages).take(order)


class _OneByOne:
    """Plans messages one after the other, as `accept` and the gate judge each."""

    def __init__(self, plan: Plan, gate: Gate, now_ms: int) -> None:
        self._plan = plan
        self._gate = gate
        self._now_ms = now_ms
        self._rows: dict[Kind, list[Row]] = defaultdict(list)
        self._messages: dict[Kind, list[int]] = defaultdict(list)

    def rows(self) -> Iterable[tuple[Kind, PlannedRows]]:
        """The rows of all the messages that were planned."""
        for kind, rows in self._rows.items():
            messages = np.array(self._messages[kind], np.intp)
            yield kind, PlannedRows(block_of(kind, rows), messages)

    def plan_message(self, index: int) -> None:
        """Plan one message's samples, and what is refused of it."""
        plan = self._plan
        received_at = plan.heard.received_at
        message = plan.heard.batch.message(index)
        heard = accept(message, now_ms=unix_ms(received_at))
        if isinstance(heard, Accepted):
            refusals = self._plan_samples(index, message, heard)
        else:
            refusals = [heard.refusal]
        if heard.address is None:
            plan.without_address.add(index)
        if refusals and not self._may_be_kept(heard.address):
            refusals = [replace(refusal, payload=b"") for refusal in refusals]
        for refusal in refusals:
            plan.samples += refusal.samples_lost
            plan.reasons[refusal.code] += 1
            plan.rejections.append(rejection(message, refusal, received_at))

    def _plan_samples(self, index: int, message: Message, heard: Accepted) -> Sequence[Refusal]:
        """Plan a readable message's samples; what is refused of it."""
        plan, address, samples = self._plan, heard.address, heard.samples
        judged = self._gate.judge(address, samples.times_ms, self._now_ms)
        if isinstance(judged, Unknown):
            lost = len(samples) + sum(refusal.samples_lost for refusal in heard.refusals)
            code = Reason.WRONG_KIND if judged.registered_as else Reason.UNKNOWN_DEVICE
            return [whole(message, code, judged.reason, lost)]
        stored, too_old = _stored(judged, len(samples))
        refusals = [_too_old(samples.times_ms[sample]) for sample in too_old]
        plan.samples += len(samples) - len(too_old)
        withheld = len(samples) - len(too_old) - sum(stored)
        if withheld:
            plan.withheld += withheld
            plan.withheld_of[index] = withheld
        columns = [
            samples.columns.get(quantity.name) or repeat(None)
            for quantity in QUANTITIES[address.kind]
        ]
        rows = compress(zip(samples.times_ms, *columns, strict=False), stored)
        self._rows[address.kind].extend((judged.device_id, *row) for row in rows)
        self._messages[address.kind].extend(repeat(index, sum(stored)))
        return [*heard.refusals, *refusals]

    def _may_be_kept(self, address: Address | None) -> bool:
        """Whether what is set aside may be shown as it came, for it holds readings like any other.

        Only while the ledger lets this device's readings be stored; where nobody knows whose they
        are, nobody could be asked. The reason is kept in any case.
        """
        if address is None:
            return False
        judged = self._gate.judge(address, [self._now_ms], self._now_ms)
        return isinstance(judged, Judged) and judged.allowed is None


def _stored(judged: Judged, count: int) -> tuple[list[bool], list[int]]:
    """Which samples are stored, and which are refused for their age: consent is asked first."""
    allowed = [True] * count if judged.allowed is None else list(judged.allowed)
    if judged.too_old is None:
        return allowed, []
    too_old = [sample for sample in range(count) if allowed[sample] and judged.too_old[sample]]
    for sample in too_old:
        allowed[sample] = False
    return allowed, too_old


def _too_old(time_ms: int) -> Refusal:
    # Without the payload: it is a reading older than may be kept.
    return Refusal(
        scope=Scope.SAMPLE,
        code=Reason.TOO_OLD,
        reason=TOO_OLD,
        payload=b"",
        samples_lost=1,
        time_ms=time_ms,
    )
