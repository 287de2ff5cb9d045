"""What ingest may store: devices and the spans that consent leaves open, with a version.

Every change that may alter the answer adds a line to `gate_changes` under an exclusive lock. Who
holds the shared lock and has seen the newest line knows that nothing changes until it commits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg

from core.consent import DETECTION, Choice, Purpose, Tenancy, allowed_spans
from core.quantities import Kind
from store.connection import connect, outages
from store.ledgers import TenancyLedger, all_ledgers, ledgers_of_homes

END_OF_TIME_MS = 2**62
"""Where an open span ends; later than anything ingest accepts."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CHANNEL = "homewell_gate"


class OtherHistory(RuntimeError):
    """The database is not the one, or not in the state, that the table was read from."""


Spans = tuple[tuple[int, int], ...]
"""Half-open spans [from, until) in Unix milliseconds, in order."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A device's time with one tenancy in which what it measured may be stored.

    `standing` says when: the spans in which the tenancy's ledger agrees, its last word standing
    after the tenancy has ended.
    """

    since_ms: int
    until_ms: int
    standing: Spans


@dataclass(frozen=True, slots=True)
class GateDevice:
    """A registered device; `stays` is None where no consent is asked (weather)."""

    device_id: int
    kind: Kind
    stays: tuple[Stay, ...] | None


@dataclass(frozen=True, slots=True)
class GateTable:
    """Devices by gateway and wire name, as the store had them at `version`."""

    version: int
    gateways: dict[str, dict[str, GateDevice]]


def load(conn: psycopg.Connection) -> GateTable:
    """The table of every registered gateway."""
    with _snapshot(conn):
        return _table(conn, _version(conn), None)


def load_changes(conn: psycopg.Connection, version: int) -> tuple[GateTable, set[str]]:
    """The table of the gateways that changes after `version` concern, and their names.

    A gateway that is concerned and not in the table is no longer registered.
    """
    with _snapshot(conn):
        newest, concerned = changed_since(conn, version)
        return _table(conn, newest, list(concerned)), concerned


def changed_since(conn: psycopg.Connection, version: int) -> tuple[int, set[str]]:
    """The newest version, and the gateways that changes after `version` concern.

    Raises OtherHistory when the store has not come to `version` yet.
    """
    newest = _version(conn)
    if newest < version:
        raise OtherHistory(
            f"the database stands at change {newest} of the consent gate, and we at {version}: it "
            "was restored or exchanged. Start ingest again, so that it reads all of it"
        )
    if newest == version:
        return version, set()
    rows = conn.execute(
        """WITH changes AS (
               SELECT * FROM gate_changes WHERE version > %(since)s AND version <= %(newest)s)
           SELECT gateway_id FROM changes WHERE gateway_id IS NOT NULL
           UNION
           SELECT d.gateway_id
           FROM changes c JOIN placements p USING (landlord_id, home_id)
                JOIN devices d USING (device_id)
           UNION
           SELECT d.gateway_id FROM changes c JOIN devices d USING (landlord_id)
           WHERE c.home_id IS NULL AND c.gateway_id IS NULL""",
        {"since": version, "newest": newest},
    )
    return newest, {gateway_id for (gateway_id,) in rows}


def hold_still(conn: psycopg.Connection) -> None:
    """Wait until no change is under way, and let none happen before the transaction ends.

    What is read after this, with statements of their own, is what holds at the commit.
    """
    conn.execute("SELECT pg_advisory_xact_lock_shared(gate_lock_key())")


class Listener:
    """Hears of changes at once, on a connection of its own.

    Opening and waiting raise Unavailable when the connection does not live.
    """

    def __init__(self, url: str) -> None:
        self._conn = connect(url, application="homewell-ingest-gate")
        with outages():
            self._conn.execute(f"LISTEN {_CHANNEL}")

    def wait(self, timeout_s: float) -> bool:
        """Whether a change was told of within `timeout_s`; returns at once when one was.

        That it returns shows that the connection lives.
        """
        with outages():
            told = any(True for _ in self._conn.notifies(timeout=timeout_s, stop_after=1))
            self._conn.execute("SELECT 1")
        return told

    def close(self) -> None:
        """Let go of the connection."""
        self._conn.close()


