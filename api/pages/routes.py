"""All the pages, for the app to include."""

from importlib.resources import files

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from api.pages import engineer_routes, landlord_routes, sign_in_routes, tenant_routes

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
    app.mount("/static", StaticFiles(directory=str(files("api.pages") / "static")), "static")
