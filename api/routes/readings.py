"""Readings of a home, as finely as its tenant shares them."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from api.disclosed import NotShared
from api.disclosure import NoSuchHome, as_of_for, readings_for
from api.entrance import OfficerOrTenant, ServicesDep
from api.models import ReadingsModel
from api.periods import BadPeriod, Resolution, asked_period
from api.problems import Problem, not_found
from core.quantities import Kind

routes = APIRouter(tags=["readings"])

_From = Annotated[
    AwareDatetime | None,
    Query(alias="from", description="From this instant on; a week before `to` if left out."),
]
_To = Annotated[
    AwareDatetime | None,
    Query(alias="to", description="Until this instant, excluded; now if left out."),
]
_Resolution = Annotated[
    Resolution,
    Query(
        description="`hour` answers up to a year, by whole hours; the weather has readings only."
    ),
]


@routes.get("/homes/{home_id}/readings", summary="Readings of one kind in a period")
def list_readings(
    home_id: str,
    kind: Kind,
    who: OfficerOrTenant,
    services: ServicesDep,
    since: _From = None,
    until: _To = None,
    resolution: _Resolution = Resolution.READING,
) -> ReadingsModel:
    """A tenant gets all of their own tenancy.

    An officer gets rooms as the tenant shares them: refused for `none`, the daily band, daily or
    half-hourly means, or everything; the boiler unless the tenant objects to finding faults; and
    the weather. A recording's `now` is its newest reading.
    """
    now = services.clock()
    try:
        with services.database.acting_for(who) as conn:
            as_of = as_of_for(conn, who.landlord_id, now=now)
            period = asked_period(since, until, now=as_of)
            found = readings_for(conn, who, home_id, kind, period, now=now, resolution=resolution)
    except NoSuchHome:
        raise not_found("home") from None
    except BadPeriod as error:
        raise Problem(
            422, "period", "This period cannot be answered", str(error), "Ask for another."
        ) from error
    if isinstance(found, NotShared):
        raise Problem(
            403,
            "not-shared",
            "Not shared",
            found.reason,
            "Only the tenant can share it, on their page of choices.",
            reason="not shared",
        )
    return ReadingsModel.of(found)
