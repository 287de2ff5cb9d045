"""Writing readings: one row per device and instant, and what is stored never changes.

Rows go straight into the table by binary COPY. Rows that may be there already go through a
temporary table instead, and a row that is there only has its nulls filled. What the table refuses
is halved until the refused rows stand alone; the others are kept.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

import numpy as np
import psycopg
from numpy.typing import NDArray
from psycopg import sql

from core.quantities import QUANTITIES, Kind
from store.blocks import Block, unmeasured
from store.copy_format import array_bytes, copy_bytes, postgres_us

_log = logging.getLogger(__name__)

CHUNK_MS = 7 * 24 * 3600 * 1000
"""How much time one chunk of a hypertable holds, as the migrations have it."""
CHUNKS_A_TRANSACTION = 32
"""A chunk that is made takes a dozen locks, and the server's table of them has 6,400 as it comes:
a batch of readings from hundreds of different weeks is written in several transactions."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INT4_OID, _TIMESTAMPTZ_OID = 23, 1184

Rows = NDArray[np.intp]
"""Indices of rows in a block."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the table would not take, by its index in the block, and the database's reason."""

    row: int
    reason: str


@dataclass(slots=True)
class Written:
    """What became of some rows of one kind.

    `stored` rows are new. `already_stored` ones were there, or twice among the rows written; of
    them `filled` had a null that now has a value, and `differing` said something else than what
    stands there, which stays. `surprises` of them were there though they were no suspects.
    """

    stored: int = 0
    already_stored: int = 0
    filled: int = 0
    differing: int = 0
    surprises: int = 0
    refused: list[Refused] = field(default_factory=list)


def prepare(conn: psycopg.Connection) -> None:
    """Make the temporary tables that `write` needs; once for a connection."""
    for kind in Kind:
        table = _TABLES[kind]
        conn.execute(
            sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                table.stage_name, table.name
            )
        )


def parts(times_ms: NDArray[np.int64]) -> Iterator[Rows]:
    """Rows in parts that may each be written in one transaction, by chunks, the newest first."""
    chunks = times_ms // CHUNK_MS
    if not len(chunks) or chunks.max() - chunks.min() < CHUNKS_A_TRANSACTION:
        yield np.arange(len(chunks))
        return
    ranks = np.unique(chunks, return_inverse=True)[1] // CHUNKS_A_TRANSACTION
    for rank in reversed(range(int(ranks.max()) + 1)):
        yield np.flatnonzero(ranks == rank)


def write(
    conn: psycopg.Connection,
    block: Block,
    suspects: NDArray[np.bool_] | None = None,
    *,
    directly: bool = True,
) -> Written:
    """Write rows in the caller's transaction, and what changed into `arrivals`.

    Cells must fit their quantities. Of several rows with one key the first keeps its values and
    the later ones fill its nulls. `suspects` (rows,) names those that are likely to be in the
    table already, and without `directly` all are taken for such: it steers rows to the way that
    costs less (a direct way that is refused costs double), and the result is the same. No more
    chunks may be concerned than `parts` allows. Raises psycopg errors of the connection and the
    server as they are.
    """
    written = Written()
    if not len(block):
        return written
    merged, origins = _merge(block, written)
    suspected = np.zeros(len(merged), np.bool_) if suspects is None else suspects[origins]
    writing = _Writing(conn, _TABLES[block.kind], merged, suspected, written)
    fresh = np.flatnonzero(~suspected)
    if directly and writing.copy_directly(fresh):
        writing.by_halves(np.flatnonzero(suspected))
    else:
        writing.by_halves(np.arange(len(merged)))
    written.refused = [Refused(int(origins[one.row]), one.reason) for one in written.refused]
    writing.record_arrival()
    return written


