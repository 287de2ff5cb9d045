"""What a person sees of the processes at work."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import msgspec
import psycopg

from gateway.status import Status
from local import demo_estate
from store.status import Counts, counts

_SHOW_EVERY_S = 5.0
# Readings alone come in all the time: more often would push the sign-in links off the screen.
_SHOW_READINGS_EVERY_S = 60.0
_INGEST_SPEAKS_WITHIN_S = 10.0  # it writes its status every second

_WEATHER_SPEAKS_WITHIN_S = 1800.0  # it tells every ten minutes


def gateway_status(folder: Path) -> Status | None:
    """A gateway's own word on itself; None while it has none."""
    try:
        return msgspec.json.decode((folder / "status.json").read_bytes(), type=Status)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


class _Part(msgspec.Struct):
    ready: bool
    reason: str = ""


class _Readiness(msgspec.Struct):
    ready: bool
    since: datetime
    parts: dict[str, _Part]


class _Lag(msgspec.Struct):
    p50: float | None
    p99: float | None


class _IngestStatus(msgspec.Struct):
    at: datetime
    http: str | None
    readiness: _Readiness
    lag_received_s: _Lag


def ingest_lines(status_file: Path, now: datetime) -> list[str]:
    """How ingest stands by its own word, line by line."""
    try:
        status = msgspec.json.decode(status_file.read_bytes(), type=_IngestStatus)
    except (FileNotFoundError, msgspec.DecodeError):
        return ["ingest has said nothing yet"]
    silent_s = (now - status.at).total_seconds()
    if silent_s > _INGEST_SPEAKS_WITHIN_S:
        return [f"ingest has said nothing for {silent_s:.0f} s"]
    since = f"{status.readiness.since:%Y-%m-%d %H:%M:%S} UTC"
    lines = [f"ingest: {'ready' if status.readiness.ready else 'not ready'} since {since}"]
    lines += [
        f"ingest: {part}: {one.reason}"
        for part, one in status.readiness.parts.items()
        if not one.ready
    ]
    lag = status.lag_received_s
    if lag.p50 is not None and lag.p99 is not None:
        lines.append(
            f"ingest: from arrival to stored in the last minute: half within {lag.p50:.2f} s, "
            f"99 of 100 within {lag.p99:.2f} s"
        )
    if status.http:
        lines.append(f"ingest: metrics at http://{status.http}/metrics")
    return lines


class _UpkeepJob(msgspec.Struct):
    error: str | None


class _UpkeepStatus(msgspec.Struct):
    jobs: dict[str, _UpkeepJob]


def upkeep_lines(status_file: Path, log: Path) -> list[str]:
    """What the upkeep cannot do, job by job; nothing while all is well."""
    try:
        status = msgspec.json.decode(status_file.read_bytes(), type=_UpkeepStatus)
    except (FileNotFoundError, msgspec.DecodeError):
        return ["upkeep has said nothing yet"]
    return [
        f"upkeep: {name} fails ({job.error}); it is tried again, and {log} says why"
        for name, job in status.jobs.items()
        if job.error
    ]


def weather_lines(
    newest: Mapping[str, datetime | None], log_folder: Path, now: datetime
) -> list[str]:
    """How the weather processes fare, by what Homewell has of each; `newest` is by gateway."""
    lines = []
    for gateway, at in newest.items():
        log = log_folder / f"weather-{gateway}.log"
        if at is None:
            lines.append(f"weather: {gateway} has told nothing yet; {log} says more")
            continue
        silent_s = (now - at).total_seconds()
        line = f"weather: {gateway} told its newest {silent_s:.0f} s ago"
        late = silent_s > _WEATHER_SPEAKS_WITHIN_S
        lines.append(f"{line}; {log} says why no more came" if late else line)
    return lines


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
