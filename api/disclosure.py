"""Who sees what: the one place that decides it, for routes and pages alike. No HTTP here.

Every question is asked at `now` of the ledger in force, so that a withdrawal holds from its
instant. A former tenancy answers no to everything that concerns others.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import psycopg

from api.disclosed import Heard, LandlordsHomes, NotShared, Readings, SeenAlert, SeenHome
from api.periods import HOUR, Resolution, hour_start, shown_period
from api.principals import Officer, Tenant
from core.alerts import DEVICE_DETECTORS, Alert, purpose_of
from core.bands import bands_by_day
from core.consent import DETECTION, Permit, Purpose, Refusal
from core.evidence import NONE, Evidence, evidence_for
from core.home_risk import RANK, standing
from core.quantities import Kind
from core.readings import Period, PlaceReadings
from store import alert_answers, alerts_seen, homes, tenants, weather
from store.homes import Home, Landlord
from store.ledgers import TenancyLedger, all_ledgers, in_force, ledger_of_tenancy, ledgers_of_homes

Ledgers = Mapping[tuple[str, str], list[TenancyLedger]]
DAMP_RISK_DETECTORS = ("mould_risk", "condensation")
"""Whose alerts make the band of a day."""
_FINER_THAN_AN_HOUR = ("raw", "half_hourly")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What is asked for, and when."""

    period: Period
    resolution: Resolution
    now: datetime

    @property
    def by_hour(self) -> bool:
        return self.resolution is Resolution.HOUR

    def as_fine_as(self, level: str) -> str:
        """How finely it is answered: an hour is coarser than a half, and finer than a day."""
        return "hourly" if self.by_hour and level in _FINER_THAN_AN_HOUR else level

    def shown(self, granularity: str) -> Period:
        """The period that is answered. Raises BadPeriod."""
        return shown_period(self.period, granularity, now=self.now)


class NoSuchHome(LookupError):
    """There is no such home, or it is somebody else's."""


class NoSuchAlert(LookupError):
    """There is no such alert, or it is somebody else's."""


def homes_at_risk(conn: psycopg.Connection, officer: Officer, *, now: datetime) -> LandlordsHomes:
    """The officer's homes, by risk and then by id."""
    landlord = _landlord(conn, officer.landlord_id)
    ledgers = all_ledgers(conn)
    heard = homes.last_heard(conn)
    as_of = _as_of(landlord, heard, now)
    open_alerts: dict[str, list[Alert]] = {}
    for alert in alerts_seen.alerts(conn, landlord.landlord_id, open_only=True):
        open_alerts.setdefault(alert.home_id, []).append(alert)
    seen = [
        _seen_home(
            home,
            ledgers.get((home.landlord_id, home.home_id), []),
            heard.get(home.home_id, {}),
            open_alerts.get(home.home_id, []),
            as_of,
            now,
        )
        for home in homes.homes(conn)
    ]
    seen.sort(key=lambda one: (RANK[one.standing.risk], one.home.home_id))
    return LandlordsHomes(landlord=landlord, as_of=as_of, homes=tuple(seen))


def home_for(
    conn: psycopg.Connection, principal: Officer | Tenant, home_id: str, *, now: datetime
) -> SeenHome:
    """One home as an officer or its tenant may see it. Raises NoSuchHome."""
    home = _home(conn, principal, home_id)
    ledgers = ledgers_of_homes(conn, [(home.landlord_id, home_id)])
    heard = homes.last_heard(conn)
    as_of = _as_of(_landlord(conn, home.landlord_id), heard, now)
    found = alerts_seen.alerts(conn, home.landlord_id, home_id=home_id, open_only=True)
    theirs = ledgers.get((home.landlord_id, home_id), [])
    seen = _seen_home(home, theirs, heard.get(home_id, {}), found, as_of, now)
    if isinstance(principal, Officer):
        return seen
    own = tuple(SeenAlert(alert=alert, evidence=_whole(alert)) for alert in found)
    return replace(seen, alerts=own)


