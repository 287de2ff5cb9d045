"""Real recordings through the whole path, at full speed, with the recording's own timestamps.

A replay has a landlord, a gateway and homes of its own, named after the file, so that it can never
be taken for a home that somebody lives in.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from core.quantities import Kind
from core.registry import (
    Area,
    Device,
    Gateway,
    GatewayDevice,
    Home,
    Landlord,
    Registration,
    TenancyEntry,
)
from core.wire import Samples
from gateway.edge_consent import EdgeConsent
from gateway.endpoint import parse_endpoint
from gateway.keep_connected import keep_connected
from gateway.spool import Entry, Spool
from gateway.tally import Tally
from gateway.uplink import Uplink
from local.column_map import ColumnMap
from local.csv_recording import Problems, read_csv
from local.json_recording import read_json_lines

WAITING_MESSAGES_MAX = 2_000  # what is read ahead of ingest; 500 samples each
_LOOK_EVERY_S = 0.05
_STALLED_AFTER_S = 120.0  # nothing at all happened for so long: say so and give up
AREA = "recording"
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9]+")


class ReplayStalled(RuntimeError):
    """The replay does not go forward; the text says what it waits for and what to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A file with its map, read twice: once for its extent, once to be sent."""

    path: Path
    column_map: ColumnMap

    @property
    def name(self) -> str:
        """What the landlord and the gateway of this recording are called."""
        stem = _NOT_IN_A_NAME.sub("-", self.path.stem.lower()).strip("-") or "file"
        return f"replay-{stem}"[:60]

    def read(self, problems: Problems) -> Iterator[tuple[str, Samples]]:
        """Device and samples, all devices advancing together."""
        if self.path.suffix.lower() == ".csv":
            return read_csv(self.path, self.column_map, problems)
        return read_json_lines(self.path, self.column_map, problems)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What a recording holds: samples, and the first and last instant of each device."""

    rows: int
    first_ms: int
    last_ms_by_device: dict[str, int]


def extent(recording: Recording, problems: Problems) -> Extent | None:
    """Read the recording through once; None when it holds no sample."""
    rows, firsts = 0, []
    lasts: dict[str, int] = {}
    for device, samples in recording.read(problems):
        rows += len(samples)
        firsts.append(min(samples.times_ms))
        lasts[device] = max(lasts.get(device, 0), max(samples.times_ms))
    return Extent(rows=rows, first_ms=min(firsts), last_ms_by_device=lasts) if rows else None


def registration(recording: Recording, first_ms: int) -> Registration:
    """The recording's own landlord, homes and devices; its basis counts from its first instant."""
    since = datetime.fromtimestamp(first_ms / 1000, UTC)
    name = recording.name
    devices = recording.column_map.devices
    weather = [device for device, one in devices.items() if one.kind is Kind.WEATHER]
    homes: dict[str, list[Device]] = {}
    for device, one in devices.items():
        if one.home is not None and one.room is not None:
            placed = Device(gateway=name, name=device, kind=one.kind, room=one.room, since=since)
            homes.setdefault(one.home, []).append(placed)
    return Registration(
        landlord=Landlord(id=name, name=f"Recording {recording.path.name}", recording=True),
        areas=[Area(id=AREA, name=AREA, weather=f"{name}/{weather[0]}" if weather else None)],
        gateways=[Gateway(id=name, devices=[GatewayDevice(name=device) for device in weather])],
        homes=[
            Home(
                id=home,
                area=AREA,
                f_rsi=recording.column_map.f_rsi,
                devices=placed,
                tenancies=[TenancyEntry(id=f"{home}-recorded"[:63], since=since)],
            )
            for home, placed in homes.items()
        ],
    )


async def send(
    recording: Recording,
    spool: Spool,
    broker_url: str,
    problems: Problems,
    say: Callable[[int], None],
) -> None:
    """Put the whole recording into the spool and wait until ingest has dealt with all of it.

    `say` hears how many samples have gone. Raises ReplayStalled, gateway.spool.SpoolUnwritable.
    """
    tally = Tally()
    consent = EdgeConsent(spool.consent())
    uplink = Uplink(recording.name, spool, consent, tally)
    endpoint = parse_endpoint(broker_url)
    connected = asyncio.create_task(
        keep_connected("Homewell", uplink.terms(endpoint), uplink.serve, now_ms=_now_ms)
    )
    try:
        if not await consent.first(_STALLED_AFTER_S):
            raise ReplayStalled(
                f"no consent document came for gateway {recording.name!r} within "
                f"{_STALLED_AFTER_S:.0f} s: is ingest running? (homewell status)"
            )
        sent = 0
        for entries in _entries(recording, problems):
            await _room(spool)
            spool.append_all(entries)
            uplink.stir()
            sent += sum(len(entry.samples) for entry in entries)
            say(sent)
            await asyncio.sleep(0)
        await _until(spool, 0)
    finally:
        connected.cancel()
        await asyncio.gather(connected, return_exceptions=True)


def _entries(recording: Recording, problems: Problems) -> Iterator[list[Entry]]:
    devices = recording.column_map.devices
    for device, samples in recording.read(problems):
        yield [Entry(device, devices[device].kind, samples)]


async def _room(spool: Spool) -> None:
    if spool.counters().waiting_messages >= WAITING_MESSAGES_MAX:
        await _until(spool, WAITING_MESSAGES_MAX // 2)


async def _until(spool: Spool, most: int) -> None:
    """Wait until at most so many messages are without their receipt."""
    waiting = spool.counters().waiting_messages
    changed_s = time.monotonic()
    while waiting > most:
        await asyncio.sleep(_LOOK_EVERY_S)
        now_waiting = spool.counters().waiting_messages
        if now_waiting != waiting:
            waiting, changed_s = now_waiting, time.monotonic()
        elif time.monotonic() - changed_s > _STALLED_AFTER_S:
            raise ReplayStalled(
                f"{waiting} messages have had no receipt for {_STALLED_AFTER_S:.0f} s: look at "
                "ingest with `homewell status`"
            )


def wait_until_judged(passed: Callable[[], bool], *, within_s: float) -> None:
    """Wait until the detectors have passed the last row. Raises ReplayStalled."""
    give_up = time.monotonic() + within_s
    while not passed():
        if time.monotonic() > give_up:
            raise ReplayStalled(
                f"the detectors have not passed the last row within {within_s:.0f} s: look at "
                "them with `homewell status`"
            )
        time.sleep(_LOOK_EVERY_S * 4)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
