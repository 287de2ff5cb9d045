"""From verdicts to alert episodes: when a person is told, and when it is over.

An alert is raised once the trouble has stood for `dwell_steps` known steps in a row, and cleared
once it has not held for `clear_steps` known steps in a row. A step about which nothing is known
neither counts nor breaks a count: silence is not health, and not trouble either. Nothing later
changes an alert's `raised_at`.

Trouble that is told of for the third time within days is *flapping* (`Flaps` says within how many):
that third alert stays open while the trouble comes and goes, and is cleared only after a longer
calm. What it takes is what was told before, so a restart forgets none of it, and late data are
judged by what was told up to their time.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from core.findings import Episode, Severity
from detectors.arrays import Booleans, Integers
from detectors.judgement import NOTHING, Judgement, Rules

_DAY_S = 86_400

FLAPS_AT = 3
"""Told of so many times, trouble comes and goes; twice may be a repair that did not last (own)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaps:
    """How close together alerts of one home, detector and place are one trouble that flaps.

    FLAPS_AT of them raised within `within`; the last is then cleared after `quiet` without trouble.
    """

    within: timedelta
    quiet: timedelta
    words: str


BY_THE_MINUTE = Flaps(
    within=timedelta(days=10),  # a cold spell lasts as long (own)
    quiet=timedelta(days=5),  # a mild day or two between cold nights is no recovery (own)
    words="It comes and goes: three times or more within ten days.",
)
BY_THE_DAY = Flaps(
    within=timedelta(days=42),  # verdicts by the day take a week to clear and come again (own)
    quiet=timedelta(days=14),  # longer than a change of weather (own)
    words="It comes and goes: three times or more within six weeks.",
)

Came = Mapping[int, tuple[datetime, ...]]
"""By row, when the last alerts were raised before a stretch, open ones too, in order of time.

Fewer than FLAPS_AT of them say all that matters.
"""


def flaps_of(step_s: int) -> Flaps:
    """What is flapping of verdicts that come in steps of this length."""
    return BY_THE_DAY if step_s >= _DAY_S else BY_THE_MINUTE


def came_after(came: Came, found: Iterable[tuple[int, Episode]]) -> dict[int, tuple[datetime, ...]]:
    """What is `came` for the stretch that follows one in which these episodes were told."""
    after = dict(came)
    for row, episode in found:
        earlier = after.get(row, ())
        if not earlier or episode.raised_at > earlier[-1]:
            after[row] = (*earlier, episode.raised_at)[1 - FLAPS_AT :]
    return after


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """For how many known steps in a row trouble, and calm, have stood in each row.

    (rows,), or (rows, steps) after each step.
    """

    trouble: Integers
    calm: Integers

    @classmethod
    def none(cls, rows: int) -> "Standing":
        """Rows of which nothing has been judged yet."""
        return cls(trouble=np.zeros(rows, np.int64), calm=np.zeros(rows, np.int64))

    def after(self, step: int) -> "Standing":
        """What stood after one of the steps."""
        return Standing(trouble=self.trouble[:, step], calm=self.calm[:, step])


def episodes_from(
    judgement: Judgement,
    rules: Rules,
    standing: Standing,
    open_before: Mapping[int, Episode],
    came_before: Came,
) -> tuple[list[tuple[int, Episode]], Standing]:
    """The episodes of a stretch that goes on from `standing`, `open_before` and `came_before`.

    And what stands after each of its steps. Stretch by stretch this says what `episodes` says of
    all of them at once.
    """
    hot, known, calm = _verdicts(judgement, rules.raise_from)
    trouble = _standing(hot, known, standing.trouble)
    quiet = _standing(calm, known, standing.calm)
    found = _found(
        judgement,
        raising=hot & (trouble >= rules.dwell_steps(judgement.step_s)),
        clearing=calm & (quiet >= rules.clear_steps(judgement.step_s)),
        quiet=quiet,
        calm=calm,
        since_step=0,
        before=open_before,
        came=came_before,
    )
    return found, Standing(trouble=trouble, calm=quiet)


def episodes(
    judgement: Judgement,
    *,
    dwell_steps: int,
    clear_steps: int,
    raise_from: Severity = Severity.LOW,
    since_step: int = 0,
    open_before: Mapping[int, Episode] | None = None,
    came_before: Came | None = None,
) -> list[tuple[int, Episode]]:
    """The episodes of every row, as pairs of row index and episode, in order of row and time.

    Raising and clearing happen at `since_step` and later only; steps before it are read to count
    how long something has stood, so that a sweep over new steps says what one over all would have
    said, as long as the judgement reaches back `dwell_steps` and `clear_steps` known steps, where
    one flaps the calm that clears it. `open_before` holds the episodes open at `since_step` by row
    index: they are the ones that go on (updated where the judgement says more) or are cleared, and
    no second one is raised beside them. `came_before` says when alerts were raised before it.
    """
    hot, known, calm = _verdicts(judgement, raise_from)
    nothing = np.zeros(len(judgement.rows), dtype=np.int64)
    raising = hot & (_standing(hot, known, nothing) >= dwell_steps)
    quiet = _standing(calm, known, nothing)
    return _found(
        judgement,
        raising=raising,
        clearing=calm & (quiet >= clear_steps),
        quiet=quiet,
        calm=calm,
        since_step=since_step,
        before=open_before or {},
        came=came_before or {},
    )


