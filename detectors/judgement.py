"""What a detector says of a frame: how bad it is, at every row and instant, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from core.findings import Cause, Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.frame import Row

UNKNOWN = -1
NOTHING = 0

Severities = npt.NDArray[np.signedinteger[Any]]


Causes = Callable[[Mapping[str, float]], tuple[Cause, ...]]
"""The causes, strongest first, that the numbers of an alert speak for."""


def no_causes(_: Mapping[str, float]) -> tuple[Cause, ...]:
    """What a detector says that ranks no causes: the fault is its own name."""
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """When a detector's verdicts become an alert, and when that is over.

    `lookback` is how far a frame must reach back before the first instant that is to be judged, so
    that verdicts and counts there are those of a frame without beginning (the mould index aside,
    which is taken up from its state). `doubts_from` is of a detector of devices: while an alert of
    it of that severity or more stands, nothing else is concluded from what the device tells; None
    where what it tells is true all the same.
    """

    raise_from: Severity
    dwell: timedelta
    clear: timedelta
    lookback: timedelta
    doubts_from: Severity | None = Severity.LOW

    def dwell_steps(self, step_s: int) -> int:
        """For how many known steps in a row trouble stands before an alert is raised."""
        return _columns(self.dwell, step_s)

    def clear_steps(self, step_s: int) -> int:
        """For how many known steps in a row it must be over before the alert is cleared."""
        return _columns(self.clear, step_s)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Judgement:
    """A detector's verdict on every row at every instant it judged; arrays are (rows, times).

    A column's instant, `start` plus whole steps of `step_s`, is the data's own time at which the
    verdict could first be given: it depends on nothing measured later. A detector may judge in
    longer steps than its frame has.

    `severity` is UNKNOWN (too little is known), NOTHING or a `core.findings.Severity`; `holds`
    says that an alert once raised goes on; `onset` is the column at which the trouble is estimated
    to have begun. `evidence` holds the numbers behind it, named with their units, NaN where one
    does not apply; `sentence` says those of one row and instant to a person.
    """

    detector: str
    rows: tuple[Row, ...]
    start: datetime
    step_s: int
    severity: Severities
    holds: Booleans
    confidence: Floats
    onset: Integers
    evidence: Mapping[str, Floats]
    sentence: Callable[[Mapping[str, float]], str]
    causes: Causes = no_causes

    def instant(self, step: int) -> datetime:
        """When the verdict in this column could first be given."""
        return self.start + timedelta(seconds=self.step_s * step)

    def evidence_at(self, row: int, step: int) -> dict[str, float]:
        """The numbers of one row and instant, to four decimals; what is NaN is left out."""
        numbers = {name: float(array[row, step]) for name, array in self.evidence.items()}
        return {name: round(number, 4) for name, number in numbers.items() if number == number}


def _columns(span: timedelta, step_s: int) -> int:
    """The columns that a span covers, both ends included."""
    return int(span.total_seconds()) // step_s + 1
