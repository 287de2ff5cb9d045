"""Is the worker alive, is it ready, and if not, why and since when? Pure but for the clock given.

What is said here is for anybody who may ask: no address, no error text, nothing of a home.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.connection import Unavailable

DATABASE_ANSWERS_WITHIN_S = 3.0
"""The listener at the gate asks the database every second; three unanswered are an outage."""
COMMIT_WITHIN_S = 5.0
"""A batch takes well under a second. One that takes longer waits for a lock or a disk."""
STUCK_AFTER_S = 300.0
"""A dead database is noticed within seconds and a lock is somebody's work, so only what lasts this
long is a fault of the worker itself, which a new one would not have."""


@dataclass(slots=True)
class Pulse:
    """How one thread's calls to the database fare: written by that thread, read by others."""

    clock: Callable[[], float]
    busy_since_s: float | None = None
    failing_since_s: float | None = None

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Around one call."""
        started_s = self.busy_since_s = self.clock()
        try:
            yield
        except Unavailable:
            if self.failing_since_s is None:
                self.failing_since_s = started_s
            raise
        else:
            self.failing_since_s = None
        finally:
            self.busy_since_s = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a worker stands at one instant; times are seconds up to it, None where there are none."""

    connected: bool
    connects: int
    unacknowledged: int
    receive_max: int
    gate_read: bool
    gate_lives: bool
    gate_version: int
    database_silent_s: float | None
    committing_s: float | None
    commits_failing_s: float | None
    stopping: bool


def why_not_ready(now: Standing) -> dict[str, str | None]:
    """By part of the worker what keeps it from storing; None where nothing does."""
    return {
        "broker": None if now.connected else "not connected to the broker, or not subscribed yet",
        "gate": _gate(now),
        "database": _database(now),
        "worker": "stopping: the batch in hand is the last" if now.stopping else None,
    }


def why_not_alive(now: Standing) -> str | None:
    """What only a new process would mend; None where nothing is. That it is told at all shows that
    the event loop turns."""
    if now.committing_s is not None and now.committing_s > STUCK_AFTER_S:
        return f"one commit has been under way for {now.committing_s:.0f} s"
    return None


class Readiness:
    """Remembers since when each part of the worker has been as it is."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[bool, datetime]] = {}

    def report(self, now: Standing, at: datetime) -> dict[str, Any]:
        """Whether the worker is ready, by part since when, and what is wrong, as JSON has it.

        To be called often: a change is dated with the first report that shows it.
        """
        why = why_not_ready(now)
        parts = {part: self._part(part, reason, at) for part, reason in why.items()}
        ready = all(part["ready"] for part in parts.values())
        return {"ready": ready, "since": self._dated("", ready, at), "parts": parts}

    def _part(self, name: str, reason: str | None, at: datetime) -> dict[str, Any]:
        ready = reason is None
        said: Mapping[str, str] = {} if reason is None else {"reason": reason}
        return {"ready": ready, "since": self._dated(name, ready, at), **said}

    def _dated(self, name: str, ready: bool, at: datetime) -> str:
        was, since = self._since.get(name, (None, at))
        if was is not ready:
            since = at
            self._since[name] = (ready, at)
        return since.isoformat()


def _gate(now: Standing) -> str | None:
    if not now.gate_read:
        return "the consent ledger has not been read yet"
    if not now.gate_lives:
        return "nobody listens for changes of consent: nothing is stored until somebody does"
    return None


def _database(now: Standing) -> str | None:
    if now.database_silent_s is None:
        return "the database has not answered yet"
    if now.database_silent_s > DATABASE_ANSWERS_WITHIN_S:
        return f"the database has not answered for {now.database_silent_s:.0f} s"
    if now.commits_failing_s is not None:
        return f"commits have failed for {now.commits_failing_s:.0f} s; the log says why"
    if now.committing_s is not None and now.committing_s > COMMIT_WITHIN_S:
        return f"one commit has been under way for {now.committing_s:.0f} s"
    return None