def restated(judgement: Judgement, told: Episode, evidence: Mapping[str, float]) -> Episode:
    """An episode with other numbers, in the words of its detector, whose verdicts say them."""
    return replace(
        told,
        evidence=evidence,
        sentence=_sentence(judgement, evidence, is_flapping=told.flapping),
        causes=judgement.causes(evidence),
    )


def _verdicts(judgement: Judgement, raise_from: Severity) -> tuple[Booleans, Booleans, Booleans]:
    """Where there is trouble enough to tell of, where anything is known, where all is calm."""
    hot = judgement.severity >= raise_from
    known = judgement.severity >= NOTHING
    return hot, known, known & ~hot & ~judgement.holds


def _found(
    judgement: Judgement,
    *,
    raising: Booleans,
    clearing: Booleans,
    quiet: Integers,
    calm: Booleans,
    since_step: int,
    before: Mapping[int, Episode],
    came: Came,
) -> list[tuple[int, Episode]]:
    standing = (judgement.severity > NOTHING) & ~calm
    flaps = flaps_of(judgement.step_s)
    calm_steps = flaps.quiet // timedelta(seconds=judgement.step_s)
    raising[:, :since_step] = clearing[:, :since_step] = False
    found: list[tuple[int, Episode]] = []
    for row in np.union1d(np.flatnonzero(raising.any(axis=1)), sorted(before)).astype(int):
        raises, clears = np.flatnonzero(raising[row]), np.flatnonzero(clearing[row])
        line = _Line(
            raises=raises,
            clears=clears,
            settles=clears[quiet[row, clears] >= calm_steps],
            raised=tuple(
                (at - judgement.start).total_seconds() / judgement.step_s
                for at in came.get(row, ())
            ),
            within=flaps.within.total_seconds() / judgement.step_s,
        )
        first = before.get(row)
        for opened, closed, is_flapping in line.spans(since_step, first):
            told = first if opened is None else _opened(judgement, row, opened, is_flapping)
            if told is None:
                continue
            begin = since_step if opened is None else opened
            held = begin + np.flatnonzero(standing[row, begin:closed])
            found.append((int(row), _told(judgement, told, int(row), held, closed)))
    return found


def _standing(mask: Booleans, known: Booleans, before: Integers) -> Integers:
    """For how many known steps in a row `mask` has been true, `before` included, at each step."""
    count = np.cumsum(mask, axis=1)
    unbroken = -before[:, np.newaxis]
    broken = np.maximum.accumulate(np.where(known & ~mask, count, unbroken), axis=1)
    return count - broken


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """What may happen in one row, in steps: raising, clearing, and clearing what flaps.

    `raised` are the steps of raising before, whole or not and mostly negative, in order.
    """

    raises: Integers
    clears: Integers
    settles: Integers
    raised: tuple[float, ...]
    within: float

    def spans(
        self, since_step: int, first: Episode | None
    ) -> Iterator[tuple[int | None, int | None, bool]]:
        """Steps of raising (None: open already), of clearing (None: open still), if it flaps."""
        position, opened, raised = since_step, None, self.raised
        is_open, is_flapping = first is not None, first is not None and first.flapping
        while True:
            if not is_open:
                at = int(np.searchsorted(self.raises, position))
                if at == len(self.raises):
                    return
                position = opened = int(self.raises[at])
                raised = (*raised, float(opened))[-FLAPS_AT:]
                is_flapping = len(raised) == FLAPS_AT and opened - raised[0] <= self.within
            ends = self.settles if is_flapping else self.clears
            at = int(np.searchsorted(ends, position))
            if at == len(ends):
                yield opened, None, is_flapping
                return
            position = int(ends[at])
            yield opened, position, is_flapping
            is_open = False


def _opened(judgement: Judgement, row: int, step: int, is_flapping: bool) -> Episode:
    owner = judgement.rows[row]
    severity = Severity(int(judgement.severity[row, step]))
    raised_at = judgement.instant(step)
    evidence = judgement.evidence_at(row, step)
    return Episode(
        home_id=owner.home_id,
        detector=judgement.detector,
        place=owner.place,
        began_at=min(judgement.instant(int(judgement.onset[row, step])), raised_at),
        raised_at=raised_at,
        cleared_at=None,
        severity=severity,
        severity_max=severity,
        confidence=round(float(judgement.confidence[row, step]), 4),
        evidence=evidence,
        sentence=_sentence(judgement, evidence, is_flapping=is_flapping),
        causes=judgement.causes(evidence),
        flapping=is_flapping,
    )


def _sentence(judgement: Judgement, evidence: Mapping[str, float], *, is_flapping: bool) -> str:
    sentence = judgement.sentence(evidence)
    return f"{sentence} {flaps_of(judgement.step_s).words}" if is_flapping else sentence


def _told(
    judgement: Judgement, first: Episode, row: int, held: Integers, closed: int | None
) -> Episode:
    """The episode as judged in the last of the steps in which it was `held`."""
    told = replace(first, cleared_at=None if closed is None else judgement.instant(closed))
    if not len(held):
        return told
    last = int(held[-1])
    return replace(
        restated(judgement, told, judgement.evidence_at(row, last)),
        severity=Severity(int(judgement.severity[row, last])),
        severity_max=Severity(max(first.severity_max, int(judgement.severity[row, held].max()))),
        confidence=round(float(judgement.confidence[row, last]), 4),
    )
