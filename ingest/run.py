"""One worker: everything ingest does, side by side."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from time import monotonic

from ingest.answers import Lost, NotNow
from ingest.broker_check import check_broker
from ingest.carrier import Carrier
from ingest.counters import Counters
from ingest.gate_watch import GateWatch
from ingest.health import Standing
from ingest.patience import in_thread, pause, until_available
from ingest.reporting import Reporter
from ingest.session import RECEIVE_MAX, Session
from ingest.settings import Settings
from ingest.sharing import filters
from ingest.teller import Teller
from ingest.writer import Writer

_log = logging.getLogger(__name__)


class Ingest:
    """A session with the broker, a writer with a thread of its own, and a watch at the gate."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.counters = Counters()
        self._writing = ThreadPoolExecutor(1, "ingest-writer")
        self._writer = Writer(settings.database_url)
        self._teller = Teller(settings.database_url, settings.broker, settings.client_id)
        self._gate = GateWatch(settings.database_url, self._writer, self._writing, self._teller)
        self._session = Session(
            settings.broker,
            settings.client_id,
            filters(settings.shared_group),
            self._teller.greet,
        )
        self._carrier = Carrier(
            self._session, self._writer, self._writing, self.counters, lambda: self._gate.lives
        )
        self._gate_read = False
        self._stopping = False
        self._reporter = Reporter(
            self.counters, self.standing, status_file=settings.status_file, http=settings.http
        )

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and return from `run`."""
        self._stopping = True
        self._carrier.stop()

    def leave(self) -> None:
        """Go for good: take what the broker still holds for us, end our session there, and return
        from `run`. Without it our queue waits for us at the broker."""
        self._stopping = True
        self._session.leave()

    async def run(self) -> None:
        """Work until `stop`. Raises what ends a worker for good: TakenOver, Refused, UnfitBroker,
        OtherHistory, NotListening, or a bug."""
        try:
            async with asyncio.TaskGroup() as group:
                side = [
                    group.create_task(self._gate.listen()),
                    group.create_task(self._gate.follow()),
                    group.create_task(self._teller.run()),
                    group.create_task(self._reporter.run()),
                    group.create_task(self._connect()),
                ]
                await self._carrier.run()
                for task in side:
                    task.cancel()
        finally:
            await in_thread(self._writing, self._writer.close)
            self._writing.shutdown()
            self._gate.close()
            await self._teller.close()

    async def _connect(self) -> None:
        """Read the ledger, look at the broker, and only then take messages."""
        await until_available(self._writing, self._writer.refresh)
        self._gate_read = True
        failures = 0
        while True:
            try:
                warnings = await check_broker(
                    self._settings.broker,
                    self._settings.client_id,
                    shares=self._settings.shared_group is not None,
                )
                break
            except (Lost, NotNow) as error:
                await pause(error, failures)
                failures += 1
        for warning in warnings:
            _log.warning("%s", warning)
        await self._session.run()
        self._carrier.stop()

    def standing(self) -> Standing:
        """How it stands now, for whoever asks."""
        connection = self._session.current
        now_s = monotonic()
        committing = self._writer.commits.busy_since_s
        failing = self._writer.commits.failing_since_s
        return Standing(
            connected=self._session.is_subscribed,
            connects=self._session.connects,
            unacknowledged=connection.unanswered if connection and not connection.lost else 0,
            receive_max=RECEIVE_MAX,
            gate_read=self._gate_read,
            gate_lives=self._gate.lives,
            gate_version=self._writer.gate_version,
            database_silent_s=self._gate.silent_s,
            committing_s=None if committing is None else now_s - committing,
            commits_failing_s=None if failing is None else now_s - failing,
            stopping=self._stopping,
        )
