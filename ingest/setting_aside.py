"""What is refused, in the form in which the store keeps it. Pure."""

import hashlib
from datetime import UTC, datetime, timedelta

from core.wire import Address, Unreadable, parse_readings_topic
from ingest.accept import Message, Refusal
from store.rejected import Rejection

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TELLABLE_MS = range(-62_135_596_800_000, 253_402_300_800_000)  # the years that datetime knows


def rejection(message: Message, refusal: Refusal, received_at: datetime) -> Rejection:
    """The refusal of a message, or of a part of it, as a thing to set aside."""
    try:
        address = parse_readings_topic(message.topic)
    except Unreadable:
        address = None
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
