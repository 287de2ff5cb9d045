"""Whose queue at the broker is whose: a client id is chosen by the client, and needs guarding."""

import asyncio
import socket
from urllib.parse import urlsplit, urlunsplit

from core.wire import ROOT
from ingest.connecting import Broker, connect
from ingest.connection import Connection
from ingest.session import NEVER_S
from ingest.settings import parse_broker
from tests.servers import MakeBroker

TOPIC = f"{ROOT}/gw-b/th-0201/room"


def test_a_gateway_on_a_listener_of_their_own_cannot_take_the_queue_of_ingest(
    make_broker: MakeBroker,
) -> None:
    port = _free_port()
    # As docs/running.md has it for a broker of one's own.
    listener = f"\nlistener {port} 127.0.0.1\nuse_username_as_clientid true\n"

    async def scene(ours: Broker, intruder: Broker, other: Broker) -> tuple[str | None, int]:
        ingest = await _connected(ours, expiry_s=NEVER_S)
        await ingest.subscribe([TOPIC])
        takes = await _connected(intruder, expiry_s=0)
        await takes.ping()
        lost = str(ingest.lost) if ingest.lost else None
        await ingest.close()
        sender = await _connected(other, expiry_s=0)
        await sender.publish(TOPIC, b"{}")
        await takes.leave()
        await sender.leave()
        ingest = await _connected(ours, expiry_s=NEVER_S)
        await ingest.ping()
        kept = ingest.unanswered
        await ingest.leave()
        return lost, kept

    with make_broker("client-ids", settings=listener) as central:
        lost, kept = asyncio.run(
            scene(
                parse_broker(central.url("ingest")),
                parse_broker(_at(central.url("gw-a"), port)),
                parse_broker(_at(central.url("gw-b"), port)),
            )
        )

    assert (lost, kept) == (None, 1)


async def _connected(broker: Broker, *, expiry_s: int) -> Connection:
    """A connection of whoever this is, under ingest's client id."""
    return await connect(broker, "ingest-0", receive_max=10, session_expiry_s=expiry_s)


def _at(url: str, port: int) -> str:
    parts = urlsplit(url)
    address = f"{parts.username}:{parts.password}@{parts.hostname}:{port}"
    return urlunsplit((parts.scheme, address, "", "", ""))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
