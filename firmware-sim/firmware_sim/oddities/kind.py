"""What a kind of oddity is: how often it comes, at what time of day, and for how long."""

from dataclasses import dataclass

from firmware_sim.faults.kind import Family, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class OddityKind(Kind):
    """Something harmless that happens in homes."""

    times_a_year: float
    begins_h: tuple[float, float] = (0.0, 24.0)
    """Hours of the day between which it begins."""
    lasts_h: tuple[float, float] | None
    """How long it takes, from the shortest to the longest; None: for good."""
    touches: Family | None = None
    """It is not planned once a fault of this family has begun, which it would cure or hide."""
    once: bool = False
    """At most one in a run."""