@contextmanager
def _snapshot(conn: psycopg.Connection) -> Iterator[None]:
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _table(conn: psycopg.Connection, version: int, gateway_ids: list[str] | None) -> GateTable:
    stays = _stays(conn, gateway_ids)
    rows = conn.execute(
        """SELECT g.gateway_id, d.wire_name, d.device_id, d.kind
           FROM gateways g LEFT JOIN devices d USING (gateway_id)
           WHERE %(gateways)s::text[] IS NULL OR g.gateway_id = ANY(%(gateways)s)""",
        {"gateways": gateway_ids},
    )
    gateways: dict[str, dict[str, GateDevice]] = {}
    for gateway_id, wire_name, device_id, kind in rows:
        devices = gateways.setdefault(gateway_id, {})
        if device_id is not None:
            asks = Kind(kind) in DETECTION
            found = tuple(stays.get(device_id, ())) if asks else None
            devices[wire_name] = GateDevice(device_id, Kind(kind), found)
    return GateTable(version, gateways)


def _version(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT coalesce(max(version), 0) FROM gate_changes").fetchone()
    return int(row[0]) if row else 0


def _stays(conn: psycopg.Connection, gateway_ids: list[str] | None) -> dict[int, list[Stay]]:
    placements = conn.execute(
        """SELECT p.device_id, d.kind, p.landlord_id, p.home_id, p.placed_at, p.removed_at
           FROM placements p JOIN devices d USING (device_id)
           WHERE %(gateways)s::text[] IS NULL OR d.gateway_id = ANY(%(gateways)s)
           ORDER BY p.device_id, p.placed_at""",
        {"gateways": gateway_ids},
    ).fetchall()
    homes = {(landlord_id, home_id) for _, _, landlord_id, home_id, _, _ in placements}
    ledgers = all_ledgers(conn) if gateway_ids is None else ledgers_of_homes(conn, homes)
    stays: dict[int, list[Stay]] = defaultdict(list)
    known: dict[tuple[str, str, Purpose], list[Stay]] = {}
    for device_id, kind, landlord_id, home_id, placed_at, removed_at in placements:
        purpose = DETECTION.get(Kind(kind))
        if purpose is None:
            continue
        key = (landlord_id, home_id, purpose)
        if key not in known:
            known[key] = _stays_of_home(ledgers.get((landlord_id, home_id), []), purpose)
        stays[device_id] += _within(known[key], _start_ms(placed_at), _end_ms(removed_at))
    return stays


def _stays_of_home(ledgers: Iterable[TenancyLedger], purpose: Purpose) -> list[Stay]:
    stays = []
    for ledger in ledgers:
        as_if_open = replace(ledger.tenancy, ended_at=None)
        standing = _spans(ledger.choices, as_if_open, purpose)
        allowed = _spans(ledger.choices, ledger.tenancy, purpose)
        stays += [Stay(since_ms, until_ms, standing) for since_ms, until_ms in allowed]
    return stays


def _spans(choices: Sequence[Choice], tenancy: Tenancy, purpose: Purpose) -> Spans:
    spans = allowed_spans(choices, tenancy=tenancy, purpose=purpose)
    return tuple((_start_ms(since), _end_ms(until)) for since, until in spans)


def _within(stays: Iterable[Stay], since_ms: int, until_ms: int) -> list[Stay]:
    cut = [
        Stay(max(stay.since_ms, since_ms), min(stay.until_ms, until_ms), stay.standing)
        for stay in stays
    ]
    return [stay for stay in cut if stay.since_ms < stay.until_ms]


def _start_ms(at: datetime) -> int:
    # Rounded up, as is the end: a whole millisecond lies in a span exactly when the instant does.
    return -((_UNIX_EPOCH - at) // timedelta(milliseconds=1))


def _end_ms(at: datetime | None) -> int:
    return END_OF_TIME_MS if at is None else _start_ms(at)
