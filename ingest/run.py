"""Ingest at work: messages in, batches committed, then acknowledged, then receipts."""

import asyncio
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from typing import Any, TypeVar

import mqtt5

from ingest.accept import Message, spool_position
from ingest.broker_check import check_broker
from ingest.connection import Connection, Lost
from ingest.counters import Counters, write_status
from ingest.session import Session, backoff_s
from ingest.settings import Settings
from ingest.writer import Document, Outcome, Writer
from store.connection import Unavailable
from store.gate import Listener

_log = logging.getLogger(__name__)
_T = TypeVar("_T")

BATCH_MESSAGES = 4_000
BATCH_BYTES = 1024 * 1024
"""Of payload: about 25,000 rows of messages that hold an hour, and less than a second's work."""

_LINGER_S = 0.05  # how long a first message waits for company
_LISTEN_S = 1.0  # how often the gate is asked for and its listener proves that it lives
_GATE_DEAD_AFTER_S = 5.0  # without a living listener: then the ledger cannot be read
_GATE_POLL_S = 0.1
_PUBLISHED_AT_ONCE = 500  # consent documents under way to the broker
_LOG_EVERY_S = 60
_STATUS_EVERY_S = 1.0


class Ingest:
    """One worker: a session with the broker, a writer, and a listener at the consent gate."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.counters = Counters()
        self._writer = Writer(settings.database_url)
        self._session = Session(
            settings.broker, settings.client_id, settings.patterns(), self._tell_everybody
        )
        self._writing = ThreadPoolExecutor(1, "ingest-writer")
        self._listening = ThreadPoolExecutor(1, "ingest-listener")
        self._gate_heard_at: float | None = None
        self._gate_news = asyncio.Event()
        self._telling = asyncio.Lock()
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Work until `stop`. Raises what ends a worker for good: TakenOver, Refused, UnfitBroker,
        OtherHistory, or a bug."""
        try:
            async with asyncio.TaskGroup() as group:
                side = [
                    group.create_task(self._listen()),
                    group.create_task(self._follow()),
                    group.create_task(self._report()),
                    group.create_task(self._connect()),
                ]
                await self._carry()
                for task in side:
                    task.cancel()
        finally:
            await self._in_writer(self._writer.close)
            self._writing.shutdown()
            self._listening.shutdown()

    async def _connect(self) -> None:
        """Read the ledger, look at the broker, and only then take messages."""
        await self._until_available(self._writer.refresh)
        failures = 0
        while True:
            try:
                await check_broker(self._settings.broker, self._settings.client_id)
                break
            except Lost as lost:
                await _pause(lost, failures)
                failures += 1
        await self._session.run()

    async def _carry(self) -> None:
        """Batch after batch until stopped."""
        stopped = asyncio.create_task(self._stopping.wait())
        taking: asyncio.Task[tuple[Connection, list[mqtt5.PublishPacket]]] | None = None
        try:
            while not self._stopping.is_set():
                taking = asyncio.create_task(self._take())
                await asyncio.wait({taking, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    await self._carry_batch(*taking.result())
        finally:
            stopped.cancel()
            if taking is not None:
                taking.cancel()

    async def _carry_batch(
        self, connection: Connection, packets: Sequence[mqtt5.PublishPacket]
    ) -> None:
        outcome = await self._commit([_message(packet) for packet in packets])
        if outcome is None:
            return
        self.counters.add(outcome)
        self.counters.acknowledged += connection.acknowledge(packets)
        current = self._session.current or connection
        for topic, payload in outcome.receipts:
            self.counters.receipts += current.send(topic, payload)
        await current.drained()

    async def _take(self) -> tuple[Connection, list[mqtt5.PublishPacket]]:
        while True:
            connection = await self._session.connection()
            try:
                packets = await connection.take(BATCH_MESSAGES, BATCH_BYTES, _LINGER_S)
            except Lost:
                continue
            if packets:
                return connection, packets

    async def _commit(self, messages: Sequence[Message]) -> Outcome | None:
        """Commit, however long it takes; None when we are stopped before it is done."""
        failures = 0
        while not self._stopping.is_set():
            if not self._gate_lives():
                await asyncio.sleep(_GATE_POLL_S)
                continue
            try:
                return await self._in_writer(self._writer.commit, messages)
            except Unavailable as error:
                self.counters.database_retries += 1
                await _pause(error, failures)
                failures += 1
        return None

    # The consent gate.

    def _gate_lives(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._gate_heard_at is not None and now - self._gate_heard_at < _GATE_DEAD_AFTER_S

    async def _listen(self) -> None:
        """Keep a listener at the gate; what it hears, and each second, wakes `_follow`."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            listener: Listener | None = None
            try:
                url = self._settings.database_url
                listener = await loop.run_in_executor(self._listening, Listener, url)
                while True:
                    self._gate_heard_at = loop.time()
                    self._gate_news.set()
                    failures = 0
                    await loop.run_in_executor(self._listening, listener.wait, _LISTEN_S)
            except Unavailable as error:
                await _pause(error, failures)
                failures += 1
            finally:
                if listener is not None:  # in its own thread, which may still be waiting in it
                    self._listening.submit(listener.close)

    async def _follow(self) -> None:
        """Read what changed at the gate, by word or by time, and tell the gateways concerned."""
        while True:
            await self._gate_news.wait()
            self._gate_news.clear()
            async with self._telling:  # what was read first is told first: the last word holds
                await self._tell(await self._until_available(self._writer.refresh))

    async def _tell_everybody(self, connection: Connection) -> None:
        async with self._telling:
            documents = await self._until_available(self._writer.all_documents)
            await self._publish(connection, documents)

    async def _tell(self, documents: Sequence[Document]) -> None:
        """Publish what changed; without a connection it is told with the next one."""
        connection = self._session.current
        if documents and connection is not None and not connection.lost:
            try:
                await self._publish(connection, documents)
            except Lost as lost:
                _log.info("consent documents wait for the next connection: %s", lost)

    async def _publish(self, connection: Connection, documents: Sequence[Document]) -> None:
        for start in range(0, len(documents), _PUBLISHED_AT_ONCE):
            part = documents[start : start + _PUBLISHED_AT_ONCE]
            await asyncio.gather(
                *(connection.publish(one.topic, one.payload, retain=True) for one in part)
            )

    # The writer's thread.

    async def _in_writer(self, function: Callable[..., _T], *arguments: Any) -> _T:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._writing, function, *arguments)

    async def _until_available(self, function: Callable[[], _T]) -> _T:
        failures = 0
        while True:
            try:
                return await self._in_writer(function)
            except Unavailable as error:
                await _pause(error, failures)
                failures += 1

    # What people see.

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
            "gate_lives": self._gate_lives(),
            "gate_version": self._writer.gate_version,
            **self.counters.as_dict(),
        }


async def _pause(error: Exception, failures: int) -> None:
    pause_s = backoff_s(failures)
    _log.warning("%s; trying again in %.1f s", error, pause_s)
    await asyncio.sleep(pause_s)


def _message(packet: mqtt5.PublishPacket) -> Message:
    spool, seq = spool_position(packet.user_properties) or (None, None)
    return Message(packet.topic, packet.payload, spool, seq)
