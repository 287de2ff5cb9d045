"""A worker as `ingest.run` puts it together, of its own code wherever that touches no server."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor

from ingest.carrier import Carrier
from ingest.connecting import Broker
from ingest.connection import Connection
from ingest.counters import Counters
from ingest.session import Session
from ingest.sharing import filters
from ingest.writer import Writer
from tests.ingest.delivery.still_loop import StillLoop


class Worker:
    """One process; it works from the start until it is killed or has stopped."""

    def __init__(
        self, loop: StillLoop, writer: Writer, thread: Executor, gate_lives: Callable[[], bool]
    ) -> None:
        self.counters = Counters()
        broker = Broker(host="broker", port=1883)
        self._session = Session(broker, "ingest-0", filters(None), _greet)
        self._carrier = Carrier(self._session, writer, thread, self.counters, gate_lives)
        self._work = loop.create_task(self._run())

    @property
    def is_done(self) -> bool:
        """Whether the process has ended; raises what ended it if it was no stop."""
        if not self._work.done():
            return False
        self._work.result()
        return True

    @property
    def is_connected(self) -> bool:
        """Whether it is subscribed at the broker, as far as it knows."""
        return self._session.is_subscribed

    @property
    def unanswered(self) -> int | None:
        """How many messages it counts as not acknowledged; None without a connection."""
        connection = self._session.current
        return None if connection is None or connection.lost else connection.unanswered

    def stop(self) -> None:
        """As SIGTERM does."""
        self._carrier.stop()

    def kill(self) -> None:
        """End every task of it; its line must be cut too, so that none of them can speak."""
        self._work.cancel()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            connecting = group.create_task(self._session.run())
            await self._carrier.run()
            connecting.cancel()


async def _greet(_: Connection) -> None:
    """No gateway is told anything here."""
