"""Who a token speaks for. Development tokens now; a landlord's own sign-in has the same face."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import OctKey

ISSUER = "homewell"
AUDIENCE = "homewell-api"
LIFETIME = timedelta(hours=12)  # a working day; then a new link is made
TOKEN_LENGTH_MAX = 4096  # of a header or a link; a longer one is no token of ours
_ALGORITHM = "HS256"


class Role(StrEnum):
    """As what somebody signs in."""

    TENANT = "tenant"
    OFFICER = "officer"
    ENGINEER = "engineer"
    LANDLORD_SYSTEM = "landlord_system"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a token says: this person, of this landlord, in this role."""

    role: Role
    landlord_id: str
    person_id: str


class NotSignedIn(Exception):
    """There is no token, or it is not ours, or its time is over; the text says which."""


class SignIn(Protocol):
    """Turns the token of a request into who is asking."""

    def who(self, token: str, *, now: datetime) -> Claim:
        """Whom the token speaks for at `now`. Raises NotSignedIn."""


class DevelopmentTokens:
    """Signed tokens that whoever holds the key can make: for an api on loopback alone."""

    def __init__(self, key: str) -> None:
        self._key = OctKey.import_key(key)

    def issue(self, claim: Claim, *, now: datetime, lifetime: timedelta = LIFETIME) -> str:
        """A token for this claim, from `now` on."""
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": claim.person_id,
            "role": claim.role.value,
            "landlord": claim.landlord_id,
            "iat": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, self._key)

    def who(self, token: str, *, now: datetime) -> Claim:
        """Whom the token speaks for at `now`. Raises NotSignedIn."""
        if len(token) > TOKEN_LENGTH_MAX:
            raise NotSignedIn("the token is not one of ours")
        rules = jwt.JWTClaimsRegistry(
            now=int(now.astimezone(UTC).timestamp()),
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "value": AUDIENCE},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            role={"essential": True},
            landlord={"essential": True},
        )
        try:
            claims = jwt.decode(token, self._key, algorithms=[_ALGORITHM]).claims
            rules.validate(claims)
            return Claim(
                role=Role(claims["role"]),
                landlord_id=str(claims["landlord"]),
                person_id=str(claims["sub"]),
            )
        except ExpiredTokenError as error:
            raise NotSignedIn("the token's time is over") from error
        except (JoseError, ValueError) as error:
            raise NotSignedIn("the token is not one of ours") from error
