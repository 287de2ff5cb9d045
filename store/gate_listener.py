"""Hearing of changes at the consent gate, and the right to tell gateways of them."""

from store.connection import connect, outages

_CHANNEL = "homewell_gate"
_TELLER_LOCK = 7133701809754865668
# A process that was stopped in its tracks must not keep the right to tell from the others.
_SILENT_AT_MOST_MS = 5_000
_ANSWER_WITHIN_S = 5.0  # its questions take no time; longer, and the ledger cannot be read


class Listener:
    """Hears of changes at once, on a connection of its own.

    Opening and every question raise Unavailable when the connection does not live: after five
    seconds in which nothing was asked, it does not.
    """

    def __init__(self, url: str) -> None:
        self._conn = connect(
            url, application="homewell-ingest-gate", answer_within_s=_ANSWER_WITHIN_S
        )
        self._tells = False
        with outages():
            self._conn.execute(f"SET idle_session_timeout = {_SILENT_AT_MOST_MS}")
            self._conn.execute(f"LISTEN {_CHANNEL}")

    def wait(self, timeout_s: float) -> bool:
        """Whether a change was told of within `timeout_s`; returns at once when one was.

        That it returns shows that the connection lives.
        """
        with outages():
            told = any(True for _ in self._conn.notifies(timeout=timeout_s, stop_after=1))
            self._conn.execute("SELECT 1")
        return told

    def claim_telling(self) -> bool:
        """Whether we are the one who tells gateways what they may send: nobody else is until this
        connection ends or `leave_telling` is called."""
        if not self._tells:
            with outages():
                row = self._conn.execute(
                    "SELECT pg_try_advisory_lock(%(key)s)", {"key": _TELLER_LOCK}
                ).fetchone()
            self._tells = bool(row and row[0])
        return self._tells

    def leave_telling(self) -> None:
        """Let another one tell."""
        if self._tells:
            with outages():
                self._conn.execute("SELECT pg_advisory_unlock(%(key)s)", {"key": _TELLER_LOCK})
            self._tells = False

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()
