"""The consent gate in memory: which samples may be stored now, and what gateways may send. Pure."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from operator import attrgetter

from core.wire import Address, ConsentDocument
from store.gate import END_OF_TIME_MS, GateDevice, GateTable, Spans, Stay

CLOCK_SKEW_MS = 2_000
"""The clock of whoever writes the ledger may be ahead of ours by this much: what it says about the
next two seconds counts as said of now, so that a withdrawal never waits for our clock."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A known device, and which of the samples may be stored; `allowed` None means all."""

    device_id: int
    allowed: Sequence[bool] | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """No such device is registered; `reason` says so to a person."""

    reason: str


class Gate:
    """The gate's table, whole at `version`.

    It holds every registered device, so what is not in it is not in the store at that version; a
    device that is registered later makes a new version.
    """

    def __init__(self, table: GateTable) -> None:
        self.version = table.version
        self._gateways: dict[str, dict[str, GateDevice]] = {}
        self._edges: list[tuple[int, str]] = []
        self._take_in(table.gateways)

    def update(self, table: GateTable, concerned: Collection[str]) -> None:
        """Put the table's newer word about the gateways `concerned` in the place of the old."""
        for gateway_id in concerned:
            self._gateways.pop(gateway_id, None)
        self._take_in(table.gateways)
        self.version = table.version

    def judge(self, address: Address, times_ms: Sequence[int], now_ms: int) -> Judged | Unknown:
        """Which samples of a message consent lets us store at `now_ms`.

        A sample is stored when the ledger of the tenancy in force at its time allowed it then and
        allows it now. Of a tenancy that has ended since, the last word stands. Where nobody lived,
        or the device stood nowhere, nobody could be asked and nothing is stored.
        """
        devices = self._gateways.get(address.gateway_id)
        device = devices.get(address.device) if devices is not None else None
        if device is None:
            return Unknown(
                f"device {address.device!r} of gateway {address.gateway_id!r} is not registered"
            )
        if device.kind is not address.kind:
            return Unknown(
                f"device {address.device!r} of gateway {address.gateway_id!r} is registered as "
                f"{device.kind.value}, not as {address.kind.value}"
            )
        if device.stays is None:
            return Judged(device.device_id)
        allowed = [_stored(device.stays, time_ms, now_ms) for time_ms in times_ms]
        return Judged(device.device_id, None if all(allowed) else allowed)

    def gateways(self) -> Iterator[str]:
        """Every registered gateway."""
        return iter(self._gateways)

    def document(self, gateway_id: str, now_ms: int) -> ConsentDocument:
        """What the gateway may send now. A gateway that is not known may send nothing."""
        devices = self._gateways.get(gateway_id, {})
        allowed = {
            name: [device.kind] for name, device in devices.items() if _sendable(device, now_ms)
        }
        return ConsentDocument(revision=self.version, allowed=allowed)

    def due(self, now_ms: int) -> set[str]:
        """Gateways whose document may have changed by the passing of time since last asked."""
        found = set()
        while self._edges and self._edges[0][0] <= now_ms:
            found.add(heappop(self._edges)[1])
        return found

    def _take_in(self, gateways: dict[str, dict[str, GateDevice]]) -> None:
        self._gateways.update(gateways)
        for gateway_id, devices in gateways.items():
            for edge in set(_edges(devices.values())):
                heappush(self._edges, (edge, gateway_id))


_SINCE = attrgetter("since_ms")


def _stored(stays: Sequence[Stay], time_ms: int, now_ms: int) -> bool:
    position = bisect_right(stays, time_ms, key=_SINCE) - 1
    if position < 0 or time_ms >= stays[position].until_ms:
        return False
    return _stands(stays[position].standing, now_ms)


def _stands(standing: Spans, now_ms: int) -> bool:
    return _holds(standing, now_ms) and _holds(standing, now_ms + CLOCK_SKEW_MS)


def _holds(spans: Spans, at_ms: int) -> bool:
    return any(since_ms <= at_ms < until_ms for since_ms, until_ms in spans)


def _sendable(device: GateDevice, now_ms: int) -> bool:
    return device.stays is None or _stored(device.stays, now_ms, now_ms)


def _edges(devices: Iterable[GateDevice]) -> Iterator[int]:
    for device in devices:
        for stay in device.stays or ():
            for since_ms, until_ms in ((stay.since_ms, stay.until_ms), *stay.standing):
                yield since_ms
                if until_ms != END_OF_TIME_MS:
                    yield until_ms
                    yield until_ms - CLOCK_SKEW_MS
