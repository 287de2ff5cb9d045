"""Work that only one process at a time may do in a database."""

import psycopg

_DETECTORS_LOCK = 7133701809754865667


class AlreadyRunning(RuntimeError):
    """Another process does this work on the same database already."""


def claim_detectors(conn: psycopg.Connection) -> None:
    """Make this connection the only one that judges; it is let go when the connection ends.

    Raises AlreadyRunning when another one does.
    """
    row = conn.execute("SELECT pg_try_advisory_lock(%s)", (_DETECTORS_LOCK,)).fetchone()
    if not row or not row[0]:
        raise AlreadyRunning(
            "the detectors run on this database already; stop the other process first"
        )
