"""A real gateway process between two real brokers, to be stopped and killed."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.gateway.homewell_side import WITHIN_S, until

CONFIG = """
gateway_id = "gw-a"
[[zigbee2mqtt]]
base_topic = "block/zigbee2mqtt"
weather_devices = ["weather-1"]
[[ems_esp]]
base_topic = "block/ems-esp-01"
device = "boiler-01"
"""


class GatewayProcess:
    """Starts on entry and is killed on exit, if it still runs then."""

    def __init__(self, folder: Path, central_url: str, block_url: str) -> None:
        self.folder = folder
        self.spool = folder / "spool.db"
        self.inbox = folder / "inbox"
        self._addresses = {"MQTT_URL": central_url, "BLOCK_MQTT_URL": block_url}
        self._config = folder / "gateway.toml"
        self._config.write_text(CONFIG, "utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts the process; see `status` for when it is connected."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway", str(self._config)],
                env={**os.environ, **self._addresses},
                stdout=log,
                stderr=log,
            )

    def end(self, number: signal.Signals) -> int:
        """Sends the signal and returns the exit status once the process is gone."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._process.wait(WITHIN_S)

    def status(self) -> dict[str, Any]:
        """What the process at work says of itself; its beginning while it has said nothing."""
        assert self._process is not None
        try:
            status: dict[str, Any] = json.loads((self.folder / "status.json").read_bytes())
        except FileNotFoundError:
            return dict(_BEGINNING)
        return status if status["pid"] == self._process.pid else dict(_BEGINNING)

    def log(self) -> str:
        """What the process has logged so far."""
        return (self.folder / "log").read_text("utf-8")

    def until_connected(self) -> None:
        """Waits for both brokers."""
        until(lambda: self.status()["online"] and self.status()["block_online"], "a connection")

    def until_counted(self, **counts: int) -> None:
        """Waits until the spool's counters are these."""
        until(
            lambda: {name: self.status()["spool"].get(name) for name in counts} == counts,
            f"{counts} in the spool",
        )

    def __enter__(self) -> Self:
        self.start()
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


_BEGINNING: dict[str, Any] = {
    "online": False,
    "block_online": False,
    "consent_revision": None,
    "spool": {},
    "refused": {},
}
