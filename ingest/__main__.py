"""`python -m ingest`: one worker, configured by its environment (see README.md).

SIGTERM stops it, and its queue at the broker waits for the next start. SIGUSR1, or a start with
`--leave`, lets it go for good: it takes what is queued for it, and its session ends.
"""

import argparse
import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Mapping, Sequence
from time import monotonic

import uvloop

from ingest.answers import Refused, TakenOver
from ingest.broker_check import UnfitBroker
from ingest.logs import LogFormat, RateLimit, set_up_logging
from ingest.probes import NotListening
from ingest.run import Ingest
from ingest.settings import NotSet, Settings
from store.gate import OtherHistory

# Messages make no garbage in cycles, and there are many of them: look for cycles seldom.
_GARBAGE_THRESHOLDS = (200_000, 20, 20)


def main(arguments: Sequence[str]) -> int:
    """Work until SIGTERM or SIGINT; the exit status."""
    chosen = _parser().parse_args(arguments)
    try:
        log_format = LogFormat(chosen.log_format or _log_format(os.environ))
        settings = Settings.from_environment(os.environ)
    except NotSet as error:
        print(f"ingest: {error}", file=sys.stderr)
        return 1
    limit = RateLimit(monotonic)
    set_up_logging(log_format, verbose=chosen.verbose, limit=limit)
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    failure: str | None = None
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings, limit, leaves=chosen.leave))
    except* (TakenOver, Refused, UnfitBroker, OtherHistory, NotListening) as group:
        failure = _words(group)
    limit.tell(everything=True)
    if failure is None:
        return 0
    if log_format is LogFormat.JSON:
        logging.getLogger("ingest").critical("%s", failure)
    else:
        print(f"ingest: {failure}", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ingest",
        description="Takes readings from the broker, stores what consent allows, acknowledges it.",
        epilog="Environment: see ingest/README.md.",
    )
    parser.add_argument("--verbose", action="store_true", help="log everything")
    parser.add_argument(
        "--leave", action="store_true", help="take what is queued for us and end our session"
    )
    parser.add_argument(
        "--log-format",
        choices=[one.value for one in LogFormat],
        help="text for people, json for machines; text on a terminal and json otherwise",
    )
    return parser


def _log_format(environment: Mapping[str, str]) -> str:
    chosen = environment.get("INGEST_LOG_FORMAT")
    if not chosen:
        return LogFormat.TEXT if sys.stderr.isatty() else LogFormat.JSON
    if chosen not in list(LogFormat):
        raise NotSet(f"INGEST_LOG_FORMAT is {chosen!r}; it must be text or json")
    return chosen


async def _work(settings: Settings, limit: RateLimit, *, leaves: bool) -> None:
    ingest = Ingest(settings)
    if leaves:
        ingest.leave()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ingest.stop)
    loop.add_signal_handler(signal.SIGUSR1, ingest.leave)
    telling = asyncio.create_task(limit.tell_every_minute())
    try:
        await ingest.run()
    finally:
        telling.cancel()


def _words(group: BaseExceptionGroup[BaseException]) -> str:
    first = group.exceptions[0]
    return _words(first) if isinstance(first, BaseExceptionGroup) else str(first)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
