"""What waits to be sent: a bounded SQLite file that forgets a message only on its receipt.

The journal is WAL with synchronous=FULL: what `append` returned for survives `kill -9` and loss of
power, as far as the disk keeps what it calls written. The block's broker is told "received" on the
strength of it, and readings come in by whole batches, so a sync for each commit is cheap.

A full spool drops its oldest messages. Refusing new ones would only move the loss to the block's
broker, and what matters first after a long time without a connection is how the home is now.
"""

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core import wire
from core.quantities import Kind
from core.wire import ConsentDocument, Receipt, Samples
from gateway import spool_file

MESSAGES_MAX = 1_000_000
"""About a month of a block of ten homes: a boiler a minute and three rooms every five minutes."""
PAYLOAD_BYTES_MAX = 256 * 1024**2
"""The same month at 250 bytes a message; it fits the smallest card a gateway boots from."""
DROPPED_SHARE = 100  # a full spool drops a hundredth at once, so that it is not full again at once
SEQ_MAX = 2**63 - 1  # what SQLite counts to

_log = logging.getLogger(__name__)


class SpoolUnwritable(RuntimeError):
    """Nothing can be written now (a full disk, most often): nothing was kept; try again later."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Samples of one device, to be spooled as one message."""

    device: str
    kind: Kind
    samples: Samples


@dataclass(frozen=True, slots=True)
class Message:
    """A spooled message. What was sent under a `seq` never changes."""

    seq: int
    device: str
    kind: Kind
    payload: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What became of every sample since the spool began, and what waits in it now.

    accepted = waiting + settled + dropped + withheld, in samples. `withheld_samples` were deleted
    here because consent ended while they waited; `withheld_at_ingest_samples` are among the
    settled, by the word of their receipts.
    """

    accepted_samples: int
    settled_samples: int
    dropped_samples: int
    withheld_samples: int
    withheld_at_ingest_samples: int
    waiting_messages: int
    waiting_samples: int
    waiting_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a recording is read: everything before `read_to` is spooled or counted as refused."""

    name: str
    read_to: int = 0
    lines: int = 0
    samples: int = 0
    refused_lines: int = 0
    finished: bool = False


