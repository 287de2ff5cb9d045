"""What could not be stored, and why, for engineers."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.entrance import EngineerOnly, ServicesDep
from api.models import NotKeptModel, RejectedModel
from api.paging import LIMIT_USUAL, Limit, PageOf, page
from api.rejected import not_kept_for, rejected_for

routes = APIRouter(tags=["rejected messages"])


class RejectedPage(PageOf[RejectedModel]):
    """A page of them, and on which days gateways sent more than is kept one by one."""

    not_kept: list[NotKeptModel]


@routes.get("/rejected-messages", summary="What could not be stored, newest first")
def list_rejected_messages(
    engineer: EngineerOnly,
    services: ServicesDep,
    gateway: Annotated[str | None, Query(description="Only those of this gateway.")] = None,
    after: Annotated[int | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = LIMIT_USUAL,
) -> RejectedPage:
    """Each with its reason and, for a week and where its tenant lets us read it, the beginning of
    the message. `not_kept` counts what a gateway sent beyond 20,000 rejections a day.
    """
    with services.database.acting_for(engineer) as conn:
        found = rejected_for(
            conn, engineer, gateway_id=gateway, before=after, limit=limit, now=services.clock()
        )
        beyond = not_kept_for(conn, engineer, gateway_id=gateway)
    last = str(found[-1].rejected_id) if found else None
    listed = page([RejectedModel.of(one) for one in found], limit, last_id=last)
    return RejectedPage(
        items=listed.items,
        next=listed.next,
        not_kept=[NotKeptModel.model_validate(one) for one in beyond],
    )
