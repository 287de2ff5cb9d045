"""What the consent gate reads from the store, and how it hears of changes."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep

import psycopg
import pytest

from core.consent import Basis, Purpose
from core.quantities import Kind
from core.retention import Keep
from store import gate
from store.connection import Unavailable
from store.gate import END_OF_TIME_MS, Stay
from store.gate_listener import Listener
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


def device(conn: psycopg.Connection, name: str) -> gate.GateDevice:
    """The device of gw-a as the store has it now."""
    return gate.read_gateways(conn, ["gw-a"]).gateways["gw-a"][name]


def stays(conn: psycopg.Connection, name: str) -> tuple[Stay, ...] | None:
    """The device's stays as the store has them now."""
    return device(conn, name).stays


def test_an_empty_estate_stands_at_version_nought(conn: psycopg.Connection) -> None:
    assert list(gate.load(conn)) == [gate.GateTable(0, {})]


def test_blocks_of_gateways_make_the_whole_table_each_gateway_once(
    database: HomewellDatabase, conn: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.register(estate([f"gw-{number}" for number in range(5)]))
    monkeypatch.setattr(gate, "_BLOCK_GATEWAYS", 2)

    tables = list(gate.load(conn))

    assert [list(table.gateways) for table in tables] == [
        [],
        ["gw-0", "gw-1"],
        ["gw-2", "gw-3"],
        ["gw-4"],
    ]
    assert {table.version for table in tables} == {gate.newest_version(conn)}
    assert set(tables[3].gateways["gw-4"]) == {"th-0501", "th-0502", "th-0503", "boiler-05"}


def test_detection_on_by_default_leaves_the_whole_tenancy_open(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())

    always = (SINCE_MS, END_OF_TIME_MS)
    assert stays(conn, "th-0101") == (Stay(*always, (always,)),)
    assert stays(conn, "weather-1") is None
    assert device(conn, "boiler-01").kind is Kind.BOILER


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
    version = gate.newest_version(conn)

    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.FAULT_DETECTION, "no", SINCE, tenancy="tenancy-2")

    (changed, concerned), (last, nobody) = gate.load_changes(conn, version)
    assert (concerned, nobody) == (["gw-b"], [])
    assert set(changed.gateways) == {"gw-b"}
    assert changed.gateways["gw-b"]["boiler-02"].stays == ()
    assert (changed.version, last.version) == (version, gate.newest_version(conn))
    assert gate.changed_since(conn, last.version) == (last.version, set())


