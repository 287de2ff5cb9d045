"""Homes watched as time goes on: frames in, alert episodes out, the same however time is cut.

Days that are over are judged by what they came to, boilers by the minute in between. What a
detector carries on from one stretch to the next is `Stood`: how long its verdicts have stood, and
which alerts are open.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from core.findings import Episode, Severity
from detectors.arrays import Booleans, Floats, Integers
from detectors.daily import DAY_S, LEAD, DayFrame, Features, with_lead
from detectors.episodes import Came, Standing, came_after, episodes_from
from detectors.frame import BoilerFrame, Row
from detectors.judgement import UNKNOWN, Judgement, Rules
from detectors.tiles import DAY_ROWS, tiles

KEPT_DAYS = 45
"""A verdict on a day rests on that day and this many before it."""

GROUP_S = 300
"""Minutes are judged in groups: a verdict each five minutes."""

DAY_SETTLES = timedelta(minutes=30)
"""A day is judged when the home's newest reading is so much later: sensors report by then."""


@dataclass(frozen=True, slots=True)
class Daily:
    """A detector that judges days when they are over.

    `compares_homes` says that it holds homes against one another: it is given all of them at once,
    where the others judge them tile by tile.
    """

    name: str
    judge: Callable[[DayFrame], Judgement]
    rules: Rules
    compares_homes: bool = False


