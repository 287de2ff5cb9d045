"""The ledger of what the broker acknowledged: one JSON line a message, for counting losses."""

import json
from datetime import UTC, datetime
from pathlib import Path

from firmware_sim.broker import Message


class Published:
    """Appends to a file; a line is on disk as soon as the system writes it."""

    def __init__(self, path: Path) -> None:
        """Opens the file, which earlier runs may have begun."""
        self._file = path.open("a", encoding="utf-8")

    def write(self, message: Message, at_s: float) -> None:
        """Add a message that was acknowledged at `at_s` (seconds since 1970-01-01 UTC)."""
        at = datetime.fromtimestamp(at_s, UTC).isoformat(timespec="milliseconds")
        line = {"at": at, "topic": message.topic, "payload": message.payload}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Close the file."""
        self._file.close()
