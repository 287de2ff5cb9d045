"""What ingest may store: devices and the spans that consent leaves open, with a version.

Every change that may alter the answer adds a line to `gate_changes` under an exclusive lock. Who
holds the shared lock and has seen the newest line knows that nothing changes until it commits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import psycopg

from core.consent import DETECTION, Choice, Purpose, Tenancy, allowed_spans
from core.quantities import Kind
from core.retention import Keep
from store.ledgers import TenancyLedger, ledgers_of_homes

END_OF_TIME_MS = 2**62
"""Where an open span ends; later than anything ingest accepts."""

CHANGES_KEPT = timedelta(days=7)
"""Who has not asked for so long reads everything anew, which takes a second for 30,000 devices."""

_BLOCK_GATEWAYS = 500  # read at once: some 2 MB of objects, gone when they are taken in
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class OtherHistory(RuntimeError):
    """The database is not the one, or not in the state, that the table was read from."""


class Forgotten(RuntimeError):
    """The changes since a version have been pruned in part: everything is to be read anew."""


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
    """A registered device; `stays` is None where no consent is asked (weather).

    `keep` is how long its landlord keeps readings; None is for ever, as for a recording's.
    """

    device_id: int
    kind: Kind
    stays: tuple[Stay, ...] | None
    keep: Keep | None = None


@dataclass(frozen=True, slots=True)
class GateTable:
    """Devices by gateway and wire name; who takes it in stands at `version` afterwards."""

    version: int
    gateways: dict[str, dict[str, GateDevice]]


def load(conn: psycopg.Connection) -> Iterator[GateTable]:
    """The table of every registered gateway, in blocks; the first is empty and says the version.

    A block may be newer than that version; what made it newer is told as a change again.
    """
    version = newest_version(conn)
    yield GateTable(version, {})
    after = ""
    while gateway_ids := next_gateways(conn, after, _BLOCK_GATEWAYS):
        yield GateTable(version, read_gateways(conn, gateway_ids).gateways)
        after = gateway_ids[-1]


def load_changes(conn: psycopg.Connection, version: int) -> Iterator[tuple[GateTable, list[str]]]:
    """The table of the gateways that changes after `version` concern, in blocks, each with the
    names of those it is about: one that is not in the table is no longer registered.

    Only the last block brings its receiver to the newest version. Raises as `changed_since`.
    """
    newest, concerned = changed_since(conn, version)
    names = sorted(concerned)
    for start in range(0, len(names), _BLOCK_GATEWAYS):
        block = names[start : start + _BLOCK_GATEWAYS]
        yield GateTable(version, read_gateways(conn, block).gateways), block
    yield GateTable(newest, {}), []


def read_gateways(conn: psycopg.Connection, gateway_ids: Sequence[str]) -> GateTable:
    """The table of those of these gateways that are registered, all of one instant."""
    with conn.transaction():
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return GateTable(newest_version(conn), _gateways(conn, list(gateway_ids)))


def next_gateways(conn: psycopg.Connection, after: str, most: int) -> list[str]:
    """The first registered gateways after this one in order of name; `""` is before all."""
    rows = conn.execute(
        """SELECT gateway_id FROM gateways WHERE gateway_id > %(after)s
           ORDER BY gateway_id LIMIT %(most)s""",
        {"after": after, "most": most},
    )
    return [gateway_id for (gateway_id,) in rows]


def newest_version(conn: psycopg.Connection) -> int:
    """The version that the store stands at; 0 before the first change."""
    row = conn.execute("SELECT coalesce(max(version), 0) FROM gate_changes").fetchone()
    return int(row[0]) if row else 0


def changed_since(conn: psycopg.Connection, version: int) -> tuple[int, set[str]]:
    """The newest version, and the gateways that changes after `version` concern.

    Raises OtherHistory when the store has not come to `version` yet, Forgotten when it no longer
    knows all that happened since.
    """
    newest = newest_version(conn)
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
    ).fetchall()
    # Asked last: what was pruned before we looked is seen here, whenever it was done.
    if _pruned_to(conn) > version:
        raise Forgotten(f"the changes of the consent gate after {version} have been pruned in part")
    return newest, {gateway_id for (gateway_id,) in rows}


def hold_still(conn: psycopg.Connection) -> None:
    """Wait until no change is under way, and let none happen before the transaction ends.

    What is read after this, with statements of their own, is what holds at the commit.
    """
    conn.execute("SELECT pg_advisory_xact_lock_shared(gate_lock_key())")


def prune_changes(conn: psycopg.Connection, now: datetime) -> int:
    """Forget the changes that are older than CHANGES_KEPT, the newest excepted; how many.

    Whoever asks for changes since a version before them is told Forgotten.
    """
    with conn.transaction():
        row = conn.execute(
            """UPDATE gate_history SET pruned_to = greatest(pruned_to, (
                   SELECT coalesce(
                       min(version) FILTER (WHERE changed_at >= %(kept_from)s), max(version)) - 1
                   FROM gate_changes))
               RETURNING pruned_to""",
            {"kept_from": now - CHANGES_KEPT},
        ).fetchone()
        pruned_to = row[0] if row else 0
        done = conn.execute(
            "DELETE FROM gate_changes WHERE version <= %(pruned_to)s", {"pruned_to": pruned_to}
        )
    return done.rowcount


def history(conn: psycopg.Connection) -> str:
    """The name of this history of changes; another database has another."""
    row = conn.execute("SELECT history::text FROM gate_history").fetchone()
    if row is None:
        raise OtherHistory("the database has no history of the consent gate; migrate it anew")
    return str(row[0])


def edges_between(
    conn: psycopg.Connection, after: datetime, until: datetime
) -> list[tuple[datetime, str]]:
    """Instants in (`after`, `until`] at which a tenancy, a placement or a choice begins or ends,
    each with the gateways for which that may change what they may send."""
    rows = conn.execute(
        """WITH homes_edges AS (
               SELECT t.landlord_id, t.home_id, edge
               FROM tenancies t, LATERAL (VALUES (t.began_at), (t.ended_at)) AS edges (edge)
               WHERE edge > %(after)s AND edge <= %(until)s
               UNION
               SELECT t.landlord_id, t.home_id, edge
               FROM consent_events c JOIN tenancies t USING (landlord_id, tenancy_id),
                    LATERAL (VALUES (c.at), (c.expires_at)) AS edges (edge)
               WHERE edge > %(after)s AND edge <= %(until)s)
           SELECT edge, d.gateway_id
           FROM homes_edges JOIN placements p USING (landlord_id, home_id)
                JOIN devices d USING (device_id)
           UNION
           SELECT edge, d.gateway_id
           FROM placements p JOIN devices d USING (device_id),
                LATERAL (VALUES (p.placed_at), (p.removed_at)) AS edges (edge)
           WHERE edge > %(after)s AND edge <= %(until)s""",
        {"after": after, "until": until},
    )
    return [(edge, gateway_id) for edge, gateway_id in rows]


def _pruned_to(conn: psycopg.Connection) -> int:
    row = conn.execute("SELECT pruned_to FROM gate_history").fetchone()
    return int(row[0]) if row else 0


def _gateways(conn: psycopg.Connection, gateway_ids: list[str]) -> dict[str, dict[str, GateDevice]]:
    stays = _stays(conn, gateway_ids)
    keeps = _keeps(conn)
    rows = conn.execute(
        """SELECT g.gateway_id, g.landlord_id, d.wire_name, d.device_id, d.kind
           FROM gateways g LEFT JOIN devices d USING (gateway_id)
           WHERE g.gateway_id = ANY(%(gateways)s)""",
        {"gateways": gateway_ids},
    )
    gateways: dict[str, dict[str, GateDevice]] = {}
    for gateway_id, landlord_id, wire_name, device_id, kind_name in rows:
        devices = gateways.setdefault(gateway_id, {})
        if device_id is not None:
            kind = Kind(kind_name)
            found = stays.get(device_id, ()) if kind in DETECTION else None
            devices[wire_name] = GateDevice(device_id, kind, found, keeps.get(landlord_id))
    return gateways


def _keeps(conn: psycopg.Connection) -> dict[str, Keep]:
    """How long the landlords that do not keep readings for ever keep them."""
    rows = conn.execute(
        """SELECT landlord_id, months,
                  extract(epoch FROM keep - make_interval(months => months)) * 1000
           FROM (SELECT landlord_id, keep_readings_for AS keep,
                        (extract(year FROM keep_readings_for) * 12
                         + extract(month FROM keep_readings_for))::integer AS months
                 FROM landlords
                 WHERE keep_readings_for IS NOT NULL AND NOT is_recording) AS limited"""
    )
    return {landlord_id: Keep(months, int(ms)) for landlord_id, months, ms in rows}


def _stays(conn: psycopg.Connection, gateway_ids: list[str]) -> dict[int, tuple[Stay, ...]]:
    placements = conn.execute(
        """SELECT p.device_id, d.kind, p.landlord_id, p.home_id, p.placed_at, p.removed_at
           FROM placements p JOIN devices d USING (device_id)
           WHERE d.gateway_id = ANY(%(gateways)s)
           ORDER BY p.device_id, p.placed_at""",
        {"gateways": gateway_ids},
    ).fetchall()
    homes = {(landlord_id, home_id) for _, _, landlord_id, home_id, _, _ in placements}
    ledgers = ledgers_of_homes(conn, homes)
    stays: dict[int, tuple[Stay, ...]] = defaultdict(tuple)
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
        allowed = standing = _spans(ledger.choices, ledger.tenancy, purpose)
        if ledger.tenancy.ended_at is not None:
            as_if_open = replace(ledger.tenancy, ended_at=None)
            standing = _spans(ledger.choices, as_if_open, purpose)
        stays += [Stay(since_ms, until_ms, standing) for since_ms, until_ms in allowed]
    return stays


def _spans(choices: Sequence[Choice], tenancy: Tenancy, purpose: Purpose) -> Spans:
    spans = allowed_spans(choices, tenancy=tenancy, purpose=purpose)
    return tuple((_start_ms(since), _end_ms(until)) for since, until in spans)


def _within(stays: Iterable[Stay], since_ms: int, until_ms: int) -> tuple[Stay, ...]:
    return tuple(
        stay
        if since_ms <= stay.since_ms and stay.until_ms <= until_ms
        else Stay(max(stay.since_ms, since_ms), min(stay.until_ms, until_ms), stay.standing)
        for stay in stays
        if stay.since_ms < until_ms and since_ms < stay.until_ms
    )


def _start_ms(at: datetime) -> int:
    # Rounded up, as is the end: a whole millisecond lies in a span exactly when the instant does.
    return -((_UNIX_EPOCH - at) // timedelta(milliseconds=1))


def _end_ms(at: datetime | None) -> int:
    return END_OF_TIME_MS if at is None else _start_ms(at)
