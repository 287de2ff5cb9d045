"""The detectors' process: sweep after sweep until it is told to stop."""

import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from detectors.run.silence import Silence, judge_silence
from detectors.run.sweep import sweep
from detectors.run.telling import Swept
from detectors.run.watching import Watching
from store import frames
from store.connection import NotAnAddress, check_url
from store.singleton import AlreadyRunning, claim_detectors

log = logging.getLogger("detectors")

IDLE_S = 2.0  # between sweeps that found nothing
BUSY_S = 1.0  # between sweeps under load: news of one second are judged together
RETRY_S = (1.0, 2.0, 5.0, 10.0, 30.0)  # while the database is away


@dataclass(slots=True)
class Service:
    """Sweeps one database; `stop` ends it between two sweeps."""

    conninfo: str
    status_file: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    watching: Watching = field(default_factory=Watching)
    silence: Silence = field(default_factory=Silence)
    totals: Swept = field(default_factory=Swept)
    sweeps: int = 0

    def run(self) -> None:
        """Sweep until stopped; a database that goes away is waited for.

        Raises AlreadyRunning when another detectors' process works on this database.
        """
        failures = 0
        while not self.stop.is_set():
            try:
                with psycopg.connect(self.conninfo, autocommit=True) as conn:
                    claim_detectors(conn)
                    while not self.stop.is_set():
                        found = self.sweep_once(conn, now=datetime.now(UTC))
                        failures = 0
                        self.stop.wait(BUSY_S if found else IDLE_S)
            except psycopg.OperationalError as error:
                pause = RETRY_S[min(failures, len(RETRY_S) - 1)]
                failures += 1
                log.warning("the database is away (%s); trying again in %.0f s", error, pause)
                self.stop.wait(pause)

    def sweep_once(self, conn: psycopg.Connection, *, now: datetime) -> bool:
        """One sweep, and silence where gateways have settled; whether there was anything to do."""
        swept = sweep(conn, self.watching, now=now)
        if swept.arrived:
            gateway_of = frames.gateways_of_devices(conn, list(swept.arrived))
            self.silence.hear(gateway_of, swept.arrived, now=now)
        for gateway_id in self.silence.settled(now=now):
            self._count(judge_silence(conn, self.silence, gateway_id, now=now))
        self._count(swept)
        self.sweeps += 1
        self._report(swept, now)
        return bool(swept.arrived) or swept.due

    def _count(self, swept: Swept) -> None:
        self.totals.homes += swept.homes
        self.totals.raised += swept.raised
        self.totals.updated += swept.updated
        self.totals.closed += swept.closed

    def _report(self, swept: Swept, now: datetime) -> None:
        if swept.raised or swept.closed:
            log.info(
                "judged %d homes: %d alerts raised, %d closed",
                swept.homes,
                swept.raised,
                swept.closed,
            )
        if self.status_file is None:
            return
        status = {
            "at": now.isoformat(),
            "sweeps": self.sweeps,
            "alerts_raised": self.totals.raised,
            "alerts_updated": self.totals.updated,
            "alerts_closed": self.totals.closed,
        }
        beside = self.status_file.with_suffix(".new")
        beside.write_text(json.dumps(status) + "\n", "utf-8")
        beside.replace(self.status_file)


def main(arguments: Sequence[str], environment: Mapping[str, str] = os.environ) -> int:
    """Run the detectors on `DATABASE_URL` until SIGTERM or SIGINT."""
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    conninfo = environment.get("DATABASE_URL")
    if arguments or not conninfo:
        sys.stderr.write(
            "homewell detect: set DATABASE_URL to the database, as role homewell_detectors\n"
        )
        return 2
    try:
        check_url(conninfo)
    except NotAnAddress as error:
        sys.stderr.write(f"homewell detect: {error}\n")
        return 2
    status = environment.get("DETECTORS_STATUS_FILE")
    service = Service(conninfo, Path(status) if status else None)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop.set())
    try:
        service.run()
    except AlreadyRunning as error:
        sys.stderr.write(f"homewell detect: {error}\n")
        return 1
    return 0
