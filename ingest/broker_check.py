"""Can this broker carry Homewell? Asked once, before the first message is taken.

A broker that ignores receive-maximum (Mosquitto before 2.0.13) sends its whole queue at once, and
withholding acknowledgements while the database is away would hold nothing back: it is refused, and
so is one that lacks a part of MQTT 5 that is needed. One whose limits can lose data is used, and
its keeper is told.
"""

import asyncio
from collections.abc import Sequence

import mqtt5

from ingest.answers import NotNow, Overrun, Refused
from ingest.connecting import Broker, connect
from ingest.connection import Connection
from ingest.session import NEVER_S

SELFTEST_ROOT = "homewell/v1/-/selftest"
"""No gateway can be called "-". The access list lets ingest read and write below this topic."""

_WINDOW = 10
_MESSAGES = 40
_ACKNOWLEDGED_FIRST = 3  # the fault shows after the first acknowledgements
_QUEUED = 2_500
"""More than Mosquitto keeps unless told otherwise (1,000 messages), and done in a quarter of a
second. A limit beyond it stays unseen."""
_PAYLOAD = b"x" * 100  # about a reading, so that a limit in bytes shows too
_LATE_S = 0.5  # for a broker whose answer to a ping overtakes messages

_RECEIVE_MAX_LEAST = 20
"""Mosquitto's default: a thousand consent documents a second over a line of 20 ms."""
_PACKET_BYTES_LEAST = 128 * 1024
"""A gateway's message of 500 boiler samples may have 100 kB."""

_QUEUE_ADVICE = (
    "what does not fit is lost there until its gateway sends it again. With Mosquitto set "
    "max_queued_messages 1000000, and max_queued_bytes to what its memory allows (not to 0)"
)


class UnfitBroker(RuntimeError):
    """The broker cannot carry Homewell; the text says why and what to do."""


async def check_broker(broker: Broker, client_id: str, *, shares: bool) -> list[str]:
    """What the broker may lose, in words for its keeper; empty for one that is set up well.

    `shares` tells whether shared subscriptions are needed. Raises UnfitBroker when the broker
    cannot do what is needed, Lost when it is away, Refused when it does not want us, NotNow when
    it cannot take what we say at present.
    """
    name = f"{client_id}-selftest"
    connection = await connect(
        broker, name, receive_max=_WINDOW, session_expiry_s=NEVER_S, clean_start=True
    )
    try:
        welcome = await connection.accepted()
        lacking = missing_abilities(welcome, shares=shares)
        if lacking:
            raise UnfitBroker(f"the broker cannot carry Homewell: {'; '.join(lacking)}")
        await _check_window(connection, f"{SELFTEST_ROOT}/{client_id}")
        await _fill_queue(connection, f"{SELFTEST_ROOT}/{client_id}")
        await connection.close()
        # The same session with an open window: what its queue kept comes at once.
        connection = await connect(
            broker, name, receive_max=_MESSAGES + _QUEUED, session_expiry_s=NEVER_S
        )
        return [*low_limits(welcome), *await _queue_losses(connection)]
    except Overrun as overrun:
        raise _unfit() from overrun
    finally:
        await connection.leave()


def missing_abilities(welcome: mqtt5.ConnAckPacket, *, shares: bool) -> Sequence[str]:
    """What the broker says it cannot do though it is needed, each with what to do about it."""
    lacking = []
    if welcome.max_qos == mqtt5.QoS.AT_MOST_ONCE:
        lacking.append("it acknowledges nothing; allow QoS 1 (Mosquitto: max_qos)")
    if not welcome.retain_available:
        lacking.append(
            "it retains nothing, so that gateways would not learn what they may send; allow "
            "retained messages (Mosquitto: retain_available true)"
        )
    if not welcome.wildcard_subscription_available:
        lacking.append("it has no wildcard subscriptions; allow them")
    if shares and not welcome.shared_subscription_available:
        lacking.append(
            "it has no shared subscriptions; allow them, or run one worker alone, without "
            "INGEST_SHARED_GROUP"
        )
    return lacking


def low_limits(welcome: mqtt5.ConnAckPacket) -> Sequence[str]:
    """Limits in the broker's welcome that hold Homewell back or lose data."""
    low = []
    if welcome.receive_max < _RECEIVE_MAX_LEAST:
        low.append(
            f"the broker takes {welcome.receive_max} messages of ours at a time, so that consent "
            f"documents are slow to reach the gateways; allow {_RECEIVE_MAX_LEAST} or more "
            "(Mosquitto: max_inflight_messages)"
        )
    if welcome.max_packet_size is not None and welcome.max_packet_size < _PACKET_BYTES_LEAST:
        low.append(
            f"the broker takes messages of up to {welcome.max_packet_size} bytes, and those that "
            f"gateways send after an outage can be larger; allow {_PACKET_BYTES_LEAST} or more "
            "(Mosquitto: max_packet_size)"
        )
    expiry_s = welcome.session_expiry_interval
    if expiry_s is not None and expiry_s < NEVER_S:
        low.append(
            f"the broker forgets our session, and what waits in it, {expiry_s} s after we have "
            "gone; let sessions live longer than any outage"
        )
    return low


async def _check_window(connection: Connection, topic: str) -> None:
    try:
        await connection.subscribe([topic])
        await _publish(connection, topic, _MESSAGES)
    except Refused as refused:
        raise UnfitBroker(
            f"the broker does not let us test it: {refused}. Its access list must "
            f"allow ingest 'topic readwrite {SELFTEST_ROOT}/#' (see deploy/mosquitto/acl)"
        ) from None
    await connection.ping()
    _expect(connection, _WINDOW)
    first = await connection.take(_ACKNOWLEDGED_FIRST, 2**20, 0.0)
    connection.acknowledge(first)
    await connection.ping()
    _expect(connection, _WINDOW)


async def _fill_queue(connection: Connection, topic: str) -> None:
    try:
        await _publish(connection, topic, _QUEUED)
    except (NotNow, Refused):  # a broker that says so when its queue is full; the count will tell
        return


async def _queue_losses(connection: Connection) -> Sequence[str]:
    """What the queue did not keep, counted on the session's next connection."""
    if not (await connection.accepted()).session_present:
        return [f"the broker does not keep our session while we are away; {_QUEUE_ADVICE}"]
    expected = _MESSAGES - _ACKNOWLEDGED_FIRST + _QUEUED
    await connection.ping()
    if connection.unanswered < expected:
        await asyncio.sleep(_LATE_S)
        await connection.ping()
    if connection.unanswered >= expected:
        return []
    return [
        f"the broker kept {connection.unanswered} of {expected} messages that waited for us: its "
        f"queues are too short for an outage, and {_QUEUE_ADVICE}"
    ]


async def _publish(connection: Connection, topic: str, count: int) -> None:
    await asyncio.gather(*(connection.publish(topic, _PAYLOAD) for _ in range(count)))


def _expect(connection: Connection, window: int) -> None:
    if connection.unanswered < window:
        raise UnfitBroker(
            f"the broker delivered {connection.unanswered} of {_MESSAGES} messages of the self-test"
            f" where {window} were due. Its access list must allow ingest 'topic readwrite "
            f"{SELFTEST_ROOT}/#' (see deploy/mosquitto/acl)"
        )
    if connection.unanswered > window:
        raise _unfit()


def _unfit() -> UnfitBroker:
    return UnfitBroker(
        "the broker ignores receive-maximum, so that withholding acknowledgements holds nothing "
        "back while the database is away. Mosquitto does it right from 2.0.13 on, and Homewell "
        "asks for 2.0.21 or newer"
    )
