"""One worker: everything ingest does, side by side."""

import asyncio
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any

from ingest.broker_check import check_broker
from ingest.carrier import Carrier
from ingest.connection import Lost
from ingest.counters import Counters, write_status
from ingest.gate_watch import GateWatch
from ingest.patience import in_thread, pause, until_available
from ingest.session import Session
from ingest.settings import Settings
from ingest.writer import Writer

_log = logging.getLogger(__name__)

_LOG_EVERY_S = 60
_STATUS_EVERY_S = 1.0


class Ingest:
    """A session with the broker, a writer with a thread of its own, and a watch at the gate."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.counters = Counters()
        self._writing = ThreadPoolExecutor(1, "ingest-writer")
        self._writer = Writer(settings.database_url)
        self._gate = GateWatch(settings.database_url, self._writer, self._writing)
        self._session = Session(
            settings.broker, settings.client_id, settings.patterns(), self._gate.tell_everybody
        )
        self._carrier = Carrier(
            self._session, self._writer, self._writing, self.counters, lambda: self._gate.lives
        )

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and return from `run`."""
        self._carrier.stop()

    async def run(self) -> None:
        """Work until `stop`. Raises what ends a worker for good: TakenOver, Refused, UnfitBroker,
        OtherHistory, or a bug."""
        try:
            async with asyncio.TaskGroup() as group:
                side = [
                    group.create_task(self._gate.listen()),
                    group.create_task(self._gate.follow(lambda: self._session.current)),
                    group.create_task(self._report()),
                    group.create_task(self._connect()),
                ]
                await self._carrier.run()
                for task in side:
                    task.cancel()
        finally:
            await in_thread(self._writing, self._writer.close)
            self._writing.shutdown()
            self._gate.close()

    async def _connect(self) -> None:
        """Read the ledger, look at the broker, and only then take messages."""
        await until_available(self._writing, self._writer.refresh)
        failures = 0
        while True:
            try:
                await check_broker(self._settings.broker, self._settings.client_id)
                break
            except Lost as lost:
                await pause(lost, failures)
                failures += 1
        await self._session.run()

    async def _report(self) -> None:
        path = self._settings.status_file
        for second in count():
            if path is not None:
                try:
                    write_status(path, datetime.now(UTC), self.status())
                except OSError as error:  # readings matter more than a file about them
                    _log.warning("the status file cannot be written: %s", error)
            if second % _LOG_EVERY_S == _LOG_EVERY_S - 1:
                _log.info("since the start: %s", self.counters.line())
            await asyncio.sleep(_STATUS_EVERY_S)

    def status(self) -> dict[str, Any]:
        """How it stands now: connections, gate, and the counters."""
        connection = self._session.current
        return {
            "pid": os.getpid(),
            "connected": self._session.is_subscribed,
            "connects": self._session.connects,
            "unacknowledged": connection.unanswered if connection and not connection.lost else 0,
            "gate_lives": self._gate.lives,
            "gate_version": self._writer.gate_version,
            **self.counters.as_dict(),
        }