def alerts_for(
    conn: psycopg.Connection,
    principal: Officer | Tenant,
    *,
    now: datetime,
    home_id: str | None = None,
    open_only: bool = False,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[SeenAlert]:
    """Alerts, newest first, each with the evidence this person may see. Raises NoSuchHome."""
    if home_id is not None:
        _home(conn, principal, home_id)
    found = alerts_seen.alerts(
        conn,
        principal.landlord_id,
        home_id=home_id,
        open_only=open_only,
        after=after,
        limit=limit,
    )
    return _seen_alerts(conn, principal, found, now)


def alert_for(
    conn: psycopg.Connection, principal: Officer | Tenant, alert_id: UUID, *, now: datetime
) -> SeenAlert:
    """One alert with the evidence this person may see. Raises NoSuchAlert."""
    found = alerts_seen.alert(conn, principal.landlord_id, alert_id)
    if found is None:
        raise NoSuchAlert(str(alert_id))
    return _seen_alerts(conn, principal, [found], now)[0]


def group_for(
    conn: psycopg.Connection, officer: Officer, group_id: str, *, now: datetime, limit: int
) -> list[SeenAlert]:
    """The open alerts of a mass event of which this officer may see that they are of it."""
    found = alerts_seen.alerts_of_group(conn, officer.landlord_id, group_id, limit=limit)
    return [seen for seen in _seen_alerts(conn, officer, found, now) if seen.group is not None]


def acknowledge_alert(
    conn: psycopg.Connection, officer: Officer, alert_id: UUID, *, now: datetime
) -> SeenAlert:
    """Note that the officer has seen an alert; the first one counts. Raises NoSuchAlert."""
    alert_answers.acknowledge(conn, officer.landlord_id, alert_id, by=officer.actor, at=now)
    return alert_for(conn, officer, alert_id, now=now)


def readings_for(
    conn: psycopg.Connection,
    principal: Officer | Tenant,
    home_id: str,
    kind: Kind,
    asked: Period,
    *,
    now: datetime,
    resolution: Resolution = Resolution.READING,
) -> Readings | NotShared:
    """What this person may see of a home's readings in the period asked for.

    The weather is not kept by the hour and is given by reading. Raises NoSuchHome, and
    api.periods.BadPeriod when the period is too long.
    """
    _home(conn, principal, home_id)
    if kind is Kind.WEATHER:
        return _weather(conn, home_id, asked, now)
    question = _Asked(period=asked, resolution=resolution, now=now)
    found = _of_home(conn, principal, home_id, kind, question)
    # A mean of a day is never made of hours that are still due.
    if isinstance(found, NotShared) or not question.by_hour or found.granularity == "daily":
        return found
    return replace(found, complete=_is_complete(conn, home_id, found, now))


def as_of_for(conn: psycopg.Connection, landlord_id: str, *, now: datetime) -> datetime:
    """The landlord's own time: now, or the newest reading of a recording."""
    return _as_of(_landlord(conn, landlord_id), homes.last_heard(conn), now)


def _of_home(
    conn: psycopg.Connection, principal: Officer | Tenant, home_id: str, kind: Kind, asked: _Asked
) -> Readings | NotShared:
    if isinstance(principal, Tenant):
        return _own(conn, principal, kind, asked)
    ledger = in_force(
        ledgers_of_homes(conn, [(principal.landlord_id, home_id)]).get(
            (principal.landlord_id, home_id), []
        ),
        asked.now,
    )
    if ledger is None:
        return NotShared("nobody lives in this home who could share anything")
    detection = ledger.decide(DETECTION[kind], asked.now)
    if isinstance(detection, Refusal):
        return NotShared(detection.reason)
    if kind is Kind.BOILER:
        return _boiler(conn, detection, ledger, asked)
    share = ledger.decide(Purpose.SHARE_WITH_LANDLORD, asked.now)
    if isinstance(share, Refusal):
        return NotShared(share.reason)
    return _rooms(conn, share, ledger, asked)


def _own(conn: psycopg.Connection, tenant: Tenant, kind: Kind, asked: _Asked) -> Readings:
    ledger = ledger_of_tenancy(conn, tenant.landlord_id, tenant.tenancy_id)
    if ledger is None:
        raise NoSuchHome(tenant.home_id)
    granularity = asked.as_fine_as("raw")
    period = asked.shown(granularity)
    own = tenants.own_hours if asked.by_hour else tenants.own_readings
    found = own(conn, ledger.tenancy, kind, period)
    return Readings(kind=kind, granularity=granularity, period=period, places=tuple(found))


def _boiler(
    conn: psycopg.Connection, detection: Permit, ledger: TenancyLedger, asked: _Asked
) -> Readings:
    granularity = asked.as_fine_as("raw")
    period = _within(ledger, asked.shown(granularity))
    boiler = tenants.boiler_hours if asked.by_hour else tenants.boiler_readings
    found = boiler(conn, detection, ledger.tenancy.home_id, period)
    return Readings(kind=Kind.BOILER, granularity=granularity, period=period, places=tuple(found))


def _rooms(
    conn: psycopg.Connection, share: Permit, ledger: TenancyLedger, asked: _Asked
) -> Readings:
    granularity = asked.as_fine_as(share.choice)
    period = _within(ledger, asked.shown(granularity))
    home_id = ledger.tenancy.home_id
    # The mean of a day that lacks an hour, beside the whole day's, would give that hour away.
    if asked.by_hour and share.choice == "daily" and _are_due(conn, home_id, Kind.ROOM, period):
        return _rooms(conn, share, ledger, replace(asked, resolution=Resolution.READING))
    if share.choice != "band":
        rooms = tenants.shared_room_hours if asked.by_hour else tenants.shared_room_readings
        found = rooms(conn, share, home_id, period)
        return Readings(kind=Kind.ROOM, granularity=granularity, period=period, places=tuple(found))
    days_heard = tenants.days_heard_by_hour if asked.by_hour else tenants.days_heard
    heard = days_heard(conn, share, home_id, period)
    spans = alerts_seen.severity_spans(
        conn,
        share.landlord_id,
        share.tenancy_id,
        detectors=DAMP_RISK_DETECTORS,
        since=period.since,
        until=period.until,
    )
    bands = bands_by_day(heard, spans)
    return Readings(kind=Kind.ROOM, granularity="band", period=period, bands=tuple(bands))


def _is_complete(conn: psycopg.Connection, home_id: str, found: Readings, now: datetime) -> bool:
    # The hour that is running is never computed, and the one before it perhaps not yet.
    settled_until = min(found.period.until, hour_start(now)) - HOUR
    return not _are_due(conn, home_id, found.kind, Period(found.period.since, settled_until))


def _are_due(conn: psycopg.Connection, home_id: str, kind: Kind, period: Period) -> bool:
    return period.since < period.until and tenants.hours_are_due(conn, home_id, kind, period)


def _weather(conn: psycopg.Connection, home_id: str, asked: Period, now: datetime) -> Readings:
    period = shown_period(asked, "raw", now=now)
    found = weather.weather_of_home(conn, home_id, period.since, period.until)
    columns = {
        "air_temp_c": found.air_temp_c,
        "rel_humidity_pct": found.rel_humidity_pct,
        "rain_mm": found.rain_mm,
    }
    place = PlaceReadings(room="outdoors", times=found.times, columns=columns)
    places = (place,) if found.times else ()
    return Readings(kind=Kind.WEATHER, granularity="raw", period=period, places=places)


def _within(ledger: TenancyLedger, period: Period) -> Period:
    """No more than the tenancy: what was before it is another tenant's."""
    return Period(max(period.since, ledger.tenancy.began_at), period.until)


def _seen_home(
    home: Home,
    ledgers: list[TenancyLedger],
    heard: Heard,
    alerts: Iterable[Alert],
    as_of: datetime,
    now: datetime,
) -> SeenHome:
    found = list(alerts)
    ledger = in_force(ledgers, now)
    share = ledger.decide(Purpose.SHARE_WITH_LANDLORD, now) if ledger else None
    expected = [
        kind
        for kind in heard
        if ledger and kind in DETECTION and isinstance(ledger.decide(DETECTION[kind], now), Permit)
    ]
    return SeenHome(
        home=home,
        standing=standing(
            found,
            expected=expected,
            heard={kind: at for kind, at in heard.items() if at is not None},
            now=as_of,
        ),
        heard=heard,
        alerts=tuple(_disclosed(alert, ledgers, now) for alert in found),
        sharing=share.choice if isinstance(share, Permit) else "none",
        lived_in=ledger is not None,
        unwatched=tuple(
            kind for kind in heard if ledger and kind in DETECTION and kind not in expected
        ),
    )


def _seen_alerts(
    conn: psycopg.Connection,
    principal: Officer | Tenant,
    found: list[Alert],
    now: datetime,
) -> list[SeenAlert]:
    if isinstance(principal, Tenant):
        return [SeenAlert(alert=alert, evidence=_whole(alert)) for alert in found]
    pairs = {(alert.landlord_id, alert.home_id) for alert in found}
    ledgers: Ledgers = ledgers_of_homes(conn, pairs)
    return [
        _disclosed(alert, ledgers.get((alert.landlord_id, alert.home_id), []), now)
        for alert in found
    ]


def _disclosed(alert: Alert, ledgers: Iterable[TenancyLedger], now: datetime) -> SeenAlert:
    """The alert as the tenancy it belongs to lets the landlord see it."""
    if alert.detector in DEVICE_DETECTORS:
        return SeenAlert(alert=alert, evidence=_whole(alert), group=alert.group_id)
    theirs = next(
        (one for one in ledgers if one.tenancy.tenancy_id == alert.tenancy_id),
        None,
    )
    detection: Permit | Refusal
    share: Permit | Refusal
    if theirs is None:
        nobody = "the alert belongs to no tenancy"
        detection = Refusal(purpose=purpose_of(alert), reason=nobody, at=now)
        share = Refusal(purpose=Purpose.SHARE_WITH_LANDLORD, reason=nobody, at=now)
    else:
        detection = theirs.decide(purpose_of(alert), now)
        share = theirs.decide(Purpose.SHARE_WITH_LANDLORD, now)
    evidence = evidence_for(alert, detection=detection, share=share)
    group = alert.group_id if evidence.shared != NONE else None
    return SeenAlert(alert=alert, evidence=evidence, group=group)


def _whole(alert: Alert) -> Evidence:
    return Evidence(
        shared="all",
        sentence=alert.sentence,
        place=alert.place,
        numbers=alert.evidence,
        causes=alert.causes,
    )


def _home(conn: psycopg.Connection, principal: Officer | Tenant, home_id: str) -> Home:
    found = homes.home(conn, principal.landlord_id, home_id)
    if found is None:
        raise NoSuchHome(home_id)
    return found


def _landlord(conn: psycopg.Connection, landlord_id: str) -> Landlord:
    found = homes.landlord(conn, landlord_id)
    if found is None:
        raise NoSuchHome(f"landlord {landlord_id}")
    return found


def _as_of(landlord: Landlord, heard: Mapping[str, Heard], now: datetime) -> datetime:
    if not landlord.is_recording:
        return now
    seen = [at for kinds in heard.values() for at in kinds.values() if at is not None]
    return max(seen, default=now)
