"""What could not be stored, and why, for engineers."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.entrance import EngineerOnly, ServicesDep
from api.models import RejectedModel
from api.paging import LIMIT_USUAL, Limit, PageOf, page
from api.rejected import rejected_for

routes = APIRouter(tags=["rejected messages"])


@routes.get("/rejected-messages", summary="What could not be stored, newest first")
def list_rejected_messages(
    engineer: EngineerOnly,
    services: ServicesDep,
    gateway: Annotated[str | None, Query(description="Only those of this gateway.")] = None,
    after: Annotated[int | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = LIMIT_USUAL,
) -> PageOf[RejectedModel]:
    """Each with its reason and, where its tenant lets us read it, the beginning of the message."""
    with services.database.acting_for(engineer) as conn:
        found = rejected_for(
            conn, engineer, gateway_id=gateway, before=after, limit=limit, now=services.clock()
        )
    last = str(found[-1].rejected_id) if found else None
    return page([RejectedModel.of(one) for one in found], limit, last_id=last)
