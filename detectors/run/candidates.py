"""Whom a sweep may judge: homes with something new, whose tenancy allows it now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from core.consent import DETECTION, Permit, Purpose, Tenancy
from core.quantities import Kind
from detectors.run.windows import earliest, latest
from store import frames
from store.frames import Arrival, Place
from store.ledgers import TenancyLedger, in_force, ledgers_of_homes

HomeKey = tuple[str, str]
"""Landlord and home id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A home to judge by its readings of one kind; holding the Permit is what makes it one.

    `places` are those of the kind; `rooms` those of its rooms where a boiler is judged and they may
    be looked at for that.
    """

    permit: Permit
    tenancy: Tenancy
    places: tuple[Place, ...]
    rooms: tuple[Place, ...] = ()

    @property
    def home(self) -> HomeKey:
        """Whose it is."""
        return self.permit.landlord_id, self.permit.home_id

    @property
    def area(self) -> tuple[str, str]:
        """Landlord and id of the area it stands in."""
        return self.permit.landlord_id, self.places[0].area_id


@dataclass(slots=True)
class HomesKnown:
    """Places and tenancies of homes, read from the store once."""

    places: dict[HomeKey, list[Place]] = field(default_factory=dict)
    ledgers: dict[HomeKey, list[TenancyLedger]] = field(default_factory=dict)

    def add(self, conn: psycopg.Connection, places: Iterable[Place]) -> None:
        """Take note of every place of some homes, and read their tenancies."""
        found: dict[HomeKey, list[Place]] = {}
        for place in places:
            found.setdefault((place.landlord_id, place.home_id), []).append(place)
        self.places |= found
        if found:
            self.ledgers |= ledgers_of_homes(conn, found)

    def read(self, conn: psycopg.Connection, homes: Iterable[HomeKey]) -> None:
        """Read what is not known yet of these homes."""
        missing = [home for home in homes if home not in self.places]
        if missing:
            self.add(conn, frames.places_of_homes(conn, missing))

    def candidate(self, home: HomeKey, kind: Kind, *, now: datetime) -> Candidate | None:
        """The home as a candidate; None where nobody allows it, or it has no place of the kind."""
        places = self.places.get(home, [])
        own = tuple(place for place in places if place.kind is kind)
        ledger = in_force(self.ledgers.get(home, ()), now)
        permit = ledger.decide(purpose_of(kind), now) if ledger else None
        if ledger is None or not isinstance(permit, Permit) or not own:
            return None
        rooms: tuple[Place, ...] = ()
        if kind is Kind.BOILER:
            looked_at = ledger.decide(purpose_of(Kind.ROOM), now)
            if isinstance(looked_at, Permit):
                rooms = tuple(place for place in places if place.kind is Kind.ROOM)
        return Candidate(permit=permit, tenancy=ledger.tenancy, places=own, rooms=rooms)


@dataclass(frozen=True, slots=True)
class Heard:
    """What arrived of a home: since when, and until when, something is new."""

    since: datetime | None
    until: datetime | None


def heard(
    places: Sequence[Place], arrivals: Mapping[int, Arrival], *, not_before: datetime
) -> Heard:
    """What arrived of devices in the time in which they stood in these places."""
    spans = [
        span
        for place in places
        if place.device_id in arrivals
        and (span := _within(arrivals[place.device_id], place, not_before))
    ]
    return Heard(earliest(first for first, _ in spans), latest(last for _, last in spans))


def weather_since(
    places: Sequence[Place], arrivals: Mapping[int, Arrival], *, not_before: datetime
) -> datetime | None:
    """Since when the weather around these places is new."""
    stations = {place.weather_device_id for place in places if place.weather_device_id is not None}
    news = [arrivals[device] for device in stations if device in arrivals]
    return earliest(max(one.first_at, not_before) for one in news if one.last_at >= not_before)


def purpose_of(kind: Kind) -> Purpose:
    """What readings of this kind are judged for."""
    return DETECTION[kind]


def kind_of_place(place: str) -> Kind:
    """The kind of reading that an alert at this place rests on."""
    return Kind.BOILER if place == Kind.BOILER.value else Kind.ROOM


def _within(
    arrival: Arrival, place: Place, not_before: datetime
) -> tuple[datetime, datetime] | None:
    """The part of an arrival that may fall into a device's stay in the tenancy's time."""
    first_at = max(arrival.first_at, place.placed_at, not_before)
    last_at = arrival.last_at
    if place.removed_at is not None:
        last_at = min(last_at, place.removed_at)
    return (first_at, last_at) if first_at <= last_at else None
