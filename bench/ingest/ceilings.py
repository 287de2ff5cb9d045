"""What the database alone can take: rows by COPY into the same hypertables, made beforehand."""

import time
from collections.abc import Iterator, Sequence
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from bench.ingest.load import Load
from bench.ingest.stand import Stand, checkpoint
from core.quantities import QUANTITIES, Form, Kind
from store.roles import Role

Batch = dict[Kind, list[tuple[Any, ...]]]

_POSTGRES_EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
_TYPES = {Form.REAL: "float4", Form.BOOLEAN: "bool", Form.COUNTER: "int4", Form.TEXT: "text"}
_KINDS = (Kind.ROOM, Kind.BOILER)


def copied(
    stand: Stand, load: Load, devices: Sequence[Sequence[int]], first: int, count: int, batch: int
) -> dict[str, float]:
    """Rows a second of so many messages from number `first`, plain and then staged.

    Plain: straight into the table. Staged: through a temporary table, then INSERT … ON CONFLICT DO
    NOTHING in key order. Both: one transaction a batch of `batch` rows, no row twice.
    """
    half = count // 2
    result = {}
    with psycopg.connect(stand.url(Role.INGEST), autocommit=True) as conn:
        for kind in _KINDS:
            conn.execute(
                sql.SQL("CREATE TEMP TABLE {} (LIKE {}) ON COMMIT DELETE ROWS").format(
                    _stage(kind), _table(kind)
                )
            )
        for name, staged, start in (("plain", False, first), ("staged", True, first + half)):
            batches = list(_batches(load, devices, start, half, batch))
            checkpoint(stand)
            began = time.monotonic()
            for rows in batches:
                with conn.transaction():
                    _write(conn, rows, staged=staged)
            result[name] = half * load.samples / (time.monotonic() - began)
    return result


def _write(conn: psycopg.Connection, rows: Batch, *, staged: bool) -> None:
    for kind, some in rows.items():
        _copy(conn, _stage(kind) if staged else _table(kind), kind, some)
        if staged:
            conn.execute(sql.SQL(_MOVE).format(table=_table(kind), stage=_stage(kind)))


def _copy(
    conn: psycopg.Connection, table: sql.Identifier, kind: Kind, rows: list[tuple[Any, ...]]
) -> None:
    statement = sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(table)
    with conn.cursor() as cursor, cursor.copy(statement) as copy:
        # In binary a timestamptz is an int8: microseconds since PostgreSQL's epoch.
        copy.set_types(["int4", "int8", *(_TYPES[one.form] for one in QUANTITIES[kind])])
        for row in rows:
            copy.write_row(row)


def _batches(
    load: Load, devices: Sequence[Sequence[int]], first: int, count: int, size: int
) -> Iterator[Batch]:
    batch: Batch = {kind: [] for kind in _KINDS}
    for number in range(first, first + count):
        kind, content = load.content(number)
        device_id = devices[number % load.gateways][load.device(number)]
        times_us = [(time_ms - _POSTGRES_EPOCH_MS) * 1000 for time_ms in content.times_ms]
        nothing = [None] * len(times_us)
        cells = [content.columns.get(one.name, nothing) for one in QUANTITIES[kind]]
        batch[kind] += zip([device_id] * len(times_us), times_us, *cells, strict=True)
        if sum(map(len, batch.values())) >= size:
            yield batch
            batch = {kind: [] for kind in _KINDS}
    yield batch


def _table(kind: Kind) -> sql.Identifier:
    return sql.Identifier(f"{kind}_readings")


def _stage(kind: Kind) -> sql.Identifier:
    return sql.Identifier("pg_temp", f"bench_{kind}")


_MOVE: LiteralString = """
    INSERT INTO {table} SELECT * FROM {stage} ORDER BY device_id, measured_at
    ON CONFLICT DO NOTHING"""
