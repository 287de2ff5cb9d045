"""Development tokens and sign-in links for people of this machine's landlords."""

from datetime import UTC, datetime, timedelta

import psycopg

from api.signing_in import Claim, DevelopmentTokens, Role
from local import demo_estate
from local.secrets import Secrets
from local.stack import Stack
from store import registry
from store.roles import Role as DatabaseRole
from store.status import every_landlord

_SYSTEM_LIFETIME = timedelta(days=3650)  # a program's own; it goes with this machine's key
TOKEN_KEY = "token-key"  # noqa: S105 - the name of a file of secrets


class NobodyThere(LookupError):
    """Nobody of that name is registered; the text says what to give."""


def sign_in_token(stack: Stack, *, role: str, whom: str) -> str:
    """A token for an officer or engineer of landlord `whom`, or for tenant `whom`.

    A tenant's id that more than one landlord uses is written LANDLORD/TENANT. Raises NobodyThere.
    """
    stack.start_database()
    url = stack.database_urls[DatabaseRole.OBSERVER]
    with psycopg.connect(url, autocommit=True) as conn:
        landlords = every_landlord(conn)
    if role == Role.TENANT.value:
        landlord_id, person_id = _tenant(stack, whom, landlords)
    elif whom in landlords:
        landlord_id, person_id = whom, f"{role}-on-this-machine"
    else:
        known = ", ".join(landlords) or "none"
        raise NobodyThere(f"there is no landlord {whom!r}; registered are: {known}")
    return issue(stack.secrets, Role(role), landlord_id, person_id)


def issue(secrets: Secrets, role: Role, landlord_id: str, person_id: str) -> str:
    """A token of a working day."""
    claim = Claim(role=role, landlord_id=landlord_id, person_id=person_id)
    return DevelopmentTokens(secrets.secret(TOKEN_KEY)).issue(claim, now=datetime.now(UTC))


def landlord_system_token(secrets: Secrets, landlord_id: str) -> str:
    """The token with which a landlord's repairs system tells how repairs go on."""
    claim = Claim(role=Role.LANDLORD_SYSTEM, landlord_id=landlord_id, person_id="repairs-system")
    tokens = DevelopmentTokens(secrets.secret(TOKEN_KEY))
    return tokens.issue(claim, now=datetime.now(UTC), lifetime=_SYSTEM_LIFETIME)


def demonstration_links(stack: Stack) -> str:
    """Sign-in links for the people of the demonstration, as lines to be shown."""
    landlord = demo_estate.LANDLORD
    people = [
        ("landlord", Role.OFFICER, "officer-1"),
        (f"tenant of home-{demo_estate.DAMP_HOME}", Role.TENANT, f"tenant-{demo_estate.DAMP_HOME}"),
        (
            f"tenant of home-{demo_estate.LEAKING_HOME}",
            Role.TENANT,
            f"tenant-{demo_estate.LEAKING_HOME}",
        ),
        ("engineer", Role.ENGINEER, "engineer-1"),
    ]
    lines = [f"The pages are at {stack.api_url}. Sign in as"]
    for words, role, person in people:
        token = issue(stack.secrets, role, landlord, person)
        lines.append(f"  {words}: {stack.api_url}/sign-in?token={token}")
    return "\n".join(lines)


def _tenant(stack: Stack, whom: str, landlords: list[str]) -> tuple[str, str]:
    landlord_id, slash, tenant_id = whom.partition("/")
    asked = [landlord_id] if slash else landlords
    tenant_id = tenant_id if slash else whom
    url = stack.database_urls[DatabaseRole.REGISTRAR]
    with psycopg.connect(url, autocommit=True) as conn:
        found = [one for one in asked if registry.tenancy_of_tenant(conn, one, tenant_id)]
    if not found:
        raise NobodyThere(f"there is no tenant {whom!r}")
    if len(found) > 1:
        raise NobodyThere(
            f"tenant {whom!r} is known to {', '.join(found)}: write {found[0]}/{tenant_id}"
        )
    return found[0], tenant_id
