"""A service's connection to the database, and what it means when the database is away."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict

Connection = psycopg.Connection[tuple[Any, ...]]
_T = TypeVar("_T")

# A server that does not answer is given up soon, so that the service can say so and try again.
_CONNECT_TIMEOUT_S = 5
_SILENT_AT_MOST_S = 5
_ASK_EVERY_S = 1  # a silent peer; unless told, the kernel asks again only after 75 s
_SILENT_AT_MOST_MS = _SILENT_AT_MOST_S * 1000
_GRACE_S = 10  # for the server's own word that a statement took too long
_LOOK_EVERY_S = 0.1

# The server, too, gives up who is gone or stopped in its tracks in the middle of a transaction: the
# locks that it holds, the consent gate's among them, would keep everybody else waiting.
_SESSION = {
    "TimeZone": "UTC",
    "idle_in_transaction_session_timeout": _SILENT_AT_MOST_MS,
    "tcp_keepalives_idle": _SILENT_AT_MOST_S,
    "tcp_keepalives_interval": _ASK_EVERY_S,
    "tcp_user_timeout": _SILENT_AT_MOST_MS,
}

# SQLSTATE classes that say nothing against the rows: connection, rolled back, resources,
# the operator, read-only (25), a lock not to be had (55) and the system itself (58).
_AWAY = ("08", "25", "40", "53", "55", "57", "58")


class NotAnAddress(ValueError):
    """The database's URL cannot be read."""


class Unavailable(RuntimeError):
    """The database cannot do it now; the same call may succeed later. Nothing was committed."""


class _Impatient(psycopg.Connection[tuple[Any, ...]]):
    """Gives a server up that does not answer.

    A line can die so that what is sent is still taken at its near end: then neither TCP nor the
    server's own limits say anything, and a wait without an end would never have one.
    """

    answer_within_s: float | None = None

    def wait(
        self, gen: PQGen[_T], interval: float = _LOOK_EVERY_S, timeout: float | None = None
    ) -> _T:
        if timeout is not None or self.answer_within_s is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.answer_within_s)
        except psycopg.OperationalError as error:
            if error.sqlstate is None and self.pgconn.status == psycopg.pq.ConnStatus.OK:
                self.pgconn.finish()  # an answer that still came would be taken for the next one
                raise psycopg.OperationalError(
                    f"the server did not answer within {self.answer_within_s:g} s"
                ) from error
            raise


def connect(url: str, *, application: str, answer_within_s: float | None = None) -> Connection:
    """An autocommitting connection in UTC, for transactions in which nobody pauses for seconds.

    A server that does not answer one question within `answer_within_s` is given up as Unavailable;
    unless said, that is ten seconds longer than the role's statements may take.
    Raises Unavailable when the server cannot be reached, NotAnAddress as `check_url` does.
    """
    check_url(url)
    with outages():
        conn = _Impatient.connect(
            url,
            autocommit=True,
            application_name=application,
            connect_timeout=_CONNECT_TIMEOUT_S,
            tcp_user_timeout=_SILENT_AT_MOST_MS,
            keepalives_idle=_SILENT_AT_MOST_S,
            keepalives_interval=_ASK_EVERY_S,
            options=" ".join(f"-c {name}={value}" for name, value in _SESSION.items()),
        )
        conn.answer_within_s = _GRACE_S  # for the question after the role's own limit, too
        conn.answer_within_s = answer_within_s or _answer_within_s(conn)
        return conn


def _answer_within_s(conn: psycopg.Connection[Any]) -> float | None:
    row = conn.execute(
        "SELECT setting::integer / 1000.0 FROM pg_settings WHERE name = 'statement_timeout'"
    ).fetchone()
    return float(row[0]) + _GRACE_S if row and row[0] else None


class KeptConnection:
    """One connection, opened when it is needed, and let go when it fails or is closed."""

    def __init__(self, open_connection: Callable[[], Connection]) -> None:
        self._open = open_connection
        self._conn: Connection | None = None

    @contextmanager
    def at_work(self) -> Iterator[Connection]:
        """The connection. An outage is raised as Unavailable; the next block has a new one."""
        try:
            with outages():
                if self._conn is None:
                    self._conn = self._open()
                yield self._conn
        except Unavailable:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._conn is not None:
            self._conn.close()
            self._conn = None


def check_url(url: str) -> None:
    """Raise NotAnAddress where libpq cannot read this, without repeating it: it holds a password.

    libpq's own words for it do repeat it.
    """
    try:
        conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise NotAnAddress(
            "the database's URL cannot be read; it is postgresql://user:password@host/db, with "
            "what is special in a password percent-encoded"
        ) from None


@contextmanager
def outages() -> Iterator[None]:
    """Turn errors of the connection or the server into Unavailable; others pass as they are."""
    try:
        yield
    except psycopg.Error as error:
        if not is_outage(error):
            raise
        # The server's detail and context, which the whole text has, may show what was stored.
        what = error.diag.message_primary or error
        raise Unavailable(f"the database is not available: {what}") from error


def is_outage(error: psycopg.Error) -> bool:
    """Whether the error speaks of the connection or the server and not of what was asked."""
    if error.sqlstate is None:
        return isinstance(error, (psycopg.OperationalError, psycopg.InterfaceError))
    return error.sqlstate.startswith(_AWAY)
