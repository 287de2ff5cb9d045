"""What the consent gate reads from the store, and how it hears of changes."""

from collections.abc import Iterator
from datetime import UTC, datetime
from threading import Event, Thread

import psycopg
import pytest

from core.consent import Basis, Purpose
from core.quantities import Kind
from store import gate
from store.gate import END_OF_TIME_MS, Stay
from store.roles import Role
from tests.estate import SINCE, estate, say
from tests.fixtures_database import HomewellDatabase, prepared
from tests.servers import NewDatabase

SINCE_MS = 1_767_225_600_000  # 2026-01-01T00:00:00Z
DAY_MS = 86_400_000
WITHIN_S = 10.0


@pytest.fixture
def database(new_database: NewDatabase, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """An empty database of this test's own: versions count from nothing."""
    return prepared(new_database(), role_passwords)


@pytest.fixture
def conn(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """Ingest's connection."""
    with database.connect(Role.INGEST) as connection:
        yield connection


def stays(conn: psycopg.Connection, device: str, gateway: str = "gw-a") -> tuple[Stay, ...] | None:
    """The device's stays as the store has them now."""
    return gate.load(conn).gateways[gateway][device].stays


def test_an_empty_estate_stands_at_version_nought(conn: psycopg.Connection) -> None:
    assert gate.load(conn) == gate.GateTable(0, {})


def test_detection_on_by_default_leaves_the_whole_tenancy_open(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())

    always = (SINCE_MS, END_OF_TIME_MS)
    assert stays(conn, "th-0101") == (Stay(*always, (always,)),)
    assert stays(conn, "weather-1") is None
    assert gate.load(conn).gateways["gw-a"]["boiler-01"].kind is Kind.BOILER


def test_where_the_basis_is_consent_nothing_is_open_until_it_is_given(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(basis=Basis.CONSENT))
    given_at = datetime(2026, 1, 3, tzinfo=UTC)

    before = stays(conn, "th-0101")
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "yes", given_at)

    span = (SINCE_MS + 2 * DAY_MS, END_OF_TIME_MS)
    assert before == ()
    assert stays(conn, "th-0101") == (Stay(*span, (span,)),)
    assert stays(conn, "boiler-01") == ()


def test_of_a_tenancy_that_has_ended_the_last_word_stands(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    end = SINCE_MS + 10 * DAY_MS
    with database.connect_as_administrator() as admin:
        admin.execute("UPDATE tenancies SET ended_at = '2026-01-11T00:00:00Z'")

    assert stays(conn, "th-0101") == (Stay(SINCE_MS, end, ((SINCE_MS, END_OF_TIME_MS),)),)


def test_a_sensor_that_moved_is_judged_by_the_home_it_stood_in(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(homes_per_gateway=2))
    with database.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE placements SET removed_at = '2026-01-02T00:00:00Z'
               WHERE device_id = (SELECT device_id FROM devices WHERE wire_name = 'th-0101')"""
        )
        admin.execute(
            """INSERT INTO placements (device_id, landlord_id, home_id, room, placed_at)
               SELECT device_id, landlord_id, 'home-2', 'attic', '2026-01-03T00:00:00Z'
               FROM devices WHERE wire_name = 'th-0101'"""
        )
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", SINCE, tenancy="tenancy-1")

    moved = Stay(SINCE_MS + 2 * DAY_MS, END_OF_TIME_MS, ((SINCE_MS, END_OF_TIME_MS),))
    assert stays(conn, "th-0101") == (moved,)


def test_a_change_names_the_gateways_it_concerns_and_no_others(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    version = gate.load(conn).version

    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.FAULT_DETECTION, "no", SINCE, tenancy="tenancy-2")

    table, concerned = gate.load_changes(conn, version)
    assert concerned == {"gw-b"}
    assert set(table.gateways) == {"gw-b"}
    assert table.gateways["gw-b"]["boiler-02"].stays == ()
    assert gate.changed_since(conn, table.version) == (table.version, set())


def test_another_basis_of_the_landlord_concerns_all_its_gateways(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    version = gate.load(conn).version

    with database.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET basis = 'consent'")

    assert gate.changed_since(conn, version)[1] == {"gw-a", "gw-b"}


def test_a_placement_taken_away_concerns_the_gateway_it_hung_on(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    version = gate.load(conn).version

    with database.connect_as_administrator() as admin:
        admin.execute("SELECT set_config('app.landlord_id', 'demo', false)")
        admin.execute("DELETE FROM placements")

    table, concerned = gate.load_changes(conn, version)
    assert concerned == {"gw-a"}
    assert table.gateways["gw-a"]["th-0101"].stays == ()


def test_a_database_that_was_set_back_is_noticed(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())

    with pytest.raises(gate.OtherHistory):
        gate.changed_since(conn, gate.load(conn).version + 1)


def test_a_withdrawal_waits_for_the_commit_of_whoever_holds_the_gate_still(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    version = gate.load(conn).version
    withdrawn = Event()

    def withdraw() -> None:
        with database.connect(Role.API) as api, api.transaction():
            say(api, Purpose.DAMP_RISK, "no", SINCE)
        withdrawn.set()

    with conn.transaction():
        gate.hold_still(conn)
        tenant = Thread(target=withdraw)
        tenant.start()
        waits = withdrawn.wait(0.3)
        seen_inside = gate.changed_since(conn, version)[1]
    tenant.join(WITHIN_S)

    assert (waits, seen_inside) == (False, set())
    assert gate.changed_since(conn, version)[1] == {"gw-a"}


def test_a_listener_hears_of_a_change_at_once(database: HomewellDatabase) -> None:
    listener = gate.Listener(database.url(Role.INGEST))
    try:
        before = listener.wait(0.01)
        database.register(estate())
        after = listener.wait(WITHIN_S)
    finally:
        listener.close()

    assert (before, after) == (False, True)
