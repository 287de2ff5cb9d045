"""What ingest has done since it started: one line a minute for people, a file for `status`."""

import json
from collections import Counter
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.writer import Outcome


@dataclass(slots=True)
class Counters:
    """Since the start; `samples` = stored + already_stored + samples_rejected + withheld.

    A message that the broker or a gateway sends again is counted again.
    """

    messages: int = 0
    samples: int = 0
    stored: int = 0
    already_stored: int = 0
    filled: int = 0
    differing: int = 0
    withheld: int = 0
    samples_rejected: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    new_rejections: int = 0
    batches: int = 0
    largest_batch: int = 0
    commit_s: float = 0.0
    slowest_commit_s: float = 0.0
    database_retries: int = 0
    acknowledged: int = 0
    receipts: int = 0

    def add(self, outcome: Outcome) -> None:
        """Count a committed batch."""
        self.messages += outcome.messages
        self.samples += outcome.samples
        self.stored += outcome.stored
        self.already_stored += outcome.already_stored
        self.filled += outcome.filled
        self.differing += outcome.differing
        self.withheld += outcome.withheld
        self.samples_rejected += outcome.samples_rejected
        self.rejections.update(outcome.rejections)
        self.new_rejections += outcome.new_rejections
        self.batches += 1
        self.largest_batch = max(self.largest_batch, outcome.messages)
        self.commit_s += outcome.commit_s
        self.slowest_commit_s = max(self.slowest_commit_s, outcome.commit_s)

    def line(self) -> str:
        """Everything that is not nought, for the log."""
        return ", ".join(
            f"{name} {_short(value)}" for name, value in self.as_dict().items() if value
        )

    def as_dict(self) -> dict[str, Any]:
        """The counters by name, as JSON has them."""
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        return {**values, "rejections": dict(self.rejections)}


def write_status(path: Path, at: datetime, facts: dict[str, Any]) -> None:
    """Put the facts into the status file, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(json.dumps({"at": at.isoformat(), **facts}) + "\n", "utf-8")
    draft.replace(path)


def _short(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, dict):
        return "(" + " ".join(f"{name} {count}" for name, count in sorted(value.items())) + ")"
    return str(value)
