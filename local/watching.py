"""What a person sees while the demonstration runs."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import psycopg

from gateway.status import Status
from local import demo_estate
from store.status import Counts, counts

_SHOW_EVERY_S = 5.0
# Readings alone come in all the time: more often would push the sign-in links off the screen.
_SHOW_READINGS_EVERY_S = 60.0


def gateway_status(folder: Path) -> Status | None:
    """A gateway's own word on itself; None while it has none."""
    try:
        return msgspec.json.decode((folder / "status.json").read_bytes(), type=Status)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


@dataclass(slots=True)
class Progress:
    """Says how far things are, soon when something happened, and once what was hoped for."""

    say: Callable[[str], None]
    _looked_s: float = 0.0
    _said_s: float = 0.0
    _happened: str = ""
    _told: set[str] = field(default_factory=set)

    def due(self) -> bool:
        """Whether it is time to look again."""
        now_s = time.monotonic()
        if now_s - self._looked_s < _SHOW_EVERY_S:
            return False
        self._looked_s = now_s
        return True

    def show(self, conn: psycopg.Connection, statuses: Sequence[Status | None]) -> None:
        """Look, and say what is new."""
        found = counts(conn, demo_estate.LANDLORD)
        waiting = sum(one.spool.waiting_samples for one in statuses if one)
        reading = any(one.recordings_waiting for one in statuses if one)
        happened = (
            f"{', history still coming in' if reading else ''}; alerts: {found.alerts}, repairs "
            f"delivered: {found.repairs_delivered}, values or messages rejected: {found.rejections}"
        )
        quiet = happened == self._happened and not reading
        if not quiet or self._looked_s - self._said_s >= _SHOW_READINGS_EVERY_S:
            self.say(f"{found.readings:,} readings stored, {waiting:,} on their way{happened}")
            self._happened, self._said_s = happened, self._looked_s
        self._tell(found)

    def _tell(self, found: Counts) -> None:
        if found.repairs_delivered:
            self._once(
                f"A repair was raised and delivered: home-{demo_estate.LEAKING_HOME}'s boiler is "
                "losing water, and its tenant agreed to repairs being raised."
            )
        if found.repairs_withheld:
            self._once(
                f"A repair was withheld: home-{demo_estate.DAMP_HOME}'s bedroom is growing damp, "
                "and its tenant has not agreed yet. Sign in as the tenant and say yes."
            )

    def _once(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            self.say(words)
