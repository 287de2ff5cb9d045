"""Rejected messages as an engineer may read them: their readings only while the tenant agrees."""

from dataclasses import replace
from datetime import datetime

import psycopg

from api.principals import Engineer
from core.consent import DETECTION, Permit
from core.quantities import Kind
from store.ledgers import ledger_of_tenancy
from store.rejections import NotKept, RejectedMessage, rejected_messages, rejections_not_kept

NOT_KEPT_DAYS_SHOWN = 20  # the newest; a gateway that is broken for longer is known by then


def rejected_for(
    conn: psycopg.Connection,
    engineer: Engineer,
    *,
    gateway_id: str | None,
    before: int | None,
    limit: int,
    now: datetime,
) -> list[RejectedMessage]:
    """The newest `limit`, of one gateway if given, older than the id `before`.

    Of what the tenancy it came from does not let us read at `now` the payload is empty; the reason
    stays.
    """
    found = rejected_messages(
        conn, engineer.landlord_id, gateway_id=gateway_id, before=before, limit=limit
    )
    asked = {(one.tenancy_id, one.kind) for one in found if one.tenancy_id and one.kind}
    refused = {
        (tenancy_id, kind)
        for tenancy_id, kind in asked
        if not _may_read(conn, engineer.landlord_id, tenancy_id, Kind(kind), now)
    }
    return [
        replace(one, payload=b"") if (one.tenancy_id, one.kind) in refused else one for one in found
    ]


def not_kept_for(
    conn: psycopg.Connection, engineer: Engineer, *, gateway_id: str | None
) -> list[NotKept]:
    """The newest days on which gateways of the engineer's landlord had more than is kept."""
    return rejections_not_kept(
        conn, engineer.landlord_id, gateway_id=gateway_id, limit=NOT_KEPT_DAYS_SHOWN
    )


def _may_read(
    conn: psycopg.Connection, landlord_id: str, tenancy_id: str, kind: Kind, now: datetime
) -> bool:
    if kind not in DETECTION:
        return True
    ledger = ledger_of_tenancy(conn, landlord_id, tenancy_id)
    return ledger is not None and isinstance(ledger.decide(DETECTION[kind], now), Permit)
