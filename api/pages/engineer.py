"""The pages of engineers: devices, and what could not be stored."""

from datetime import datetime
from urllib.parse import urlencode

import psycopg

from api.pages.engineer_views import (
    devices_view,
    gateway_links,
    not_kept_words,
    rejected_row,
)
from api.pages.views import DevicesView, RejectedView
from api.principals import Engineer
from api.rejected import not_kept_for, rejected_for
from store import devices, registry

REJECTED_SHOWN = 20  # nobody reads further at once; older ones are a press away


def devices_page(conn: psycopg.Connection, *, now: datetime, gateway: str | None) -> DevicesView:
    """Every device of the landlord that the session acts for, silent ones first."""
    return devices_view(devices.devices(conn), now=now, asked=gateway)


def rejected_page(
    conn: psycopg.Connection,
    engineer: Engineer,
    *,
    now: datetime,
    gateway: str | None,
    before: int | None,
) -> RejectedView:
    """The newest rejected messages older than the id `before`, of one gateway if given."""
    found = rejected_for(
        conn, engineer, gateway_id=gateway, before=before, limit=REJECTED_SHOWN + 1, now=now
    )
    shown, more = found[:REJECTED_SHOWN], len(found) > REJECTED_SHOWN
    asked = {"gateway": gateway} if gateway else {}
    older = f"/rejected?{urlencode({**asked, 'before': shown[-1].rejected_id})}" if more else ""
    return RejectedView(
        gateways=gateway_links(registry.gateway_ids(conn, engineer.landlord_id), gateway),
        not_kept=tuple(
            not_kept_words(one) for one in not_kept_for(conn, engineer, gateway_id=gateway)
        ),
        rows=tuple(rejected_row(message) for message in shown),
        nothing="Nothing was rejected." if before is None else "There is nothing older.",
        older=older,
    )
