"""Homes, those at risk first."""

from itertools import dropwhile, islice
from typing import Annotated

from fastapi import APIRouter, Query

from api.disclosed import SeenHome
from api.disclosure import NoSuchHome, home_for, homes_at_risk
from api.entrance import OfficerOnly, OfficerOrTenant, ServicesDep
from api.models import HomeModel, HomesModel
from api.paging import LIMIT_USUAL, Limit
from api.problems import not_found
from core.home_risk import Risk

routes = APIRouter(tags=["homes"])


@routes.get("/homes", summary="The landlord's homes, those at risk first")
def list_homes(
    officer: OfficerOnly,
    services: ServicesDep,
    risk: Annotated[Risk | None, Query(description="Only homes of this risk.")] = None,
    after: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = LIMIT_USUAL,
) -> HomesModel:
    """Ordered by risk: emergency, high, medium, low, unknown, ok; then by id."""
    with services.database.acting_for(officer) as conn:
        found = homes_at_risk(conn, officer, now=services.clock())
    listed = [home for home in found.homes if risk is None or home.standing.risk is risk]
    shown = _from(listed, after, limit)
    more = bool(shown) and shown[-1] is not listed[-1]
    return HomesModel.of(found, shown, shown[-1].home.home_id if more else None)


@routes.get("/homes/{home_id}", summary="One home, with its open alerts")
def show_home(home_id: str, who: OfficerOrTenant, services: ServicesDep) -> HomeModel:
    """An officer sees evidence as far as the tenant shares it; a tenant all of their own home."""
    try:
        with services.database.acting_for(who) as conn:
            return HomeModel.of(home_for(conn, who, home_id, now=services.clock()))
    except NoSuchHome:
        raise not_found("home") from None


def _from(listed: list[SeenHome], after: str | None, limit: int) -> list[SeenHome]:
    if after is None:
        return listed[:limit]
    behind = islice(dropwhile(lambda home: home.home.home_id != after, listed), 1, limit + 1)
    return list(behind)
