"""The hot path: messages in, a batch committed, then acknowledged, then receipts.

While the database works on one batch the next is taken and read. One is committed at a time, in
order of arrival.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from datetime import UTC, datetime

from ingest.answers import Lost
from ingest.batch import batch_of
from ingest.connection import Connection
from ingest.counters import Counters
from ingest.inbox import Taken
from ingest.patience import in_thread, pause
from ingest.plan import Heard, hear
from ingest.receipts import Receipts
from ingest.session import Session
from ingest.spools import SpoolMarks
from ingest.writer import Outcome, Writer
from store.connection import Unavailable

BATCH_MESSAGES = 4_000
BATCH_BYTES = 1024 * 1024
"""Of payload: about 25,000 rows of messages that hold an hour, and less than a second's work."""

_RECEIPTS_WAIT_S = 5.0
"""While there is a backlog receipts wait this long, so that a gateway gets one for many messages:
to the broker a receipt is more work than a message. Gateways wait 30 s before they send again."""
_BACKLOG_FROM = 1_000  # messages in one batch: more than 20,000 a second, or something was away
_RECEIPTS_OWED_MAX = 200_000  # numbers that wait, in some 25 MB
_RECEIPTS_AT_ONCE = 1_000  # in one write; the broker's messages to us wait behind them
_RECEIPTS_TICK_S = 0.1

_BATCHES_IN_HAND = 2  # one being written, one read and waiting for it
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
        self._marks = SpoolMarks()
        self._receipts = Receipts()
        self._stopping = asyncio.Event()
        self._room = asyncio.Semaphore(_BATCHES_IN_HAND)
        self._turn = asyncio.Lock()  # whoever waits longest has it next

    def stop(self) -> None:
        """Finish the batch in hand, acknowledge it, and return from `run`."""
        self._stopping.set()

    async def run(self) -> None:
        """Batch after batch until stopped."""
        async with asyncio.TaskGroup() as group:
            receipting = group.create_task(self._give_in_time())
            async with asyncio.TaskGroup() as carrying:
                taking = carrying.create_task(self._take_and_carry(carrying))
                await self._stopping.wait()
                taking.cancel()
            receipting.cancel()
        await self._give_receipts(len(self._receipts))

    async def _take_and_carry(self, group: asyncio.TaskGroup) -> None:
        while True:
            await self._room.acquire()
            connection, taken = await self._take()
            group.create_task(self._carry(connection, taken))

    async def _take(self) -> tuple[Connection, Taken]:
        while True:
            connection = await self._session.connection()
            try:
                taken = await connection.take_timed(BATCH_MESSAGES, BATCH_BYTES, _LINGER_S)
            except Lost:
                continue
            if taken.packets:
                return connection, taken

    async def _carry(self, connection: Connection, taken: Taken) -> None:
        self._counters.received += len(taken.packets)
        batch = batch_of(taken.packets)
        heard = hear(batch, self._marks.seen(batch), datetime.now(UTC))
        async with self._turn:
            outcome = await self._commit(heard)
        self._room.release()
        await asyncio.sleep(0)  # the next batch goes to the database before this one is answered
        if outcome is not None:
            await self._answer(connection, taken, outcome)

    async def _answer(self, connection: Connection, taken: Taken, outcome: Outcome) -> None:
        self._counters.add(outcome)
        now_s = asyncio.get_running_loop().time()
        self._counters.waited(taken.arrivals, now_s)
        self._counters.acknowledged += connection.acknowledge(taken.packets)
        self._receipts.owe(outcome.plan, now_s)
        more_follows = self._turn.locked() or connection.waiting > 0
        if not (more_follows and len(taken.packets) >= _BACKLOG_FROM):
            await self._give_receipts(len(self._receipts))
        await connection.drained()

    async def _give_in_time(self) -> None:
        """Give the receipts that have waited long enough, also while nothing is committed."""
        while True:
            await asyncio.sleep(_RECEIPTS_TICK_S)
            now_s = asyncio.get_running_loop().time()
            await self._give_receipts(self._receipts.overdue(now_s - _RECEIPTS_WAIT_S))
            if self._receipts.owed > _RECEIPTS_OWED_MAX:
                await self._give_receipts(len(self._receipts) // 4)

    async def _give_receipts(self, count: int) -> None:
        """Send what the first so many spools are owed, on the newest connection: a receipt holds on
        any. Without a connection they wait for the next."""
        while count > 0 and (current := self._session.current) is not None and not current.lost:
            part = min(count, _RECEIPTS_AT_ONCE)
            self._counters.receipts += current.send(self._receipts.take(part))
            count -= part
            await current.drained()

    async def _commit(self, heard: Heard) -> Outcome | None:
        """Commit, however long it takes; None when we are stopped before it is done."""
        failures = 0
        while not self._stopping.is_set():
            if not self._gate_lives():
                await asyncio.sleep(_GATE_POLL_S)
                continue
            try:
                return await in_thread(self._thread, self._writer.commit, heard)
            except Unavailable as error:
                self._counters.database_retries += 1
                await pause(error, failures)
                failures += 1
        return None
