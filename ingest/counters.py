"""What ingest has done since it started: the one place where it is counted."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from ingest.histogram import Histogram
from ingest.writer import Outcome

_DECADE = (1.0, 1.5, 2.5, 4.0, 6.0)  # steps of about 1.6: a percentile is right within a fifth
_BATCH_BOUNDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 4_000, 8_000)
_COMMIT_BOUNDS_S = tuple(step * 10.0**power for power in (-3, -2, -1, 0) for step in _DECADE)
_LAG_BOUNDS_S = tuple(step * 10.0**power for power in (-2, -1, 0, 1, 2) for step in _DECADE)
_MEASURED_BOUNDS_S = (
    *(step * 10.0**power for power in (-1, 0) for step in _DECADE),
    *(10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3_600.0),
    *(4 * 3_600.0, 86_400.0, 7 * 86_400.0, 30 * 86_400.0, 365 * 86_400.0),
)


@dataclass(slots=True)
class Counters:
    """Since the start; `samples` = stored + already_stored + samples_rejected + withheld.

    A message that the broker or a gateway sends again is counted again. `received` counts messages
    taken from the broker, `messages` those of them that were committed. `rejections` are things set
    aside, by scope; `reasons` are the same things by reason. `new_rejections` were not there
    before; `not_kept_rejections` of them are only counted, the day having had too many.
    """

    received: int = 0
    messages: int = 0
    samples: int = 0
    stored: int = 0
    already_stored: int = 0
    filled: int = 0
    differing: int = 0
    withheld: int = 0
    samples_rejected: int = 0
    rejections: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    new_rejections: int = 0
    not_kept_rejections: int = 0
    largest_batch: int = 0
    slowest_commit_s: float = 0.0
    database_retries: int = 0
    acknowledged: int = 0
    receipts: int = 0
    batch_messages: Histogram = field(default_factory=lambda: Histogram(_BATCH_BOUNDS))
    commit_s: Histogram = field(default_factory=lambda: Histogram(_COMMIT_BOUNDS_S))
    lag_received_s: Histogram = field(default_factory=lambda: Histogram(_LAG_BOUNDS_S))
    lag_measured_s: Histogram = field(default_factory=lambda: Histogram(_MEASURED_BOUNDS_S))

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
        self.reasons.update(outcome.reasons)
        self.new_rejections += outcome.new_rejections
        self.not_kept_rejections += outcome.not_kept_rejections
        self.largest_batch = max(self.largest_batch, outcome.messages)
        self.slowest_commit_s = max(self.slowest_commit_s, outcome.commit_s)
        self.batch_messages.observe(outcome.messages)
        self.commit_s.observe(outcome.commit_s)
        # A gateway's clock may be ahead of ours: then the lag is none.
        lag_ms = np.maximum(outcome.committed_ms - outcome.measured_ms, 0)
        self.lag_measured_s.observe(lag_ms * 0.001)

    def waited(self, arrivals: Sequence[tuple[float, int]], now_s: float) -> None:
        """Count the lag of messages committed at `now_s`: instants of arrival on the same clock,
        and how many came then."""
        instants, often = np.array(arrivals, dtype=np.float64).reshape(-1, 2).T
        self.lag_received_s.observe(now_s - instants, often)

    def line(self) -> str:
        """Everything that is not nought, for the log."""
        return ", ".join(
            f"{name} {_short(value)}" for name, value in self.as_dict().items() if value
        )

    def as_dict(self) -> dict[str, Any]:
        """The counters by name, as JSON has them."""
        return {
            **{name: getattr(self, name) for name in _NUMBERS},
            "rejections": dict(self.rejections),
            "reasons": dict(self.reasons),
            "batches": self.commit_s.count,
            "commit_s": self.commit_s.sum,
        }


_NUMBERS = (
    *("received", "messages", "samples", "stored", "already_stored", "filled", "differing"),
    *("withheld", "samples_rejected", "new_rejections", "not_kept_rejections"),
    *("largest_batch", "slowest_commit_s", "database_retries", "acknowledged", "receipts"),
)


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
