"""Repairs: asked for by people, answered by the landlord."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from api.entrance import OfficerOrSystem, OfficerOrTenant, OfficerTenantOrSystem, ServicesDep
from api.models import RepairModel
from api.paging import LIMIT_USUAL, Limit, PageOf, page
from api.problems import Problem, not_found
from api.repairing import (
    NOTE_LENGTH_MAX,
    KeyUsed,
    NoSuchAlert,
    NoSuchRepair,
    NotAStep,
    NothingToRepair,
    RepairIsOpen,
    Withheld,
    ask_for_repair,
    move_repair,
    repair_for,
    repairs_for,
)
from core.casework import RepairStatus

routes = APIRouter(tags=["repairs"])

KEY_LENGTH_MAX = 200  # of a caller's own key


class RepairWanted(BaseModel):
    """For which alert a repair is asked. What goes with it is not the caller's to say."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"alert_id": "5f0c5f7e-6d0e-4f5e-9a53-0f2f4c1f8f11"}},
    )

    alert_id: UUID


class RepairAnswer(BaseModel):
    """How a repair goes on, as the landlord says it. The tenant reads the note."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {"status": "scheduled", "note": "Tuesday, 9 to 12", "reference": "R-1042"}
        },
    )

    status: RepairStatus
    note: str | None = Field(default=None, max_length=NOTE_LENGTH_MAX)
    reference: str | None = Field(default=None, max_length=100)


@routes.get("/repairs", summary="Repairs, newest first")
def list_repairs(
    who: OfficerTenantOrSystem,
    services: ServicesDep,
    home_id: Annotated[str | None, Query(description="Only those of this home.")] = None,
    after: Annotated[UUID | None, Query(description="`next` of the page before.")] = None,
    limit: Limit = LIMIT_USUAL,
) -> PageOf[RepairModel]:
    """A tenant gets those of their own tenancy."""
    with services.database.acting_for(who) as conn:
        found = repairs_for(conn, who, home_id=home_id, after=after, limit=limit)
    last = str(found[-1].repair.repair_id) if found else None
    return page([RepairModel.of(one) for one in found], limit, last_id=last)


@routes.get("/repairs/{repair_id}", summary="One repair with its history")
def show_repair(repair_id: UUID, who: OfficerTenantOrSystem, services: ServicesDep) -> RepairModel:
    """With the consent flags that held when it was raised, and how its delivery stands."""
    try:
        with services.database.acting_for(who) as conn:
            return RepairModel.of(repair_for(conn, who, repair_id))
    except NoSuchRepair:
        raise not_found("repair") from None


@routes.post(
    "/repairs",
    summary="Ask for the repair that an alert calls for",
    status_code=201,
    responses={
        200: {"model": RepairModel, "description": "The same was asked for before"},
        409: {"description": "A repair is open for this alert, or there is nothing to repair"},
    },
)
def ask(
    wanted: RepairWanted,
    who: OfficerOrTenant,
    services: ServicesDep,
    response: Response,
    key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            max_length=KEY_LENGTH_MAX,
            description="Asking again with the same key gives the same repair again.",
        ),
    ] = None,
) -> RepairModel:
    """The consent flags come from the tenant's ledger, never from the caller.

    A tenant may ask for a repair of their home; an officer where the tenant has agreed to
    `repair.auto_raise`. Otherwise it is withheld, with the reason.
    """
    try:
        with services.database.acting_for(who) as conn:
            asked = ask_for_repair(
                conn, who, wanted.alert_id, now=services.clock(), request_key=key
            )
            found = repair_for(conn, who, asked.repair.repair_id)
    except NoSuchAlert:
        raise not_found("alert") from None
    except Withheld as error:
        raise Problem(
            403,
            "withheld",
            "The repair was not raised",
            str(error),
            "The tenant can ask for it themself, or agree on their page of choices.",
            reason="withheld",
        ) from error
    except RepairIsOpen as error:
        raise Problem(
            409,
            "repair-open",
            "A repair is open for this alert",
            str(error),
            "Follow that one; another can be asked for when it has ended.",
            repair_id=str(error.repair_id),
        ) from error
    except KeyUsed as error:
        raise Problem(
            422,
            "key-used",
            "This key was used before",
            str(error),
            "Use a new key for each repair.",
        ) from error
    except NothingToRepair as error:
        raise Problem(
            409, "nothing-to-repair", "There is nothing to repair", str(error), "Nothing."
        ) from error
    if not asked.is_new:
        response.status_code = 200
    return RepairModel.of(found)


@routes.patch(
    "/repairs/{repair_id}",
    summary="Say how a repair goes on",
    responses={409: {"description": "The repair cannot go there from where it stands"}},
)
def answer(
    repair_id: UUID, said: RepairAnswer, who: OfficerOrSystem, services: ServicesDep
) -> RepairModel:
    """For the landlord's system, or an officer. The tenant is told; saying it twice is as once."""
    try:
        with services.database.acting_for(who) as conn:
            moved = move_repair(
                conn,
                who,
                repair_id,
                said.status,
                note=said.note,
                landlord_reference=said.reference,
                now=services.clock(),
            )
    except NoSuchRepair:
        raise not_found("repair") from None
    except NotAStep as error:
        raise Problem(
            409,
            "not-a-step",
            "The repair cannot go there",
            str(error),
            "Send one of those it can become.",
        ) from error
    return RepairModel.of(moved)
