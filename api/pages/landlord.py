"""The pages of a landlord's officers, from what is disclosed to them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import psycopg

from api.disclosed import NotShared, Readings, SeenAlert, SeenHome
from api.disclosure import alerts_for, as_of_for, home_for, homes_at_risk, readings_for
from api.pages.groups import group_lines, groups_of
from api.pages.landlord_views import (
    NOT_SHARED,
    SHARING,
    ListedHome,
    band_table,
    homes_view,
    officer_alert,
    officer_title,
    standing_words,
)
from api.pages.places import (
    BOILER_CHARTS,
    ROOM_CHARTS,
    Drawn,
    chart_places,
    period_links,
    still_computed,
)
from api.pages.repair_words import (
    asked_by,
    delivery_words,
    left_out_words,
    repair_steps,
    repair_title,
)
from api.pages.views import (
    GroupLine,
    HomesView,
    HomeView,
    OfficerAlert,
    OfficerRepair,
    Place,
    RepairsView,
)
from api.pages.words import BANDS, PRIORITY, REPAIR_STATUS, goes_with, home_words, in_reading_order
from api.periods import asked_period, chart_resolution
from api.principals import Officer
from api.repairing import RepairSeen, repairs_for
from core.alerts import Alert, Decision, shows_indoor_readings
from core.casework import OPEN, permission_to_raise, work_for
from core.consent import Permit
from core.quantities import Kind
from store import mass_events, repairs
from store.ledgers import TenancyLedger, ledger_of_tenancy
from store.repairs import Repair

ALERTS_SHOWN = 20  # of a home, open and past ones; the API gives the rest
REPAIRS_SHOWN = 100  # the newest; nobody reads further down, and the API gives the rest
REPAIRS_LOOKED_THROUGH = 2000  # for those still open: more than a landlord has at once

_ALL = "all"  # what core.evidence calls evidence of which nothing is held back
_BAND_ONLY = f"{NOT_SHARED} They share whether the risk is low, medium or high, and no number."
_ROOMS_NOT_MEASURED = "Not measured: your tenant has chosen that their rooms not be measured."
_BOILER_NOT_SHOWN = "Not read: your tenant has chosen that their boiler not be read."
_NOBODY_LIVES_HERE = "Nobody is registered as living here now, so nothing is read or shown."
_ROOMS_UNWATCHED = "nothing of the rooms: they are not measured"
_NO_ALERTS = "No alert has been raised for this home."


def homes_page(
    conn: psycopg.Connection,
    officer: Officer,
    *,
    now: datetime,
    asked: str | None,
    said: str = "",
) -> HomesView:
    """Every home of the landlord, those at risk first."""
    seen = homes_at_risk(conn, officer, now=now)
    known = repairs.repairs(conn, officer.landlord_id, limit=REPAIRS_LOOKED_THROUGH)
    open_repairs = {one.home_id: one for one in reversed(known) if one.status in OPEN}
    return homes_view(
        [_listed(home, open_repairs.get(home.home.home_id), seen.as_of) for home in seen.homes],
        landlord=seen.landlord.name,
        now=seen.as_of,
        asked=asked,
        groups=_group_lines(conn, officer, seen.homes),
        said=said,
    )


def home_page(
    conn: psycopg.Connection,
    officer: Officer,
    home_id: str,
    *,
    now: datetime,
    days: int,
    said: str = "",
) -> HomeView:
    """One home as far as its tenant shares it. Raises api.disclosure.NoSuchHome."""
    seen = home_for(conn, officer, home_id, now=now)
    as_of = as_of_for(conn, officer.landlord_id, now=now)
    start = as_of - timedelta(days=days)
    period = asked_period(start, as_of, now=now)
    drawn_from = chart_resolution(period)
    rooms, boiler = (
        readings_for(conn, officer, home_id, kind, period, now=now, resolution=drawn_from)
        for kind in (Kind.ROOM, Kind.BOILER)
    )
    alerts = alerts_for(conn, officer, now=now, home_id=home_id, limit=ALERTS_SHOWN)
    return HomeView(
        home_id=home_id,
        name=home_words(home_id),
        address=seen.home.address or "",
        uprn=seen.home.uprn or "",
        band=BANDS[seen.standing.risk],
        band_reason=standing_words(seen, _worst_sentence(seen), now=as_of),
        heard_at=seen.last_heard_at,
        now=as_of,
        sharing=_ROOMS_UNWATCHED if Kind.ROOM in seen.unwatched else SHARING[seen.sharing],
        said=said,
        alerts=_officer_alerts(conn, officer, alerts, now),
        no_alerts=_NO_ALERTS,
        periods=period_links(f"/landlord/homes/{home_id}", days, anchor="rooms"),
        not_shared=_rooms_withheld(rooms, seen),
        bands=band_table(rooms.bands) if isinstance(rooms, Readings) else None,
        rooms=_charts(rooms, ROOM_CHARTS, start, as_of),
        boilers=_charts(boiler, BOILER_CHARTS, start, as_of),
        boiler_refused=_boiler_withheld(boiler, seen),
        still_computed=still_computed(rooms, boiler),
    )


def repairs_page(conn: psycopg.Connection, officer: Officer) -> RepairsView:
    """The landlord's newest repairs with what happened to them and how they were delivered."""
    found = repairs_for(conn, officer, limit=REPAIRS_SHOWN)
    return RepairsView(tuple(_officer_repair(seen) for seen in found))


