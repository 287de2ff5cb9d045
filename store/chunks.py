"""Whole chunks: dropped when nobody keeps them or nothing is left in them; compressed where the
server can."""

from datetime import timedelta
from enum import StrEnum

import psycopg

from store.retention import TABLES

COMPRESS_AFTER = timedelta(days=56)
"""Past what a detector's window holds (45 days) and most late data: what is older is seldom
touched, though it may be."""
EMPTY_CHUNKS_MAX = 20
"""Of one table in one step: each is locked with its index until the step is over."""


class Edition(StrEnum):
    """What TimescaleDB's licence lets the server do."""

    APACHE = "apache"
    COMMUNITY = "timescale"


def edition(conn: psycopg.Connection) -> Edition:
    """Which edition the server runs; compression and policies need the Community edition."""
    row = conn.execute("SELECT current_setting('timescaledb.license')").fetchone()
    return Edition(row[0]) if row else Edition.APACHE


def drop_chunks_past_every_limit(conn: psycopg.Connection) -> int:
    """Drop the chunks that are wholly older than what every landlord keeps; how many.

    None goes while one landlord keeps readings for ever, as every recording's does.
    """
    dropped = 0
    for table in TABLES:
        with conn.transaction():
            dropped += conn.execute(
                "SELECT drop_chunks_past_every_limit(%(table)s::regclass)", {"table": table.name}
            ).rowcount
    return dropped


def drop_empty_chunks(conn: psycopg.Connection) -> int:
    """Drop chunks without a row that ended a day ago, at most EMPTY_CHUNKS_MAX a table; how many.

    A device whose clock was wrong leaves some behind when what it said is erased.
    """
    dropped = 0
    for table in TABLES:
        row = conn.execute(
            "SELECT drop_empty_chunks(%(table)s, %(most)s)",
            {"table": table.name, "most": EMPTY_CHUNKS_MAX},
        ).fetchone()
        dropped += int(row[0]) if row else 0
    return dropped


def keep_policies(conn: psycopg.Connection) -> None:
    """Let the server compress what is older than COMPRESS_AFTER and drop what nobody keeps.

    Ask `edition` first: psycopg.errors.FeatureNotSupported is raised on the Apache edition.
    """
    with conn.transaction():
        for table in TABLES:
            conn.execute(
                "SELECT keep_policies(%(table)s::regclass, %(column)s, %(after)s)",
                {"table": table.name, "column": table.column, "after": COMPRESS_AFTER},
            )


def lift_decompression_limit(conn: psycopg.Connection) -> None:
    """Let this connection delete as much as its steps ask for out of compressed chunks."""
    conn.execute("SET timescaledb.max_tuples_decompressed_per_dml_transaction = 0")
