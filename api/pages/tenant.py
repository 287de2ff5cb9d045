"""The pages of a tenant: their own home and their choices."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg

from api.choices import choices_of, record_of
from api.disclosed import NotShared, Readings
from api.disclosure import alerts_for, as_of_for, readings_for
from api.pages.choices_view import choices_view
from api.pages.places import (
    BOILER_CHARTS,
    ROOM_CHARTS,
    Drawn,
    chart_places,
    period_links,
    still_computed,
)
from api.pages.tenant_views import tenant_alert, tenant_notice, tenant_repair, who_sees
from api.pages.views import ChoicesView, MyHomeView, Place
from api.pages.words import goes_with, in_reading_order
from api.periods import asked_period, chart_resolution
from api.principals import Tenant
from api.repairing import repairs_for
from core.casework import OPEN
from core.quantities import Kind
from core.readings import Period
from store import homes, notices

ALERTS_SHOWN = 20  # the newest of each; a page that says everything is not read
REPAIRS_SHOWN = 20
NOTICES_SHOWN = 20

_GREETING = "This is what is measured in your home, what we found, and who was told what."
_NO_ALERTS = "Nothing. While we hear from your home and nothing is wrong, nothing stands here."


def my_home_page(
    conn: psycopg.Connection, tenant: Tenant, *, now: datetime, days: int, said: str = ""
) -> MyHomeView:
    """Everything about the tenant's own home in the time of their own tenancy."""
    seen = alerts_for(conn, tenant, now=now, home_id=tenant.home_id, limit=ALERTS_SHOWN)
    found = repairs_for(conn, tenant, limit=REPAIRS_SHOWN)
    under_repair = {one.repair.alert_id for one in found if one.repair.status in OPEN}
    told = notices.notices(conn, tenant.landlord_id, tenant.tenancy_id, limit=NOTICES_SHOWN)
    choices = {one.purpose: one.choice for one in choices_of(conn, tenant, now=now)}
    as_of = as_of_for(conn, tenant.landlord_id, now=now)
    period = asked_period(as_of - timedelta(days=days), as_of, now=now)
    rooms, boiler = (
        readings_for(
            conn,
            tenant,
            tenant.home_id,
            kind,
            period,
            now=now,
            resolution=chart_resolution(period),
        )
        for kind in (Kind.ROOM, Kind.BOILER)
    )
    return MyHomeView(
        said=said,
        greeting=_GREETING,
        alerts=tuple(
            tenant_alert(
                one.alert,
                repair_is_open=one.alert.alert_id in under_repair,
                goes_with=goes_with(one.alert, (other.alert for other in seen)),
            )
            for one in in_reading_order(seen)
        ),
        no_alerts=_NO_ALERTS,
        repairs=tuple(tenant_repair(one.repair, one.events) for one in found),
        notices=tuple(tenant_notice(one) for one in told),
        periods=period_links("/my-home", days, anchor="readings"),
        rooms=_charts(rooms, ROOM_CHARTS, period),
        boilers=_charts(boiler, BOILER_CHARTS, period),
        still_computed=still_computed(rooms, boiler),
        who=who_sees(choices),
    )


def my_choices_page(
    conn: psycopg.Connection, tenant: Tenant, *, now: datetime, saved: str | None
) -> ChoicesView:
    """Every purpose as it stands for the tenant, and the record of their choices."""
    landlord = homes.landlord(conn, tenant.landlord_id)
    return choices_view(
        choices_of(conn, tenant, now=now),
        record_of(conn, tenant),
        landlord=landlord.name if landlord else tenant.landlord_id,
        now=now,
        saved=saved,
    )


def _charts(
    found: Readings | NotShared, charts: Sequence[Drawn], period: Period
) -> tuple[Place, ...]:
    if isinstance(found, NotShared):
        return ()
    return chart_places(found, charts, start=period.since, end=period.until)
