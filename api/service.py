"""The api's process: the app on its port, with casework and delivery beside it."""

import asyncio
import logging
import signal
from collections.abc import Callable
from datetime import datetime
from types import FrameType

import uvicorn

from api.app import create_app, wall_clock
from api.casework import keep_deciding
from api.delivery import keep_delivering
from api.settings import Settings

log = logging.getLogger("api")

_OPEN_REQUESTS_END_WITHIN_S = 1  # then they are cut off: every one of them may be repeated


class NotListening(RuntimeError):
    """The port could not be taken; the text says which."""


async def serve(settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> None:
    """Serve until SIGTERM or SIGINT. A bug in casework or delivery ends it with that exception.

    Raises NotListening when the port cannot be taken.
    """
    server = uvicorn.Server(
        uvicorn.Config(
            create_app(settings, clock=clock),
            host=settings.host,
            port=settings.port,
            ws="none",
            log_config=None,
            # Its lines hold queries, and a sign-in link has a token in its query.
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_OPEN_REQUESTS_END_WITHIN_S,
        )
    )
    workers = [
        asyncio.create_task(keep_deciding(settings.casework_database_url, clock=clock)),
        asyncio.create_task(
            keep_delivering(
                settings.casework_database_url, clock=clock, public_url=settings.public_url
            )
        ),
    ]
    for worker in workers:
        worker.add_done_callback(lambda _done: setattr(server, "should_exit", True))
    _outlive_signals()
    try:
        await server.serve()
    except SystemExit as error:
        raise NotListening(
            f"cannot listen on {settings.host}:{settings.port}; the log says why: another process "
            "may use the port, HOMEWELL_API_PORT names another"
        ) from error
    finally:
        await _stop(workers)


async def _stop(workers: list[asyncio.Task[None]]) -> None:
    """Cancel what still runs; raise what one of them has died of."""
    for worker in workers:
        worker.cancel()
    ends = await asyncio.gather(*workers, return_exceptions=True)
    for end in ends:
        if isinstance(end, Exception):
            raise end


def _outlive_signals() -> None:
    """uvicorn raises the signal that stopped it once more; by then it is dealt with."""

    def noted(number: int, _frame: FrameType | None) -> None:
        log.debug("stopped by signal %s", number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, noted)
