"""The ground truth: what was broken, where, since when, and when a tenant would notice."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from firmware_sim.dialects import minute_text
from firmware_sim.scenario import home_name
from firmware_sim.simulation import Happened


def truth_row(happened: Happened) -> dict[str, Any]:
    """One fault as a line of the truth; instants are UTC, empty ones null."""
    fault = happened.fault
    return {
        "home_id": home_name(fault.home),
        "fault": fault.name,
        "place": fault.place,
        "began_at": _instant(fault.began_minute),
        "ended_at": None,
        "noticed_at": _instant(happened.noticed_minute),
        "severity": round(fault.severity, 3),
        "parameters": fault.parameters,
    }


def write_truth(path: Path, happened: Iterable[Happened]) -> None:
    """Write every fault that has begun; a reader never sees half of it."""
    unfinished = path.with_suffix(".part")
    lines = (json.dumps(truth_row(one)) + "\n" for one in happened)
    unfinished.write_text("".join(lines), encoding="utf-8")
    unfinished.rename(path)


def _instant(minute: int | None) -> str | None:
    return None if minute is None else f"{minute_text(minute)}:00Z"
