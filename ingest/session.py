"""Staying connected: one connection after another under one client id."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from ingest.answers import Lost, TakenOver
from ingest.connecting import Broker, connect
from ingest.connection import Connection
from ingest.patience import pause
from ingest.sharing import Filters, leave

_log = logging.getLogger(__name__)

RECEIVE_MAX = 12_000
"""Messages we may hold without acknowledging: a batch being written, one that waits for it, and one
arriving, so that neither the broker nor the database waits for the other."""

NEVER_S = 0xFFFFFFFF
"""A session that does not expire: what arrives while we are away waits for us, as far as the
broker's own limits reach. Mosquitto 2.0, once restarted, can cut off a connected client whose
session has an expiry."""

_SETTLED_AFTER_S = 30.0  # a connection that lived this long starts the backoff anew


class Session:
    """The broker's session of ours, carried by whichever connection lives now."""

    def __init__(
        self,
        broker: Broker,
        client_id: str,
        filters: Filters,
        greet: Callable[[Connection], Awaitable[None]],
    ) -> None:
        """`greet` is called with every new connection once it is subscribed."""
        self._broker = broker
        self._client_id = client_id
        self._filters = filters
        self._greet = greet
        self._leaving = asyncio.Event()
        self._living: asyncio.Future[Connection] | None = None
        self.current: Connection | None = None
        self._subscribed: Connection | None = None
        self.connects = 0

    @property
    def is_subscribed(self) -> bool:
        """Whether a living connection is subscribed."""
        return self._subscribed is not None and self._subscribed.lost is None

    def leave(self) -> None:
        """Take nothing new, wait until all that the broker has for us is dealt with, end the
        session, and return from `run`."""
        self._leaving.set()

    async def run(self) -> None:
        """Connect, and again whenever the connection is lost, until cancelled or left for good.

        Raises TakenOver when another process uses our client id: two that reconnect would take the
        session from each other for ever. Raises Refused when the broker does not want us.
        """
        failures = 0
        loop = asyncio.get_running_loop()
        while True:
            since = loop.time()
            try:
                await self._live_once()
                return
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
        """One connection's life; returns when the session has been left."""
        connection = await connect(
            self._broker,
            self._client_id,
            receive_max=RECEIVE_MAX,
            session_expiry_s=NEVER_S,
        )
        try:
            # Before subscribing: what an earlier session left may come first, and must be taken.
            self.current = connection
            if self._living is not None and not self._living.done():
                self._living.set_result(connection)
            if not self._leaving.is_set():
                await self._serve(connection)
            _log.info("leaving the broker: %s takes what is left for it", self._client_id)
            await leave(connection, self._filters)
            _log.info("the session of %s at the broker has ended", self._client_id)
        finally:
            await connection.close()

    async def _serve(self, connection: Connection) -> None:
        """Be subscribed until we are to leave; raises Lost when the connection goes first."""
        if self._filters.outdated:
            await connection.unsubscribe(self._filters.outdated)
        await connection.subscribe(self._filters.wanted)
        if self.connects and not (await connection.accepted()).session_present:
            _log.warning(
                "the broker has forgotten the session of %s; what was in it comes again "
                "from the gateways",
                self._client_id,
            )
        self.connects += 1
        self._subscribed = connection
        _log.info("connected to the broker as %s", self._client_id)
        attending = asyncio.create_task(self._attend(connection))
        leaving = asyncio.create_task(self._leaving.wait())
        try:
            await asyncio.wait({attending, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if attending.done():
                attending.result()
        finally:
            attending.cancel()
            leaving.cancel()

    async def _attend(self, connection: Connection) -> None:
        await self._greet(connection)
        raise await connection.gone()
