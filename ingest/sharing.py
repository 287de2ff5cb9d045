"""Several workers, one stream: the filters by which they share it, and how one of them goes.

Workers of a group subscribe to shared filters, and the broker gives each message to one of them.
Each has a client id of its own that stays the same, and so a queue of its own at the broker.
"""

import asyncio
from dataclasses import dataclass

from core.quantities import Kind
from core.wire import ROOT
from ingest.connection import Connection

_QUIET_S = 1.0  # a cluster may still carry messages to us from its other nodes
_LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Filters:
    """What to subscribe to, and what an earlier way of working may have left at the broker."""

    wanted: tuple[str, ...]
    outdated: tuple[str, ...] = ()


def filters(group: str | None) -> Filters:
    """The filters of a worker of this group, or of one that works alone.

    A session remembers its subscriptions. One that was alone and joins a group would take every
    message beside its share, so that the filters of the lone worker are named as outdated.

    >>> filters("ingest").wanted[0]
    '$share/ingest/homewell/v1/+/+/room'
    """
    alone = tuple(f"{ROOT}/+/+/{kind.value}" for kind in Kind)
    if group is None:
        return Filters(alone)
    return Filters(tuple(f"$share/{group}/{one}" for one in alone), alone)


async def leave(connection: Connection, ours: Filters) -> None:
    """End the session at the broker, once all that it holds for us has been acknowledged.

    Somebody else must go on taking and acknowledging what arrives. Raises Lost when the connection
    goes first: then the session stays, and leaving can be tried again on the next one.
    """
    await connection.unsubscribe([*ours.wanted, *ours.outdated])
    loop = asyncio.get_running_loop()
    quiet_since = loop.time()
    while loop.time() - quiet_since < _QUIET_S:
        await asyncio.sleep(_LOOK_EVERY_S)
        await connection.ping()  # answered after whatever the broker had to send before it
        if connection.unanswered:
            quiet_since = loop.time()
    await connection.leave()
