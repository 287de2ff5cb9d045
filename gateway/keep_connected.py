"""Connects, serves, and connects again when the connection is lost, with growing pauses."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import SystemRandom

from gateway.connection import Connection, ConnectionLost, Terms
from gateway.spool import SpoolUnwritable

PAUSE_FIRST_S = 0.5
PAUSE_LONGEST_S = 30.0  # a broker that is back is noticed within half a minute
SOUND_S = 60.0  # a connection that lasted this long starts the pauses anew

_log = logging.getLogger(__name__)
_random = SystemRandom()


def pause_s(failures: int, spread: float) -> float:
    """How long to wait after so many failures in a row; `spread` in [0, 1) sets neighbours apart.

    >>> pause_s(1, 0.0), pause_s(2, 0.0), pause_s(99, 0.0)
    (0.25, 0.5, 15.0)
    """
    longest = min(PAUSE_LONGEST_S, PAUSE_FIRST_S * 2.0 ** min(failures - 1, 16))
    return longest * (0.5 + spread / 2)


async def keep_connected(
    name: str,
    terms: Terms,
    serve: Callable[[Connection], Awaitable[None]],
    *,
    now_ms: Callable[[], int],
) -> None:
    """Runs `serve` on one connection after another, until cancelled.

    `serve` ends a connection by raising ConnectionLost, or SpoolUnwritable: what it did not
    acknowledge then comes again. Loss and return are logged once each.
    """
    loop = asyncio.get_running_loop()
    failures = 0
    while True:
        began_s = loop.time()
        try:
            async with Connection(terms, now_ms=now_ms) as connection:
                _log.info("connected to %s at %s", name, terms.endpoint)
                began_s = loop.time()
                await serve(connection)
        except (ConnectionLost, SpoolUnwritable) as error:
            failures = 1 if loop.time() - began_s >= SOUND_S else failures + 1
            level = logging.WARNING if failures == 1 else logging.DEBUG
            _log.log(level, "%s at %s: %s; trying again", name, terms.endpoint, error)
        await asyncio.sleep(pause_s(failures, _random.random()))
