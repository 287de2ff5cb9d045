"""`python -m ingest`: one worker, configured by its environment (see README.md)."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Sequence

import uvloop

from ingest.broker_check import UnfitBroker
from ingest.connection import Refused, TakenOver
from ingest.run import Ingest
from ingest.settings import NotSet, Settings
from store.gate import OtherHistory

# Messages make no garbage in cycles, and there are many of them: look for cycles seldom.
_GARBAGE_THRESHOLDS = (200_000, 20, 20)


def main(arguments: Sequence[str]) -> int:
    """Work until SIGTERM or SIGINT; the exit status. Without `--verbose` warnings alone are said
    besides the line a minute."""
    unknown = set(arguments) - {"--verbose"}
    if unknown:
        return _complain(f"unknown argument {sorted(unknown)[0]!r}; there is only --verbose")
    logging.basicConfig(
        level=logging.DEBUG if "--verbose" in arguments else logging.INFO,
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )
    try:
        settings = Settings.from_environment(os.environ)
    except NotSet as error:
        return _complain(str(error))
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    failure: str | None = None
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings))
    except* (TakenOver, Refused, UnfitBroker, OtherHistory) as group:
        failure = _words(group)
    return _complain(failure) if failure else 0


async def _work(settings: Settings) -> None:
    ingest = Ingest(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ingest.stop)
    await ingest.run()


def _words(group: BaseExceptionGroup[BaseException]) -> str:
    first = group.exceptions[0]
    return _words(first) if isinstance(first, BaseExceptionGroup) else str(first)


def _complain(what: str) -> int:
    print(f"ingest: {what}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
