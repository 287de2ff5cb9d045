"""Keeping the consent gate current, and telling gateways what they may send."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor

from ingest.connection import Connection, Lost
from ingest.patience import in_thread, pause, until_available
from ingest.writer import Document, Writer
from store.connection import Unavailable
from store.gate import Listener

_log = logging.getLogger(__name__)

_LISTEN_S = 1.0  # how often the gate is asked for and its listener proves that it lives
_DEAD_AFTER_S = 5.0  # without a living listener: then the ledger cannot be read
_PUBLISHED_AT_ONCE = 500  # consent documents under way to the broker


class GateWatch:
    """Listens at the gate, reads what changed, and publishes the consent documents it alters."""

    def __init__(self, database_url: str, writer: Writer, thread: Executor) -> None:
        """`thread` is the writer's only one."""
        self._url = database_url
        self._writer = writer
        self._thread = thread
        self._listening = ThreadPoolExecutor(1, "ingest-listener")
        self._heard_at: float | None = None
        self._news = asyncio.Event()
        self._telling = asyncio.Lock()

    @property
    def lives(self) -> bool:
        """Whether the ledger can be read: a listener was alive within the last five seconds."""
        now = asyncio.get_running_loop().time()
        return self._heard_at is not None and now - self._heard_at < _DEAD_AFTER_S

    async def listen(self) -> None:
        """Keep a listener at the gate; what it hears, and each second, wakes `follow`."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            listener: Listener | None = None
            try:
                listener = await in_thread(self._listening, Listener, self._url)
                while True:
                    self._heard_at = loop.time()
                    self._news.set()
                    failures = 0
                    await in_thread(self._listening, listener.wait, _LISTEN_S)
            except Unavailable as error:
                await pause(error, failures)
                failures += 1
            finally:
                if listener is not None:  # in its own thread, which may still be waiting in it
                    self._listening.submit(listener.close)

    async def follow(self, current: Callable[[], Connection | None]) -> None:
        """Read what changed at the gate, by word or by time, and tell the gateways concerned."""
        while True:
            await self._news.wait()
            self._news.clear()
            async with self._telling:  # what was read first is told first: the last word holds
                documents = await until_available(self._thread, self._writer.refresh)
                await self._tell(current(), documents)

    async def tell_everybody(self, connection: Connection) -> None:
        """Publish every gateway's document, for a broker that may have forgotten them."""
        async with self._telling:
            documents = await until_available(self._thread, self._writer.all_documents)
            await _publish(connection, documents)

    def close(self) -> None:
        """Wait for the listener's thread."""
        self._listening.shutdown()

    async def _tell(self, connection: Connection | None, documents: Sequence[Document]) -> None:
        """Publish what changed; without a connection it is told with the next one."""
        if documents and connection is not None and not connection.lost:
            try:
                await _publish(connection, documents)
            except Lost as lost:
                _log.info("consent documents wait for the next connection: %s", lost)


async def _publish(connection: Connection, documents: Sequence[Document]) -> None:
    for start in range(0, len(documents), _PUBLISHED_AT_ONCE):
        part = documents[start : start + _PUBLISHED_AT_ONCE]
        await asyncio.gather(
            *(connection.publish(one.topic, one.payload, retain=True) for one in part)
        )
