"""Is mould seen coming? The damp score two weeks before mould begins, against rooms without."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from core.findings import Episode
from detectors.frame import Row
from detectors.judgement import NOTHING
from detectors.watch import Told

AHEAD_DAYS = 14
BEGUN_INDEX = 1.0  # of the VTT model: mould that a microscope shows
SCORED_BY, SCORE = "mould_risk", "mould_score"
FOREWARNING = ("mould_risk", "condensation")

Days = npt.NDArray[np.float32]
"""(rooms, days)"""


@dataclass(slots=True)
class RoomHistory:
    """The true mould index and the damp score of the rooms of a block, day by day."""

    rows: tuple[Row, ...] = ()
    index: list[npt.NDArray[np.float32]] = field(default_factory=list)
    score: list[Days] = field(default_factory=list)

    def lived(self, rows: tuple[Row, ...], index: npt.NDArray[np.float32]) -> None:
        """The index of these rooms at the end of the day that comes next."""
        self.rows = rows
        self.index.append(index)

    def told(self, told: Mapping[str, Told]) -> None:
        """What the detectors say of the rooms on the days that come next."""
        judgement = told[SCORED_BY].judgement if SCORED_BY in told else None
        if judgement is not None and SCORE in judgement.evidence:
            unknown = judgement.severity < NOTHING
            score = np.where(unknown, np.nan, judgement.evidence[SCORE])
            self.score.append(score.astype(np.float32))

    def forecast(self, alerts: Sequence[Episode], start: datetime) -> "Forecast":
        """How mould was seen coming in this block, whose first day began at `start`."""
        index = np.stack(self.index, axis=1)
        score = np.hstack(self.score) if self.score else np.full_like(index, np.nan)
        warned = _first_warnings(alerts)
        begun = begins_on(index)
        leads = []
        for row, day in enumerate(begun):
            if day >= AHEAD_DAYS:
                raised = warned.get((self.rows[row].home_id, self.rows[row].place))
                reached = start + timedelta(days=int(day) + 1)
                leads.append(None if raised is None else (reached - raised) / timedelta(days=1))
        better, pairs = ranked(score, index, begun)
        return Forecast(better=better, pairs=pairs, lead_days=tuple(leads))


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Pairs of a room that gets mould and one that never does, on one day, and which scored higher.

    `lead_days` are from the first damp alert of a room to mould, None where there was none before
    the run's end.
    """

    better: float = 0.0
    pairs: int = 0
    lead_days: tuple[float | None, ...] = ()

    def with_other(self, other: "Forecast") -> "Forecast":
        """Both together."""
        return Forecast(
            better=self.better + other.better,
            pairs=self.pairs + other.pairs,
            lead_days=(*self.lead_days, *other.lead_days),
        )

    def figures(self) -> Mapping[str, float | None]:
        """The area under the curve, and how many rooms were forewarned in time."""
        leads = [one for one in self.lead_days if one is not None]
        in_time = sum(one >= AHEAD_DAYS for one in leads)
        return {
            "rooms": len(self.lead_days),
            "auc": self.better / self.pairs if self.pairs else None,
            "forewarned_in_time": in_time / len(self.lead_days) if self.lead_days else None,
            "lead_median_days": float(np.median(leads)) if leads else None,
        }


def begins_on(index: Days) -> npt.NDArray[np.int64]:
    """The day at whose end mould has first begun in each room, (rooms,); -1 where it never does.

    A room that begins with mould counts as none: there is nothing to forecast.
    """
    grown = index >= BEGUN_INDEX
    first = np.where(grown.any(axis=1), grown.argmax(axis=1), -1)
    return np.where(grown[:, 0], -2, first)


def ranked(score: Days, index: Days, begun: npt.NDArray[np.int64]) -> tuple[float, int]:
    """Pairs in which the room that gets mould scored higher AHEAD_DAYS before, and all pairs.

    The other room of a pair never gets mould, and is looked at on the same day, so that the season
    tells nothing; a tie is half. Rooms without a score that day make no pair.
    """
    never = np.flatnonzero(begun == -1)
    better, pairs = 0.0, 0
    for row in np.flatnonzero(begun >= AHEAD_DAYS):
        day = begun[row] - AHEAD_DAYS
        others = score[never, day]
        others = others[~np.isnan(others)]
        if np.isnan(score[row, day]):
            continue
        better += float((others < score[row, day]).sum() + 0.5 * (others == score[row, day]).sum())
        pairs += len(others)
    return better, pairs


def _first_warnings(alerts: Sequence[Episode]) -> dict[tuple[str, str], datetime]:
    first: dict[tuple[str, str], datetime] = {}
    for one in alerts:
        if one.detector in FOREWARNING:
            place = (one.home_id, one.place)
            first[place] = min(one.raised_at, first.get(place, one.raised_at))
    return first
