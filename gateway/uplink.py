"""The way up: spooled messages to Homewell's broker, forgotten only on their receipt.

PUBACK settles nothing: no broker setting makes it mean "on disk". A message that has had no
receipt for 30 s is sent again, and so is everything outstanding after a reconnection; ingest's
writes are idempotent.
"""

import logging
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from importlib.metadata import version

from core import wire
from core.wire import Address, ConsentDocument, GatewayState, Receipt, Unreadable
from gateway.connection import Connection, ConnectionLost, Delivery, Terms, Will
from gateway.edge_consent import EdgeConsent
from gateway.endpoint import Endpoint
from gateway.spool import Message, Spool
from gateway.tally import Tally
from gateway.window import Window

RECEIVE_MAXIMUM = 100  # consent documents at QoS 1; receipts are QoS 0
LOOK_AGAIN_S = 1.0  # how often overdue messages are looked for
STATE_EVERY_S = 60.0  # how often the retained state is brought up to date

_log = logging.getLogger(__name__)


class Uplink:
    """Serves connections to Homewell's broker, one after another."""

    def __init__(
        self,
        gateway_id: str,
        spool: Spool,
        consent: EdgeConsent,
        tally: Tally,
        *,
        now_s: Callable[[], float] = time.monotonic,
        window: Callable[[], Window] = Window,
    ) -> None:
        self._gateway_id = gateway_id
        self._spool = spool
        self._consent = consent
        self._tally = tally
        self._now_s = now_s
        self._new_window = window
        self._connection: Connection | None = None
        self._window = window()
        # What waits from before our start may have been sent then.
        self._sent_up_to = spool.newest
        self.last_receipt_ms: int | None = None

    @property
    def online(self) -> bool:
        """Whether a connection is up."""
        return self._connection is not None

    def terms(self, endpoint: Endpoint) -> Terms:
        """How the gateway connects: its id is its client id, its will says that it is gone."""
        will = Will(
            topic=wire.state_topic(self._gateway_id), payload=wire.encode(self._state(online=False))
        )
        return Terms(
            endpoint=endpoint,
            client_id=self._gateway_id,
            receive_maximum=RECEIVE_MAXIMUM,
            will=will,
        )

    def stir(self) -> None:
        """There is something new in the spool."""
        if self._connection is not None:
            self._connection.stir()

    async def serve(self, connection: Connection) -> None:
        """Sends and settles until the connection ends; raises ConnectionLost, SpoolUnwritable."""
        self._window = self._new_window()  # what was outstanding is sent again
        await connection.follow(wire.receipt_topic(self._gateway_id), qos=0)
        await connection.follow(wire.consent_topic(self._gateway_id), qos=1)
        self._connection = connection
        try:
            await self._work(connection)
        finally:
            self._connection = None

    async def _work(self, connection: Connection) -> None:
        state_due_s = self._now_s()
        try:
            while True:
                if self._now_s() >= state_due_s:
                    self._publish_state(connection, online=True)
                    state_due_s = self._now_s() + STATE_EVERY_S
                self._send_due(connection)
                for delivery in await connection.receive(LOOK_AGAIN_S):
                    self._take(delivery)
        finally:
            with suppress(ConnectionLost):  # then the will says the same
                self._publish_state(connection, online=False)

    def _take(self, delivery: Delivery) -> None:
        try:
            if delivery.topic == wire.receipt_topic(self._gateway_id):
                self._settle(wire.decode_receipt(delivery.payload))
                self.last_receipt_ms = delivery.arrived_ms
            elif delivery.topic == wire.consent_topic(self._gateway_id):
                self._obey(wire.decode_consent(delivery.payload))
        except Unreadable as error:
            self._tally.count("unreadable, from Homewell", delivery.topic, str(error))

    def _settle(self, receipt: Receipt) -> None:
        self._window.gone(self._spool.settle(receipt))

    def _obey(self, document: ConsentDocument) -> None:
        withheld = self._spool.put_consent(document)
        self._consent.replace(document)
        _log.info(
            "consent revision %d: %d devices may send%s",
            document.revision,
            sum(bool(kinds) for kinds in document.allowed.values()),
            f"; {withheld} waiting samples were deleted" if withheld else "",
        )

    def _send_due(self, connection: Connection) -> None:
        """Sends what is overdue, then what is new, as far as the window has room."""
        if self._consent.document is None:
            return
        overdue = self._window.overdue(self._now_s())
        again = self._spool.still_waiting(overdue)
        self._window.gone(set(overdue) - {message.seq for message in again})
        self._send(connection, again)
        if self._window.room > 0:
            new = self._spool.pending(after=self._window.newest, limit=self._window.room)
            self._send(connection, new)

    def _send(self, connection: Connection, messages: Iterable[Message]) -> None:
        for message in messages:
            address = Address(self._gateway_id, message.device, message.kind)
            user = [(wire.SPOOL_PROPERTY, self._spool.id), (wire.SEQ_PROPERTY, str(message.seq))]
            if message.seq <= self._sent_up_to:
                user.append((wire.AGAIN_PROPERTY, wire.AGAIN))
            self._sent_up_to = max(self._sent_up_to, message.seq)
            connection.publish(wire.readings_topic(address), message.payload, user=user)
            self._window.sent(message.seq, self._now_s())

    def _publish_state(self, connection: Connection, *, online: bool) -> None:
        connection.publish(
            wire.state_topic(self._gateway_id), wire.encode(self._state(online=online)), retain=True
        )

    def _state(self, *, online: bool) -> GatewayState:
        depth = self._spool.counters().waiting_messages
        return GatewayState(online=online, version=version("homewell"), spool_depth=depth)
