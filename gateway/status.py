"""The status file: what a person, or `homewell status`, can see of a running gateway."""

from pathlib import Path

import msgspec

from gateway.spool import Counters


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of the file, one JSON object.

    Instants are UTC, RFC 3339. What `spool` counts lasts as long as the spool file; `refused`
    counts by reason since the process began. `recording` is how far the one being read is.
    """

    gateway_id: str
    version: str
    pid: int
    written_at: str
    online: bool
    block_online: bool
    consent_revision: int | None
    last_receipt_at: str | None
    spool_id: str
    spool: Counters
    refused: dict[str, int]
    recordings_waiting: int
    recording: str | None
    recording_lines: int


def write(path: Path, status: Status) -> None:
    """Puts the status in place of the one before, whole at every instant."""
    written = path.with_name(f"{path.name}.new")
    written.write_bytes(msgspec.json.encode(status))
    written.replace(path)