class Spool:
    """An open spool, for one process and one thread."""

    def __init__(
        self,
        path: Path,
        *,
        messages_max: int = MESSAGES_MAX,
        payload_bytes_max: int = PAYLOAD_BYTES_MAX,
        keep_settled: bool = False,
    ) -> None:
        """Opens the spool at `path` or begins one; a damaged file is set aside first.

        With `keep_settled` the newest `messages_max` messages stay in the file, marked, after
        their receipts, so that accounts can be made. Raises SpoolInUse.
        """
        self._messages_max = messages_max
        self._payload_bytes_max = payload_bytes_max
        self._keep_settled = keep_settled
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = spool_file.lock(path)
        try:
            self._db = spool_file.open_sound(path)
        except BaseException:
            self._lock.close()
            raise
        self.id: str = self._row("SELECT id FROM spool")[0]

    def close(self) -> None:
        """Closes the file; nothing is lost when this is never called."""
        self._db.close()
        self._lock.close()

    def append(self, device: str, kind: Kind, samples: Samples) -> int:
        """Spools one message and returns its seq; by then the message is on disk."""
        return self.append_all([Entry(device, kind, samples)])[0]

    def append_all(
        self,
        entries: Sequence[Entry],
        *,
        heard_ms: int | None = None,
        progress: Progress | None = None,
    ) -> list[int]:
        """Spools messages, all or none, and returns their seqs in order.

        The same transaction notes when devices were last heard (`heard_ms`, epoch milliseconds)
        or how far a recording is read. Raises SpoolUnwritable.
        """
        with self._transaction():
            numbers = [self._insert(entry) for entry in entries]
            if heard_ms is not None:
                self._db.execute("UPDATE spool SET heard_ms = :heard_ms", {"heard_ms": heard_ms})
            if progress is not None:
                self._put_progress(progress)
            self._make_room()
        return numbers

    @property
    def newest(self) -> int:
        """The greatest seq in the file; 0 when it is empty."""
        return int(self._row("SELECT coalesce(max(seq), 0) FROM messages")[0])

    def pending(self, *, after: int = 0, limit: int) -> list[Message]:
        """The oldest messages without a receipt whose seq is greater than `after`."""
        rows = self._db.execute(
            "SELECT seq, device, kind, payload FROM messages"
            " WHERE settled = 0 AND seq > :after ORDER BY seq LIMIT :limit",
            {"after": after, "limit": limit},
        )
        return [Message(seq, device, Kind(kind), payload) for seq, device, kind, payload in rows]

    def still_waiting(self, numbers: Iterable[int]) -> list[Message]:
        """Those of the numbered messages that have no receipt yet, oldest first."""
        found = [self.pending(after=seq - 1, limit=1) for seq in sorted(numbers)]
        wanted = set(numbers)
        return [message for messages in found for message in messages if message.seq in wanted]

    def settle(self, receipt: Receipt) -> set[int]:
        """Forgets what the receipt names; returns the seqs that were still waiting.

        A receipt for another spool, or for numbers forgotten already, changes nothing. Raises
        SpoolUnwritable.
        """
        if receipt.spool != self.id:
            _log.info("passed over a receipt for another spool, %s", receipt.spool[:40])
            return set()
        withheld = dict(receipt.withheld)
        settled: set[int] = set()
        with self._transaction():
            for first, last in receipt.seq:
                settled |= self._settle(_bounded(first), _bounded(last), withheld)
        return settled

    def settled(self) -> list[tuple[int, int, int]]:
        """What `keep_settled` kept: seq, samples, and how many of them ingest withheld."""
        return self._db.execute(
            "SELECT seq, samples, withheld_samples FROM messages WHERE settled = 1 ORDER BY seq"
        ).fetchall()

    def consent(self) -> ConsentDocument | None:
        """The consent document that came last, before a restart too; None when none ever came."""
        (payload,) = self._row("SELECT consent FROM spool")
        return None if payload is None else wire.decode_consent(payload)

    def put_consent(self, document: ConsentDocument) -> int:
        """Keeps the document and deletes the waiting messages it forbids; returns their samples.

        They count as withheld here, once: a receipt that still comes for one finds nothing.
        Raises SpoolUnwritable.
        """
        withheld = 0
        with self._transaction():
            self._db.execute(
                "UPDATE spool SET consent = :payload", {"payload": wire.encode(document)}
            )
            waiting = self._db.execute(
                "SELECT DISTINCT device, kind FROM messages WHERE settled = 0"
            ).fetchall()
            for device, kind in waiting:
                if not document.allows(device, Kind(kind)):
                    chosen = _chosen(0, SEQ_MAX, device=device, kind=kind)
                    withheld += self._remove(chosen, "withheld")
        if withheld:
            # The write-ahead log would hold the deleted rows until it is emptied.
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return withheld

    def heard_ms(self) -> int | None:
        """When devices were last heard, in epoch milliseconds; None before the first time."""
        heard: int | None = self._row("SELECT heard_ms FROM spool")[0]
        return heard

    def progress(self, name: str) -> Progress:
        """How far the recording of this name is read; its beginning when it is new."""
        row = self._db.execute(
            "SELECT read_to, lines, samples, refused_lines, finished FROM recordings"
            " WHERE name = :name",
            {"name": name},
        ).fetchone()
        if row is None:
            return Progress(name=name)
        read_to, lines, samples, refused_lines, finished = row
        return Progress(
            name=name,
            read_to=read_to,
            lines=lines,
            samples=samples,
            refused_lines=refused_lines,
            finished=bool(finished),
        )

    def forget_progress(self, name: str) -> None:
        """Forgets a recording, once its file is gone or has its final name."""
        with self._transaction():
            self._db.execute("DELETE FROM recordings WHERE name = :name", {"name": name})

    def recordings(self) -> list[str]:
        """The names of recordings begun and not forgotten."""
        return [name for (name,) in self._db.execute("SELECT name FROM recordings ORDER BY name")]

    def counters(self) -> Counters:
        """The counts as they stand."""
        cursor = self._db.execute(
            "SELECT accepted_samples, settled_samples, dropped_samples, withheld_samples,"
            " withheld_at_ingest_samples, waiting_messages, waiting_samples, waiting_bytes"
            " FROM spool"
        )
        names = [column[0] for column in cursor.description]
        return Counters(**dict(zip(names, cursor.fetchone(), strict=True)))

    def _row(self, question: str) -> tuple[Any, ...]:
        row: tuple[Any, ...] = self._db.execute(question).fetchone()
        return row

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as error:
            raise SpoolUnwritable(f"the spool cannot be written: {error}") from error

    def _insert(self, entry: Entry) -> int:
        count = len(entry.samples)
        if not 0 < count <= wire.SAMPLES_MAX:
            raise ValueError(f"{count} samples; a message holds 1 to {wire.SAMPLES_MAX}")
        payload = wire.encode_samples(entry.samples)
        (seq,) = self._db.execute(
            "INSERT INTO messages (device, kind, samples, payload)"
            " VALUES (:device, :kind, :samples, :payload) RETURNING seq",
            {
                "device": entry.device,
                "kind": entry.kind.value,
                "samples": count,
                "payload": payload,
            },
        ).fetchone()
        self._db.execute(
            "UPDATE spool SET accepted_samples = accepted_samples + :samples,"
            " waiting_messages = waiting_messages + 1,"
            " waiting_samples = waiting_samples + :samples,"
            " waiting_bytes = waiting_bytes + :bytes",
            {"samples": count, "bytes": len(payload)},
        )
        number: int = seq
        return number

    def _settle(self, first: int, last: int, withheld: dict[int, int]) -> set[int]:
        chosen = _chosen(first, last)
        found = self._db.execute(_LIST_CHOSEN, chosen).fetchall()
        kept_out = [
            {"seq": seq, "samples": max(0, min(withheld[seq], samples))}
            for seq, samples in found
            if seq in withheld
        ]
        if self._keep_settled:
            self._db.executemany(
                "UPDATE messages SET withheld_samples = :samples WHERE seq = :seq", kept_out
            )
        self._db.execute(
            "UPDATE spool SET withheld_at_ingest_samples = withheld_at_ingest_samples + :samples",
            {"samples": sum(row["samples"] for row in kept_out)},
        )
        self._remove(chosen, "settled")
        return {seq for seq, _ in found}

    def _remove(self, chosen: dict[str, object], fate: str) -> int:
        """Takes messages out of the waiting and counts their fate; returns their samples."""
        messages, samples, size = self._db.execute(_COUNT_CHOSEN, chosen).fetchone()
        keep = fate == "settled" and self._keep_settled
        self._db.execute(_SETTLE_CHOSEN if keep else _DELETE_CHOSEN, chosen)
        fates = {"settled": 0, "dropped": 0, "withheld": 0, fate: samples}
        self._db.execute(
            "UPDATE spool SET settled_samples = settled_samples + :settled,"
            " dropped_samples = dropped_samples + :dropped,"
            " withheld_samples = withheld_samples + :withheld,"
            " waiting_messages = waiting_messages - :messages,"
            " waiting_samples = waiting_samples - :samples,"
            " waiting_bytes = waiting_bytes - :bytes",
            {**fates, "messages": messages, "samples": samples, "bytes": size},
        )
        removed: int = samples
        return removed

    def _make_room(self) -> None:
        """Drops the oldest waiting messages, and older settled ones, until the limits hold."""
        if self._keep_settled:
            self._db.execute(
                "DELETE FROM messages WHERE settled = 1"
                " AND seq <= (SELECT max(seq) FROM messages) - :kept",
                {"kept": self._messages_max},
            )
        while self._full(counters := self.counters()):
            share = max(1, counters.waiting_messages // DROPPED_SHARE)
            oldest = self.pending(limit=share)
            dropped = self._remove(_chosen(0, oldest[-1].seq), "dropped")
            _log.error(
                "the spool is full: its oldest %d messages (%d samples) were dropped",
                len(oldest),
                dropped,
            )

    def _full(self, counters: Counters) -> bool:
        return (
            counters.waiting_messages > self._messages_max
            or counters.waiting_bytes > self._payload_bytes_max
        )

    def _put_progress(self, progress: Progress) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO recordings"
            " (name, read_to, lines, samples, refused_lines, finished)"
            " VALUES (:name, :read_to, :lines, :samples, :refused_lines, :finished)",
            {
                "name": progress.name,
                "read_to": progress.read_to,
                "lines": progress.lines,
                "samples": progress.samples,
                "refused_lines": progress.refused_lines,
                "finished": int(progress.finished),
            },
        )


_CHOSEN = (
    "settled = 0 AND seq BETWEEN :first AND :last"
    " AND (:device IS NULL OR device = :device AND kind = :kind)"
)
_LIST_CHOSEN = f"SELECT seq, samples FROM messages WHERE {_CHOSEN}"  # noqa: S608 - fixed texts
_SUMS = "count(*), coalesce(sum(samples), 0), coalesce(sum(length(payload)), 0)"
_COUNT_CHOSEN = f"SELECT {_SUMS} FROM messages WHERE {_CHOSEN}"  # noqa: S608 - fixed texts
_SETTLE_CHOSEN = f"UPDATE messages SET settled = 1 WHERE {_CHOSEN}"  # noqa: S608 - fixed texts
_DELETE_CHOSEN = f"DELETE FROM messages WHERE {_CHOSEN}"  # noqa: S608 - fixed texts


def _bounded(seq: int) -> int:
    """A number from outside, within what SQLite counts to."""
    return max(0, min(seq, SEQ_MAX))


def _chosen(
    first: int, last: int, *, device: str | None = None, kind: str | None = None
) -> dict[str, object]:
    return {"first": first, "last": last, "device": device, "kind": kind}
