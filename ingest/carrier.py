"""The hot path: messages in, a batch committed, then acknowledged, then receipts."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Executor

import mqtt5

from ingest.accept import Message, spool_position
from ingest.connection import Connection, Lost
from ingest.counters import Counters
from ingest.patience import in_thread, pause
from ingest.session import Session
from ingest.writer import Outcome, Writer
from store.connection import Unavailable

BATCH_MESSAGES = 4_000
BATCH_BYTES = 1024 * 1024
"""Of payload: about 25,000 rows of messages that hold an hour, and less than a second's work."""

_LINGER_S = 0.05  # how long a first message waits for company
_GATE_POLL_S = 0.1


class Carrier:
    """Carries batches from the session to the writer, and the answers back."""

    def __init__(
        self,
        session: Session,
        writer: Writer,
        thread: Executor,
        counters: Counters,
        gate_lives: Callable[[], bool],
    ) -> None:
        """`thread` is the writer's only one; nothing is committed while not `gate_lives`."""
        self._session = session
        self._writer = writer
        self._thread = thread
        self._counters = counters
        self._gate_lives = gate_lives
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Batch after batch until stopped."""
        stopped = asyncio.create_task(self._stopping.wait())
        taking: asyncio.Task[tuple[Connection, list[mqtt5.PublishPacket]]] | None = None
        try:
            while not self._stopping.is_set():
                taking = asyncio.create_task(self._take())
                await asyncio.wait({taking, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if taking.done():
                    await self._carry(*taking.result())
        finally:
            stopped.cancel()
            if taking is not None:
                taking.cancel()

    async def _take(self) -> tuple[Connection, list[mqtt5.PublishPacket]]:
        while True:
            connection = await self._session.connection()
            try:
                packets = await connection.take(BATCH_MESSAGES, BATCH_BYTES, _LINGER_S)
            except Lost:
                continue
            if packets:
                return connection, packets

    async def _carry(self, connection: Connection, packets: Sequence[mqtt5.PublishPacket]) -> None:
        outcome = await self._commit([_message(packet) for packet in packets])
        if outcome is None:
            return
        self._counters.add(outcome)
        self._counters.acknowledged += connection.acknowledge(packets)
        current = self._session.current or connection
        for topic, payload in outcome.receipts:
            self._counters.receipts += current.send(topic, payload)
        await current.drained()

    async def _commit(self, messages: Sequence[Message]) -> Outcome | None:
        """Commit, however long it takes; None when we are stopped before it is done."""
        failures = 0
        while not self._stopping.is_set():
            if not self._gate_lives():
                await asyncio.sleep(_GATE_POLL_S)
                continue
            try:
                return await in_thread(self._thread, self._writer.commit, messages)
            except Unavailable as error:
                self._counters.database_retries += 1
                await pause(error, failures)
                failures += 1
        return None


def _message(packet: mqtt5.PublishPacket) -> Message:
    spool, seq = spool_position(packet.user_properties) or (None, None)
    return Message(packet.topic, packet.payload, spool, seq)
