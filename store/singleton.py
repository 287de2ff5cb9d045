"""Work that only one process at a time may do in a database."""

import psycopg

_DETECTORS_LOCK = 7133701809754865667
_UPKEEP_LOCK = 7133701809754865669


class AlreadyRunning(RuntimeError):
    """Another process does this work on the same database already."""


def claim_detectors(conn: psycopg.Connection) -> None:
    """Make this connection the only one that judges; it is let go when the connection ends.

    Raises AlreadyRunning when another one does.
    """
    _claim(conn, _DETECTORS_LOCK, "the detectors run")


def claim_upkeep(conn: psycopg.Connection) -> None:
    """Make this connection the only one that keeps the store; let go when the connection ends.

    Raises AlreadyRunning when another one does.
    """
    _claim(conn, _UPKEEP_LOCK, "the upkeep runs")


def _claim(conn: psycopg.Connection, key: int, what: str) -> None:
    row = conn.execute("SELECT pg_try_advisory_lock(%(key)s)", {"key": key}).fetchone()
    if not row or not row[0]:
        raise AlreadyRunning(f"{what} on this database already; stop the other process first")
