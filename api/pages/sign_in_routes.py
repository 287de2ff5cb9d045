"""Signing in by a link and out by a button."""

from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from api.entrance import COOKIE, ServicesDep, from_cookie, principal_of
from api.pages.answering import PageRoute, go_to, page, start_page
from api.pages.messages import BAD_LINK, message_page
from api.pages.templating import SIGNED_OUT, render
from api.signing_in import LIFETIME, TOKEN_LENGTH_MAX, NotSignedIn

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/")
def entrance(request: Request, services: ServicesDep) -> Response:
    """How to sign in; somebody who is signed in goes on to their own start page."""
    try:
        return go_to(start_page(from_cookie(request, services)))
    except NotSignedIn:
        return HTMLResponse(render("entrance.html", frame=SIGNED_OUT))


@router.get("/sign-in")
def sign_in(
    services: ServicesDep,
    token: str = "",
    sec_fetch_site: Annotated[str, Header()] = "",
) -> Response:
    """Keep the token as a cookie and go on to the person's start page."""
    try:
        principal = principal_of(services, token[: TOKEN_LENGTH_MAX + 1])
    except NotSignedIn:
        return HTMLResponse(message_page(BAD_LINK), 401)
    start = start_page(principal)
    answer: Response = go_to(start)
    if sec_fetch_site == "cross-site":
        # After a link on another site a browser keeps a strict cookie back until the next step
        # taken here, so a redirect would end signed out.
        answer = page("signed_in.html", principal, "", start=start)
    answer.set_cookie(
        COOKIE,
        token,
        max_age=int(LIFETIME.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=services.public_url.startswith("https:"),
    )
    return answer


@router.post("/sign-out")
def sign_out(services: ServicesDep) -> RedirectResponse:
    """Forget the cookie."""
    answer = go_to("/")
    answer.delete_cookie(
        COOKIE,
        httponly=True,
        samesite="strict",
        secure=services.public_url.startswith("https:"),
    )
    return answer
