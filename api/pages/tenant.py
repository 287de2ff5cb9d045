"""The pages of a tenant: their own home and their choices."""

from datetime import datetime, timedelta

import psycopg

from api.choices import choices_of, record_of
from api.disclosure import Readings, alerts_for, as_of_for, readings_for
from api.pages.choices_view import choices_view
from api.pages.places import BOILER_CHARTS, ROOM_CHARTS, chart_places, period_links
from api.pages.tenant_views import tenant_alert, tenant_notice, tenant_repair, who_sees
from api.pages.views import ChoicesView, MyHomeView, Place
from api.pages.words import goes_with, in_reading_order
from api.periods import asked_period
from api.principals import Tenant
from api.repairing import repairs_for
from core.casework import OPEN
from core.quantities import Kind
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
        rooms=_places(conn, tenant, Kind.ROOM, now=now, days=days),
        boilers=_places(conn, tenant, Kind.BOILER, now=now, days=days),
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


def _places(
    conn: psycopg.Connection, tenant: Tenant, kind: Kind, *, now: datetime, days: int
) -> tuple[Place, ...]:
    end = as_of_for(conn, tenant.landlord_id, now=now)
    start = end - timedelta(days=days)
    asked = asked_period(start, end, now=now)
    found = readings_for(conn, tenant, tenant.home_id, kind, asked, now=now)
    if not isinstance(found, Readings):
        return ()
    charts = ROOM_CHARTS if kind is Kind.ROOM else BOILER_CHARTS
    return chart_places(found, charts, start=start, end=end)
