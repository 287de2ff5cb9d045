"""Waiting for what is away, and for what blocks."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from store.connection import Unavailable

_T = TypeVar("_T")

_BACKOFF_FIRST_S = 0.2
_BACKOFF_MOST_S = 10.0

_chance = secrets.SystemRandom()


def backoff_s(failures: int) -> float:
    """How long to wait after this many failures in a row: doubling, with jitter, bounded."""
    most = min(_BACKOFF_MOST_S, _BACKOFF_FIRST_S * 2.0 ** min(failures, 16))
    return _chance.uniform(most / 2, most)


async def pause(error: Exception, failures: int) -> None:
    """Say what is wrong, and wait as long as `backoff_s` tells."""
    pause_s = backoff_s(failures)
    # In the name of whoever is away: what is said often of one must not hold back the other.
    log = logging.getLogger(type(error).__module__)
    log.warning("%s; trying again in %.1f s", error, pause_s)
    await asyncio.sleep(pause_s)


async def in_thread(thread: Executor, function: Callable[..., _T], *arguments: Any) -> _T:
    """The result of a blocking call made in `thread`."""
    return await asyncio.get_running_loop().run_in_executor(thread, function, *arguments)


async def until_available(thread: Executor, function: Callable[[], _T]) -> _T:
    """The result of a blocking call in `thread`, made until the database is there for it."""
    failures = 0
    while True:
        try:
            return await in_thread(thread, function)
        except Unavailable as error:
            await pause(error, failures)
            failures += 1
