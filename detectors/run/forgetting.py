"""What may no longer be looked at, or was erased, is forgotten: in memory, and in open alerts."""

from datetime import datetime, timedelta

import psycopg

from core.consent import Permit
from core.findings import Episode
from core.quantities import Kind
from detectors.daily import LEAD
from detectors.episodes import restated
from detectors.frame import BoilerFrame, Row
from detectors.placing import BOILER_STEP_S
from detectors.registry import Detectors
from detectors.run.candidates import kind_of_place, purpose_of
from detectors.run.watching import Watching
from detectors.watch import GROUP_S, Fast
from store import alerts, judgements
from store.alerts import KnownAlert
from store.ledgers import TenancyLedger, in_force, ledgers_of_homes

LOOKED_THROUGH_EVERY = timedelta(minutes=1)
"""Memory is looked through so often: until then what is refused or erased is kept, but not used."""

OF_ROOMS = frozenset({"indoor_temp_c"})
"""The numbers of a boiler's alert by the minute that rest on the rooms around it."""

OF_ROOMS_BY_THE_DAY = frozenset({"rest_over_room_change_k"})
"""Those of an alert by the day: it is closed, and told anew after the day where others tell it."""


def close_refused(conn: psycopg.Connection, detectors: Detectors, *, now: datetime) -> int:
    """Close the open alerts that are no longer allowed to rest on what they rest on; how many.

    That is so when the tenant objects, of a boiler's alert that needs the rooms or by the day has
    numbers of them also when to these, and when the tenancy has ended in which they were raised:
    the next tenant's home is judged by itself. Where only the rooms may not be looked at, what is
    told of a boiler by the minute loses their numbers.
    """
    homes = alerts.homes_with_open_alerts(conn)
    if not homes:
        return 0
    ledgers = ledgers_of_homes(conn, homes)
    by_minute = {one.name: one for one in detectors.boiler_minutes}
    closed = 0
    for alert in alerts.open_alerts(conn, homes):
        told = alert.episode
        ledger = in_force(ledgers.get((alert.landlord_id, told.home_id), ()), now)
        kinds = {kind_of_place(told.place)}
        if told.detector in detectors.need_rooms or told.evidence.keys() & OF_ROOMS_BY_THE_DAY:
            kinds.add(Kind.ROOM)
        if not all(_allows(ledger, kind, alert.tenancy_id, now) for kind in kinds):
            alerts.close_alert(conn, alert.alert_id, at=now, why="consent")
            closed += 1
        elif (
            told.detector in by_minute
            and told.evidence.keys() & OF_ROOMS
            and not _allows(ledger, Kind.ROOM, alert.tenancy_id, now)
        ):
            without = _without_rooms(by_minute[told.detector], alert)
            alerts.update_alert(conn, alert, without, judged_at=now)
    return closed


def forget_refused(conn: psycopg.Connection, watching: Watching, *, now: datetime) -> None:
    """Drop from memory, if it is time, the boilers and rooms that may no longer be looked at.

    Also such of which the store no longer knows that they are judged: what was measured there was
    erased, or the home has changed hands.
    """
    last = watching.looked_through_at
    if last is not None and timedelta(0) <= now - last < LOOKED_THROUGH_EVERY:
        return
    watching.looked_through_at = now
    rows = watching.memory.rows()
    if not rows:
        return
    homes = {(row.landlord_id, row.home_id) for row in rows}
    ledgers = ledgers_of_homes(conn, homes)
    judged = judgements.tenancies_judged(conn, homes, Kind.BOILER)
    for row in rows:
        home = (row.landlord_id, row.home_id)
        ledger = in_force(ledgers.get(home, ()), now)
        if not _allows(ledger, Kind.BOILER, judged.get(home), now):
            watching.memory.drop(row)
        elif not _allows(ledger, Kind.ROOM, judged.get(home), now):
            watching.memory.forget_rooms(row)


def _allows(
    ledger: TenancyLedger | None, kind: Kind, tenancy_id: str | None, now: datetime
) -> bool:
    """Whether the tenancy in force is this one, and lets readings of a kind be looked at."""
    permit = ledger.decide(purpose_of(kind), now) if ledger else None
    return isinstance(permit, Permit) and permit.tenancy_id == tenancy_id


def _without_rooms(detector: Fast, alert: KnownAlert) -> Episode:
    """The episode without the numbers of rooms, said in the detector's words for such.

    These come with its verdicts, so it is asked for one on a boiler of which nothing is known.
    """
    told = alert.episode
    nothing = BoilerFrame(
        start=told.raised_at,
        step_s=BOILER_STEP_S,
        steps=int(LEAD.total_seconds() + GROUP_S) // BOILER_STEP_S,
        rows=(Row(alert.landlord_id, told.home_id, told.place),),
        values={},
    )
    left = {name: number for name, number in told.evidence.items() if name not in OF_ROOMS}
    return restated(detector.judge(nothing), told, left)