def test_another_basis_of_the_landlord_concerns_all_its_gateways(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    version = gate.newest_version(conn)

    with database.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET basis = 'consent'")

    assert gate.changed_since(conn, version)[1] == {"gw-a", "gw-b"}


def test_a_placement_taken_away_concerns_the_gateway_it_hung_on(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    version = gate.newest_version(conn)

    with database.connect_as_administrator() as admin:
        admin.execute("SELECT set_config('app.landlord_id', 'demo', false)")
        admin.execute("DELETE FROM placements")

    (table, concerned), _ = gate.load_changes(conn, version)
    assert concerned == ["gw-a"]
    assert table.gateways["gw-a"]["th-0101"].stays == ()


def test_a_database_that_was_set_back_is_noticed(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())

    with pytest.raises(gate.OtherHistory):
        gate.changed_since(conn, gate.newest_version(conn) + 1)


def test_a_withdrawal_waits_for_the_commit_of_whoever_holds_the_gate_still(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    version = gate.newest_version(conn)
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
    listener = Listener(database.url(Role.INGEST))
    try:
        before = listener.wait(0.01)
        database.register(estate())
        after = listener.wait(WITHIN_S)
    finally:
        listener.close()

    assert (before, after) == (False, True)


def test_the_right_to_tell_gateways_is_one_listeners_until_it_is_gone(
    database: HomewellDatabase,
) -> None:
    first, second = (Listener(database.url(Role.INGEST)) for _ in range(2))
    try:
        claims = [first.claim_telling(), second.claim_telling(), first.claim_telling()]
        first.leave_telling()
        after_leaving = [second.claim_telling(), first.claim_telling()]
        second.close()
        taken_over = _comes_true(first.claim_telling)
    finally:
        first.close()
        second.close()

    assert claims == [True, False, True]
    assert after_leaving == [True, False]
    assert taken_over


def test_a_teller_that_was_stopped_in_its_tracks_loses_the_right(
    database: HomewellDatabase,
) -> None:
    stopped, other = (Listener(database.url(Role.INGEST)) for _ in range(2))
    try:
        assert stopped.claim_telling()
        taken_over = _comes_true(other.claim_telling)
        with pytest.raises(Unavailable):
            stopped.wait(0.01)
    finally:
        stopped.close()
        other.close()

    assert taken_over


def _comes_true(question: Callable[[], bool]) -> bool:
    end = monotonic() + WITHIN_S
    while not question():
        if monotonic() > end:
            return False
        sleep(0.05)
    return True


def test_how_long_a_landlord_keeps_readings_comes_with_every_device(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    unlimited = device(conn, "th-0101").keep

    found = []
    for interval in ("30 days", "18 months", "2 years 1 month -3 days 6 hours"):
        _keep_for(database, interval)
        found.append(device(conn, "th-0101").keep)

    assert unlimited is None
    assert found == [Keep(0, 30 * DAY_MS), Keep(18, 0), Keep(25, -3 * DAY_MS + DAY_MS // 4)]
    assert device(conn, "weather-1").keep == found[-1]


def test_a_recordings_landlord_keeps_readings_of_any_age(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate())
    _keep_for(database, "30 days")
    with database.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET is_recording = true")

    assert device(conn, "th-0101").keep is None


def test_another_retention_is_a_change_for_all_the_landlords_gateways_and_for_no_others(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    database.register(estate(["gw-c"], landlord="other"))
    version = gate.newest_version(conn)

    _keep_for(database, "30 days")

    assert gate.changed_since(conn, version)[1] == {"gw-a", "gw-b"}


def _keep_for(database: HomewellDatabase, interval: str) -> None:
    with database.connect_as_administrator() as admin:
        admin.execute(
            "UPDATE landlords SET keep_readings_for = %s::interval WHERE landlord_id = 'demo'",
            (interval,),
        )


def test_the_oldest_instant_kept_is_the_one_that_the_database_reckons(
    conn: psycopg.Connection, database: HomewellDatabase
) -> None:
    database.register(estate())
    conn.execute("SET TimeZone = 'UTC'")
    for now, keep in (
        (datetime(2026, 3, 31, 12, tzinfo=UTC), "1 month"),
        (datetime(2028, 2, 29, tzinfo=UTC), "1 year"),
        (datetime(2026, 1, 15, tzinfo=UTC), "25 months 3 days"),
        (datetime(2026, 7, 1, tzinfo=UTC), "90 days 4 hours"),
    ):
        _keep_for(database, keep)
        row = conn.execute("SELECT %s::timestamptz - %s::interval", (now, keep)).fetchone()
        limit = device(conn, "th-0101").keep

        assert row is not None
        assert limit is not None
        assert limit.oldest_ms(int(now.timestamp() * 1000)) == int(row[0].timestamp() * 1000)


def test_changes_that_were_pruned_are_missed_by_nobody(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    early = gate.newest_version(conn) - 1
    newest = gate.newest_version(conn)
    now = datetime.now(UTC)

    with database.connect_as_administrator() as upkeep:
        too_young = gate.prune_changes(upkeep, now)
        pruned = gate.prune_changes(upkeep, now + gate.CHANGES_KEPT + timedelta(minutes=1))
        again = gate.prune_changes(upkeep, now + gate.CHANGES_KEPT + timedelta(minutes=1))

    assert (too_young, pruned, again) == (0, newest - 1, 0)
    assert gate.newest_version(conn) == newest
    assert gate.changed_since(conn, newest) == (newest, set())
    assert gate.changed_since(conn, early) == (newest, {"gw-b"})
    with pytest.raises(gate.Forgotten):
        gate.changed_since(conn, early - 1)


def test_an_estate_without_any_change_has_nothing_to_prune(database: HomewellDatabase) -> None:
    with database.connect_as_administrator() as upkeep:
        pruned = gate.prune_changes(upkeep, datetime.now(UTC))

    assert pruned == 0


def test_what_begins_and_ends_by_itself_names_its_gateways(
    database: HomewellDatabase, conn: psycopg.Connection
) -> None:
    database.register(estate(["gw-a", "gw-b"]))
    said_at, expires_at = (datetime(2026, 5, day, tzinfo=UTC) for day in (1, 8))
    ended_at, removed_at = (datetime(2026, 6, day, tzinfo=UTC) for day in (1, 2))
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "yes", said_at, tenancy="tenancy-2", expires_at=expires_at)
    with database.connect_as_administrator() as admin:
        admin.execute(
            "UPDATE tenancies SET ended_at = %s WHERE tenancy_id = 'tenancy-1'", (ended_at,)
        )
        admin.execute(
            """UPDATE placements SET removed_at = %s
               WHERE device_id = (SELECT device_id FROM devices WHERE wire_name = 'th-0202')""",
            (removed_at,),
        )

    edges = sorted(gate.edges_between(conn, SINCE, removed_at))
    before_the_last = gate.edges_between(conn, SINCE, removed_at - timedelta(milliseconds=1))

    assert edges == [
        (said_at, "gw-b"),
        (expires_at, "gw-b"),
        (ended_at, "gw-a"),
        (removed_at, "gw-b"),
    ]
    assert sorted(before_the_last) == edges[:3]


def test_every_database_has_a_history_of_its_own(
    database: HomewellDatabase,
    conn: psycopg.Connection,
    new_database: NewDatabase,
    role_passwords: dict[Role, str],
) -> None:
    other = prepared(new_database(), role_passwords)
    with other.connect(Role.INGEST) as elsewhere:
        assert gate.history(elsewhere) != gate.history(conn)
    assert gate.history(conn) == gate.history(conn)
