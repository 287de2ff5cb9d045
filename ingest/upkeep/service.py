"""The upkeep's process: job after job, in small steps, until it is told to stop."""

import json
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import psycopg

from ingest.upkeep.job import Job, Step
from ingest.upkeep.metrics import Metrics
from store.chunks import lift_decompression_limit
from store.connection import Connection, Unavailable, connect
from store.singleton import claim_upkeep

_log = logging.getLogger("upkeep")

RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Pauses while the database is away."""
FAILED_AGAIN_AFTER_S = 60.0
"""A job that failed rests so long, or its own pause where that is shorter."""

_LOOK_EVERY_S = 1.0
# Live writes and whoever reads must not queue behind upkeep that itself waits for a lock.
_LOCK_TIMEOUT = "2s"


@dataclass(slots=True)
class _Turn:
    """How a job stands; `due_s` is on the monotonic clock."""

    job: Job
    due_s: float
    at: datetime | None = None
    did: str = ""
    steps: int = 0
    failures: int = 0
    error: str | None = None


@dataclass(slots=True)
class Upkeep:
    """Keeps one database; `stop` ends it between two steps."""

    database_url: str
    jobs: Sequence[Job]
    metrics: Metrics
    status_file: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    _turns: list[_Turn] = field(init=False)
    _tells: bool = field(default=True, init=False)

    def __post_init__(self) -> None:
        """Every job is due at the start."""
        self._turns = [_Turn(job, monotonic()) for job in self.jobs]
        for job in self.jobs:
            self.metrics.begin(job.name, self.clock().timestamp())

    def run(self) -> None:
        """Work until stopped; a database that goes away is waited for.

        Raises AlreadyRunning when another upkeep works on this database.
        """
        failures = 0
        while not self.stop.is_set():
            try:
                with connect(self.database_url, application="homewell-upkeep") as conn:
                    claim_upkeep(conn)
                    conn.execute(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
                    lift_decompression_limit(conn)
                    failures = 0
                    while not self.stop.is_set():
                        if not self.turn(conn):
                            self.stop.wait(_LOOK_EVERY_S)
            except (Unavailable, psycopg.OperationalError) as error:
                pause_s = RETRY_S[min(failures, len(RETRY_S) - 1)]
                failures += 1
                _log.warning("the database is away (%s); trying again in %.0f s", error, pause_s)
                self.stop.wait(pause_s)

    def turn(self, conn: Connection) -> bool:
        """One step of every job that is due; whether one of them has more to do.

        Raises Unavailable when the connection is gone.
        """
        more = False
        for turn in self._turns:
            if turn.due_s <= monotonic() and not self.stop.is_set():
                more |= self._step(conn, turn)
                self._report()
        return more

    def _step(self, conn: Connection, turn: _Turn) -> bool:
        job = turn.job
        turn.at = self.clock()
        try:
            step = job.step(conn, turn.at)
        except Exception as error:  # one job's failure, of whatever kind, must not stop the others
            if conn.closed:
                raise Unavailable(f"the connection was lost during {job.name}: {error}") from error
            turn.failures += 1
            self.metrics.failed(job.name)
            turn.error = _kind_of(error)
            turn.due_s = monotonic() + min(job.every_s, FAILED_AGAIN_AFTER_S)
            _log.exception("%s failed; the other jobs go on, and it is tried again", job.name)
            return False
        self._count(turn, step)
        return step.more

    def _count(self, turn: _Turn, step: Step) -> None:
        turn.steps += 1
        turn.error = None
        turn.due_s = monotonic() + (0.0 if step.more else turn.job.every_s)
        if not step.more:
            self.metrics.done(turn.job.name, self.clock().timestamp())
        if step.did:
            turn.did = step.did
            _log.info("%s: %s", turn.job.name, step.did)

    def _report(self) -> None:
        if self.status_file is None:
            return
        status = {
            "at": self.clock().isoformat(),
            "jobs": {
                turn.job.name: {
                    "at": turn.at.isoformat() if turn.at else None,
                    "did": turn.did,
                    "steps": turn.steps,
                    "failures": turn.failures,
                    "error": turn.error,
                }
                for turn in self._turns
            },
        }
        beside = self.status_file.with_suffix(".new")
        try:
            beside.write_text(json.dumps(status) + "\n", "utf-8")
            beside.replace(self.status_file)
        except OSError as error:  # on a full disk most of all the work has to go on
            if self._tells:
                _log.warning("the status file cannot be written: %s; the work goes on", error)
            self._tells = False
        else:
            self._tells = True


def _kind_of(error: Exception) -> str:
    """What failed, without the words of the database, which may repeat a row."""
    code = error.sqlstate if isinstance(error, psycopg.Error) else None
    return f"{type(error).__name__} {code}" if code else type(error).__name__
