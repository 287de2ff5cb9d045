"""The API's routes, one module a resource; `api_router` is all of them under /api/v1."""

from fastapi import APIRouter

from api.problems import ERRORS
from api.routes import (
    alerts,
    consents,
    devices,
    groups,
    homes,
    notices,
    readings,
    rejected_messages,
    repairs,
)

PREFIX = "/api/v1"


def api_router() -> APIRouter:
    """Every route of the API."""
    router = APIRouter(prefix=PREFIX, responses=ERRORS)
    for module in (
        homes,
        readings,
        alerts,
        groups,
        repairs,
        consents,
        notices,
        devices,
        rejected_messages,
    ):
        router.include_router(module.routes)
    return router
