"""The way in: what devices say at the block's broker, into the spool.

A message is acknowledged only once the spool has it, so a `kill -9` at any instant loses nothing:
the broker, which keeps our session while we are away, delivers again. A message may therefore come
twice; with a time of its own it is then the same reading.

A message without a time of its own is stamped when it arrives. After an absence longer than
`AWAY_MS_MAX` that would be false for all that waited in the broker, so those are refused.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence

import msgspec

from gateway.adapters.reading import Reading, Refused
from gateway.batching import entries
from gateway.connection import Connection, Delivery, Terms
from gateway.edge_consent import FIRST_DOCUMENT_WAIT_S, EdgeConsent, sift
from gateway.endpoint import Endpoint
from gateway.sources import Sources
from gateway.spool import Spool
from gateway.tally import Tally

RECEIVE_MAXIMUM = 500  # what one transaction keeps at most, and what a crash makes come twice
AWAY_MS_MAX = 10 * 60 * 1000  # detectors work in steps of ten minutes: no instant is off by more
BACKLOG_QUIET_S = 0.5  # a broker empties its queue without such a pause
BACKLOG_S_MAX = 60.0
LOOK_AGAIN_S = 60.0  # nothing is due between messages

_log = logging.getLogger(__name__)


class Intake:
    """Serves connections to the block's broker, one after another."""

    def __init__(
        self,
        gateway_id: str,
        sources: Sources,
        spool: Spool,
        consent: EdgeConsent,
        tally: Tally,
        *,
        spooled: Callable[[], None],
    ) -> None:
        self._gateway_id = gateway_id
        self._sources = sources
        self._spool = spool
        self._consent = consent
        self._tally = tally
        self._spooled = spooled
        self._stamped_ms: dict[str, int] = {}
        self.online = False

    def terms(self, endpoint: Endpoint) -> Terms:
        """How the gateway connects: under its own name, acknowledging by hand."""
        return Terms(
            endpoint=endpoint,
            client_id=f"homewell-{self._gateway_id}",
            receive_maximum=RECEIVE_MAXIMUM,
            manual_ack=True,
        )

    async def serve(self, connection: Connection) -> None:
        """Keeps what comes until the connection ends; raises ConnectionLost, SpoolUnwritable."""
        await connection.subscribe(self._sources.subscriptions, qos=1)
        self.online = True
        try:
            if not await self._consent.first(FIRST_DOCUMENT_WAIT_S):
                _log.warning("no consent document has come: readings are refused until one does")
            if connection.session_present:
                await self._take_backlog(connection)
            while True:
                self._keep(connection, await connection.receive(LOOK_AGAIN_S), backlog=False)
        finally:
            self.online = False

    async def _take_backlog(self, connection: Connection) -> None:
        """Takes what waited in the broker while we were away, if that was long."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + BACKLOG_S_MAX
        came = await connection.receive(BACKLOG_QUIET_S)
        heard_ms = self._spool.heard_ms()
        long = bool(came) and (heard_ms is None or came[0].arrived_ms - heard_ms > AWAY_MS_MAX)
        while came:
            self._keep(connection, came, backlog=long)
            if loop.time() >= until_s:
                return
            came = await connection.receive(BACKLOG_QUIET_S)

    def _keep(self, connection: Connection, came: Sequence[Delivery], *, backlog: bool) -> None:
        """Spools the readings of some messages in one transaction, then acknowledges them all."""
        if not came:
            return
        readings = [reading for one in came for reading in self._readings(one, backlog=backlog)]
        allowed, refused = sift(self._consent.document, readings)
        for reading in refused:
            self._tally.count("not allowed by consent", f"{reading.device} ({reading.kind})")
        self._spool.append_all(entries(allowed), heard_ms=came[-1].arrived_ms)
        for delivery in came:
            connection.acknowledge(delivery)
        if allowed:
            self._spooled()

    def _readings(self, delivery: Delivery, *, backlog: bool) -> list[Reading]:
        arrived_ms = None if delivery.retained or backlog else delivery.arrived_ms
        found = self._sources.read(delivery.topic, delivery.payload, arrived_ms)
        if isinstance(found, Refused):
            self._tally.count(found.reason, delivery.topic, found.detail)
            return []
        if not isinstance(found, list):
            return []
        for reading in found:
            for flaw in reading.flaws:
                self._tally.count("value not readable", delivery.topic, flaw)
        return [self._apart(reading) for reading in found if reading.cells]

    def _apart(self, reading: Reading) -> Reading:
        """Sets stamped readings of a device at least 1 ms apart, so that each keeps its row."""
        if reading.timed:
            return reading
        last_ms = self._stamped_ms.get(reading.device, 0)
        stamped_ms = max(reading.measured_ms, last_ms + 1)
        self._stamped_ms[reading.device] = stamped_ms
        return msgspec.structs.replace(reading, measured_ms=stamped_ms)
