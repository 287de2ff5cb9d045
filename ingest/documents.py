"""What gateways may send, as the ledger has it: consent documents, in the order to be told in.

A broker retains them. Beside them we have it retain how far they are true, so that whoever tells
next, after a restart of ours or of the broker's, need not tell everybody everything again.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

import msgspec

from core.wire import ROOT, ConsentDocument, consent_topic, encode
from ingest.gate_terms import CLOCK_SKEW_MS, stored
from store import gate as store_gate
from store.connection import Connection, KeptConnection, connect
from store.gate import GateDevice

_log = logging.getLogger(__name__)

TOLD_TOPIC = f"{ROOT}/-/told"
"""No gateway can be called "-". The access list lets ingest alone read and write here."""

BLOCK_GATEWAYS = 200
"""Told before it is asked anew whether something more urgent has come: some 20 ms of reading."""

_LOOK_AHEAD_MS = 10 * 60 * 1000  # what begins or ends by itself is asked for so far ahead
_OTHER_CLOCK_MS = 60 * 1000  # by which the clock of who told before us may have been ahead of ours
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Told(msgspec.Struct, frozen=True):
    """The retained documents are true as of this version of this history, and of this instant."""

    history: str
    version: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Document:
    """A payload to be published to a topic, retained."""

    topic: str
    payload: bytes


def consent_document(devices: dict[str, GateDevice], revision: int, now_ms: int) -> ConsentDocument:
    """What a gateway with these devices may send now."""
    allowed = {
        name: [device.kind]
        for name, device in devices.items()
        if stored(device.stays, now_ms, now_ms)
    }
    return ConsentDocument(revision=revision, allowed=allowed)


class Documents:
    """Reads what is to be told, a block of gateways at a time. Blocking; lives in one thread.

    Any method may raise Unavailable; the call may then be made again.
    """

    def __init__(self, database_url: str) -> None:
        self._kept = KeptConnection(
            lambda: connect(database_url, application="homewell-ingest-documents")
        )
        self._history = ""
        self._version = 0
        self._at_ms = 0
        self._after: str | None = None  # of all gateways, those up to this one have been told
        self._pending: list[str] = []  # to be told before them, the most urgent last
        self._due: list[tuple[int, str]] = []
        self._due_known_to_ms = 0

    def begin(self, marker: bytes | None, now_ms: int) -> None:
        """Go on from where the broker's marker says, or from nothing when there is none of use."""
        with self._kept.at_work() as conn:
            self._history = store_gate.history(conn)
            told = _read(marker)
            self._start_over(conn, now_ms)
            if told is not None and told.history == self._history:
                self._version = told.version
                self._due_known_to_ms = min(told.at_ms, now_ms) - _OTHER_CLOCK_MS
                self._after = None

    def next(self, now_ms: int) -> list[Document]:
        """What is to be told next, all of it before this is called again; empty when all is told.

        What has changed last comes first, for it may be somebody's no.
        """
        with self._kept.at_work() as conn:
            self._hear_changes(conn, now_ms)
            self._hear_time(conn, now_ms)
            urgent = self._pending[-BLOCK_GATEWAYS:]
            others = [] if urgent else self._others(conn)
            documents = self._read(conn, urgent or others, now_ms)
        # Only now, for what could not be read is asked for again.
        if urgent:
            del self._pending[-len(urgent) :]
        else:
            self._after = others[-1] if others else None
        self._at_ms = now_ms
        return documents

    def marker(self) -> Document:
        """How far the broker's documents are true, once `next` had nothing more to tell."""
        told = Told(self._history, self._version, self._at_ms)
        return Document(TOLD_TOPIC, msgspec.json.encode(told))

    def close(self) -> None:
        """Let go of the connection."""
        self._kept.close()

    def _start_over(self, conn: Connection, now_ms: int) -> None:
        self._version = store_gate.newest_version(conn)
        self._after = ""
        self._pending = []
        self._due = []
        self._due_known_to_ms = now_ms

    def _others(self, conn: Connection) -> list[str]:
        if self._after is None:
            return []
        return store_gate.next_gateways(conn, self._after, BLOCK_GATEWAYS)

    def _hear_changes(self, conn: Connection, now_ms: int) -> None:
        try:
            self._version, concerned = store_gate.changed_since(conn, self._version)
        except (store_gate.Forgotten, store_gate.OtherHistory) as error:
            _log.info("every gateway is told what it may send: %s", error)
            self._start_over(conn, now_ms)
            return
        self._put_first(concerned)

    def _hear_time(self, conn: Connection, now_ms: int) -> None:
        if now_ms + CLOCK_SKEW_MS >= self._due_known_to_ms:
            until_ms = now_ms + _LOOK_AHEAD_MS
            edges = store_gate.edges_between(
                conn, _instant(self._due_known_to_ms), _instant(until_ms)
            )
            self._due_known_to_ms = until_ms
            for edge, gateway_id in edges:
                for due_ms in _dues(-((_UNIX_EPOCH - edge) // timedelta(milliseconds=1))):
                    heappush(self._due, (due_ms, gateway_id))
        came = set()
        while self._due and self._due[0][0] <= now_ms:
            came.add(heappop(self._due)[1])
        self._put_first(came)

    def _put_first(self, gateway_ids: set[str]) -> None:
        if gateway_ids:
            waiting = [one for one in self._pending if one not in gateway_ids]
            self._pending = [*waiting, *sorted(gateway_ids, reverse=True)]

    def _read(self, conn: Connection, gateway_ids: list[str], now_ms: int) -> list[Document]:
        if not gateway_ids:
            return []
        table = store_gate.read_gateways(conn, gateway_ids)
        documents = []
        for gateway_id in gateway_ids:
            devices = table.gateways.get(gateway_id, {})
            for due_ms in {due for edge_ms in _edges(devices.values()) for due in _dues(edge_ms)}:
                if now_ms < due_ms <= self._due_known_to_ms:
                    heappush(self._due, (due_ms, gateway_id))
            document = consent_document(devices, table.version, now_ms)
            documents.append(Document(consent_topic(gateway_id), encode(document)))
        return documents


def _read(marker: bytes | None) -> Told | None:
    if marker is None:
        return None
    try:
        return msgspec.json.decode(marker, type=Told)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        _log.warning("what the broker retains under %s cannot be read: %s", TOLD_TOPIC, error)
        return None


def _edges(devices: Iterable[GateDevice]) -> Iterator[int]:
    for device in devices:
        for stay in device.stays or ():
            for span in ((stay.since_ms, stay.until_ms), *stay.standing):
                yield from span


def _dues(edge_ms: int) -> tuple[int, int]:
    """When an edge may change a document: what ends is taken back early, what begins is not."""
    return edge_ms - CLOCK_SKEW_MS, edge_ms


def _instant(at_ms: int) -> datetime:
    return _UNIX_EPOCH + timedelta(milliseconds=at_ms)
