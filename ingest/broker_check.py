"""Does the broker wait for our acknowledgements? Asked once, before the first message is taken.

A broker that ignores receive-maximum (Mosquitto before 2.0.13) sends its whole queue at once, and
withholding acknowledgements while the database is away would hold nothing back.
"""

import asyncio

from ingest.connecting import Broker, connect
from ingest.connection import Connection, Overrun, Refused

SELFTEST_ROOT = "homewell/v1/-/selftest"
"""No gateway can be called "-". The access list lets ingest read and write below this topic."""

_WINDOW = 10
_MESSAGES = 40
_ACKNOWLEDGED_FIRST = 3  # the fault shows after the first acknowledgements


class UnfitBroker(RuntimeError):
    """The broker cannot carry Homewell; the text says why and what to do."""


async def check_broker(broker: Broker, client_id: str) -> None:
    """Raise UnfitBroker when receive-maximum is not honoured, Lost when the broker is away."""
    connection = await connect(
        broker,
        f"{client_id}-selftest",
        receive_max=_WINDOW,
        session_expiry_s=0,
        clean_start=True,
    )
    try:
        await _send_ourselves(connection, f"{SELFTEST_ROOT}/{client_id}")
        await connection.ping()
        _expect(connection, _WINDOW)
        first = await connection.take(_ACKNOWLEDGED_FIRST, 2**20, 0.0)
        connection.acknowledge(first)
        await connection.ping()
        _expect(connection, _WINDOW)
    except Overrun as overrun:
        raise _unfit() from overrun
    finally:
        await connection.close()


async def _send_ourselves(connection: Connection, topic: str) -> None:
    try:
        await connection.subscribe([topic])
        await asyncio.gather(*(connection.publish(topic, b"{}") for _ in range(_MESSAGES)))
    except Refused as refused:
        raise UnfitBroker(
            f"the broker does not let us test it: {refused}. Its access list must "
            f"allow ingest 'topic readwrite {SELFTEST_ROOT}/#' (see deploy/mosquitto/acl)"
        ) from None


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
