"""zigbee2mqtt: one JSON object per message on `BASE/FRIENDLY NAME`.

Form: zigbee2mqtt's documentation, "MQTT topics and messages" and the option `last_seen`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core.quantities import Kind
from core.wire import NAME, Cell
from gateway.adapters.reading import Field, Ignored, Reading, Refused, decode_object, numbers

EPOCH_MS_MAX = 253_402_300_800_000  # the year 10000: beyond it no calendar writes an instant

# Zigbee's "invalid" (0x8000 and 0xFFFF in hundredths) passes some converters as a number.
_TEMPERATURE_INVALID = frozenset({-327.68, 327.67})
_HUMIDITY_INVALID = frozenset({655.35})

_AIR = (
    Field(("temperature",), "air_temp_c", sentinels=_TEMPERATURE_INVALID),
    Field(("humidity",), "rel_humidity_pct", sentinels=_HUMIDITY_INVALID),
)
_ROOM = (*_AIR, Field(("co2",), "co2_ppm"), Field(("battery",), "battery_pct"))
_FIELDS = {Kind.ROOM: _ROOM, Kind.WEATHER: _AIR}


@dataclass(frozen=True, slots=True)
class Zigbee2Mqtt:
    """The devices of one zigbee2mqtt.

    `rename` gives a friendly name its device name on the wire; a name that is fit for the wire as
    it is needs none. `weather_devices` are the friendly names that stand outdoors.
    """

    base_topic: str
    weather_devices: frozenset[str] = frozenset()
    rename: Mapping[str, str] = field(default_factory=dict)

    @property
    def subscriptions(self) -> list[str]:
        """What to subscribe to; friendly names with a slash are deeper topics of their own."""
        deep = sorted(name for name in self.weather_devices | set(self.rename) if "/" in name)
        return [f"{self.base_topic}/+", *(f"{self.base_topic}/{name}" for name in deep)]

    def read(
        self, topic: str, payload: bytes | str, arrived_ms: int | None
    ) -> list[Reading] | Ignored | Refused:
        """The readings in a message; `arrived_ms` is None when nobody knows when it was sent."""
        friendly_name = topic[len(self.base_topic) + 1 :]
        if friendly_name.startswith("bridge/") or friendly_name.endswith(_NOT_STATES):
            return Ignored("zigbee2mqtt's own message")
        members = decode_object(payload)
        if isinstance(members, Refused):
            return members
        kind = Kind.WEATHER if friendly_name in self.weather_devices else Kind.ROOM
        flaws: list[str] = []
        cells = numbers(members, _FIELDS[kind], flaws)
        if not cells and not flaws:
            return Ignored("nothing in it that Homewell measures")
        return self._reading(friendly_name, kind, members, cells, flaws, arrived_ms)

    def _reading(
        self,
        friendly_name: str,
        kind: Kind,
        members: Mapping[str, Any],
        cells: dict[str, Cell],
        flaws: list[str],
        arrived_ms: int | None,
    ) -> list[Reading] | Refused:
        device = self.rename.get(friendly_name, friendly_name)
        if not NAME.fullmatch(device):
            words = f"{friendly_name[:70]!r}: give it one (a-z, 0-9, _ and -) under 'rename'"
            return Refused("no device name fit for the wire", words)
        seen_ms = _instant_ms(members.get("last_seen"), flaws)
        measured_ms = arrived_ms if seen_ms is None else seen_ms
        if measured_ms is None:
            return Refused("time unknown", "kept by a broker, and without 'last_seen'")
        return [Reading(device, kind, measured_ms, seen_ms is not None, cells, tuple(flaws))]


def _instant_ms(last_seen: object, flaws: list[str]) -> int | None:
    """UTC epoch milliseconds of `last_seen`: ISO 8601 with an offset, or epoch milliseconds."""
    if last_seen is None:
        return None
    if type(last_seen) is int and 0 < last_seen < EPOCH_MS_MAX:
        return last_seen
    if isinstance(last_seen, str):
        try:
            instant = datetime.fromisoformat(last_seen)
        except ValueError:
            pass
        else:
            if instant.tzinfo is not None:
                return round(instant.timestamp() * 1000)
    flaws.append(f"'last_seen' is no instant: {str(last_seen)[:40]!r}")
    return None


_NOT_STATES = ("/availability", "/set", "/get")
