"""A tenant's own choices."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.choices import TenancyOver, choices_of, choose, record_of
from api.entrance import ServicesDep, TenantOnly
from api.models import ConsentLineModel, ConsentModel
from api.problems import Problem
from api.receipt import consent_receipt
from core.consent import Purpose
from core.ledger import NotAChoice

routes = APIRouter(tags=["consents"])

CHANNEL = "api"
"""Where a choice made here was said."""


class ChoiceMade(BaseModel):
    """One purpose and the tenant's answer."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"example": {"purpose": "repair.auto_raise", "choice": "yes"}},
    )

    purpose: Purpose
    choice: str = Field(max_length=40)


class ChoiceKept(BaseModel):
    """The line that was written, and what holds from now on."""

    revision: int
    purpose: str
    choice: str
    at: str
    effect: str


class ConsentsModel(BaseModel):
    """Every purpose as it stands."""

    items: list[ConsentModel]


class HistoryModel(BaseModel):
    """Every line ever said, oldest first; `whole` says whether the seals hold."""

    items: list[ConsentLineModel]
    whole: bool
    broken_at: int | None


@routes.get("/consents", summary="Every purpose, and what holds")
def list_consents(tenant: TenantOnly, services: ServicesDep) -> ConsentsModel:
    """With what each is for, what a no stops, and the answers it offers."""
    with services.database.acting_for(tenant) as conn:
        found = choices_of(conn, tenant, now=services.clock())
    return ConsentsModel(items=[ConsentModel.of(one) for one in found])


@routes.put(
    "/consents",
    summary="Choose for one purpose",
    responses={409: {"description": "The tenancy has ended"}},
)
def change_consent(made: ChoiceMade, tenant: TenantOnly, services: ServicesDep) -> ChoiceKept:
    """Giving and withdrawing are this one call. It holds from this instant."""
    try:
        with services.database.acting_for(tenant) as conn:
            chosen = choose(
                conn, tenant, made.purpose, made.choice, now=services.clock(), channel=CHANNEL
            )
    except NotAChoice as error:
        raise Problem(
            422, "not-a-choice", "This purpose does not offer that", str(error), "Choose another."
        ) from error
    except TenancyOver as error:
        raise Problem(
            409,
            "tenancy-over",
            "Your tenancy has ended",
            "Nothing about you is measured or shared any more.",
            "There is nothing left to choose.",
        ) from error
    line = chosen.line
    return ChoiceKept(
        revision=line.revision,
        purpose=line.purpose.value,
        choice=line.choice,
        at=line.at.isoformat().replace("+00:00", "Z"),
        effect=chosen.effect,
    )


@routes.get("/consents/history", summary="The record of choices")
def show_history(tenant: TenantOnly, services: ServicesDep) -> HistoryModel:
    """Lines are added, never changed; each is sealed to the one before."""
    with services.database.acting_for(tenant) as conn:
        record = record_of(conn, tenant)
    return HistoryModel(
        items=[ConsentLineModel.of(link) for link in record.links],
        whole=record.broken_at is None,
        broken_at=record.broken_at,
    )


@routes.get("/consents/receipt", summary="The record as a receipt for other programs")
def show_receipt(tenant: TenantOnly, services: ServicesDep) -> dict[str, Any]:
    """A consent record in JSON-LD, after ISO/IEC TS 27560 in W3C's Data Privacy Vocabulary."""
    with services.database.acting_for(tenant) as conn:
        record = record_of(conn, tenant)
    return consent_receipt(record, now=services.clock(), public_url=services.public_url)
