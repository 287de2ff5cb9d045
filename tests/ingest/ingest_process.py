"""A real ingest process, to be stopped and killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.ingest.gateway_side import WITHIN_S, until


class IngestProcess:
    """Starts on entry and is killed on exit, if it still runs then.

    `settings` are further variables of its environment.
    """

    def __init__(self, folder: Path, database_url: str, broker_url: str, **settings: str) -> None:
        self._folder = folder
        self._environment = {
            "DATABASE_URL": database_url,
            "MQTT_URL": broker_url,
            "INGEST_STATUS_FILE": str(folder / "ingest.json"),
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> None:
        """Start the process; see `until_connected`."""
        with (self._folder / "ingest.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest", *arguments],
                env={**os.environ, **self._environment},
                stdout=log,
                stderr=log,
            )

    def send(self, number: signal.Signals) -> None:
        """Send the signal."""
        assert self._process is not None
        self._process.send_signal(number)

    def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit status once the process is gone."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(WITHIN_S)

    def ended(self) -> int:
        """The exit status, once the process has ended by itself."""
        assert self._process is not None
        return self._process.wait(WITHIN_S)

    def log(self) -> str:
        """What the process said."""
        return (self._folder / "ingest.log").read_text("utf-8")

    def status(self) -> dict[str, Any]:
        """What the process at work says of itself; empty while it has said nothing."""
        assert self._process is not None
        try:
            status: dict[str, Any] = json.loads((self._folder / "ingest.json").read_bytes())
        except FileNotFoundError:
            return {}
        return status if status["pid"] == self._process.pid else {}

    def until_connected(self) -> None:
        """Wait until it takes messages."""
        until(lambda: bool(self.status().get("connected")), "ingest to connect")

    def __enter__(self) -> Self:
        self.start()
        self.until_connected()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process is not None
        if self._process.poll() is None:
            self.end(signal.SIGKILL)
