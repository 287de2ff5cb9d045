"""The addresses of the officers' pages."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, RedirectResponse

from api.disclosure import alert_for
from api.entrance import ServicesDep
from api.grouped import GROUP_LENGTH_MAX, acknowledge_group, raise_for_group
from api.pages.answering import PageOfficer, PageRoute, go_to, page
from api.pages.landlord import home_page, homes_page, repairs_page
from api.pages.places import period_days
from api.repairing import NothingToRepair, RepairIsOpen, Withheld, ask_for_repair
from store import alert_answers

router = APIRouter(prefix="/landlord", route_class=PageRoute, include_in_schema=False)

SAID = {
    "acknowledged": "Acknowledged. Everybody at your landlord sees that you have seen it.",
    "raised": "A repair has been asked for. The tenant has been told.",
    "withheld": "No repair was raised: the tenant has not agreed to it. They can ask for it "
    "themselves.",
    "open": "A repair is open for this alert already.",
    "nothing": "No repair was raised: the alert is over, or asks for none.",
    "all-acknowledged": "All alerts of the group are acknowledged, as far as their tenants share "
    "them.",
    "some-acknowledged": "Many are acknowledged. The group is large: press again for the others.",
    "all-raised": "A repair has been asked for in each home whose tenant agreed to it, and they "
    "have been told. The homes' own pages say where none was raised, and why.",
    "some-raised": "Many of the group are seen to, and tenants have been told where a repair has "
    "been asked for. The group is large: press again for the others.",
    "none-raised": "No repair was raised: the alerts are over, have a repair already, or their "
    "tenants have not agreed. The homes' own pages say which.",
}
"""What the page says after a press of a button, by the word in its address."""

Said = Annotated[str, Query(max_length=20)]
Group = Annotated[str, Query(max_length=GROUP_LENGTH_MAX)]


@router.get("")
def homes(
    services: ServicesDep, officer: PageOfficer, band: str | None = None, said: Said = ""
) -> HTMLResponse:
    """Homes by risk."""
    with services.database.acting_for(officer) as conn:
        view = homes_page(conn, officer, now=services.clock(), asked=band, said=SAID.get(said, ""))
    return page("landlord_homes.html", officer, "/landlord", view=view)


@router.get("/homes/{home_id}")
def home(
    services: ServicesDep,
    officer: PageOfficer,
    home_id: str,
    days: str | None = None,
    said: Said = "",
) -> HTMLResponse:
    """One home as far as its tenant shares it."""
    with services.database.acting_for(officer) as conn:
        view = home_page(
            conn,
            officer,
            home_id,
            now=services.clock(),
            days=period_days(days),
            said=SAID.get(said, ""),
        )
    return page("landlord_home.html", officer, "", view=view)


@router.get("/repairs")
def repairs(services: ServicesDep, officer: PageOfficer) -> HTMLResponse:
    """Repairs with their history and delivery."""
    with services.database.acting_for(officer) as conn:
        view = repairs_page(conn, officer)
    return page("landlord_repairs.html", officer, "/landlord/repairs", view=view)


@router.post("/alerts/{alert_id}/acknowledge")
def acknowledge(services: ServicesDep, officer: PageOfficer, alert_id: UUID) -> RedirectResponse:
    """Note that the officer has seen the alert."""
    now = services.clock()
    with services.database.acting_for(officer) as conn:
        seen = alert_for(conn, officer, alert_id, now=now)
        alert_answers.acknowledge(conn, officer.landlord_id, alert_id, by=officer.actor, at=now)
    return _back(seen.alert.home_id, "acknowledged")


@router.post("/alerts/{alert_id}/raise-repair")
def raise_repair(services: ServicesDep, officer: PageOfficer, alert_id: UUID) -> RedirectResponse:
    """Raise the repair that the alert asks for, if the tenant's ledger permits."""
    now = services.clock()
    with services.database.acting_for(officer) as conn:
        home_id = alert_for(conn, officer, alert_id, now=now).alert.home_id
        try:
            ask_for_repair(conn, officer, alert_id, now=now)
        except Withheld:
            return _back(home_id, "withheld")
        except RepairIsOpen:
            return _back(home_id, "open")
        except NothingToRepair:
            return _back(home_id, "nothing")
    return _back(home_id, "raised")


@router.post("/groups/acknowledge")
def acknowledge_all(services: ServicesDep, officer: PageOfficer, group: Group) -> RedirectResponse:
    """Note that the officer has seen every alert of a mass event."""
    seen = acknowledge_group(services.database, officer, group, now=services.clock())
    return go_to(f"/landlord?said={'some' if seen.more else 'all'}-acknowledged")


@router.post("/groups/raise-repairs")
def raise_all(services: ServicesDep, officer: PageOfficer, group: Group) -> RedirectResponse:
    """Raise the repairs that the alerts of a mass event ask for, as far as ledgers permit."""
    done = raise_for_group(services.database, officer, group, now=services.clock())
    how_many = "some" if done.more else "all" if done.raised else "none"
    return go_to(f"/landlord?said={how_many}-raised")


def _back(home_id: str, said: str) -> RedirectResponse:
    return go_to(f"/landlord/homes/{home_id}?said={said}")
