"""The memory of a worker, second by second."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import linear_regression
from types import TracebackType
from typing import Self

from tests.faults.worker import Worker

_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What the process held at an instant of the monotonic clock; 0 when there was none."""

    at_s: float
    pid: int
    resident_mb: float


class MemoryWatch:
    """Samples while it is entered."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="memory", daemon=True)
        self.samples: list[Sample] = []

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(_EVERY_S):
            worker = self._worker
            self.samples.append(Sample(time.monotonic(), worker.pid, worker.resident_mb))


def growth_of(samples: Sequence[Sample]) -> float:
    """By how many megabytes memory grows from the first to the last sample, by the line of least
    squares through all of them; 0 for fewer than two. Pure."""
    if len(samples) < 2:
        return 0.0
    line = linear_regression(
        [sample.at_s for sample in samples], [sample.resident_mb for sample in samples]
    )
    return line.slope * (samples[-1].at_s - samples[0].at_s)
