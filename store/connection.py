"""A service's connection to the database, and what it means when the database is away."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

Connection = psycopg.Connection[tuple[Any, ...]]

# A server that does not answer is given up soon, so that the service can say so and try again.
_CONNECT_TIMEOUT_S = 5
_DEAD_PEER_AFTER_MS = 5_000

# SQLSTATE classes that say nothing against the rows: connection, rolled back, resources,
# the operator, read-only (25), a lock not to be had (55) and the system itself (58).
_AWAY = ("08", "25", "40", "53", "55", "57", "58")


class Unavailable(RuntimeError):
    """The database cannot do it now; the same call may succeed later. Nothing was committed."""


def connect(url: str, *, application: str) -> Connection:
    """An autocommitting connection in UTC; Unavailable when the server cannot be reached."""
    with outages():
        return psycopg.connect(
            url,
            autocommit=True,
            application_name=application,
            connect_timeout=_CONNECT_TIMEOUT_S,
            tcp_user_timeout=_DEAD_PEER_AFTER_MS,
            keepalives_idle=_DEAD_PEER_AFTER_MS // 1000,
            options="-c TimeZone=UTC",
        )


@contextmanager
def outages() -> Iterator[None]:
    """Turn errors of the connection or the server into Unavailable; others pass as they are."""
    try:
        yield
    except psycopg.Error as error:
        if not is_outage(error):
            raise
        raise Unavailable(f"the database is not available: {error}") from error


def is_outage(error: psycopg.Error) -> bool:
    """Whether the error speaks of the connection or the server and not of what was asked."""
    if error.sqlstate is None:
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(_AWAY)
