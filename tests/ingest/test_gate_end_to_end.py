"""The gate in a real worker: retention, a ledger that cannot be read, changes that were pruned."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from core.consent import Purpose
from ingest.gate import TOO_OLD
from local.mosquitto import MosquittoServer
from store import gate
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase, prepared
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker, NewDatabase

DAY_MS = 86_400_000
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LISTENER = "homewell-ingest-gate"


@pytest.fixture
def database(new_database: NewDatabase, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """One home behind gw-a, lived in for years."""
    made = prepared(new_database(), role_passwords)
    made.register(estate(since=LONG_AGO))
    return made


@pytest.fixture
def admin(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """The administrator."""
    with database.connect_as_administrator() as conn:
        yield conn


@pytest.fixture
def central(make_broker: MakeBroker, tmp_path: Path) -> Iterator[MosquittoServer]:
    """A broker of this test's own."""
    with make_broker(f"gate-{tmp_path.name}") as server:
        yield server


@pytest.fixture
def ingest(
    database: HomewellDatabase, central: MosquittoServer, tmp_path: Path
) -> Iterator[IngestProcess]:
    """A worker."""
    with IngestProcess(tmp_path, database.url(Role.INGEST), central.url("ingest")) as process:
        yield process


@pytest.fixture
def gateway(central: MosquittoServer, ingest: IngestProcess) -> Iterator[GatewaySide]:
    """The gateway gw-a, with that worker behind the broker."""
    with GatewaySide(central.url("gw-a")) as side:
        yield side


def now_ms() -> int:
    """The instant that is now."""
    return int(time.time() * 1000)


def stored_ms(admin: psycopg.Connection) -> list[int]:
    """The instants of the room readings that are stored."""
    rows = admin.execute(
        "SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM room_readings ORDER BY 1"
    )
    return [time_ms for (time_ms,) in rows]


def test_without_a_limit_readings_of_any_age_are_stored(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    old = now_ms() - 1_500 * DAY_MS

    gateway.until_settled(gateway.send("th-0101", "room", [old], air_temp_c=[18.5]))

    assert stored_ms(admin) == [old]


def test_what_is_older_than_the_landlord_keeps_is_refused_from_the_moment_it_says_so(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    now = now_ms()
    old, young = now - 31 * DAY_MS, now - 29 * DAY_MS

    admin.execute("UPDATE landlords SET keep_readings_for = '30 days'")
    seq = gateway.send("th-0101", "room", [old, young], air_temp_c=[18.5, 19.5])
    gateway.until_settled(seq)

    assert stored_ms(admin) == [young]
    assert admin.execute(
        "SELECT seq, scope, samples_lost, reason, payload FROM rejected_messages"
    ).fetchall() == [(seq, "sample", 1, TOO_OLD, b"")]
    assert gateway.withheld() == {}


def test_a_longer_time_to_keep_lets_older_readings_in_from_then_on(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    old = now_ms() - 31 * DAY_MS
    admin.execute("UPDATE landlords SET keep_readings_for = '30 days'")
    gateway.until_settled(gateway.send("th-0101", "room", [old], air_temp_c=[18.5]))
    refused = stored_ms(admin)

    admin.execute("UPDATE landlords SET keep_readings_for = '1 year'")
    gateway.until_settled(gateway.send("th-0101", "room", [old], air_temp_c=[18.5]))

    assert refused == []
    assert stored_ms(admin) == [old]


def test_a_recording_is_exempt_from_the_limit(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    old = now_ms() - 1_500 * DAY_MS
    admin.execute("UPDATE landlords SET keep_readings_for = '30 days', is_recording = true")

    gateway.until_settled(gateway.send("th-0101", "room", [old], air_temp_c=[18.5]))

    assert stored_ms(admin) == [old]


def test_what_is_both_old_and_not_agreed_to_is_withheld_and_not_written_about(
    gateway: GatewaySide, admin: psycopg.Connection, database: HomewellDatabase
) -> None:
    admin.execute("UPDATE landlords SET keep_readings_for = '30 days'")
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", datetime.now(UTC))

    seq = gateway.send("th-0101", "room", [now_ms() - 31 * DAY_MS], air_temp_c=[18.5])
    gateway.until_settled(seq)

    assert gateway.withheld() == {seq: 1}
    assert admin.execute("SELECT count(*) FROM rejected_messages").fetchone() == (0,)


def test_while_the_ledger_cannot_be_read_nothing_is_stored_or_acknowledged(
    gateway: GatewaySide, admin: psycopg.Connection, ingest: IngestProcess
) -> None:
    """The listener is cut off and cannot come back; the worker's other connections live."""
    gateway.until_settled(gateway.send("th-0101", "room", [now_ms()], air_temp_c=[18.5]))
    before = stored_ms(admin)
    try:
        _keep_out_the_listener(admin)
        until(lambda: ingest.status()["gate_lives"] is False, "the gate to be given up")
        seq = gateway.send("th-0101", "room", [now_ms()], air_temp_c=[19.5])
        until(lambda: ingest.status()["unacknowledged"] == 1, "the message to be held")
        time.sleep(1.0)  # ten times as long as a batch waits before it asks for the gate again
        stored_meanwhile, settled_meanwhile = stored_ms(admin), gateway.settled()
        still_held = ingest.status()["unacknowledged"]
    finally:
        admin.execute("ALTER ROLE homewell_ingest CONNECTION LIMIT -1")
    gateway.until_settled(seq)

    assert stored_meanwhile == before
    assert seq not in settled_meanwhile
    assert still_held == 1
    assert len(stored_ms(admin)) == 2


def _keep_out_the_listener(admin: psycopg.Connection) -> None:
    row = admin.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'homewell_ingest'"
    ).fetchone()
    assert row is not None
    limit = int(row[0]) - 1
    admin.execute(f"ALTER ROLE homewell_ingest CONNECTION LIMIT {limit}")
    admin.execute(
        """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE application_name = %s AND datname = current_database()""",
        (LISTENER,),
    )


def test_a_worker_that_missed_changes_which_were_pruned_reads_everything_anew(
    gateway: GatewaySide,
    admin: psycopg.Connection,
    database: HomewellDatabase,
    ingest: IngestProcess,
) -> None:
    """The changes are made and pruned in one transaction, so that no worker can ask in between."""
    gateway.until_settled(gateway.send("th-0101", "room", [now_ms()], air_temp_c=[18.5]))
    with admin.transaction():
        admin.execute("UPDATE tenancies SET ended_at = now() - interval '1 day'")
        admin.execute("UPDATE tenancies SET began_at = began_at - interval '1 day'")
        admin.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else they are recorded at the commit
        pruned = gate.prune_changes(admin, datetime.now(UTC) + timedelta(days=8))

    seq = gateway.send("th-0101", "room", [now_ms()], air_temp_c=[19.5])
    gateway.until_settled(seq)

    assert pruned > 1
    assert gateway.withheld() == {seq: 1}
    assert len(stored_ms(admin)) == 1
    assert "read anew" in ingest.log()
