"""The ground truth: what was broken, where, since when, how badly, and when it was noticed."""

import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from firmware_sim.clock import EPOCH, MINUTES_A_DAY
from firmware_sim.faults.episodes import NEVER, Episodes

COLUMNS = ("home_id", "fault", "place", "began_at", "ended_at", "noticed_at", "severity")
"""Of the estate folder's table; a line of JSON has more."""


def truth_row(
    episodes: Episodes, index: int, *, home_id: str, minute: int = NEVER
) -> dict[str, Any]:
    """One episode as it is known at that minute, a line of the truth.

    Instants are UTC, null for what has not come to pass. `severity_over_time` holds instants and
    severities, between which it goes straight.
    """
    kind, planned = episodes.kind_of(index), episodes.planned(index)
    ended = int(episodes.ended_minute[index])
    return {
        "home_id": home_id,
        "fault": kind.name,
        "place": planned.place,
        "began_at": instant(planned.began_minute),
        "ended_at": instant(ended if ended <= minute else NEVER),
        "noticed_at": instant(episodes.noticed_minute[index]),
        "severity": round(planned.severity, 3),
        "parameters": planned.parameters,
        "severity_over_time": _growth(episodes, index, minute),
    }


def happened(episodes: Episodes, *, minute: int, faults: bool = True) -> list[int]:
    """The faults (or else the oddities) that had begun by that minute, in order of their onset."""
    begun = (episodes.began_minute <= minute) & (episodes.began_minute < episodes.ended_minute)
    which = np.flatnonzero(begun & (episodes.faults() == faults))
    in_order = which[np.argsort(episodes.began_minute[which], kind="stable")]
    return [int(index) for index in in_order]


def truth_rows(
    episodes: Episodes, *, minute: int, home_ids: Sequence[str], first: int = 0, faults: bool = True
) -> list[dict[str, Any]]:
    """Every fault (or oddity) that had begun by that minute; `home_ids` from home `first` on."""
    return [
        truth_row(
            episodes, index, home_id=home_ids[int(episodes.home[index]) - first], minute=minute
        )
        for index in happened(episodes, minute=minute, faults=faults)
    ]


def write_truth(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write these rows as JSON lines; a reader never sees half of them."""
    unfinished = path.with_suffix(".part")
    unfinished.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    unfinished.rename(path)


def instant(minute: int | np.int64 | None) -> str | None:
    """A minute as the truth writes it, None for one that has not come to pass."""
    if minute is None or minute == NEVER:
        return None
    return (EPOCH + timedelta(minutes=int(minute))).strftime("%Y-%m-%dT%H:%M:00Z")


def _growth(episodes: Episodes, index: int, minute: int) -> list[list[str | float | None]]:
    """The corners of the line that severity follows, to its end if that has come."""
    began, ended = int(episodes.began_minute[index]), int(episodes.ended_minute[index])
    worst = float(episodes.severity[index])
    takes = round(episodes.kind_of(index).grows_over_days * MINUTES_A_DAY)
    points = {began: worst}
    if takes:
        grown = min(began + takes, ended)
        points = {began: 0.0, grown: worst * (grown - began) / takes}
    if ended <= minute and ended != NEVER:
        points.setdefault(ended, points[max(points)])
    return [[instant(at), round(severity, 3)] for at, severity in points.items()]
