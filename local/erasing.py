"""`homewell erase`: what was measured in a home, or in one tenancy's time there, is deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from core.consent import DETECTION
from core.quantities import Kind
from store.chunks import lift_decompression_limit
from store.connection import connect
from store.erasure import (
    MEASURED_IN_HOMES,
    Contents,
    Scope,
    Staying,
    erase,
    staying,
    stretches,
    survey,
    total,
)

ERASABLE: dict[str, tuple[Kind, ...]] = {
    purpose.value: (kind,) for kind, purpose in DETECTION.items()
}
"""The purposes for which readings are collected, and the kinds that each of them covers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the command was asked for."""

    landlord_id: str
    home_id: str
    tenancy_id: str | None
    purpose: str | None
    dry_run: bool
    confirmed: bool


def erase_home(
    url: str, asked: Asked, say: Callable[[str], None], ask: Callable[[str], str]
) -> bool:
    """Say what there is, ask, delete it; False when the answer was no.

    `url` is the database as role homewell_eraser. Raises store.erasure.NotThere.
    """
    scope = Scope(
        landlord_id=asked.landlord_id,
        home_id=asked.home_id,
        tenancy_id=asked.tenancy_id,
        kinds=ERASABLE[asked.purpose] if asked.purpose else MEASURED_IN_HOMES,
    )
    with connect(url, application="homewell-erase") as conn:
        lift_decompression_limit(conn)
        found = stretches(conn, scope, now=datetime.now(UTC))
        say(f"{_of_whom(asked)}: {_words(survey(conn, scope, found))}.")
        say(_staying_words(staying(conn, scope)))
        if asked.dry_run:
            say("Nothing was deleted.")
            return True
        if not asked.confirmed and not _agreed(asked, ask):
            say("Nothing was deleted.")
            return False
        say(f"Deleted: {_words(total(erase(conn, scope, found)))}.")
    return True


def _agreed(asked: Asked, ask: Callable[[str], str]) -> bool:
    try:
        answer = ask(f"This cannot be undone. Type {asked.home_id} to delete it: ")
    except EOFError:  # nobody is there to ask
        return False
    return answer.strip() == asked.home_id


def _of_whom(asked: Asked) -> str:
    words = f"Measured in {asked.home_id} of {asked.landlord_id}"
    if asked.tenancy_id:
        words += f" in the time of {asked.tenancy_id}"
    return f"{words} for {asked.purpose}" if asked.purpose else words


def _words(contents: Contents) -> str:
    return (
        f"readings {contents.readings:,}, hours {contents.hours:,}, rejected messages "
        f"{contents.rejections:,}, arrivals not judged yet {contents.arrivals:,}"
    )


def _staying_words(rest: Staying) -> str:
    return (
        f"What stays: {rest.ledger_lines} lines of the consent ledger, which prove what was "
        f"allowed; {rest.alerts} alerts and {rest.repairs} repairs, which the landlord answers "
        "for. What a gateway still holds comes in again unless the tenant has said no."
    )
