"""What a process of the detectors runs, and what it remembers."""

from dataclasses import dataclass, field
from datetime import datetime

from detectors import registry
from detectors.registry import Detectors
from detectors.run.candidates import Candidate
from detectors.run.memory import Memory
from store.judgements import HomeJudgement

Watched = tuple[Candidate, HomeJudgement]
"""A home that may be judged, and how far it is."""


@dataclass(slots=True)
class Watching:
    """Detectors of a version, and boilers' last hours.

    `looked_through_at` says when it was last asked which of these may still be kept.
    """

    detectors: Detectors = field(default_factory=lambda: registry.DETECTORS)
    version: str = registry.VERSION
    memory: Memory = field(default_factory=Memory)
    looked_through_at: datetime | None = None
