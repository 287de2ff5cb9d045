"""Arrivals that nobody takes: folded, so that they grow with the devices and not with time."""

import psycopg

FOLD_BEYOND = 2_000
"""Arrivals that may wait as ingest wrote them: ten minutes of three full batches a second, which
the detectors, where they run, are never behind."""

_STEP_ARRIVALS = 250  # of 4,000 devices each: a million spans, some seconds' work
# As many devices as share a folded row; of two million devices there are then 500 such rows.
_BLOCK_DEVICES = 4_096


def fold_arrivals(conn: psycopg.Connection) -> int:
    """Fold the oldest arrivals, if more than FOLD_BEYOND wait; how many, and 0 when few do.

    A device has then one span over all of them, as who takes them all at once makes of them
    anyway. Arrivals that somebody takes at this moment are left to them.
    """
    with conn.transaction():
        row = conn.execute("SELECT count(*) FROM arrivals WHERE folded_block IS NULL").fetchone()
        waiting = int(row[0]) if row else 0
        if waiting <= FOLD_BEYOND:
            return 0
        values = {
            "most": min(_STEP_ARRIVALS, waiting - FOLD_BEYOND),
            "block": _BLOCK_DEVICES,
        }
        row = conn.execute(_FOLD, values).fetchone()
    return int(row[0]) if row else 0


_FOLD = """
    WITH taken AS (
        DELETE FROM arrivals WHERE arrival_id IN (
            SELECT arrival_id FROM arrivals WHERE folded_block IS NULL
            ORDER BY arrival_id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
        RETURNING kind, device_ids, first_at, last_at),
    fresh AS (
        SELECT kind, one.device_id, min(one.first_at) AS first_at, max(one.last_at) AS last_at
        FROM taken, unnest(device_ids, first_at, last_at) AS one (device_id, first_at, last_at)
        GROUP BY kind, one.device_id),
    held AS (
        DELETE FROM arrivals WHERE arrival_id IN (
            SELECT arrival_id FROM arrivals
            WHERE (kind, folded_block) IN (SELECT kind, device_id / %(block)s FROM fresh)
            FOR UPDATE SKIP LOCKED)
        RETURNING kind, device_ids, first_at, last_at),
    merged AS (
        SELECT kind, device_id, min(first_at) AS first_at, max(last_at) AS last_at
        FROM (SELECT * FROM fresh
              UNION ALL
              SELECT kind, one.* FROM held, unnest(device_ids, first_at, last_at)
                   AS one (device_id, first_at, last_at)) AS both_of_them
        GROUP BY kind, device_id),
    folded AS (
        INSERT INTO arrivals (kind, device_ids, first_at, last_at, folded_block)
        SELECT kind, array_agg(device_id ORDER BY device_id),
               array_agg(first_at ORDER BY device_id), array_agg(last_at ORDER BY device_id),
               device_id / %(block)s
        FROM merged GROUP BY kind, device_id / %(block)s)
    SELECT count(*) FROM taken"""
