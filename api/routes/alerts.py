"""Alerts, with the evidence that whoever asks may see."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.alert_model import AlertModel
from api.disclosed import SeenAlert
from api.disclosure import NoSuchAlert, NoSuchHome, acknowledge_alert, alert_for, alerts_for
from api.entrance import OfficerOnly, OfficerOrTenant, ServicesDep
from api.paging import LIMIT_USUAL, Limit, PageOf, page
from api.problems import not_found

routes = APIRouter(tags=["alerts"])

_After = Annotated[UUID | None, Query(description="`next` of the page before.")]
_OpenOnly = Annotated[bool, Query(alias="open", description="Only those that are not over.")]


@routes.get("/alerts", summary="Alerts of every home, newest first")
def list_alerts(
    who: OfficerOrTenant,
    services: ServicesDep,
    open_only: _OpenOnly = False,
    after: _After = None,
    limit: Limit = LIMIT_USUAL,
) -> PageOf[AlertModel]:
    """A tenant gets those of their own tenancy."""
    with services.database.acting_for(who) as conn:
        found = alerts_for(
            conn, who, now=services.clock(), open_only=open_only, after=after, limit=limit
        )
    return _page(found, limit)


@routes.get("/homes/{home_id}/alerts", summary="Alerts of one home, newest first")
def list_alerts_of_home(
    home_id: str,
    who: OfficerOrTenant,
    services: ServicesDep,
    open_only: _OpenOnly = False,
    after: _After = None,
    limit: Limit = LIMIT_USUAL,
) -> PageOf[AlertModel]:
    """A tenant gets those of their own tenancy."""
    try:
        with services.database.acting_for(who) as conn:
            found = alerts_for(
                conn,
                who,
                now=services.clock(),
                home_id=home_id,
                open_only=open_only,
                after=after,
                limit=limit,
            )
    except NoSuchHome:
        raise not_found("home") from None
    return _page(found, limit)


@routes.get("/alerts/{alert_id}", summary="One alert")
def show_alert(alert_id: UUID, who: OfficerOrTenant, services: ServicesDep) -> AlertModel:
    """With the evidence that whoever asks may see."""
    try:
        with services.database.acting_for(who) as conn:
            return AlertModel.of(alert_for(conn, who, alert_id, now=services.clock()))
    except NoSuchAlert:
        raise not_found("alert") from None


@routes.post("/alerts/{alert_id}/acknowledge", summary="Say that an officer has seen an alert")
def acknowledge(alert_id: UUID, officer: OfficerOnly, services: ServicesDep) -> AlertModel:
    """The first one counts; acknowledging again changes nothing."""
    now = services.clock()
    try:
        with services.database.acting_for(officer) as conn:
            return AlertModel.of(acknowledge_alert(conn, officer, alert_id, now=now))
    except NoSuchAlert:
        raise not_found("alert") from None


def _page(found: list[SeenAlert], limit: int) -> PageOf[AlertModel]:
    last = str(found[-1].alert.alert_id) if found else None
    return page([AlertModel.of(one) for one in found], limit, last_id=last)
