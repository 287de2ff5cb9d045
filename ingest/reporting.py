"""What a worker says of itself: to a log, to a status file, and to whoever asks over HTTP."""

import asyncio
import json
import logging
import os
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any, NoReturn

from ingest import metrics
from ingest.counters import Counters, write_status
from ingest.health import Readiness, Standing, why_not_alive
from ingest.histogram import LastMinute
from ingest.probes import Page, Probes
from ingest.settings import HttpAddress

_log = logging.getLogger(__name__)

_LOG_EVERY_S = 60
_STATUS_EVERY_S = 1.0


class Reporter:
    """Looks at the worker every second, and tells how it stands."""

    def __init__(
        self,
        counters: Counters,
        standing: Callable[[], Standing],
        *,
        status_file: Path | None,
        http: HttpAddress | None,
    ) -> None:
        self._counters = counters
        self._standing = standing
        self._status_file = status_file
        self._http = http
        self._serving: str | None = None
        self._readiness = Readiness()
        self._lags = {
            "lag_received_s": LastMinute(counters.lag_received_s),
            "lag_measured_s": LastMinute(counters.lag_measured_s),
        }
        self._registry = metrics.registry(counters, standing)

    async def run(self) -> NoReturn:
        """Until cancelled. Raises NotListening when there is no listening where it was told to."""
        probes = Probes(
            {"/metrics": self._metrics, "/healthz": self._alive, "/readyz": self._ready}
        )
        try:
            if self._http is not None:
                self._serving = await probes.start(self._http.host, self._http.port)
                _log.info("metrics and health at http://%s", self._serving)
            for second in count():
                self._look(second)
                await asyncio.sleep(_STATUS_EVERY_S)
        finally:
            probes.close()
        raise AssertionError("counting ended")

    def status(self) -> dict[str, Any]:
        """How it stands now: connections, gate, readiness, lag of the last minute, counters."""
        now = self._standing()
        readiness = self._readiness.report(now, datetime.now(UTC))
        return {
            "pid": os.getpid(),
            "http": self._serving,
            "connected": now.connected,
            "connects": now.connects,
            "unacknowledged": now.unacknowledged,
            "gate_lives": now.gate_lives,
            "gate_version": now.gate_version,
            "readiness": readiness,
            **{
                name: {"p50": lag.percentile(0.5), "p99": lag.percentile(0.99)}
                for name, lag in self._lags.items()
            },
            **self._counters.as_dict(),
        }

    def _look(self, second: int) -> None:
        for lag in self._lags.values():
            lag.look(asyncio.get_running_loop().time())
        status = self.status()
        if self._status_file is not None:
            try:
                write_status(self._status_file, datetime.now(UTC), status)
            except OSError as error:  # readings matter more than a file about them
                _log.warning("the status file cannot be written: %s", error)
        if second % _LOG_EVERY_S == _LOG_EVERY_S - 1:
            _log.info("since the start: %s", self._counters.line())

    def _metrics(self) -> Page:
        return Page(HTTPStatus.OK, metrics.CONTENT_TYPE, metrics.exposition(self._registry))

    def _alive(self) -> Page:
        reason = why_not_alive(self._standing())
        if reason is None:
            return _json(HTTPStatus.OK, {"alive": True})
        return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"alive": False, "reason": reason})

    def _ready(self) -> Page:
        report = self._readiness.report(self._standing(), datetime.now(UTC))
        status = HTTPStatus.OK if report["ready"] else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(status, report)


def _json(status: HTTPStatus, facts: dict[str, Any]) -> Page:
    return Page(status, "application/json", json.dumps(facts).encode() + b"\n")
