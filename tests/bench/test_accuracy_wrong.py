"""What officers read for nothing, by detector and severity."""

from datetime import UTC, datetime

from bench.accuracy.scoring import Verdict
from bench.accuracy.wrong import false_alerts, low_lines, told_wrongly
from core.findings import Episode, Severity

AT = datetime(2025, 11, 1, tzinfo=UTC)


def alert(detector: str, severity: Severity, *, home: str = "home-1") -> Episode:
    return Episode(
        home_id=home,
        detector=detector,
        place="bedroom",
        began_at=AT,
        raised_at=AT,
        cleared_at=None,
        severity=severity,
        severity_max=severity,
        confidence=0.9,
        evidence={},
        sentence="It is damp.",
    )


VERDICTS = [
    (alert("mould_risk", Severity.LOW), Verdict.INFORMATION),
    (alert("mould_risk", Severity.LOW), Verdict.INFORMATION),
    (alert("mould_risk", Severity.HIGH), Verdict.FALSE),
    (alert("mould_risk", Severity.LOW, home="home-2"), Verdict.INFORMATION),
    (alert("drifting", Severity.LOW, home="home-3"), Verdict.RIGHT),
    (alert("no_heat", Severity.HIGH, home="home-3"), Verdict.BROUGHT),
]


def test_a_home_is_counted_once_under_the_worst_it_was_told_falsely() -> None:
    assert told_wrongly(VERDICTS) == {
        "mould_risk": {"low_alerts": 3, "low": 1, "medium": 0, "high": 1, "emergency": 0}
    }


def test_low_alerts_are_counted_with_those_that_meant_no_fault() -> None:
    assert low_lines(VERDICTS) == {"alerts": 4, "meant_nothing": 3}


def test_only_false_alerts_are_listed_for_whoever_looks_for_the_reason() -> None:
    assert [(one["home_id"], one["severity"]) for one in false_alerts(VERDICTS)] == [
        ("home-1", "high")
    ]
