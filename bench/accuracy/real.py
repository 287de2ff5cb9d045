"""The detectors on recordings of real rooms: every alert, with what there is to say of it.

Judged as `python -m detectors analyse` judges a folder, each home by itself.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.accuracy.explained import EXPLAINED
from bench.accuracy.recorded import recorded_homes, write_folder
from core.findings import Episode
from detectors.offline.analyse import analyse
from detectors.registry import DETECTORS, Detectors

NOT_EXPLAINED = "not explained"


def real_homes(data: Path, detectors: Detectors = DETECTORS) -> list[dict[str, Any]]:
    """The recordings under `data`, each with its alerts in order of raising; none where none are.

    OSError where one cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="homewell-recorded-") as folder:
        found = []
        for one in recorded_homes(data, Path(folder)):
            home = Path(folder) / one.home
            home.mkdir()
            extent = write_folder(one, home)
            alerts = analyse(home, say=_nothing, detectors=detectors).episodes
            found.append(
                {
                    "home": one.home,
                    "words": one.words,
                    "rooms": extent.rooms,
                    "days": extent.days,
                    "alerts": [_alert(alert) for alert in sorted(alerts, key=_order)],
                }
            )
        return found


def _nothing(line: str) -> None:
    """What the analyser says of its progress is for nobody here."""


def _order(alert: Episode) -> tuple[Any, ...]:
    return alert.raised_at, alert.detector, alert.place


def _alert(alert: Episode) -> Mapping[str, str | None]:
    known_by = (alert.home_id, alert.detector, alert.place, alert.raised_at.year)
    return {
        "detector": alert.detector,
        "place": alert.place,
        "severity": alert.severity_max.word,
        "raised_at": alert.raised_at.isoformat(),
        "cleared_at": None if alert.cleared_at is None else alert.cleared_at.isoformat(),
        "sentence": alert.sentence,
        "explanation": EXPLAINED.get(known_by, NOT_EXPLAINED),
    }
