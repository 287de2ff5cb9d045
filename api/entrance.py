"""From a request to who is asking: a bearer token for programs, a cookie for pages.

The aliases below are what handlers are typed with: `officer: OfficerOnly` cannot be reached by a
tenant, and a handler for both says so in its type.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.database import Database
from api.principals import Engineer, LandlordSystem, Officer, Principal, Tenant
from api.problems import not_for_role, not_signed_in
from api.signing_in import Claim, NotSignedIn, Role, SignIn
from store import homes

COOKIE = "homewell_session"
_ROLE_WORDS = {
    Tenant: "a tenant",
    Officer: "an officer of the landlord",
    Engineer: "an engineer",
    LandlordSystem: "the landlord's repairs system",
}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers work with; `app.state.services`."""

    database: Database
    sign_in: SignIn
    clock: Callable[[], datetime]
    public_url: str


class NotForRole(PermissionError):
    """Somebody is signed in, but not as one who may do this; the text names who may."""


def services_of(request: Request) -> Services:
    """The services of the app that the request came to."""
    found = request.app.state.services
    if not isinstance(found, Services):
        raise TypeError("the app was not made by api.app.create_app")
    return found


ServicesDep = Annotated[Services, Depends(services_of)]


def principal_of(services: Services, token: str) -> Principal:
    """Who the token speaks for. Raises NotSignedIn, and Unavailable for want of a database."""
    return known(services, services.sign_in.who(token, now=services.clock()))


def known(services: Services, claim: Claim) -> Principal:
    """The person that a claim names, if there is one. Raises NotSignedIn."""
    with services.database.acting_for_landlord(claim.landlord_id) as conn:
        if homes.landlord(conn, claim.landlord_id) is None:
            raise NotSignedIn("the token names a landlord that is not registered")
        if claim.role is Role.TENANT:
            place = homes.place_of_tenant(conn, claim.landlord_id, claim.person_id)
            if place is None:
                raise NotSignedIn("the token names a tenant who is not registered")
            return Tenant(
                landlord_id=claim.landlord_id,
                tenant_id=claim.person_id,
                tenancy_id=place.tenancy_id,
                home_id=place.home_id,
            )
    if claim.role is Role.OFFICER:
        return Officer(landlord_id=claim.landlord_id, officer_id=claim.person_id)
    if claim.role is Role.ENGINEER:
        return Engineer(landlord_id=claim.landlord_id, engineer_id=claim.person_id)
    return LandlordSystem(landlord_id=claim.landlord_id, system_id=claim.person_id)


def from_cookie(request: Request, services: ServicesDep) -> Principal:
    """Who is signed in on the pages. Raises NotSignedIn."""
    token = request.cookies.get(COOKIE)
    if not token:
        raise NotSignedIn("nobody is signed in here")
    return principal_of(services, token)


def must_be(principal: Principal, allowed: type[_T]) -> _T:
    """The principal, if they are one of `allowed`. Raises NotForRole."""
    if isinstance(principal, allowed):
        return principal
    raise NotForRole(_ROLE_WORDS[allowed])


_bearer = HTTPBearer(auto_error=False, description="A token; `homewell token` makes one.")
_Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def _from_bearer(services: ServicesDep, credentials: _Credentials) -> Principal:
    if credentials is None:
        raise not_signed_in("There is no bearer token.")
    try:
        return principal_of(services, credentials.credentials)
    except NotSignedIn as error:
        raise not_signed_in(f"{error}.") from error


_Bearer = Annotated[Principal, Depends(_from_bearer)]


def _only(*kinds: type[Principal]) -> Callable[[Principal], Principal]:
    words = " or ".join(_ROLE_WORDS[kind] for kind in kinds)

    def check(principal: _Bearer) -> Principal:
        if not isinstance(principal, kinds):
            raise not_for_role(words)
        return principal

    return check


OfficerOnly = Annotated[Officer, Depends(_only(Officer))]
TenantOnly = Annotated[Tenant, Depends(_only(Tenant))]
EngineerOnly = Annotated[Engineer, Depends(_only(Engineer))]
OfficerOrTenant = Annotated[Officer | Tenant, Depends(_only(Officer, Tenant))]
OfficerOrSystem = Annotated[Officer | LandlordSystem, Depends(_only(Officer, LandlordSystem))]
OfficerTenantOrSystem = Annotated[
    Officer | Tenant | LandlordSystem, Depends(_only(Officer, Tenant, LandlordSystem))
]
