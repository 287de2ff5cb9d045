"""The addresses of the engineers' pages."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.entrance import ServicesDep
from api.pages.answering import PageEngineer, PageRoute, page
from api.pages.engineer import devices_page, rejected_page

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/devices")
def devices(
    services: ServicesDep, engineer: PageEngineer, gateway: str | None = None
) -> HTMLResponse:
    """Devices, silent ones first."""
    with services.database.acting_for(engineer) as conn:
        view = devices_page(conn, now=services.clock(), gateway=gateway)
    return page("devices.html", engineer, "/devices", view=view)


@router.get("/rejected")
def rejected(
    services: ServicesDep,
    engineer: PageEngineer,
    gateway: str | None = None,
    before: int | None = None,
) -> HTMLResponse:
    """What could not be stored."""
    with services.database.acting_for(engineer) as conn:
        view = rejected_page(conn, engineer, now=services.clock(), gateway=gateway, before=before)
    return page("rejected.html", engineer, "/rejected", view=view)
