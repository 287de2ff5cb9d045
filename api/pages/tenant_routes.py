"""The addresses of the tenants' pages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from api.choices import choose
from api.entrance import ServicesDep
from api.pages.answering import PageRoute, PageTenant, go_to, page
from api.pages.choices_view import CHANNEL
from api.pages.places import period_days
from api.pages.tenant import my_choices_page, my_home_page
from api.repairing import NothingToRepair, RepairIsOpen, Withheld, ask_for_repair
from core.consent import Purpose

router = APIRouter(route_class=PageRoute, include_in_schema=False)

SAID = {
    "asked": "We have asked your landlord for the repair. You see below how it goes on.",
    "open": "Your landlord has been asked for this repair already.",
    "nothing": "There is nothing to repair here any more: this is over, or was for information.",
    "withheld": "We did not ask for the repair, because your choices say that this is not to be "
    "watched. You can change them, or call your landlord.",
}
"""What the page says after a press of a button, by the word in its address."""


@router.get("/my-home")
def my_home(
    services: ServicesDep,
    tenant: PageTenant,
    days: str | None = None,
    said: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """The tenant's own home."""
    with services.database.acting_for(tenant) as conn:
        view = my_home_page(
            conn,
            tenant,
            now=services.clock(),
            days=period_days(days),
            said=SAID.get(said, ""),
        )
    return page("my_home.html", tenant, "/my-home", view=view)


@router.post("/my-home/alerts/{alert_id}/ask-for-repair")
def ask(services: ServicesDep, tenant: PageTenant, alert_id: UUID) -> RedirectResponse:
    """Ask the landlord for the repair that the alert asks for."""
    said = "asked"
    with services.database.acting_for(tenant) as conn:
        try:
            ask_for_repair(conn, tenant, alert_id, now=services.clock())
        except RepairIsOpen:
            said = "open"
        except NothingToRepair:
            said = "nothing"
        except Withheld:
            said = "withheld"
    return go_to(f"/my-home?said={said}")


@router.get("/my-choices")
def my_choices(services: ServicesDep, tenant: PageTenant, saved: str | None = None) -> HTMLResponse:
    """Every purpose and the record of choices."""
    with services.database.acting_for(tenant) as conn:
        view = my_choices_page(conn, tenant, now=services.clock(), saved=saved)
    return page("my_choices.html", tenant, "/my-choices", view=view)


@router.post("/my-choices")
def choose_one(
    services: ServicesDep,
    tenant: PageTenant,
    purpose: Annotated[Purpose, Form()],
    choice: Annotated[str, Form(max_length=20)],
) -> RedirectResponse:
    """Write one choice down; it holds from now on."""
    with services.database.acting_for(tenant) as conn:
        choose(conn, tenant, purpose, choice, now=services.clock(), channel=CHANNEL)
    return go_to(f"/my-choices?saved={purpose.value}")
