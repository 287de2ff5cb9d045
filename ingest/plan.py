"""What to do with a batch of messages: rows to write, what to set aside, receipts. Pure."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import compress, repeat

from core.quantities import QUANTITIES, Kind
from core.wire import Address, Samples, encode_receipt, encode_samples, receipt_topic
from ingest.accept import Accepted, Message, Refusal, Rejected, accept, whole
from ingest.gate import Gate, Judged, Unknown
from store.readings import Refused, Row
from store.rejected import Rejection, Scope

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TELLABLE_MS = range(-62_135_596_800_000, 253_402_300_800_000)  # the years that datetime knows

Heard = tuple[Message, Accepted | Rejected]
"""A message, and what it is by itself."""


@dataclass(slots=True)
class Plan:
    """What the store is to do with a batch, and what gateways are told once it has.

    Every sample that could be counted is in `rows`, in `withheld` or in a rejection's
    `samples_lost`. `gateways` are those that the gate was asked about; `withheld_by_seq` has an
    entry for every message that came out of a spool.
    """

    rows: dict[Kind, list[Row]] = field(default_factory=lambda: defaultdict(list))
    rejections: list[Rejection] = field(default_factory=list)
    samples: int = 0
    withheld: int = 0
    gateways: set[str] = field(default_factory=set)
    withheld_by_seq: dict[tuple[str, str], dict[int, int]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    origins: dict[int, list[tuple[Message, Accepted]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def hear(messages: Iterable[Message], now_ms: int) -> list[Heard]:
    """Judge every message by itself."""
    return [(message, accept(message, now_ms=now_ms)) for message in messages]


def make_plan(batch: Iterable[Heard], gate: Gate, received_at: datetime, now_ms: int) -> Plan:
    """What is to be done with the batch as the gate stands."""
    plan = Plan()
    for message, heard in batch:
        if isinstance(heard, Accepted):
            withheld, refusals = _plan_samples(plan, message, heard, gate, now_ms)
        else:
            withheld, refusals = 0, [heard.refusal]
        if refusals and not _may_be_kept(plan, heard.address, gate, now_ms):
            refusals = [replace(refusal, payload=b"") for refusal in refusals]
        for refusal in refusals:
            plan.samples += refusal.samples_lost
            plan.rejections.append(_rejection(message, heard.address, refusal, received_at))
        if heard.address and message.spool is not None and message.seq is not None:
            spool = (heard.address.gateway_id, message.spool)
            plan.withheld_by_seq[spool][message.seq] = withheld
    return plan


def receipts(plan: Plan) -> list[tuple[str, bytes]]:
    """Topic and payload of the receipts for a plan that has been committed."""
    return [
        (
            receipt_topic(gateway_id),
            encode_receipt(spool, numbers, {n: count for n, count in numbers.items() if count}),
        )
        for (gateway_id, spool), numbers in plan.withheld_by_seq.items()
    ]


def refused_rows(
    plan: Plan, kind: Kind, refused: Iterable[Refused], received_at: datetime
) -> list[Rejection]:
    """Rows that the table itself would not take, as things to set aside."""
    found = []
    for one in refused:
        device_id, time_ms, *cells = one.row
        message, address = _origin(plan, device_id, time_ms)
        columns = {
            quantity.name: [cell] for quantity, cell in zip(QUANTITIES[kind], cells, strict=True)
        }
        refusal = Refusal(
            scope=Scope.SAMPLE,
            reason=one.reason,
            payload=encode_samples(Samples([time_ms], columns)),
            samples_lost=1,
            time_ms=time_ms,
        )
        found.append(_rejection(message, address, refusal, received_at))
    return found


def _plan_samples(
    plan: Plan, message: Message, heard: Accepted, gate: Gate, now_ms: int
) -> tuple[int, Sequence[Refusal]]:
    """Plan a readable message's samples; how many are withheld, and what is refused of it."""
    address, samples = heard.address, heard.samples
    plan.gateways.add(address.gateway_id)
    judged = gate.judge(address, samples.times_ms, now_ms)
    if isinstance(judged, Unknown):
        lost = len(samples) + sum(refusal.samples_lost for refusal in heard.refusals)
        return 0, [whole(message, judged.reason, lost)]
    plan.samples += len(samples)
    columns = [
        samples.columns.get(quantity.name) or repeat(None) for quantity in QUANTITIES[address.kind]
    ]
    rows: Iterable[Row] = zip(samples.times_ms, *columns, strict=False)
    withheld = 0
    if judged.allowed is not None:
        rows = compress(rows, judged.allowed)
        withheld = len(samples) - sum(judged.allowed)
        plan.withheld += withheld
    plan.rows[address.kind].extend((judged.device_id, *row) for row in rows)
    plan.origins[judged.device_id].append((message, heard))
    return withheld, heard.refusals


def _may_be_kept(plan: Plan, address: Address | None, gate: Gate, now_ms: int) -> bool:
    """Whether what is set aside may be shown as it came, for it holds readings like any other.

    Only while the ledger lets this device's readings be stored; where nobody knows whose they are,
    nobody could be asked. The reason is kept in any case.
    """
    if address is None:
        return False
    plan.gateways.add(address.gateway_id)
    judged = gate.judge(address, [now_ms], now_ms)
    return isinstance(judged, Judged) and judged.allowed is None


def _origin(plan: Plan, device_id: int, time_ms: int) -> tuple[Message, Address]:
    for message, heard in plan.origins[device_id]:
        if time_ms in heard.samples.times_ms:
            return message, heard.address
    raise LookupError(f"no message of the batch holds device {device_id} at {time_ms}")


def _rejection(
    message: Message, address: Address | None, refusal: Refusal, received_at: datetime
) -> Rejection:
    return Rejection(
        dedupe_key=_dedupe_key(message, address, refusal),
        received_at=received_at,
        scope=refusal.scope,
        reason=refusal.reason,
        topic=message.topic,
        payload=refusal.payload,
        samples_lost=refusal.samples_lost,
        gateway_id=address.gateway_id if address else None,
        device=address.device if address else None,
        kind=address.kind.value if address else None,
        spool=message.spool,
        seq=message.seq,
        quantity=refusal.quantity,
        measured_at=_instant(refusal.time_ms),
    )


def _dedupe_key(message: Message, address: Address | None, refusal: Refusal) -> str:
    """The same for the same thing sent again: by its place in the spool, else by its content."""
    if address is not None and message.seq is not None:
        origin = f"{address.gateway_id}:{message.spool}:{message.seq}"
    else:
        origin = hashlib.sha256(message.topic.encode() + b"\x00" + message.payload).hexdigest()
    time_ms = "" if refusal.time_ms is None else str(refusal.time_ms)[:32]
    return f"{origin}:{refusal.scope.value}:{time_ms}:{refusal.quantity or ''}"


def _instant(time_ms: int | None) -> datetime | None:
    if time_ms is None or time_ms not in _TELLABLE_MS:
        return None
    return _UNIX_EPOCH + timedelta(milliseconds=time_ms)
