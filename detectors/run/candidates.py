"""Whom a sweep may judge: homes with something new, whose tenancy allows it now."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.consent import DETECTION, Permit, Purpose, Tenancy
from core.quantities import Kind
from detectors.run.windows import earliest
from store.alerts import HomeJudgement
from store.frames import Arrival, Place
from store.ledgers import TenancyLedger, in_force

HomeKey = tuple[str, str]
"""Landlord and home id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A home to judge by its readings of one kind; holding the Permit is what makes it one.

    `new_since` is the first instant about which something new is known, of the home itself or of
    its weather; `heard_until` the last instant at which the home itself was heard.
    """

    permit: Permit
    tenancy: Tenancy
    places: tuple[Place, ...]
    new_since: datetime
    heard_until: datetime

    @property
    def home(self) -> HomeKey:
        """Whose it is."""
        return self.permit.landlord_id, self.permit.home_id


def purpose_of(kind: Kind) -> Purpose:
    """What readings of this kind are judged for."""
    return DETECTION[kind]


def kind_of_place(place: str) -> Kind:
    """The kind of reading that an alert at this place rests on."""
    return Kind.BOILER if place == Kind.BOILER.value else Kind.ROOM


def candidates(
    kind: Kind,
    places: Iterable[Place],
    arrivals: Mapping[int, Arrival],
    ledgers: Mapping[HomeKey, Sequence[TenancyLedger]],
    judged: Mapping[HomeKey, HomeJudgement],
    *,
    now: datetime,
) -> list[Candidate]:
    """The homes of these places that have something new and may be judged at `now`."""
    by_home: dict[HomeKey, list[Place]] = {}
    for place in places:
        if place.kind is kind:
            by_home.setdefault((place.landlord_id, place.home_id), []).append(place)
    found = []
    for home, standing in by_home.items():
        one = _candidate(kind, standing, arrivals, ledgers.get(home, ()), judged.get(home), now)
        if one is not None:
            found.append(one)
    return found


def _candidate(
    kind: Kind,
    places: list[Place],
    arrivals: Mapping[int, Arrival],
    ledgers: Sequence[TenancyLedger],
    judged: HomeJudgement | None,
    now: datetime,
) -> Candidate | None:
    ledger = in_force(ledgers, now)
    if ledger is None:
        return None
    permit = ledger.decide(purpose_of(kind), now)
    if not isinstance(permit, Permit):
        return None
    began_at = ledger.tenancy.began_at
    own = [
        span
        for place in places
        if place.device_id in arrivals
        and (span := _within(arrivals[place.device_id], place, began_at))
    ]
    stations = {place.weather_device_id for place in places if place.weather_device_id is not None}
    weather = [arrivals[device] for device in stations if device in arrivals]
    news = own + ([(one.first_at, one.last_at) for one in weather] if kind is Kind.ROOM else [])
    new_since = earliest(first_at for first_at, _ in news)
    heard = [last_at for _, last_at in own]
    if judged is not None and judged.judged_until >= began_at:
        heard.append(judged.judged_until)
    if new_since is None or not heard:
        return None
    return Candidate(
        permit=permit,
        tenancy=ledger.tenancy,
        places=tuple(places),
        new_since=new_since,
        heard_until=max(heard),
    )


def _within(arrival: Arrival, place: Place, began_at: datetime) -> tuple[datetime, datetime] | None:
    """The part of an arrival that may fall into a device's stay in the tenancy's time."""
    first_at = max(arrival.first_at, place.placed_at, began_at)
    last_at = arrival.last_at
    if place.removed_at is not None:
        last_at = min(last_at, place.removed_at)
    return (first_at, last_at) if first_at <= last_at else None
