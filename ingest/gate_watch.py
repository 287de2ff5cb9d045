"""Keeping the consent gate current: hearing of changes, and having them read."""

import asyncio
from concurrent.futures import Executor, ThreadPoolExecutor

from ingest.patience import in_thread, pause, until_available
from ingest.teller import Teller
from ingest.writer import Writer
from store.connection import Unavailable
from store.gate_listener import Listener

_LISTEN_S = 1.0  # how often the gate is asked for and its listener proves that it lives
_DEAD_AFTER_S = 5.0  # without a living listener: then the ledger cannot be read


class GateWatch:
    """Listens at the gate, has the writer read what changed, and stirs the teller."""

    def __init__(self, database_url: str, writer: Writer, thread: Executor, teller: Teller) -> None:
        """`thread` is the writer's only one."""
        self._url = database_url
        self._writer = writer
        self._thread = thread
        self._teller = teller
        self._listening = ThreadPoolExecutor(1, "ingest-listener")
        self._heard_at: float | None = None
        self._news = asyncio.Event()

    @property
    def lives(self) -> bool:
        """Whether the ledger can be read: a listener was alive within the last five seconds."""
        now = asyncio.get_running_loop().time()
        return self._heard_at is not None and now - self._heard_at < _DEAD_AFTER_S

    @property
    def silent_s(self) -> float | None:
        """How long ago the database last answered the listener; None before it ever did."""
        if self._heard_at is None:
            return None
        return asyncio.get_running_loop().time() - self._heard_at

    async def listen(self) -> None:
        """Keep a listener at the gate; what it hears, and each second, wakes `follow` and the
        teller. The right to tell is claimed only while there is a broker to tell it to."""
        loop = asyncio.get_running_loop()
        failures = 0
        while True:
            listener: Listener | None = None
            try:
                listener = await in_thread(self._listening, Listener, self._url)
                while True:
                    self._heard_at = loop.time()
                    self._news.set()
                    self._teller.stir(listener if await self._may_tell(listener) else None)
                    failures = 0
                    await in_thread(self._listening, listener.wait, _LISTEN_S)
            except Unavailable as error:
                self._teller.stir(None)
                await pause(error, failures)
                failures += 1
            finally:
                if listener is not None:  # in its own thread, which may still be waiting in it
                    self._listening.submit(listener.close)

    async def follow(self) -> None:
        """Have what changed at the gate read, by word or by time."""
        while True:
            await self._news.wait()
            self._news.clear()
            await until_available(self._thread, self._writer.refresh)

    def close(self) -> None:
        """Wait for the listener's thread."""
        self._listening.shutdown()

    async def _may_tell(self, listener: Listener) -> bool:
        if self._teller.is_connected:
            return await in_thread(self._listening, listener.claim_telling)
        await in_thread(self._listening, listener.leave_telling)
        return False
