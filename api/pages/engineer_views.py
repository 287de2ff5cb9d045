"""What an engineer sees: devices and rejected messages, and no reading of anybody's home."""

from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from api.pages.local_time import span_words
from api.pages.views import Count, DeviceRow, DevicesView, Link, RejectedRow
from api.pages.words import HEARD_DEVICE, KINDS, SCOPES, SILENT_DEVICE, home_words
from core.home_risk import HEARD_WITHIN
from core.quantities import Kind
from store.devices import SeenDevice
from store.rejections import NotKept, RejectedMessage

PAYLOAD_SHOWN_BYTES = 1000  # enough to see what is wrong; a long one would push the next away

_PRINTABLE_BESIDE = "\n\t"


def devices_view(devices: Sequence[SeenDevice], *, now: datetime, asked: str | None) -> DevicesView:
    """The devices, silent ones first and of them the longest silent; `asked` is one gateway."""
    gateways = [device.gateway_id for device in devices]
    shown = [device for device in devices if asked is None or device.gateway_id == asked]
    never = datetime.min.replace(tzinfo=UTC)
    shown.sort(
        key=lambda device: (
            is_heard(device, now),
            # Of those heard the order is by name: by time it would change at every look.
            never if is_heard(device, now) else device.last_seen_at or never,
            device.wire_name,
        )
    )
    silent = sum(not is_heard(device, now) for device in shown)
    where = "" if asked is None else f" at {asked}"
    return DevicesView(
        now=now,
        silent_after=span_words(HEARD_WITHIN),
        counts=(
            Count("/devices", "All devices", len(devices), asked is None),
            *(
                Count(
                    f"/devices?{urlencode({'gateway': gateway})}",
                    f"At {gateway}",
                    gateways.count(gateway),
                    asked == gateway,
                )
                for gateway in sorted(set(gateways))
            ),
        ),
        caption=f"Devices{where}: {len(shown)}, of which {silent} silent",
        rows=tuple(_device_row(device, now) for device in shown),
    )


def is_heard(device: SeenDevice, now: datetime) -> bool:
    """Whether a device was heard recently enough."""
    return device.last_seen_at is not None and now - device.last_seen_at <= HEARD_WITHIN


def _device_row(device: SeenDevice, now: datetime) -> DeviceRow:
    places = [home_words(device.home_id) if device.home_id else "", device.room or ""]
    return DeviceRow(
        wire_name=device.wire_name,
        state=HEARD_DEVICE if is_heard(device, now) else SILENT_DEVICE,
        seen_at=device.last_seen_at,
        kind=KINDS[Kind(device.kind)],
        place=", ".join(place.replace("-", " ") for place in places if place) or "no home",
        gateway_id=device.gateway_id,
    )


def rejected_row(message: RejectedMessage) -> RejectedRow:
    """A rejected message with the beginning of its payload."""
    return RejectedRow(
        rejected_id=message.rejected_id,
        reason=message.reason,
        received_at=message.received_at,
        measured_at=message.measured_at,
        gateway_id=message.gateway_id or "unknown",
        device=message.device or "unknown",
        scope=SCOPES[message.scope],
        topic=message.topic,
        payload=shown_payload(message.payload),
        payload_bytes=len(message.payload),
        shown_bytes=min(len(message.payload), PAYLOAD_SHOWN_BYTES),
    )


def not_kept_words(one: NotKept) -> str:
    """What a gateway sent beyond what is kept, in words."""
    return (
        f"On {one.day:%-d %B %Y} {one.count:,} more from {one.gateway_id} were counted and not "
        "kept: it sent more than can be of use to look at."
    )


def gateway_links(gateways: Sequence[str], asked: str | None) -> tuple[Link, ...]:
    """Links that show the rejected messages of one gateway."""
    return (
        Link("/rejected", "All gateways", asked is None),
        *(
            Link(f"/rejected?{urlencode({'gateway': gateway})}", gateway, asked == gateway)
            for gateway in gateways
        ),
    )


def shown_payload(payload: bytes) -> str:
    r"""The beginning of a payload as text that shows what it is and does nothing.

    Bytes that are no text, and characters that would not be seen, appear as escapes.

    >>> shown_payload(b'{"t": 1}'), shown_payload(b"\xff\x00A")
    ('{"t": 1}', '\\xff\\x00A')
    """
    text = payload[:PAYLOAD_SHOWN_BYTES].decode("utf-8", errors="backslashreplace")
    return "".join(
        letter
        if letter.isprintable() or letter in _PRINTABLE_BESIDE
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
