"""Telling gateways what they may send: one worker of all does, beside its other work."""

import asyncio
import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from core.wire import consent_topic
from ingest.answers import Lost, NotNow, Refused
from ingest.connecting import Broker, connect
from ingest.connection import Connection
from ingest.documents import TOLD_TOPIC, Document, Documents
from ingest.patience import in_thread, pause
from store.connection import Unavailable

_log = logging.getLogger(__name__)

_RIGHT_HOLDS_S = 4.0  # the server takes it from who has been silent for five seconds
_MARKER_BYTES_MAX = 4_096


class Teller:
    """Publishes consent documents while it is connected and has the right to.

    The right is the listener at the gate whose connection holds it; another listener, or another
    connection to the broker, is a new beginning.
    """

    def __init__(self, database_url: str, broker: Broker, client_id: str) -> None:
        self._broker = broker
        self._client_id = client_id
        self._documents = Documents(database_url)
        self._thread = ThreadPoolExecutor(1, "ingest-documents")
        self._connection: Connection | None = None
        self._right: object | None = None
        self._right_at = 0.0
        self._begun: tuple[Connection, object] | None = None
        self._stirred = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether it could tell, if it had the right."""
        return self._connection is not None and self._connection.lost is None

    async def greet(self, connection: Connection) -> None:
        """From now on this is the connection with the broker."""
        self._connection = connection
        self._stirred.set()

    def stir(self, right: object | None) -> None:
        """Something may have changed at the gate; `right` is None where another one is to tell."""
        self._right = right
        self._right_at = asyncio.get_running_loop().time()
        self._stirred.set()

    async def run(self) -> None:
        """Tell what changes, whenever stirred. Raises Refused when the broker does not let us."""
        failures = 0
        while True:
            await self._stirred.wait()
            self._stirred.clear()
            try:
                await self._tell()
                failures = 0
            except Lost as lost:
                self._begun = None
                _log.info("consent documents wait for the next connection: %s", lost)
            except (NotNow, Unavailable) as error:
                if isinstance(error, NotNow):
                    self._begun = None  # what it would not take is told again
                await pause(error, failures)
                failures += 1

    async def close(self) -> None:
        """Let go of the database; `run` must have ended."""
        await in_thread(self._thread, self._documents.close)
        self._thread.shutdown()

    async def _tell(self) -> None:
        connection, right = self._connection, self._current_right()
        if connection is None or connection.lost or right is None:
            self._begun = None
            return
        if self._begun != (connection, right):
            marker = await retained_marker(self._broker, self._client_id)
            await in_thread(self._thread, self._documents.begin, marker, _now_ms())
            self._begun = (connection, right)
        loop = asyncio.get_running_loop()
        told = False
        started = loop.time()
        while documents := await in_thread(self._thread, self._documents.next, _now_ms()):
            if self._current_right() is not right:
                self._begun = None  # what the next one tells must not be overtaken by ours
                return
            try:
                await _publish(connection, documents)
            except Refused as refused:
                raise Refused(
                    f"{refused} (what gateways may send). Its access list must allow ingest 'topic "
                    f"write {consent_topic('+')}' (see deploy/mosquitto/acl)"
                ) from None
            told = True
            await asyncio.sleep(loop.time() - started)  # half of the time is the batches'
            started = loop.time()
        if told:
            await self._mark(connection)

    async def _mark(self, connection: Connection) -> None:
        try:
            await _publish(connection, [self._documents.marker()])
        except Refused as refused:
            _log.warning(
                "%s; until its access list allows ingest 'topic readwrite %s' every gateway is "
                "told anew at every connection (see deploy/mosquitto/acl)",
                refused,
                TOLD_TOPIC,
            )

    def _current_right(self) -> object | None:
        is_fresh = asyncio.get_running_loop().time() - self._right_at < _RIGHT_HOLDS_S
        return self._right if is_fresh else None


async def retained_marker(broker: Broker, client_id: str) -> bytes | None:
    """What the broker retains of how far its documents are true; None when it retains nothing, or
    nothing that we may see.

    It is asked on a connection of its own, under the name of `client_id` and a suffix. Raises Lost.
    """
    connection = await connect(
        broker, f"{client_id}-told", receive_max=1, session_expiry_s=0, clean_start=True
    )
    try:
        await connection.subscribe([TOLD_TOPIC])
        await connection.ping()  # answered after whatever the broker retains
        if not connection.unanswered:
            return None
        return (await connection.take(1, _MARKER_BYTES_MAX, 0.0))[0].payload
    except Refused:
        return None
    finally:
        await connection.close()


async def _publish(connection: Connection, documents: Sequence[Document]) -> None:
    await asyncio.gather(
        *(connection.publish(one.topic, one.payload, retain=True) for one in documents)
    )


def _now_ms() -> int:
    return int(datetime.now(UTC).timestamp() * 1000)
