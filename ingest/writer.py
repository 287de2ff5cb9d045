"""The store's side of ingest: a batch in, committed or not at all. Blocking; lives in one thread.

psycopg's synchronous COPY is used because a coroutine switch for every row would cost more than
the row; the thread waits for the server while the event loop goes on answering the broker.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from core.quantities import Kind
from core.wire import consent_topic, encode
from ingest.accept import Message
from ingest.gate import Gate
from ingest.plan import Plan, hear, make_plan, receipts, refused_rows
from store import gate as store_gate
from store import readings, rejected
from store.connection import Connection, Unavailable, connect, outages
from store.rejected import Rejection


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a committed batch, in samples where nothing else is said.

    `rejections` counts things set aside by their scope, of which `new_rejections` had not been set
    aside before. `commit_s` is the time from bytes to committed.
    """

    messages: int
    samples: int
    stored: int
    already_stored: int
    filled: int
    differing: int
    withheld: int
    samples_rejected: int
    rejections: Mapping[str, int]
    new_rejections: int
    commit_s: float
    receipts: list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Document:
    """A consent document to be published, retained."""

    topic: str
    payload: bytes


class _GateMoved(Exception):
    """What a batch may store has changed since it was judged."""


class Writer:
    """Writes batches over one connection, as the gate allows.

    Any method may raise Unavailable: then nothing was committed (or, when the connection broke
    during the commit, the same once more does no harm), and the call may be made again. The
    connection is opened when it is needed.
    """

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._conn: Connection | None = None
        self._gate: Gate | None = None
        self._concerned: set[str] = set()
        self._told: dict[str, dict[str, list[Kind]]] = {}
        self._expect_known = dict.fromkeys(Kind, False)

    @property
    def gate_version(self) -> int:
        """The version of the ledger that batches are judged by; 0 before it was read."""
        return self._gate.version if self._gate else 0

    def commit(self, messages: Sequence[Message]) -> Outcome:
        """Store a batch: readings, arrivals and rejections, in one transaction."""
        received_at = datetime.now(UTC)
        batch = hear(messages, unix_ms(received_at))
        started = perf_counter()
        with self._at_work() as conn:
            while True:
                gate = self._current_gate(conn)
                plan = make_plan(batch, gate, received_at, unix_ms(datetime.now(UTC)))
                try:
                    with conn.transaction():
                        written, rejections = self._write(conn, plan, received_at)
                        new = rejected.set_aside(conn, rejections)
                        _check_gate(conn, gate, plan)
                except _GateMoved:
                    self._catch_up(conn, gate)
                    continue
                break
        self._expect_known.update({kind: one.already_stored > 0 for kind, one in written.items()})
        return _outcome(
            plan, written.values(), rejections, new, len(messages), perf_counter() - started
        )

    def refresh(self) -> list[Document]:
        """Read what changed at the gate; documents that say something else than those told last."""
        with self._at_work() as conn:
            gate = self._current_gate(conn)
            self._catch_up(conn, gate)
        now_ms = unix_ms(datetime.now(UTC))
        concerned = self._concerned | gate.due(now_ms)
        self._concerned = set()
        documents = []
        for gateway_id in sorted(concerned):
            document = gate.document(gateway_id, now_ms)
            if self._told.get(gateway_id) != document.allowed:
                self._told[gateway_id] = document.allowed
                documents.append(Document(consent_topic(gateway_id), encode(document)))
        return documents

    def all_documents(self) -> list[Document]:
        """Every gateway's document, for a broker that may have forgotten them."""
        self._told.clear()
        if self._gate is not None:
            self._concerned.update(self._gate.gateways())
        return self.refresh()

    def close(self) -> None:
        """Let go of the connection."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None

    @contextmanager
    def _at_work(self) -> Iterator[Connection]:
        try:
            with outages():
                if self._conn is None:
                    self._conn = connect(self._url, application="homewell-ingest")
                    readings.prepare(self._conn)
                yield self._conn
        except Unavailable:
            self.close()
            raise

    def _current_gate(self, conn: Connection) -> Gate:
        if self._gate is None:
            self._gate = Gate(store_gate.load(conn))
            self._concerned.update(self._gate.gateways())
        return self._gate

    def _catch_up(self, conn: Connection, gate: Gate) -> None:
        if store_gate.changed_since(conn, gate.version)[0] == gate.version:
            return
        table, concerned = store_gate.load_changes(conn, gate.version)
        gate.update(table, concerned)
        self._concerned |= concerned

    def _write(
        self, conn: Connection, plan: Plan, received_at: datetime
    ) -> tuple[dict[Kind, readings.Written], list[Rejection]]:
        written = {}
        rejections = list(plan.rejections)
        for kind in Kind:  # in one order for all writers, so that none waits for another in a ring
            rows = plan.rows.get(kind, [])
            written[kind] = readings.write(conn, kind, rows, expect_known=self._expect_known[kind])
            rejections += refused_rows(plan, kind, written[kind].refused, received_at)
        return written, rejections


def unix_ms(at: datetime) -> int:
    """An instant in whole Unix milliseconds."""
    return int(at.timestamp() * 1000)


def _check_gate(conn: Connection, gate: Gate, plan: Plan) -> None:
    """Raise _GateMoved unless what the batch was judged by holds until the commit."""
    store_gate.hold_still(conn)
    _, changed = store_gate.changed_since(conn, gate.version)
    if not plan.gateways.isdisjoint(changed):
        raise _GateMoved


def _outcome(
    plan: Plan,
    written: Collection[readings.Written],
    rejections: Sequence[Rejection],
    new_rejections: int,
    messages: int,
    commit_s: float,
) -> Outcome:
    return Outcome(
        messages=messages,
        samples=plan.samples,
        stored=sum(one.stored for one in written),
        already_stored=sum(one.already_stored for one in written),
        filled=sum(one.filled for one in written),
        differing=sum(one.differing for one in written),
        withheld=plan.withheld,
        samples_rejected=sum(one.samples_lost for one in rejections),
        rejections=Counter(one.scope.value for one in rejections),
        new_rejections=new_rejections,
        commit_s=commit_s,
        receipts=receipts(plan),
    )