def _officer_repair(seen: RepairSeen) -> OfficerRepair:
    repair = seen.repair
    return OfficerRepair(
        repair_id=str(repair.repair_id),
        title=f"{home_words(repair.home_id)}: {repair_title(repair)}",
        status=REPAIR_STATUS[repair.status],
        description=repair.description,
        home_id=repair.home_id,
        home=home_words(repair.home_id),
        priority=PRIORITY[repair.priority],
        requested_at=repair.requested_at,
        requested_by=asked_by(repair.requested_by),
        delivery=delivery_words(seen.delivery),
        reference=repair.landlord_reference or "",
        left_out=left_out_words(repair.consent_flags.get("redactions", ())),
        events=repair_steps(seen.events),
    )


def _group_lines(
    conn: psycopg.Connection, officer: Officer, homes: Sequence[SeenHome]
) -> tuple[GroupLine, ...]:
    members = groups_of(homes)
    if not members:
        return ()
    events = mass_events.mass_events(conn, officer.landlord_id, members)
    return group_lines(members, events, mass_events.area_names(conn))


def _listed(home: SeenHome, repair: Repair | None, now: datetime) -> ListedHome:
    return ListedHome(
        home_id=home.home.home_id,
        address=home.home.address or "",
        risk=home.standing.risk,
        words=standing_words(home, _worst_sentence(home), now=now),
        open_alerts=len(home.alerts),
        heard_at=home.last_heard_at,
        repair=_repair_words(home, repair),
    )


def _repair_words(home: SeenHome, repair: Repair | None) -> str:
    if repair:
        return REPAIR_STATUS[repair.status].capitalize()
    if any(seen.alert.decided_group for seen in home.alerts):
        return "Waits for you: many homes report the same"
    withheld = any(seen.alert.decision is Decision.WITHHELD for seen in home.alerts)
    return "Withheld: the tenant has not agreed" if withheld else "None"


def _worst_sentence(home: SeenHome) -> str:
    worst = max(home.alerts, key=lambda seen: seen.alert.severity, default=None)
    if worst is None:
        return ""
    sentence = worst.evidence.sentence
    if shows_indoor_readings(worst.alert) and worst.evidence.shared == _ALL:
        # Beside its room such a sentence stands without naming it; in a list it has to.
        return f"{officer_title(worst.alert, worst.evidence)}. {sentence}"
    return sentence


def _charts(
    found: Readings | NotShared, charts: Sequence[Drawn], start: datetime, end: datetime
) -> tuple[Place, ...]:
    return chart_places(found, charts, start=start, end=end) if isinstance(found, Readings) else ()


def _rooms_withheld(rooms: Readings | NotShared, home: SeenHome) -> str:
    if isinstance(rooms, Readings):
        return _BAND_ONLY if rooms.granularity == "band" else ""
    if not home.lived_in:
        return _NOBODY_LIVES_HERE
    return _ROOMS_NOT_MEASURED if Kind.ROOM in home.unwatched else NOT_SHARED


def _boiler_withheld(boiler: Readings | NotShared, home: SeenHome) -> str:
    if isinstance(boiler, Readings):
        return ""
    return _BOILER_NOT_SHOWN if home.lived_in else _NOBODY_LIVES_HERE


def _officer_alerts(
    conn: psycopg.Connection, officer: Officer, alerts: list[SeenAlert], now: datetime
) -> tuple[OfficerAlert, ...]:
    ledgers: dict[str, TenancyLedger | None] = {
        tenancy_id: ledger_of_tenancy(conn, officer.landlord_id, tenancy_id)
        for tenancy_id in {seen.alert.tenancy_id for seen in alerts if seen.alert.tenancy_id}
    }
    shown = []
    for seen in in_reading_order(alerts):
        repair = repairs.open_repair(conn, officer.landlord_id, seen.alert.alert_id)
        other = goes_with(seen.alert, (one.alert for one in alerts))
        may = other is None and _may_raise(seen.alert, ledgers, repair, now)
        href = f"/landlord/repairs#repair-{repair.repair_id}" if repair else ""
        shown.append(
            officer_alert(
                seen.alert,
                seen.evidence,
                repair_href=href,
                can_raise=may,
                goes_with_another=other is not None,
            )
        )
    return tuple(shown)


def _may_raise(
    alert: Alert,
    ledgers: Mapping[str, TenancyLedger | None],
    open_repair: Repair | None,
    now: datetime,
) -> bool:
    """Whether a press of the button would be answered with a repair; the press asks again."""
    ledger = ledgers.get(alert.tenancy_id) if alert.tenancy_id else None
    if open_repair or ledger is None or alert.cleared_at is not None:
        return False
    permitted = permission_to_raise(ledger.choices, tenancy=ledger.tenancy, alert=alert, at=now)
    return isinstance(permitted, Permit) and work_for(alert.detector, alert.severity) is not None
