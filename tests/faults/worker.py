"""A worker of ingest that can be stalled, and whose memory is watched across its lives."""

import os
import signal
from pathlib import Path

from tests.ingest.ingest_process import IngestProcess

_LOG_LINES = 30


class Worker(IngestProcess):
    """An ingest process with its folder; see IngestProcess. `peak_mb` is of all its lives."""

    def __init__(self, folder: Path, database_url: str, broker_url: str, **settings: str) -> None:
        folder.mkdir()
        super().__init__(folder, database_url, broker_url, **settings)
        self.client_id = settings.get("INGEST_CLIENT_ID", "ingest-0")
        self._past_peak_mb = 0.0
        self.has_left = False

    @property
    def pid(self) -> int:
        """The process at work, or the last one that was."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def peak_mb(self) -> float:
        """The most memory it has ever held (VmHWM)."""
        return max(self._past_peak_mb, self._memory_mb("VmHWM"))

    @property
    def resident_mb(self) -> float:
        """The memory it holds now (VmRSS); 0 when it does not run."""
        return self._memory_mb("VmRSS")

    def end(self, number: signal.Signals) -> int:
        """Send the signal and return the exit status once the process is gone."""
        self._past_peak_mb = self.peak_mb
        return super().end(number)

    def stall(self) -> None:
        """Let it do nothing until `go_on`."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """End a stall."""
        os.kill(self.pid, signal.SIGCONT)

    def last_words(self) -> str:
        """The end of its log, for a person."""
        return "\n".join(self.log().splitlines()[-_LOG_LINES:])

    def _memory_mb(self, name: str) -> float:
        if not self.is_running:
            return 0.0
        for line in Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) / 1024
        return 0.0