def _merge(block: Block, written: Written) -> tuple[Block, Rows]:
    """Rows by chunk and key, one a key, and where in the block each comes from.

    In one order for all writers, so that none waits for another in a ring.
    """
    order = np.lexsort((block.times_ms, block.device_ids, block.times_ms // CHUNK_MS))
    ordered = block.take(order)
    again = np.zeros(len(order), np.bool_)
    again[1:] = (ordered.times_ms[1:] == ordered.times_ms[:-1]) & (
        ordered.device_ids[1:] == ordered.device_ids[:-1]
    )
    if not again.any():
        return ordered, order
    leaders = np.maximum.accumulate(np.where(again, 0, np.arange(len(order))))
    differs = np.zeros(len(order), np.bool_)
    for column in ordered.columns:
        if column is not None:
            _fill_first(column, np.flatnonzero(again), leaders, differs)
    written.already_stored += int(again.sum())
    written.differing += int(differs.sum())
    return ordered.take(~again), order[~again]


def _fill_first(
    column: NDArray[Any], again: Rows, leaders: Rows, differs: NDArray[np.bool_]
) -> None:
    """Fill the nulls of each key's first cell from the later ones; tell which say another thing."""
    null = unmeasured(column)
    as_stored = column if column.dtype == np.object_ else column.astype(np.float32)
    for row in again[~null[again]]:
        first = leaders[row]
        if null[first]:
            column[first], as_stored[first], null[first] = column[row], as_stored[row], False
        elif as_stored[first] != as_stored[row]:
            differs[row] = True


class _Writing:
    """Rows of one kind, in key order and one a key, on their way into the table."""

    def __init__(
        self,
        conn: psycopg.Connection,
        table: "_Table",
        block: Block,
        suspected: NDArray[np.bool_],
        written: Written,
    ) -> None:
        self._conn = conn
        self._table = table
        self._block = block
        self._suspected = suspected
        self._written = written
        self._changed = np.zeros(len(block), np.bool_)
        self._stage_is_used = False

    def copy_directly(self, rows: Rows) -> bool:
        """Copy the rows into the table itself; False when it refuses any of them."""
        if not len(rows):
            return True
        try:
            with self._conn.transaction():
                self._copy(self._table.copy_direct, rows)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            _log.debug("direct COPY refused with %s; going through the stage", error.sqlstate)
            return False
        self._written.stored += len(rows)
        self._changed[rows] = True
        return True

    def by_halves(self, rows: Rows) -> None:
        """Write through the stage; where rows are refused, find out which."""
        waiting = [rows] if len(rows) else []
        while waiting:
            part = waiting.pop()
            try:
                with self._conn.transaction():
                    self._through_stage(part)
            except (psycopg.DataError, psycopg.IntegrityError) as error:
                if len(part) == 1:
                    self._written.refused.append(Refused(int(part[0]), _reason(error)))
                else:
                    middle = len(part) // 2
                    waiting += [part[middle:], part[:middle]]

    def record_arrival(self) -> None:
        """Tell the detectors which devices have new or filled rows, and of what time."""
        changed = self._block.take(self._changed)
        if not len(changed):
            return
        order = np.argsort(changed.device_ids, kind="stable")
        devices, starts = np.unique(changed.device_ids[order], return_index=True)
        times_us = postgres_us(changed.times_ms)[order]
        arrays = [
            array_bytes(devices, _INT4_OID),
            array_bytes(np.minimum.reduceat(times_us, starts), _TIMESTAMPTZ_OID),
            array_bytes(np.maximum.reduceat(times_us, starts), _TIMESTAMPTZ_OID),
        ]
        with self._conn.cursor() as cursor, cursor.copy(_COPY_ARRIVAL) as copy:
            copy.set_types(["text", "bytea", "bytea", "bytea"])  # sent as they are
            copy.write_row([self._block.kind.value, *arrays])

    def _through_stage(self, rows: Rows) -> None:
        conn, table, written = self._conn, self._table, self._written
        times_ms = self._block.times_ms[rows]
        bounds = {"first": _instant(times_ms.min()), "last": _instant(times_ms.max())}
        if self._stage_is_used:
            conn.execute(table.empty_stage)
        self._copy(table.copy_staged, rows)
        differing = conn.execute(table.count_differing, bounds).fetchone()
        moved = conn.execute(table.move).fetchall()
        self._stage_is_used = True
        is_new = {(device_id, time_ms): new for device_id, time_ms, new in moved}
        devices = self._block.device_ids[rows].tolist()
        found = [is_new.get(key) for key in zip(devices, times_ms.tolist(), strict=True)]
        new = np.array([one is True for one in found], np.bool_)
        written.stored += int(new.sum())
        written.filled += found.count(False)
        written.already_stored += int((~new).sum())
        written.differing += differing[0] if differing else 0
        written.surprises += int((~new & ~self._suspected[rows]).sum())
        self._changed[rows] = [one is not None for one in found]

    def _copy(self, statement: sql.Composed, rows: Rows) -> None:
        block = self._block if len(rows) == len(self._block) else self._block.take(rows)
        with self._conn.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(copy_bytes(block))


def _instant(time_ms: np.int64) -> datetime:
    return _UNIX_EPOCH + timedelta(milliseconds=int(time_ms))


def _reason(error: psycopg.Error) -> str:
    return f"the database refused it: {error.diag.message_primary or error}"


@dataclass(frozen=True, slots=True)
class _Table:
    name: sql.Identifier
    stage_name: sql.Identifier
    copy_direct: sql.Composed
    copy_staged: sql.Composed
    move: sql.Composed
    count_differing: sql.Composed
    empty_stage: sql.Composed


def _table(kind: Kind) -> _Table:
    name = sql.Identifier(f"{kind.value}_readings")
    stage_name = sql.Identifier("pg_temp", f"{kind.value}_stage")
    cells = [sql.Identifier(quantity.name) for quantity in QUANTITIES[kind]]
    parts = {
        "table": name,
        "stage": stage_name,
        "columns": sql.SQL(", ").join(
            [sql.Identifier("device_id"), sql.Identifier("measured_at"), *cells]
        ),
        "fill": _each("{c} = coalesce(r.{c}, excluded.{c})", ", ", cells),
        "fillable": _each("r.{c} IS NULL AND excluded.{c} IS NOT NULL", " OR ", cells),
        "differs": _each("r.{c} <> s.{c}", " OR ", cells),
    }
    copy = "COPY {} ({}) FROM STDIN (FORMAT binary)"
    return _Table(
        name=name,
        stage_name=stage_name,
        copy_direct=sql.SQL(copy).format(name, parts["columns"]),
        copy_staged=sql.SQL(copy).format(stage_name, parts["columns"]),
        move=sql.SQL(_MOVE).format(**parts),
        count_differing=sql.SQL(_COUNT_DIFFERING).format(**parts),
        empty_stage=sql.SQL("TRUNCATE {}").format(stage_name),
    )


def _each(
    template: LiteralString, between: LiteralString, cells: Iterable[sql.Identifier]
) -> sql.Composed:
    return sql.SQL(between).join(sql.SQL(template).format(c=cell) for cell in cells)


# xmax is 0 in a row version that this statement inserted, and not in one that it updated.
_MOVE: LiteralString = """
    INSERT INTO {table} AS r ({columns})
    SELECT {columns} FROM {stage}
    ORDER BY date_bin('7 days', measured_at, timestamptz 'epoch'), device_id, measured_at
    ON CONFLICT (device_id, measured_at) DO UPDATE SET {fill} WHERE {fillable}
    RETURNING device_id, (extract(epoch FROM measured_at) * 1000)::bigint, r.xmax = 0"""
# The bounds are for the planner: it opens only the chunks between them. OFFSET 0 has it look up row
# by row: the stage has no statistics, and a join could read all of a chunk.
_COUNT_DIFFERING: LiteralString = """
    SELECT count(*) FROM {stage} s CROSS JOIN LATERAL (
        SELECT 1 FROM {table} r
        WHERE r.device_id = s.device_id AND r.measured_at = s.measured_at
          AND r.measured_at BETWEEN %(first)s AND %(last)s AND ({differs}) OFFSET 0) AS other"""
_COPY_ARRIVAL = """COPY arrivals (kind, device_ids, first_at, last_at) FROM STDIN (FORMAT binary)"""
_TABLES = {kind: _table(kind) for kind in Kind}
