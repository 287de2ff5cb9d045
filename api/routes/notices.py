"""What a tenant was told."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from api.entrance import ServicesDep, TenantOnly
from api.paging import LIMIT_USUAL, Limit, PageOf, page
from store import notices

routes = APIRouter(tags=["notices"])


class NoticeModel(BaseModel):
    """One thing the tenant was told, and how it was sent."""

    model_config = ConfigDict(from_attributes=True)

    notice_id: UUID
    at: datetime
    channel: str
    subject: str
    body: str
    repair_id: UUID | None


@routes.get("/notices", summary="What you were told, newest first")
def list_notices(
    tenant: TenantOnly,
    services: ServicesDep,
    after: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = LIMIT_USUAL,
) -> PageOf[NoticeModel]:
    """Paragraphs are parted by an empty line."""
    with services.database.acting_for(tenant) as conn:
        found = notices.notices(
            conn, tenant.landlord_id, tenant.tenancy_id, after=after, limit=limit
        )
    last = str(found[-1].notice_id) if found else None
    return page([NoticeModel.model_validate(one) for one in found], limit, last_id=last)
