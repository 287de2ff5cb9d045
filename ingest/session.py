"""Staying connected: one connection after another under one client id."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from ingest.connecting import Broker, connect
from ingest.connection import Connection, Lost, TakenOver
from ingest.patience import pause

_log = logging.getLogger(__name__)

RECEIVE_MAX = 8_000
"""Messages we may hold without acknowledging: a batch being written and the next one arriving."""

_SESSION_EXPIRY_S = 0xFFFFFFFF
"""Never: what arrives while we are away waits for us, as far as the broker's own limits reach.
Mosquitto 2.0, once restarted, can cut off a connected client whose session has an expiry."""

_SETTLED_AFTER_S = 30.0  # a connection that lived this long starts the backoff anew


class Session:
    """The broker's session of ours, carried by whichever connection lives now."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        patterns: Sequence[str],
        greet: Callable[[Connection], Awaitable[None]],
    ) -> None:
        """`greet` is called with every new connection once it is subscribed."""
        self._broker = broker
        self._client_id = client_id
        self._patterns = patterns
        self._greet = greet
        self._living: asyncio.Future[Connection] | None = None
        self.current: Connection | None = None
        self._subscribed: Connection | None = None
        self.connects = 0

    @property
    def is_subscribed(self) -> bool:
        """Whether a living connection is subscribed."""
        return self._subscribed is not None and self._subscribed.lost is None

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until cancelled.

        Raises TakenOver when another process uses our client id: two that reconnect would take the
        session from each other for ever. Raises Refused when the broker does not want us.
        """
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            try:
                since = loop.time()
                await self._live_once()
            except TakenOver:
                raise
            except Lost as lost:
                if loop.time() - since > _SETTLED_AFTER_S:
                    failures = 0
                await pause(lost, failures)
                failures += 1

    async def connection(self) -> Connection:
        """The living connection; waits until there is one."""
        while self.current is None or self.current.lost:
            if self._living is None or self._living.done():
                self._living = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._living)
        return self.current

    async def _live_once(self) -> None:
        connection = await connect(
            self._broker,
            self._client_id,
            receive_max=RECEIVE_MAX,
            session_expiry_s=_SESSION_EXPIRY_S,
        )
        try:
            # Before subscribing: what an earlier session left may come first, and must be taken.
            self.current = connection
            if self._living is not None and not self._living.done():
                self._living.set_result(connection)
            await connection.subscribe(self._patterns)
            self.connects += 1
            self._subscribed = connection
            _log.info("connected to the broker as %s", self._client_id)
            await self._greet(connection)
            raise await connection.gone()
        finally:
            await connection.close()
