"""Recordings from an inbox folder: `mosquitto_sub -F %j` lines, through the same adapters.

A recording `NAME.jsonl` is read in time order into messages of up to a day per device, and renamed
to `NAME.jsonl.done`. How far it is read stands in the spool, in the same transaction as the rows:
a `kill -9` at any instant neither loses nor doubles a line. A line that cannot be read is counted
and never stops the rest.
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from io import BufferedReader
from pathlib import Path

import msgspec

from core.quantities import Kind
from gateway.adapters.reading import Ignored, Reading, Refused
from gateway.batching import entries
from gateway.edge_consent import EdgeConsent, sift
from gateway.sources import Sources
from gateway.spool import Progress, Spool
from gateway.tally import Tally

SAMPLES_PER_MESSAGE = 144
"""A day of ten-minute samples. All devices are spooled when the first has so many, so that rooms
and weather go forward together and detectors never see one without the other."""
LINES_PER_TURN = 500  # about 5 ms; then live messages get their turn
LINE_BYTES_MAX = 262_144  # a payload at its limit, quoted
WAITING_MESSAGES_MAX = 2_000  # more would only make live readings wait behind history
BACK_PRESSURE_S = 0.1
LOOK_EVERY_S = 1.0
SETTLED_S = 1.0  # a file that changed more recently may still be being written

_log = logging.getLogger(__name__)


class Line(msgspec.Struct, gc=False):
    """What `mosquitto_sub -F %j` (payload quoted) or `%J` (payload an object) writes."""

    tst: str
    topic: str
    payload: msgspec.Raw
    retain: int = 0


class Inbox:
    """The folder that recordings are laid into."""

    def __init__(
        self,
        folder: Path,
        sources: Sources,
        spool: Spool,
        consent: EdgeConsent,
        tally: Tally,
        *,
        spooled: Callable[[], None],
    ) -> None:
        self._folder = folder
        self._sources = sources
        self._spool = spool
        self._consent = consent
        self._tally = tally
        self._spooled = spooled
        self.reading: Progress | None = None

    def waiting(self) -> list[Path]:
        """The recordings not yet read to their end, in order of their names."""
        return sorted(self._folder.glob("*.jsonl"))

    async def run(self) -> None:
        """Reads recordings as they come, until cancelled; waits for the first consent document."""
        await self._consent.first()
        self._folder.mkdir(parents=True, exist_ok=True)
        for name in self._spool.recordings():
            if not (self._folder / name).exists():
                self._spool.forget_progress(name)
        while True:
            for path in self.waiting():
                if time.time() - path.stat().st_mtime >= SETTLED_S:
                    await self.read(path)
            await asyncio.sleep(LOOK_EVERY_S)

    async def read(self, path: Path) -> None:
        """Reads one recording, from where it was left to its end, and renames it."""
        begun = self._begun(path)
        if not begun.finished:
            with path.open("rb") as file:
                file.seek(begun.read_to)
                await self._read_lines(file, begun)
        self._finish(path)

    def _begun(self, path: Path) -> Progress:
        begun, size = self._spool.progress(path.name), path.stat().st_size
        if begun.read_to > size or (begun.finished and begun.read_to < size):
            _log.warning("%s is another recording than the one begun: read anew", path.name)
            return Progress(name=path.name)
        return begun

    def _finish(self, path: Path) -> None:
        path.rename(path.with_name(f"{path.name}.done"))
        self._spool.forget_progress(path.name)
        self.reading = None

    async def _read_lines(self, file: BufferedReader, begun: Progress) -> None:
        batch = _Batch(begun)
        reasons: Counter[str] = Counter()
        while line := file.readline(LINE_BYTES_MAX):
            self._add(batch, line, reasons)
            if len(line) == LINE_BYTES_MAX and not line.endswith(b"\n"):
                _skip_line(file)
            if batch.full:
                await self._put(batch, read_to=file.tell(), finished=False)
            elif batch.lines % LINES_PER_TURN == 0:
                await asyncio.sleep(0)
        await self._put(batch, read_to=file.tell(), finished=True)
        done = batch.begun
        _log.info(
            "%s: %d lines, %d samples; refused since the start: %s",
            done.name,
            done.lines,
            done.samples,
            dict(reasons) or "none",
        )

    def _add(self, batch: "_Batch", line: bytes, reasons: Counter[str]) -> None:
        batch.lines += 1
        found = read_line(self._sources, line)
        if isinstance(found, list):
            for reading in found:
                batch.add(reading)
                for flaw in reading.flaws:
                    reasons["value not readable"] += 1
                    self._tally.count("value not readable", reading.device, flaw)
        elif isinstance(found, Refused):
            batch.refused_lines += 1
            reasons[found.reason] += 1
            self._tally.count(found.reason, batch.begun.name, found.detail)

    async def _put(self, batch: "_Batch", *, read_to: int, finished: bool) -> None:
        """Spools the batch with its place in the recording, once the spool has room."""
        await self._room()
        allowed, refused = sift(self._consent.document, batch.readings())
        if refused:
            self._tally.count("not allowed by consent", batch.begun.name, amount=len(refused))
        progress = batch.progress(len(allowed), read_to=read_to, finished=finished)
        self._spool.append_all(entries(allowed), progress=progress)
        batch.begin(progress)
        self.reading = progress
        self._spooled()

    async def _room(self) -> None:
        while True:
            if self._spool.counters().waiting_messages < WAITING_MESSAGES_MAX:
                return
            await asyncio.sleep(BACK_PRESSURE_S)


class _Batch:
    """What is read and not yet spooled, device by device, and where the recording then stands."""

    def __init__(self, begun: Progress) -> None:
        self.begin(begun)

    def begin(self, begun: Progress) -> None:
        self.begun = begun
        self.lines = 0
        self.refused_lines = 0
        self.full = False
        self._by_source: dict[tuple[str, Kind], list[Reading]] = {}

    def add(self, reading: Reading) -> None:
        if not reading.cells:
            return
        some = self._by_source.setdefault((reading.device, reading.kind), [])
        some.append(reading)
        self.full = self.full or len(some) >= SAMPLES_PER_MESSAGE

    def readings(self) -> list[Reading]:
        return [reading for some in self._by_source.values() for reading in some]

    def progress(self, samples: int, *, read_to: int, finished: bool) -> Progress:
        return replace(
            self.begun,
            read_to=read_to,
            lines=self.begun.lines + self.lines,
            samples=self.begun.samples + samples,
            refused_lines=self.begun.refused_lines + self.refused_lines,
            finished=finished,
        )


def read_line(sources: Sources, line: bytes) -> list[Reading] | Ignored | Refused:
    """The readings in one line of a recording; never raises."""
    try:
        message = _LINE.decode(line)
        arrived_ms = round(datetime.fromisoformat(message.tst).timestamp() * 1000)
        raw = bytes(message.payload)
        payload = _QUOTED.decode(raw) if raw.startswith(b'"') else raw
    except (msgspec.DecodeError, UnicodeError, ValueError, OverflowError, RecursionError) as error:
        return Refused("line not readable", f"{error}: {line[:80]!r}")
    return sources.read(message.topic, payload, None if message.retain else arrived_ms)


def _skip_line(file: BufferedReader) -> None:
    """Reads on to the end of a line that is too long to be a message."""
    while (rest := file.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
        pass


_LINE = msgspec.json.Decoder(Line)
_QUOTED = msgspec.json.Decoder(str)
