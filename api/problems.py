"""What is said when something cannot be done: what happened, why, and what to do (RFC 9457)."""

import logging
from typing import Any

import psycopg
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from store.connection import Unavailable

log = logging.getLogger("api")

MEDIA_TYPE = "application/problem+json"
_MEMBERS_NAMED = 5  # of a body that is not as it should be


class ProblemBody(BaseModel):
    """Why something could not be done."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "example": {
                "type": "/problems/withheld",
                "title": "The repair was not raised",
                "status": 403,
                "detail": "repair.auto_raise has not been agreed to",
                "what_to_do": "Ask the tenant; they can ask for the repair themself.",
            }
        },
    )

    type: str
    title: str
    status: int
    detail: str
    what_to_do: str


class Problem(HTTPException):
    """An answer other than the one asked for; `members` go into the body."""

    def __init__(
        self, status: int, kind: str, title: str, detail: str, what_to_do: str, **members: Any
    ) -> None:
        super().__init__(status, f"{title}: {detail}")
        self.status = status
        self.body = {
            "type": f"/problems/{kind}",
            "title": title,
            "status": status,
            "detail": detail,
            "what_to_do": what_to_do,
            **members,
        }


def response(problem: Problem) -> JSONResponse:
    """The problem as an answer to a program."""
    headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
    return JSONResponse(problem.body, problem.status, headers, media_type=MEDIA_TYPE)


def not_found(what: str) -> Problem:
    """There is none, or it is somebody else's: nobody learns which."""
    return Problem(
        404,
        "not-found",
        f"There is no such {what}",
        f"No {what} of that id belongs to you.",
        "Check the id.",
    )


def not_signed_in(why: str) -> Problem:
    """Nobody knows who is asking."""
    return Problem(
        401, "not-signed-in", "You are not signed in", why, "Send a valid token as a bearer token."
    )


def not_for_role(allowed: str) -> Problem:
    """Somebody asks whose role does not do this."""
    return Problem(
        403,
        "role",
        "This is not for your role",
        f"Only {allowed} may do this.",
        "Sign in as somebody who may.",
    )


def unavailable() -> Problem:
    """The database is away."""
    return Problem(
        503,
        "unavailable",
        "The database is not available",
        "Nothing was changed.",
        "Try again in a minute.",
    )


ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": ProblemBody, "description": words, "content": {MEDIA_TYPE: {}}}
    for code, words in {
        401: "Not signed in",
        403: "Not for this role, or not agreed to by the tenant",
        404: "No such thing, or somebody else's",
        422: "The request is not as it should be",
        503: "The database is not available",
    }.items()
}
"""What any route may answer, for the API's description."""


def add_handlers(app: FastAPI) -> None:
    """Answer every failure in the form above."""
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, answer_http)
    app.add_exception_handler(Unavailable, _unavailable)
    app.add_exception_handler(psycopg.DataError, _not_storable)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    said = [
        f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
        for one in error.errors()[:_MEMBERS_NAMED]
    ]
    return response(
        Problem(
            422,
            "invalid",
            "The request is not as it should be",
            "; ".join(said),
            "Correct it; /openapi.json describes every request.",
        )
    )


def _unavailable(_request: Request, error: Exception) -> JSONResponse:
    log.warning("%s", error)
    return response(unavailable())


def _not_storable(_request: Request, error: Exception) -> JSONResponse:
    log.warning("a request held what no table can: %s", error)
    return response(
        Problem(
            422,
            "invalid",
            "The request is not as it should be",
            "It holds a character that is no text, or a number that is far too large.",
            "Correct it; /openapi.json describes every request.",
        )
    )


def answer_http(_request: Request, error: Exception) -> JSONResponse:
    """What a route, or the lack of one, answers to a program."""
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error, Problem):
        return response(error)
    if error.status_code == 404:
        return response(not_found("page"))
    return response(
        Problem(
            error.status_code,
            "http",
            str(error.detail),
            "The server does not do that here.",
            "/openapi.json describes every request.",
        )
    )
