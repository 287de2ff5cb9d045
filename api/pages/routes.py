"""All the pages, for the app to include."""

from importlib.resources import files

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

from api.pages import engineer_routes, landlord_routes, sign_in_routes, tenant_routes
from api.pages.messages import page_for_status
from api.problems import answer_http

API_ROOT = "/api/"

ROUTERS = (
    sign_in_routes.router,
    landlord_routes.router,
    tenant_routes.router,
    engineer_routes.router,
)


def add_pages(app: FastAPI) -> None:
    """Serve the pages and their style sheet from this app."""
    for router in ROUTERS:
        app.include_router(router)
    app.add_exception_handler(404, _not_found)
    app.mount("/static", StaticFiles(directory=str(files("api.pages") / "static")), "static")


def _not_found(request: Request, error: Exception) -> Response:
    """A page for people who followed a wrong address; programs get their own form."""
    if request.url.path.startswith(API_ROOT):
        return answer_http(request, error)
    return HTMLResponse(page_for_status(404), 404)
