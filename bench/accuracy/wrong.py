"""What was told that meant no fault, by detector: lines that an officer reads for nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from bench.accuracy.scoring import Verdict
from core.findings import Episode, Severity

Verdicts = Sequence[tuple[Episode, Verdict]]
WRONG = (Verdict.FALSE, Verdict.INFORMATION)


def told_wrongly(verdicts: Verdicts) -> Mapping[str, Mapping[str, int]]:
    """By detector: `low_alerts` that meant no fault, and homes by the worst they were told falsely.

    A home is counted once, in `low` where nothing worse was told of it falsely.
    """
    alerts: Counter[str] = Counter()
    worst: dict[tuple[str, str], Severity] = {}
    for alert, verdict in verdicts:
        if verdict not in WRONG:
            continue
        alerts[alert.detector] += verdict is Verdict.INFORMATION
        both = alert.detector, alert.home_id
        worst[both] = max(alert.severity, worst.get(both, alert.severity))
    homes = Counter((detector, severity) for (detector, _), severity in worst.items())
    return {
        name: {
            "low_alerts": alerts[name],
            **{severity.word: homes[name, severity] for severity in Severity},
        }
        for name in sorted(alerts)
    }


def false_alerts(verdicts: Verdicts) -> list[dict[str, str]]:
    """Those that count as false, for whoever looks for the reason; in order of raising."""
    false = [alert for alert, verdict in verdicts if verdict is Verdict.FALSE]
    return [
        {
            "home_id": alert.home_id,
            "detector": alert.detector,
            "place": alert.place,
            "raised_at": alert.raised_at.isoformat(),
            "severity": alert.severity.word,
            "sentence": alert.sentence,
        }
        for alert in sorted(false, key=lambda one: (one.raised_at, one.home_id, one.place))
    ]


def low_lines(verdicts: Iterable[tuple[Episode, Verdict]]) -> Mapping[str, int]:
    """How many alerts were below `medium`, and how many of them meant no fault."""
    low = [verdict for alert, verdict in verdicts if alert.severity < Severity.MEDIUM]
    return {"alerts": len(low), "meant_nothing": low.count(Verdict.INFORMATION)}
