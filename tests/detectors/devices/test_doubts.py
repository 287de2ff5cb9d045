"""Which alerts about a device make the others say nothing, and for how long."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from core.findings import Severity
from detectors.arrays import Floats
from detectors.daily import DayFrame
from detectors.devices import (
    battery_low,
    clock_wrong,
    drifting,
    flapping,
    implausible,
    railed,
    stuck,
    swapped_rooms,
    telemetry_frozen,
)
from detectors.devices.verdicts import judged
from detectors.judgement import Judgement, Rules
from detectors.watch import Daily, Stood, judge_days
from tests.detectors.devices.sensors import days

LENGTH = 16
SEVERITY, HOLDS = "device_severity", "device_holds"


def _rules(doubts_from: Severity | None = Severity.LOW) -> Rules:
    return Rules(
        raise_from=Severity.LOW,
        dwell=timedelta(0),
        clear=timedelta(days=1),
        lookback=timedelta(days=1),
        doubts_from=doubts_from,
    )


def _told_as_it_is(frame: DayFrame) -> Judgement:
    return _verdicts(frame, frame[SEVERITY], frame[HOLDS])


def _damp_each_day(frame: DayFrame) -> Judgement:
    return _verdicts(frame, np.full(frame.shape, float(Severity.LOW)), np.zeros(frame.shape))


def _verdicts(frame: DayFrame, severity: Floats, holds: Floats) -> Judgement:
    return judged(
        frame,
        detector="any",
        severity=severity.astype(np.int8),
        known=~np.isnan(severity),
        holds=holds > 0,
        confidence=np.array(1.0),
        since_days=np.array(1),
        evidence={},
        sentence=lambda _: "So it is.",
    )


DAMP = Daily("damp", _damp_each_day, _rules())


def _unknown_days(
    severity: Sequence[int],
    holds: Sequence[int],
    *,
    doubts_from: Severity | None = Severity.LOW,
    cut: int | None = None,
) -> list[int]:
    """On which days nothing is said of damp, of one room whose device is judged so by the day."""
    device = Daily("device", _told_as_it_is, _rules(doubts_from))
    frame = days({SEVERITY: np.array([severity]), HOLDS: np.array([holds])})
    before: dict[str, Stood] = {}
    said: list[int] = []
    for begin, end in ((0, cut or LENGTH), (cut or LENGTH, LENGTH)):
        if begin < end:
            part = frame.part(steps=slice(0, end))
            told = judge_days(part, [device], [DAMP], before, since=begin)
            before = {name: one.stood for name, one in told.items()}
            said += told["damp"].judgement.severity[0].tolist()
    return [day for day, one in enumerate(said) if one < 0]


def _line(**spans: tuple[int, int]) -> list[int]:
    """A severity by the day, such as low=(3, 5): LOW on the third day and the fourth."""
    line = [0] * LENGTH
    for name, (begin, end) in spans.items():
        line[begin:end] = [int(Severity[name.upper()])] * (end - begin)
    return line


def test_while_an_alert_of_a_device_stands_nothing_else_is_told_of_it() -> None:
    """Its trouble shows on two days of seven, and it holds on those between."""
    severity = [a + b for a, b in zip(_line(low=(4, 5)), _line(low=(10, 11)), strict=True)]
    holds = [int(4 <= day <= 10) for day in range(LENGTH)]

    assert _unknown_days(severity, holds) == list(range(4, 12))  # it clears after two calm days


@pytest.mark.parametrize("cut", range(1, LENGTH))
def test_it_is_the_same_wherever_the_days_are_cut(cut: int) -> None:
    severity = _line(low=(3, 5), medium=(5, 6))
    holds = [int(3 <= day <= 9) for day in range(LENGTH)]

    for least in (Severity.LOW, Severity.MEDIUM, None):
        whole = _unknown_days(severity, holds, doubts_from=least)
        assert _unknown_days(severity, holds, doubts_from=least, cut=cut) == whole


def test_an_alert_that_is_not_bad_enough_silences_nothing_until_it_is() -> None:
    severity, holds = _line(low=(3, 6), medium=(6, 7)), [int(3 <= d <= 9) for d in range(LENGTH)]

    assert _unknown_days(severity, holds, doubts_from=Severity.MEDIUM) == list(range(6, 11))
    assert _unknown_days(severity, holds, doubts_from=None) == []


@pytest.mark.parametrize(
    ("rules", "least"),
    [
        (stuck.RULES, Severity.LOW),
        (railed.RULES, Severity.LOW),
        (implausible.RULES, Severity.LOW),
        (drifting.RULES, Severity.LOW),
        (swapped_rooms.RULES, Severity.LOW),
        (telemetry_frozen.RULES, Severity.LOW),
        (clock_wrong.RULES, Severity.MEDIUM),
        (battery_low.RULES, None),
        (flapping.RULES, None),
    ],
)
def test_a_sensor_that_tells_the_truth_silences_nothing(
    rules: Rules, least: Severity | None
) -> None:
    """An empty battery, gaps and a clock that is an hour out leave the humidity what it was."""
    assert rules.doubts_from is least
