"""What was disclosed to a person, and no more: the values that routes and pages show."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.alerts import Alert
from core.bands import DayBand
from core.evidence import Evidence
from core.home_risk import Standing
from core.quantities import Kind
from core.readings import Period, PlaceReadings
from store.homes import Home, Landlord

Heard = Mapping[Kind, datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenAlert:
    """An alert with the evidence that this person may see.

    `group` is the mass event that it is part of; a tenant is told of their own home alone, and of
    an alert whose kind is not shared it would give the kind away.
    """

    alert: Alert
    evidence: Evidence
    group: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenHome:
    """A home with how it stands, its open alerts, and how finely its tenant shares its rooms.

    `heard` has an entry for each kind that a device in it measures; `unwatched` are those of them
    that the tenant does not let us read. Where nobody lives (`lived_in`) nothing is read.
    """

    home: Home
    standing: Standing
    heard: Heard
    alerts: tuple[SeenAlert, ...]
    sharing: str
    lived_in: bool
    unwatched: tuple[Kind, ...]

    @property
    def last_heard_at(self) -> datetime | None:
        """When anything in it was last heard."""
        return max((at for at in self.heard.values() if at is not None), default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LandlordsHomes:
    """Every home of a landlord, those at risk first.

    `as_of` is now; for a recording, which lives in its own time, the newest reading in it.
    """

    landlord: Landlord
    as_of: datetime
    homes: tuple[SeenHome, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """What may be seen of a home's readings: `places`, or with granularity `band` the `bands`.

    `complete` is false while hours of the period are still to be computed from its readings.
    """

    kind: Kind
    granularity: str
    period: Period
    places: tuple[PlaceReadings, ...] = ()
    bands: tuple[DayBand, ...] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class NotShared:
    """The tenant has not agreed to it; the reason can be shown."""

    reason: str
