"""The store's side of ingest: a batch in, committed or not at all. Blocking; lives in one thread.

psycopg's synchronous COPY is used because a coroutine switch for every row would cost more than
the row; the thread waits for the server while the event loop goes on answering the broker.
"""

import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic, perf_counter

import numpy as np
from numpy.typing import NDArray

from core.quantities import Kind
from ingest.accept import Reason
from ingest.gate import Gate
from ingest.gate_terms import CLOCK_SKEW_MS
from ingest.health import Pulse
from ingest.plan import Heard, Plan, PlannedRows, make_plan, refused_rows, unix_ms
from store import gate as store_gate
from store import readings, rejected
from store.connection import Connection, KeptConnection, connect
from store.rejected import Rejection

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a committed batch, in samples where nothing else is said.

    `rejections` counts things set aside by their scope and `reasons` by their reason;
    `new_rejections` had not been set aside before, and `not_kept_rejections` of them are only
    counted, the day having had too many. `commit_s` is the time from bytes to committed.
    `measured_ms` are the instants of all rows that went to the store, committed at `committed_ms`.
    """

    plan: Plan
    messages: int
    samples: int
    stored: int
    already_stored: int
    filled: int
    differing: int
    withheld: int
    samples_rejected: int
    rejections: Mapping[str, int]
    reasons: Mapping[Reason, int]
    new_rejections: int
    not_kept_rejections: int
    commit_s: float
    committed_ms: int
    measured_ms: NDArray[np.int64]


class _GateMoved(Exception):
    """What a batch may store has changed since it was judged."""


class Writer:
    """Writes batches over one connection, as the gate allows.

    Any method may raise Unavailable: then nothing was committed (or, when the connection broke
    during the commit, the same once more does no harm), and the call may be made again. The
    connection is opened when it is needed; OtherHistory when it leads to another database than the
    one before, whose devices have other numbers.
    """

    def __init__(self, database_url: str) -> None:
        self.commits = Pulse(monotonic)
        self._url = database_url
        self._kept = KeptConnection(self._connect)
        self._gate: Gate | None = None
        self._history: str | None = None
        self._goes_directly = dict.fromkeys(Kind, True)

    @property
    def gate_version(self) -> int:
        """The version of the ledger that batches are judged by; 0 before it was read."""
        return self._gate.version if self._gate else 0

    def commit(self, heard: Heard) -> Outcome:
        """Store a batch: readings, arrivals and rejections, in one transaction.

        Of a batch whose rows go into very many chunks, in as many transactions as `readings.parts`
        asks for. When a later one fails, the same once more does no harm.
        """
        started = perf_counter()
        with self.commits.attempt(), self._kept.at_work() as conn:
            while True:
                gate = self._current_gate(conn)
                plan = make_plan(heard, gate, unix_ms(datetime.now(UTC)))
                try:
                    tally = self._write(conn, gate, plan)
                except _GateMoved:
                    self._catch_up(conn, gate)
                    continue
                break
        return _outcome(plan, tally, perf_counter() - started)

    def refresh(self) -> None:
        """Read what changed at the gate; the first time, all of it."""
        with self._kept.at_work() as conn:
            self._catch_up(conn, self._current_gate(conn))

    def close(self) -> None:
        """Let go of the connection."""
        self._kept.close()

    def _connect(self) -> Connection:
        conn = connect(self._url, application="homewell-ingest")
        history = store_gate.history(conn)
        if self._history not in (None, history):
            conn.close()
            raise store_gate.OtherHistory(
                "the database is another one than before. Start ingest again, so that it reads "
                "all of it"
            )
        self._history = history
        readings.prepare(conn)
        return conn

    def _current_gate(self, conn: Connection) -> Gate:
        if self._gate is None:
            self._gate = Gate.of(store_gate.load(conn))
        return self._gate

    def _catch_up(self, conn: Connection, gate: Gate) -> None:
        try:
            for table, concerned in store_gate.load_changes(conn, gate.version):
                gate.update(table, concerned)
        except store_gate.Forgotten as forgotten:
            _log.info("the consent gate is read anew: %s", forgotten)
            self._gate = Gate.of(store_gate.load(conn))

    def _write(self, conn: Connection, gate: Gate, plan: Plan) -> "_Tally":
        tally = _Tally()
        divided = {
            kind: list(readings.parts(rows.block.times_ms)) for kind, rows in plan.rows.items()
        }
        for part in range(max((len(parts) for parts in divided.values()), default=1)):
            with conn.transaction():
                rejections = list(plan.rejections) if part == 0 else []
                for kind in Kind:  # in one order for all writers, against waiting in a ring
                    if kind in divided and part < len(divided[kind]):
                        rows = plan.rows[kind].take(divided[kind][part])
                        rejections += self._write_rows(conn, plan, rows, tally)
                aside = rejected.set_aside(conn, rejections)
                tally.new_rejections += aside.new
                tally.not_kept_rejections += aside.not_kept
                tally.rejections += rejections
                _check_gate(conn, gate, plan)
        return tally

    def _write_rows(
        self, conn: Connection, plan: Plan, rows: PlannedRows, tally: "_Tally"
    ) -> list[Rejection]:
        kind = rows.block.kind
        suspects = plan.heard.seen[rows.messages]
        written = readings.write(conn, rows.block, suspects, directly=self._goes_directly[kind])
        # Rows stored by another worker surprise us: then the direct way would be refused again.
        self._goes_directly[kind] = written.surprises == 0
        tally.written.append(written)
        return refused_rows(plan, rows, written.refused)


@dataclass(slots=True)
class _Tally:
    """What was written of a plan so far."""

    written: list[readings.Written] = field(default_factory=list)
    rejections: list[Rejection] = field(default_factory=list)
    new_rejections: int = 0
    not_kept_rejections: int = 0


def _check_gate(conn: Connection, gate: Gate, plan: Plan) -> None:
    """Raise _GateMoved unless what the batch was judged by holds until the commit."""
    try:
        with conn.pipeline():  # two statements, the second with a later view, in one round trip
            store_gate.hold_still(conn)
            _, changed = store_gate.changed_since(conn, gate.version)
    except store_gate.Forgotten as forgotten:
        raise _GateMoved from forgotten
    if plan.concerns(changed) or not _holds_by_the_clock(gate, plan, unix_ms(datetime.now(UTC))):
        raise _GateMoved


def _holds_by_the_clock(gate: Gate, plan: Plan, now_ms: int) -> bool:
    """Whether consent still says the same: it may end while a batch waits for somebody's lock."""
    if now_ms - plan.now_ms <= CLOCK_SKEW_MS:
        return True
    return make_plan(plan.heard, gate, now_ms).withheld_of == plan.withheld_of


def _outcome(plan: Plan, tally: _Tally, commit_s: float) -> Outcome:
    written = tally.written
    refused = sum(len(one.refused) for one in written)
    times_ms = [rows.block.times_ms for rows in plan.rows.values()]
    return Outcome(
        plan=plan,
        messages=len(plan.heard.batch),
        samples=plan.samples,
        stored=sum(one.stored for one in written),
        already_stored=sum(one.already_stored for one in written),
        filled=sum(one.filled for one in written),
        differing=sum(one.differing for one in written),
        withheld=plan.withheld,
        samples_rejected=sum(one.samples_lost for one in tally.rejections),
        rejections=Counter(one.scope.value for one in tally.rejections),
        reasons=plan.reasons + Counter({Reason.REFUSED_BY_DATABASE: refused}),
        new_rejections=tally.new_rejections,
        not_kept_rejections=tally.not_kept_rejections,
        commit_s=commit_s,
        committed_ms=unix_ms(datetime.now(UTC)),
        measured_ms=np.concatenate(times_ms) if times_ms else np.array([], np.int64),
    )
