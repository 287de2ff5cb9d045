"""Writing readings: one row per device and instant, and what is stored never changes.

Rows go straight into the table by binary COPY. Where one is there already the rows go through a
temporary table instead, and a row that is there only has its nulls filled. What the table refuses
is halved until the refused rows stand alone; the others are kept.
"""

import logging
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.quantities import QUANTITIES, Form, Kind

_log = logging.getLogger(__name__)

Row = tuple[Any, ...]
"""(device_id, measured_at in Unix milliseconds, then a cell for every quantity of the kind)."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
_COPY_TYPES = {Form.REAL: "float4", Form.BOOLEAN: "bool", Form.COUNTER: "int4", Form.TEXT: "text"}
_KEY = itemgetter(0, 1)
_REAL = struct.Struct("f")  # the precision of a `real` column


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that the table would not take, and the database's reason."""

    row: Row
    reason: str


@dataclass(slots=True)
class Written:
    """What became of some rows of one kind.

    `stored` rows are new. `already_stored` ones were there, or twice among the rows written; of
    them `filled` had a null that now has a value, and `differing` said something else than what
    stands there, which stays. `changed` holds for each device with a new or filled row the first
    and the last instant of those, in Unix milliseconds.
    """

    stored: int = 0
    already_stored: int = 0
    filled: int = 0
    differing: int = 0
    refused: list[Refused] = field(default_factory=list)
    changed: dict[int, tuple[int, int]] = field(default_factory=dict)

    def note_change(self, device_id: int, first_ms: int, last_ms: int) -> None:
        """Take in that rows of the device between these instants are new or filled."""
        first, last = self.changed.get(device_id, (first_ms, last_ms))
        self.changed[device_id] = (min(first, first_ms), max(last, last_ms))


def prepare(conn: psycopg.Connection) -> None:
    """Make the temporary tables that `write` needs; once for a connection."""
    for kind in Kind:
        table = _TABLES[kind]
        conn.execute(
            sql.SQL("CREATE TEMP TABLE IF NOT EXISTS {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                table.stage_name, table.name
            )
        )


def write(
    conn: psycopg.Connection, kind: Kind, rows: Sequence[Row], *, expect_known: bool = False
) -> Written:
    """Write rows in the caller's transaction, and what changed into `arrivals`.

    Cells must fit their quantities. Of several rows with one key the first keeps its values and
    the later ones fill its nulls. With `expect_known` the direct way is not tried: it costs double
    when a row is there already. Raises psycopg errors of the connection and the server as they are.
    """
    written = Written()
    table = _TABLES[kind]
    merged = _merge(rows, written)
    if not merged:
        return written
    if expect_known or not _copied_directly(conn, table, merged, written):
        _write_by_halves(conn, table, merged, written)
    _record_arrival(conn, kind, written)
    return written


def _merge(rows: Sequence[Row], written: Written) -> list[Row]:
    """Rows in key order, one a key. Order also keeps two writers from waiting for each other."""
    ordered = sorted(rows, key=_KEY)
    if len(set(map(_KEY, ordered))) == len(ordered):
        return ordered
    merged: list[Row] = []
    for row in ordered:
        if merged and _KEY(merged[-1]) == _KEY(row):
            held = merged[-1]
            merged[-1] = tuple(
                new if old is None else old for old, new in zip(held, row, strict=True)
            )
            written.already_stored += 1
            written.differing += _differ(held, row)
        else:
            merged.append(row)
    return merged


def _differ(held: Row, row: Row) -> bool:
    return any(
        new is not None and old is not None and _as_stored(old) != _as_stored(new)
        for old, new in zip(held, row, strict=True)
    )


def _as_stored(cell: Any) -> Any:
    return _REAL.unpack(_REAL.pack(cell)) if isinstance(cell, float) else cell


def _copied_directly(
    conn: psycopg.Connection, table: "_Table", rows: Sequence[Row], written: Written
) -> bool:
    try:
        with conn.transaction():
            _copy(conn, table.copy_direct, table, rows)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        _log.debug("direct COPY refused with %s; going through the stage", error.sqlstate)
        return False
    written.stored += len(rows)
    first_ms = {row[0]: row[1] for row in reversed(rows)}  # rows are in order of time
    for device_id, last_ms in {row[0]: row[1] for row in rows}.items():
        written.note_change(device_id, first_ms[device_id], last_ms)
    return True


