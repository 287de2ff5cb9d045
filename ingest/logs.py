"""Log lines for people or for machines, and a bound on how often the same thing is said."""

import asyncio
import logging
import sys
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import NoReturn

from pythonjsonlogger.json import JsonFormatter

_SAID_A_WINDOW = 10  # of one template; enough to see a pattern, too few to fill a disk
_WINDOW_S = 60.0
_TEMPLATES_MAX = 500  # our own are some dozens; the rest is room for libraries
_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_log = logging.getLogger(__name__)


class LogFormat(StrEnum):
    """One line a record: for people, or a JSON object."""

    TEXT = "text"
    JSON = "json"


@dataclass(slots=True)
class _Said:
    """What was said of one template in its window."""

    since_s: float
    said: int = 0
    held_back: int = 0
    last: str = ""  # of those held back, in words


_Key = tuple[str, int, str]


class RateLimit(logging.Filter):
    """Lets ten records of one template pass in a minute and counts the others.

    A template is a logger's unformatted text at one level. The next record that passes carries the
    count as `more_like_it`; `tell` says the counts of those that fell silent. Errors always pass.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        """`clock` in seconds, never going back."""
        super().__init__()
        self._clock = clock
        self._lock = Lock()  # threads log too
        self._said: OrderedDict[_Key, _Said] = OrderedDict()
        self._forgotten = 0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is said."""
        if record.levelno >= logging.ERROR:
            return True
        now_s = self._clock()
        with self._lock:
            key = (record.name, record.levelno, str(record.msg))
            said = self._said.setdefault(key, _Said(now_s))
            self._said.move_to_end(key)
            if len(self._said) > _TEMPLATES_MAX:
                self._forgotten += self._said.popitem(last=False)[1].held_back
            if now_s - said.since_s < _WINDOW_S and said.said >= _SAID_A_WINDOW:
                said.held_back += 1
                said.last = record.getMessage()
                return False
            if now_s - said.since_s >= _WINDOW_S:
                if said.held_back:
                    record.more_like_it = said.held_back
                said.since_s, said.said, said.held_back = now_s, 0, 0
            said.said += 1
        return True

    def tell(self, *, everything: bool = False) -> None:
        """Say what was held back in windows that are over, or in all of them, and forget it."""
        now_s = self._clock()
        with self._lock:
            over = {
                key: said
                for key, said in self._said.items()
                if everything or now_s - said.since_s >= _WINDOW_S
            }
            for key in over:
                del self._said[key]
            forgotten, self._forgotten = self._forgotten, 0
        for (name, level, _), said in over.items():
            if said.held_back:
                logging.getLogger(name).log(
                    level, "%s more like it, the last: %s", f"{said.held_back:,}", said.last
                )
        if forgotten:
            _log.warning("%s more records of many kinds were held back", f"{forgotten:,}")

    async def tell_every_minute(self) -> NoReturn:
        """`tell`, until cancelled."""
        while True:
            await asyncio.sleep(_WINDOW_S)
            self.tell()


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        more: int | None = getattr(record, "more_like_it", None)
        return line if more is None else f"{line} (and {more:,} more like it)"


def set_up_logging(log_format: LogFormat, *, verbose: bool, limit: RateLimit) -> None:
    """Log to standard error: everything when `verbose`, else from INFO up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _TextFormatter(_TEXT) if log_format is LogFormat.TEXT else _json_formatter()
    )
    handler.addFilter(limit)
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)


def _json_formatter() -> JsonFormatter:
    return JsonFormatter(
        "%(levelname)s%(name)s%(message)s",
        rename_fields={"levelname": "level", "name": "logger"},
        timestamp="at",
        json_ensure_ascii=False,
    )