@dataclass(frozen=True, slots=True)
class Fast:
    """A detector that judges boilers minute by minute, looking back LEAD at most."""

    name: str
    judge: Callable[[BoilerFrame], Judgement]
    rules: Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """What a detector carries on: counts of verdicts by row, and open episodes by row.

    `came` says by row when the last alerts were raised.
    """

    standing: Standing
    open: Mapping[int, Episode]
    came: Came = field(default_factory=dict)

    @classmethod
    def none(cls, rows: int) -> "Stood":
        """Rows of which nothing has been judged yet."""
        return cls(standing=Standing.none(rows), open={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a detector tells of a stretch, as pairs of row and episode, and what then stands.

    `episodes` holds the new ones and those that were open before, gone on or cleared; `judgement`
    the verdicts of the stretch, `after_each` what stood after each of them, from which late data
    can be judged anew.
    """

    judgement: Judgement
    episodes: list[tuple[int, Episode]]
    stood: Stood
    after_each: Standing


def judge_days(
    frame: DayFrame,
    of_devices: Iterable[Daily],
    others: Iterable[Daily],
    before: Mapping[str, Stood],
    *,
    since: int,
) -> dict[str, Told]:
    """What the daily detectors tell of the days of a frame from column `since` on, by their name.

    The frame has KEPT_DAYS before them, as far as there are any; `before` is what each detector
    stood at then. Where a detector of devices sees trouble or has an alert that stands (`Rules` say
    of what severity), the others are UNKNOWN on that day, and all are where nothing was heard.
    """
    parts = [frame.part(rows=rows) for rows in tiles(frame.rows, DAY_ROWS)]
    unheard = ~frame.heard[:, since:]
    earliest = _earliest_onset(frame.heard)[:, since:] - since
    doubted = np.zeros(unheard.shape, dtype=np.bool_)
    told: dict[str, Told] = {}
    for detector in of_devices:
        judgement = _unknown_where(_judged(detector, frame, parts, since), unheard)
        stood = before.get(detector.name)
        told[detector.name] = _told(judgement, detector.rules, stood, earliest)
        doubted |= _doubted(told[detector.name], detector.rules.doubts_from, stood)
    for detector in others:
        judgement = _unknown_where(_judged(detector, frame, parts, since), doubted | unheard)
        stood = before.get(detector.name)
        told[detector.name] = _told(judgement, detector.rules, stood, earliest)
    return told


def judge_minutes(
    frame: BoilerFrame,
    believed: Callable[[BoilerFrame], BoilerFrame],
    detectors: Iterable[Fast],
    before: Mapping[str, Stood],
    *,
    settled: Booleans | None = None,
) -> dict[str, Told]:
    """What the fast detectors tell of whole groups of minutes, by their name.

    The frame has RUN_UP before them and passes through `believed`. `settled` (rows, groups), where
    it is given, says which of them may be judged: the others are UNKNOWN.
    """
    return judge_believed_minutes(with_lead(believed(frame)), detectors, before, settled=settled)


def judge_believed_minutes(
    frame: BoilerFrame,
    detectors: Iterable[Fast],
    before: Mapping[str, Stood],
    *,
    settled: Booleans | None = None,
) -> dict[str, Told]:
    """`judge_minutes` of a frame that is believed and has LEAD before what is judged."""
    since = int(LEAD.total_seconds()) // GROUP_S
    told: dict[str, Told] = {}
    for detector in detectors:
        judgement = _since(detector.judge(frame), since)
        if settled is not None:
            judgement = _unknown_where(judgement, ~settled)
        columns = np.arange(judgement.severity.shape[1]) - since
        earliest = np.broadcast_to(columns, judgement.severity.shape)
        stood = before.get(detector.name)
        told[detector.name] = _told(judgement, detector.rules, stood, earliest)
    return told


@dataclass(slots=True, kw_only=True)
class Days:
    """What days came to, for rows that stay the same."""

    rows: tuple[Row, ...]
    f_rsi: Floats
    began_at: datetime | None = None
    days: list[Features] = field(default_factory=list)

    def last(self) -> Features:
        """What the last day came to; nothing before the first."""
        return self.days[-1] if self.days else {}

    def frame(self) -> DayFrame:
        """All days that are kept. ValueError where it is not known when they began."""
        if self.began_at is None:
            raise ValueError("days without a beginning make no frame")
        names = sorted({name for day in self.days for name in day})
        missing = np.full(len(self.rows), np.nan, dtype=np.float32)
        return DayFrame(
            start=self.began_at,
            step_s=DAY_S,
            steps=len(self.days),
            rows=self.rows,
            values={
                name: np.stack([day.get(name, missing) for day in self.days], axis=1)
                for name in names
            },
            f_rsi=self.f_rsi,
        )

    def forget(self, days: int) -> None:
        """Keep no more than the last so many days."""
        surplus = max(len(self.days) - days, 0)
        if surplus and self.began_at is not None:
            self.began_at += timedelta(days=surplus)
            del self.days[:surplus]


def _judged(detector: Daily, frame: DayFrame, parts: Sequence[DayFrame], since: int) -> Judgement:
    """The verdicts from column `since` on; `parts` are the frame in tiles."""
    if detector.compares_homes or len(parts) < 2:
        return _since(detector.judge(frame), since)
    return _joined([_since(detector.judge(part), since) for part in parts])


def _since(judgement: Judgement, column: int) -> Judgement:
    """The verdicts from a column on; onsets before it are negative."""
    return replace(
        judgement,
        start=judgement.instant(column),
        severity=judgement.severity[:, column:],
        holds=judgement.holds[:, column:],
        confidence=judgement.confidence[:, column:],
        onset=judgement.onset[:, column:] - column,
        evidence={name: array[:, column:] for name, array in judgement.evidence.items()},
    )


def _joined(judgements: Sequence[Judgement]) -> Judgement:
    """Verdicts of one detector on the same columns, of one row after another."""
    return replace(
        judgements[0],
        rows=tuple(row for one in judgements for row in one.rows),
        severity=np.concatenate([one.severity for one in judgements]),
        holds=np.concatenate([one.holds for one in judgements]),
        confidence=np.concatenate([one.confidence for one in judgements]),
        onset=np.concatenate([one.onset for one in judgements]),
        evidence={
            name: np.concatenate([one.evidence[name] for one in judgements])
            for name in judgements[0].evidence
        },
    )


def _unknown_where(judgement: Judgement, where: Booleans) -> Judgement:
    severity = np.where(where, UNKNOWN, judgement.severity).astype(np.int8)
    return replace(judgement, severity=severity)


def _earliest_onset(heard: Booleans) -> Integers:
    """For each day the first on which trouble may have begun that is told then, (rows, days).

    Not longer ago than a verdict looks back, nor before the row was heard in that time: so it is
    the same wherever a frame begins.
    """
    days = heard.shape[1]
    line = np.arange(days)
    next_heard = np.where(heard, line, days)[:, ::-1]
    next_heard = np.minimum.accumulate(next_heard, axis=1)[:, ::-1]
    return next_heard[:, np.maximum(line - KEPT_DAYS, 0)]


def _doubted(told: Told, least: Severity | None, before: Stood | None) -> Booleans:
    """The days on which a device is not believed, (rows, days).

    Those of trouble of severity `least` or more, and all from then on while the alert stands.
    """
    severity = told.judgement.severity
    if least is None:
        return np.zeros(severity.shape, dtype=np.bool_)
    doubted: Booleans = severity >= least
    opened = {} if before is None else before.open
    for row, alert in told.episodes:
        begin, end = (_column(told.judgement, at) for at in (alert.raised_at, alert.cleared_at))
        was = opened.get(row)
        if was is not None and was.raised_at == alert.raised_at and was.severity_max >= least:
            doubted[row, begin:end] = True
        else:
            doubted[row, begin:end] = np.logical_or.accumulate(doubted[row, begin:end])
    return doubted


def _column(judgement: Judgement, instant: datetime | None) -> int | None:
    """The first column that is given at an instant or later; None where there is no instant."""
    if instant is None:
        return None
    columns = (instant - judgement.start) / timedelta(seconds=judgement.step_s)
    return max(int(np.ceil(columns)), 0)


def _told(judgement: Judgement, rules: Rules, before: Stood | None, earliest: Integers) -> Told:
    stood = before or Stood.none(len(judgement.rows))
    part = replace(judgement, onset=np.maximum(judgement.onset, earliest))
    told, after_each = episodes_from(part, rules, stood.standing, stood.open, stood.came)
    still = {row: one for row, one in told if one.cleared_at is None}
    standing = after_each.after(-1) if part.severity.shape[1] else stood.standing
    return Told(
        judgement=part,
        episodes=told,
        stood=Stood(standing=standing, open=still, came=came_after(stood.came, told)),
        after_each=after_each,
    )
