"""The app: API and pages over one database, put together from settings. No globals."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse

from api.database import Database
from api.entrance import Services, ServicesDep
from api.envelope import SCHEMA_PATH, schema
from api.guards import AccessLog, BodyLimit, Headed, SameOriginWrites
from api.pages.routes import add_pages
from api.problems import add_handlers
from api.routes import api_router
from api.settings import Settings
from api.signing_in import DevelopmentTokens

_DESCRIPTION = (
    "Homes, alerts and repairs for landlords; readings and choices for tenants; devices for "
    "engineers. Instants are RFC 3339 in UTC. What belongs to somebody else is not found. Every "
    "failure is `application/problem+json` with what happened, why, and what to do."
)


def wall_clock() -> datetime:
    """Now, in UTC."""
    return datetime.now(UTC)


def create_app(settings: Settings, *, clock: Callable[[], datetime] = wall_clock) -> FastAPI:
    """The app. It connects when it starts; casework and delivery run beside it (`api.service`)."""
    services = Services(
        database=Database(settings.database_url),
        sign_in=DevelopmentTokens(settings.token_key),
        clock=clock,
        public_url=settings.public_url,
    )

    @asynccontextmanager
    async def connected(_app: FastAPI) -> AsyncIterator[None]:
        services.database.open()
        yield
        services.database.close()

    app = FastAPI(
        title="Homewell",
        version="1",
        summary="Keeps social homes warm and dry.",
        description=_DESCRIPTION,
        lifespan=connected,
        # Their pages load scripts from elsewhere; /openapi.json is all that a tool needs.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    add_handlers(app)
    app.include_router(api_router())
    add_pages(app)
    _add_service_routes(app)
    # The last one added is the outermost.
    for guard in (BodyLimit, SameOriginWrites, Headed, AccessLog):
        app.add_middleware(guard)
    return app


def _add_service_routes(app: FastAPI) -> None:
    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        """The process is there."""
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz(services: ServicesDep) -> JSONResponse:
        """The process can answer; without its database it cannot (503)."""
        services.database.answers()
        return JSONResponse({"status": "ready"})

    @app.get(SCHEMA_PATH, include_in_schema=False)
    def envelope_schema() -> Response:
        """The JSON Schema of what landlords' systems are sent."""
        return Response(schema(), media_type="application/schema+json")
