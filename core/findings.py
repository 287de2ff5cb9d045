"""What a detector saw, and the alert episode that a person is told of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum


class Severity(IntEnum):
    """How much it matters; `LOW` is information, `EMERGENCY` may cost a life or a home."""

    LOW = 1
    MEDIUM = 2
    HIGH = 3
    EMERGENCY = 4

    @property
    def word(self) -> str:
        """The word on the wire, in files and in the database.

        >>> Severity.HIGH.word
        'high'
        """
        return self.name.lower()

    @classmethod
    def of(cls, word: str) -> "Severity":
        """The severity that `word` names; ValueError when there is none of that name."""
        for severity in cls:
            if severity.word == word:
                return severity
        raise ValueError(f"{word!r} is no severity (low, medium, high, emergency)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """One possible cause; the weights of a finding's causes add up to at most 1."""

    cause: str
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One stretch of trouble of one home, detector and place.

    `raised_at` is the data's own time at which a system that had seen nothing later would have
    raised it; `began_at` is the estimated onset; `cleared_at` is empty while it lasts. `evidence`
    holds the numbers behind it, named with their units; `sentence` says it to a person. They,
    `severity` and `confidence` are as last judged while the episode was held; `severity_max` is
    the worst it has been. `flapping` says that it was told of before, again and again, and that the
    episode goes on while the trouble comes and goes.
    """

    home_id: str
    detector: str
    place: str
    began_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    severity: Severity
    severity_max: Severity
    confidence: float
    evidence: Mapping[str, float]
    sentence: str
    causes: tuple[Cause, ...] = field(default=())
    flapping: bool = False

    def meets(self, other: "Episode") -> bool:
        """Whether both were raised at one time, from `raised_at` until `cleared_at` (excluded).

        Onsets say nothing here: trouble that came back may have begun before it was first told.
        """
        if self.raised_at == other.raised_at:
            return True
        first, second = sorted((self, other), key=lambda one: one.raised_at)
        return first.cleared_at is None or second.raised_at < first.cleared_at
