"""How a page is answered: who is signed in, the HTML around it, and what is said when it fails."""

import logging
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import psycopg
from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute

from api import disclosure, grouped, repairing
from api.choices import TenancyOver
from api.entrance import NotForRole, from_cookie, must_be
from api.pages.messages import page_for_status
from api.pages.templating import (
    ENGINEER_WAYS,
    LANDLORD_WAYS,
    TENANT_WAYS,
    Frame,
    Way,
    render,
)
from api.principals import Engineer, LandlordSystem, Officer, Principal, Tenant
from api.signing_in import NotSignedIn
from core.ledger import NotAChoice
from store.connection import Unavailable

log = logging.getLogger(__name__)

_STATUS: dict[type[Exception], int] = {
    NotSignedIn: 401,
    NotForRole: 403,
    disclosure.NoSuchHome: 404,
    disclosure.NoSuchAlert: 404,
    repairing.NoSuchAlert: 404,
    grouped.NoSuchGroup: 404,
    NotAChoice: 422,
    TenancyOver: 409,
    Unavailable: 503,
}
_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class PageRoute(APIRoute):
    """A route whose every failure is a page too."""

    def get_route_handler(self) -> _Handler:
        """The handler, with failures turned into pages that say what to do."""
        handle = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handle(request)
            except Exception as error:
                return _failed(error)

        return answer


def _failed(error: Exception) -> HTMLResponse:
    status = _STATUS.get(type(error), 500)
    if isinstance(error, RequestValidationError):
        in_address = any(one["loc"][0] == "path" for one in error.errors())
        status = 404 if in_address else 422
    if isinstance(error, psycopg.DataError):  # the address holds what no table can
        status = 404
    if status >= 500:
        log.error("a page could not be made", exc_info=error)
    return HTMLResponse(page_for_status(status), status)


def page(template: str, principal: Principal, here: str, **names: object) -> HTMLResponse:
    """The page with the ways around it that this person has; `here` is the way it stands on."""
    ways, person = _ways_and_name(principal)
    frame = Frame(here=here, start=start_page(principal), ways=ways, signed_in_as=person)
    return HTMLResponse(render(template, frame=frame, **names))


def go_to(address: str) -> RedirectResponse:
    """Where the browser goes on after a press of a button: loading again repeats nothing."""
    return RedirectResponse(address, 303)


def start_page(principal: Principal) -> str:
    """Where this person begins. Raises NotForRole for a program, which has no pages."""
    match principal:
        case Officer():
            return "/landlord"
        case Tenant():
            return "/my-home"
        case Engineer():
            return "/devices"
        case LandlordSystem():
            raise NotForRole("a person")


def _ways_and_name(principal: Principal) -> tuple[tuple[Way, ...], str]:
    match principal:
        case Officer():
            return LANDLORD_WAYS, principal.officer_id
        case Tenant():
            return TENANT_WAYS, principal.tenant_id
        case Engineer():
            return ENGINEER_WAYS, principal.engineer_id
        case LandlordSystem():
            raise NotForRole("a person")


_SignedIn = Annotated[Principal, Depends(from_cookie)]


def _officer(principal: _SignedIn) -> Officer:
    return must_be(principal, Officer)


def _tenant(principal: _SignedIn) -> Tenant:
    return must_be(principal, Tenant)


def _engineer(principal: _SignedIn) -> Engineer:
    return must_be(principal, Engineer)


PageOfficer = Annotated[Officer, Depends(_officer)]
PageTenant = Annotated[Tenant, Depends(_tenant)]
PageEngineer = Annotated[Engineer, Depends(_engineer)]
