"""An ingest worker as a process: started, watched, held still, stopped."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.ingest.client import BenchFailed, Client
from bench.ingest.resources import cpu_s
from bench.ingest.stand import Stand
from local.ports import free_port
from store.roles import Role

_READY_WITHIN_S = 180.0
_STOP_WITHIN_S = 60.0
_POLL_S = 0.05
_QUIET_SHARE = 0.1  # of one core: below it a worker waits, and does not work
_QUIET_S = 1.0
_METRICS_S = 5.0
_BUCKET = re.compile(
    r'^homewell_ingest_(commit|measured)_lag_seconds_bucket\{le="(.+)"\} (.+)$', re.M
)

Lags = dict[str, dict[float, float]]
"""`commit` (from arrival at the worker) and `measured` (from a sample's own time), both to the
commit: how many so far up to each bound, in seconds."""


class Worker:
    """`python -m ingest` under a client id; with a `group` it shares the messages."""

    def __init__(self, stand: Stand, client_id: str, *, group: str | None = None) -> None:
        self._stand = stand
        self._client_id = client_id
        self._status = stand.folder / f"{client_id}.json"
        self._log = stand.folder / f"{client_id}.log"
        self._http_port = free_port()
        self._environment = {
            "DATABASE_URL": stand.url(Role.INGEST),
            "MQTT_URL": stand.ingest_broker_url,
            "INGEST_CLIENT_ID": client_id,
            "INGEST_STATUS_FILE": str(self._status),
            "INGEST_HTTP": f"127.0.0.1:{self._http_port}",
            **({"INGEST_SHARED_GROUP": group} if group else {}),
        }
        self._process: subprocess.Popen[bytes] | None = None
        self.start_up: dict[str, float] = {}

    @property
    def pid(self) -> int:
        """The process."""
        if self._process is None:
            raise BenchFailed(f"{self._client_id} has not been started")
        return self._process.pid

    def start(self) -> None:
        """Start; return when it takes messages and has told every gateway what it may send."""
        began = time.monotonic()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest"],
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )
        while not self.status().get("connected"):
            self._check(began)
            time.sleep(_POLL_S)
        connected = time.monotonic()
        quiet = until_quiet(self.pid, lambda: self._check(began))
        self.start_up = {
            "connected_after_s": connected - began,
            "quiet_after_s": quiet - began,
            "cpu_s": cpu_s(self.pid),
        }

    def status(self) -> dict[str, Any]:
        """What it says of itself, once a second; empty while it has said nothing."""
        try:
            status: dict[str, Any] = json.loads(self._status.read_bytes())
        except FileNotFoundError:
            return {}
        return status if status["pid"] == self.pid else {}

    def lags(self) -> Lags:
        """How many messages and samples it has committed so far, by their lag."""
        address = f"http://127.0.0.1:{self._http_port}/metrics"
        with urllib.request.urlopen(address, timeout=_METRICS_S) as answer:
            text = answer.read().decode()
        found: Lags = {}
        for name, bound, count in _BUCKET.findall(text):
            found.setdefault(name, {})[float(bound)] = float(count)
        return found

    def hold(self) -> None:
        """Stop it where it stands; the broker queues for it, up to its keepalive."""
        self._signal(signal.SIGSTOP)

    def release(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it, and its session with what is still in it."""
        if self._process is None:
            return
        if self._process.poll() is None:
            self._signal(signal.SIGCONT)
            self._signal(signal.SIGTERM)
            try:
                self._process.wait(_STOP_WITHIN_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        with Client(self._stand.broker, self._client_id):
            pass  # a clean start ends the session that was there, and its queue

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def _check(self, began: float) -> None:
        if self._process is not None and self._process.poll() is not None:
            raise BenchFailed(f"{self._client_id} ended by itself:\n{tail(self._log)}")
        if time.monotonic() - began > _READY_WITHIN_S:
            raise BenchFailed(
                f"{self._client_id} was not ready in {_READY_WITHIN_S:.0f} s:\n{tail(self._log)}"
            )


def until_quiet(pid: int, check: Callable[[], None]) -> float:
    """Wait until a process waits, and does not work; since when (monotonic).

    `check` is called each second, to raise where waiting is in vain.
    """
    while True:
        since, spent = time.monotonic(), cpu_s(pid)
        time.sleep(_QUIET_S)
        check()
        if cpu_s(pid) - spent < _QUIET_SHARE * (time.monotonic() - since):
            return since


def tail(log: Path) -> str:
    """The last lines of a log."""
    return "\n".join(log.read_text("utf-8", errors="replace").splitlines()[-20:])
