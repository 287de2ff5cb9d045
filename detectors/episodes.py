"""From verdicts to alert episodes: when a person is told, and when it is over.

An alert is raised once the trouble has stood for `dwell_steps` known steps in a row, and cleared
once it has not held for `clear_steps` known steps in a row. A step about which nothing is known
neither counts nor breaks a count: silence is not health, and not trouble either. Nothing later
changes an alert's `raised_at`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from core.findings import Episode, Severity
from detectors.arrays import Booleans, Integers
from detectors.judgement import NOTHING, Judgement, Rules


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
) -> tuple[list[tuple[int, Episode]], Standing]:
    """The episodes of a stretch that goes on from `standing` and `open_before`.

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
        calm=calm,
        since_step=0,
        before=open_before,
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
) -> list[tuple[int, Episode]]:
    """The episodes of every row, as pairs of row index and episode, in order of row and time.

    Raising and clearing happen at `since_step` and later only; steps before it are read to count
    how long something has stood, so that a sweep over new steps says what one over all would have
    said, as long as the judgement reaches back `dwell_steps` and `clear_steps` known steps.
    `open_before` holds the episodes open at `since_step` by row index: they are the ones that go
    on (updated where the judgement says more) or are cleared, and no second one is raised beside
    them.
    """
    hot, known, calm = _verdicts(judgement, raise_from)
    nothing = np.zeros(len(judgement.rows), dtype=np.int64)
    raising = hot & (_standing(hot, known, nothing) >= dwell_steps)
    clearing = calm & (_standing(calm, known, nothing) >= clear_steps)
    return _found(
        judgement,
        raising=raising,
        clearing=clearing,
        calm=calm,
        since_step=since_step,
        before=open_before or {},
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
    calm: Booleans,
    since_step: int,
    before: Mapping[int, Episode],
) -> list[tuple[int, Episode]]:
    standing = (judgement.severity > NOTHING) & ~calm
    raising[:, :since_step] = clearing[:, :since_step] = False
    found: list[tuple[int, Episode]] = []
    for row in np.union1d(np.flatnonzero(raising.any(axis=1)), sorted(before)).astype(int):
        raises, clears = np.flatnonzero(raising[row]), np.flatnonzero(clearing[row])
        for opened, closed in _spans(raises, clears, since_step, is_open=row in before):
            first = before.get(row) if opened is None else _opened(judgement, row, opened)
            if first is None:
                continue
            begin = since_step if opened is None else opened
            held = begin + np.flatnonzero(standing[row, begin:closed])
            found.append((int(row), _told(judgement, first, int(row), held, closed)))
    return found


def _standing(mask: Booleans, known: Booleans, before: Integers) -> Integers:
    """For how many known steps in a row `mask` has been true, `before` included, at each step."""
    count = np.cumsum(mask, axis=1)
    unbroken = -before[:, np.newaxis]
    broken = np.maximum.accumulate(np.where(known & ~mask, count, unbroken), axis=1)
    return count - broken


def _spans(
    raises: Integers, clears: Integers, since_step: int, *, is_open: bool
) -> Iterator[tuple[int | None, int | None]]:
    """Pairs of the steps of raising (None: open already) and of clearing (None: still open)."""
    position, opened = since_step, None
    while True:
        if not is_open:
            at = int(np.searchsorted(raises, position))
            if at == len(raises):
                return
            position = opened = int(raises[at])
        at = int(np.searchsorted(clears, position))
        if at == len(clears):
            yield opened, None
            return
        position = int(clears[at])
        yield opened, position
        is_open = False


def _opened(judgement: Judgement, row: int, step: int) -> Episode:
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
        sentence=judgement.sentence(evidence),
        causes=judgement.causes(evidence),
    )


def _told(
    judgement: Judgement, first: Episode, row: int, held: Integers, closed: int | None
) -> Episode:
    """The episode as judged in the last of the steps in which it was `held`."""
    told = replace(first, cleared_at=None if closed is None else judgement.instant(closed))
    if not len(held):
        return told
    last = int(held[-1])
    evidence = judgement.evidence_at(row, last)
    return replace(
        told,
        severity=Severity(int(judgement.severity[row, last])),
        severity_max=Severity(max(first.severity_max, int(judgement.severity[row, held].max()))),
        confidence=round(float(judgement.confidence[row, last]), 4),
        evidence=evidence,
        sentence=judgement.sentence(evidence),
        causes=judgement.causes(evidence),
    )