def _write_by_halves(
    conn: psycopg.Connection, table: "_Table", rows: Sequence[Row], written: Written
) -> None:
    waiting = [rows]
    while waiting:
        part = waiting.pop()
        try:
            with conn.transaction():
                _copy(conn, table.copy_staged, table, part)
                _move_from_stage(conn, table, part, written)
        except (psycopg.DataError, psycopg.IntegrityError) as error:
            if len(part) == 1:
                written.refused.append(Refused(part[0], _reason(error)))
            else:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]


def _move_from_stage(
    conn: psycopg.Connection, table: "_Table", rows: Sequence[Row], written: Written
) -> None:
    times = [row[1] for row in rows]
    moved = conn.execute(table.move).fetchall()
    differing = conn.execute(
        table.count_differing, {"first": _instant(min(times)), "last": _instant(max(times))}
    ).fetchone()
    conn.execute(table.empty_stage)
    new = sum(1 for _, _, is_new in moved if is_new)
    written.stored += new
    written.filled += len(moved) - new
    written.already_stored += len(rows) - new
    written.differing += differing[0] if differing else 0
    for device_id, time_ms, _ in moved:
        written.note_change(device_id, time_ms, time_ms)


def _copy(
    conn: psycopg.Connection, statement: sql.Composed, table: "_Table", rows: Iterable[Row]
) -> None:
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(table.copy_types)
        write_row = copy.write_row
        for device_id, time_ms, *cells in rows:
            write_row((device_id, (time_ms - _POSTGRES_EPOCH_MS) * 1000, *cells))


def _record_arrival(conn: psycopg.Connection, kind: Kind, written: Written) -> None:
    if not written.changed:
        return
    changed = sorted(written.changed.items())
    conn.execute(
        """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
           VALUES (%(kind)s, %(devices)s, %(first)s, %(last)s)""",
        {
            "kind": kind.value,
            "devices": [device_id for device_id, _ in changed],
            "first": [_instant(first_ms) for _, (first_ms, _) in changed],
            "last": [_instant(last_ms) for _, (_, last_ms) in changed],
        },
    )


def _instant(time_ms: int) -> datetime:
    return _UNIX_EPOCH + timedelta(milliseconds=time_ms)


def _reason(error: psycopg.Error) -> str:
    return f"the database refused it: {error.diag.message_primary or error}"


@dataclass(frozen=True, slots=True)
class _Table:
    name: sql.Identifier
    stage_name: sql.Identifier
    copy_types: list[str]
    copy_direct: sql.Composed
    copy_staged: sql.Composed
    move: sql.Composed
    count_differing: sql.Composed
    empty_stage: sql.Composed


def _table(kind: Kind) -> _Table:
    quantities = QUANTITIES[kind]
    name = sql.Identifier(f"{kind.value}_readings")
    stage_name = sql.Identifier("pg_temp", f"{kind.value}_stage")
    cells = [sql.Identifier(quantity.name) for quantity in quantities]
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
        # In binary a timestamptz is an int8: microseconds since PostgreSQL's epoch.
        copy_types=["int4", "int8", *(_COPY_TYPES[quantity.form] for quantity in quantities)],
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
    SELECT {columns} FROM {stage} ORDER BY device_id, measured_at
    ON CONFLICT (device_id, measured_at) DO UPDATE SET {fill} WHERE {fillable}
    RETURNING device_id, (extract(epoch FROM measured_at) * 1000)::bigint, r.xmax = 0"""
# The bounds are for the planner: it opens only the chunks between them.
_COUNT_DIFFERING: LiteralString = """
    SELECT count(*) FROM {stage} s JOIN {table} r USING (device_id, measured_at)
    WHERE r.measured_at BETWEEN %(first)s AND %(last)s AND ({differs})"""
_TABLES = {kind: _table(kind) for kind in Kind}
