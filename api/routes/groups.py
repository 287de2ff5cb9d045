"""Mass events: what an officer does with all alerts of one at once."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.entrance import OfficerOnly, ServicesDep
from api.grouped import GROUP_LENGTH_MAX, NoSuchGroup, acknowledge_group, raise_for_group
from api.problems import not_found

routes = APIRouter(tags=["alerts"])


class GroupMeant(BaseModel):
    """Which group: what the alerts of it say under `group`."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"group": "area-1/frozen_condensate/2026-02-10T06:10:00Z"}},
    )

    group: Annotated[str, Field(max_length=GROUP_LENGTH_MAX)]


class GroupAcknowledged(BaseModel):
    """The alerts that nobody had acknowledged before; `more` says to ask again for the others."""

    acknowledged: list[UUID]
    more: bool


class GroupRaised(BaseModel):
    """The repairs that were raised; the alerts for want of consent withheld, and those with nothing
    to do, or with a repair already, their own or of another alert in the same place.

    `more` says to ask again for the others."""

    raised: list[UUID]
    withheld: list[UUID]
    left: list[UUID]
    more: bool


@routes.post("/groups/acknowledge", summary="Say that an officer has seen all alerts of a group")
def acknowledge(
    meant: GroupMeant, officer: OfficerOnly, services: ServicesDep
) -> GroupAcknowledged:
    """As far as this officer may see that they are of it."""
    try:
        seen = acknowledge_group(services.database, officer, meant.group, now=services.clock())
    except NoSuchGroup:
        raise not_found("group") from None
    return GroupAcknowledged(acknowledged=list(seen.acknowledged), more=seen.more)


@routes.post("/groups/repairs", summary="Ask for the repairs that the alerts of a group call for")
def raise_repairs(meant: GroupMeant, officer: OfficerOnly, services: ServicesDep) -> GroupRaised:
    """One by one, where each tenant has agreed to repairs without asking."""
    try:
        done = raise_for_group(services.database, officer, meant.group, now=services.clock())
    except NoSuchGroup:
        raise not_found("group") from None
    return GroupRaised(
        raised=list(done.raised),
        withheld=list(done.withheld),
        left=list(done.left),
        more=done.more,
    )
