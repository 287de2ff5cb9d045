"""Readings are written once and never changed, in whatever order they come."""

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quantities import Kind
from store import readings
from store.blocks import Row, block_of
from store.readings import CHUNK_MS, CHUNKS_A_TRANSACTION, Written
from store.roles import Role
from tests.fixtures_database import HomewellDatabase

T0 = 1_763_712_000_000  # 2025-11-21T08:00:00Z
MINUTE = 60_000


@pytest.fixture
def conn(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """Ingest's connection to empty tables."""
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("TRUNCATE room_readings, boiler_readings, weather_readings, arrivals")
    with homewell_db.connect(Role.INGEST) as connection:
        readings.prepare(connection)
        yield connection


@pytest.fixture(scope="module")
def given_database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """The module's database, for a test that Hypothesis runs again and again."""
    return homewell_db


def room(device_id: int, time_ms: int, air: float | None = None, rh: float | None = None) -> Row:
    """A room's row with temperature and humidity."""
    return (device_id, time_ms, air, rh, None, None, None)


def write(conn: psycopg.Connection, *rows: Row, expect_known: bool = False) -> Written:
    """One transaction that writes rooms' rows."""
    with conn.transaction():
        return readings.write(conn, block_of(Kind.ROOM, rows), directly=not expect_known)


def stored(conn: psycopg.Connection) -> list[tuple[int, float | None, float | None]]:
    """Device, temperature and humidity of every room row, in order of the key."""
    return conn.execute(
        """SELECT device_id, air_temp_c, rel_humidity_pct FROM room_readings
           ORDER BY device_id, measured_at"""
    ).fetchall()


def arrivals(homewell_db: HomewellDatabase) -> list[tuple[object, ...]]:
    """The arrivals, oldest first."""
    with homewell_db.connect_as_administrator() as admin:
        return admin.execute(
            "SELECT kind, device_ids, first_at, last_at FROM arrivals ORDER BY arrival_id"
        ).fetchall()


def test_every_quantity_of_a_boiler_comes_back_as_it_was_written(
    conn: psycopg.Connection,
) -> None:
    row = (
        *(7, T0 + 1),
        *(55.5, 41.25, None, 60.0, 50.0, 1.5, 35.0, 12.5),
        *(True, False, None, True, 2**31 - 1, 0, "A01(5133)"),
    )

    with conn.transaction():
        written = readings.write(conn, block_of(Kind.BOILER, [row]))

    assert written == Written(stored=1)
    found = conn.execute("SELECT * FROM boiler_readings").fetchone()
    assert found == (7, datetime(2025, 11, 21, 8, 0, 0, 1000, tzinfo=UTC), *row[2:])


@pytest.mark.parametrize("expect_known", [False, True], ids=["direct", "staged"])
def test_new_rows_are_stored_and_their_arrival_is_told(
    conn: psycopg.Connection, homewell_db: HomewellDatabase, expect_known: bool
) -> None:
    rows = [room(2, T0 + MINUTE, 20.5), room(1, T0, 19.0), room(2, T0, 20.25)]

    written = write(conn, *rows, expect_known=expect_known)

    assert written == Written(stored=3)
    assert stored(conn) == [(1, 19.0, None), (2, 20.25, None), (2, 20.5, None)]
    first = datetime(2025, 11, 21, 8, tzinfo=UTC)
    last = datetime(2025, 11, 21, 8, 1, tzinfo=UTC)
    assert arrivals(homewell_db) == [("room", [1, 2], [first, first], [first, last])]


def test_writing_the_same_rows_again_changes_nothing_and_says_so(
    conn: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    rows = [room(1, T0 + i * MINUTE, 20.0 + i) for i in range(10)]
    write(conn, *rows)
    before = stored(conn)

    again = write(conn, *rows)

    assert again == Written(already_stored=10, surprises=10)
    assert stored(conn) == before
    assert len(arrivals(homewell_db)) == 1


def test_a_later_message_fills_what_was_not_measured_and_only_that(
    conn: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    write(conn, room(1, T0, 20.0, None), room(2, T0, 20.0, 50.0))

    written = write(conn, room(1, T0, 20.0, 55.0), room(2, T0, None, None), room(3, T0, 18.0))

    assert written == Written(stored=1, already_stored=2, filled=1, surprises=2)
    assert stored(conn) == [(1, 20.0, 55.0), (2, 20.0, 50.0), (3, 18.0, None)]
    assert arrivals(homewell_db)[-1][1] == [1, 3]


def test_a_stored_value_never_changes_and_the_one_that_differs_is_counted(
    conn: psycopg.Connection,
) -> None:
    write(conn, room(1, T0, 20.1), room(2, T0, 20.1))

    written = write(conn, room(1, T0, 25.0, 50.0), room(2, T0, 20.1))

    assert (written.already_stored, written.filled, written.differing) == (2, 1, 1)
    assert [row[1] for row in stored(conn)] == [pytest.approx(20.1, abs=1e-5)] * 2


def test_of_two_rows_for_one_instant_the_first_stands_and_the_second_fills_it(
    conn: psycopg.Connection,
) -> None:
    written = write(conn, room(1, T0, 20.0, None), room(1, T0, 30.0, 50.0))

    assert written == Written(stored=1, already_stored=1, differing=1)
    assert stored(conn) == [(1, 20.0, 50.0)]


def test_values_that_are_one_in_the_table_do_not_differ(conn: psycopg.Connection) -> None:
    written = write(conn, room(1, T0, 20.1), room(1, T0, 20.1 + 1e-9))

    assert (written.already_stored, written.differing) == (1, 0)


def test_rows_the_table_refuses_are_set_apart_and_cost_no_other(
    conn: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("ALTER TABLE room_readings ADD CONSTRAINT no_13 CHECK (air_temp_c <> 13)")
    rows = [room(1, T0 + i * MINUTE, 13.0 if i in (3, 8) else 20.0) for i in range(11)]

    try:
        written = write(conn, *rows)
    finally:
        with homewell_db.connect_as_administrator() as admin:
            admin.execute("ALTER TABLE room_readings DROP CONSTRAINT no_13")

    assert written.stored == 9
    assert sorted(one.row for one in written.refused) == [3, 8]
    assert {"no_13" in one.reason for one in written.refused} == {True}
    assert len(stored(conn)) == 9


def test_what_is_rolled_back_was_never_written(
    conn: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    with conn.transaction(force_rollback=True):
        readings.write(conn, block_of(Kind.ROOM, [room(1, T0, 20.0)]))

    assert stored(conn) == []
    assert arrivals(homewell_db) == []


def test_suspects_and_fresh_rows_are_told_apart_and_give_the_same_as_ever(
    conn: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    write(conn, room(1, T0, 20.0), room(2, T0, 20.0))
    rows = [room(3, T0, 20.0), room(1, T0, 20.0, 50.0), room(2, T0, 20.0), room(4, T0, 21.0)]

    with conn.transaction():
        written = readings.write(
            conn, block_of(Kind.ROOM, rows), np.array([False, True, True, True])
        )

    assert written == Written(stored=2, already_stored=2, filled=1)
    assert stored(conn) == [(1, 20.0, 50.0), (2, 20.0, None), (3, 20.0, None), (4, 21.0, None)]
    assert arrivals(homewell_db)[-1][1] == [1, 3, 4]


@settings(max_examples=40)  # each is two transactions
@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, 3), st.booleans()), max_size=12))
def test_whatever_is_suspected_the_table_holds_the_same(
    given_database: HomewellDatabase, steps: list[tuple[int, int, bool]]
) -> None:
    rows = [room(device, T0 + at, float(n)) for n, (device, at, _) in enumerate(steps)]
    suspects = np.array([suspected for *_, suspected in steps], np.bool_)
    with given_database.connect_as_administrator() as admin:
        admin.execute("TRUNCATE room_readings, arrivals")
        readings.prepare(admin)
        half = len(rows) // 2
        for part in (slice(None, half), slice(half, None)):
            with admin.transaction():
                readings.write(admin, block_of(Kind.ROOM, rows[part]), suspects[part])

        found = stored(admin)

    first = {(row[0], row[1]): row[2] for row in reversed(rows)}
    assert found == [(device, air, None) for (device, _), air in sorted(first.items())]


def test_parts_hold_every_row_once_and_never_too_many_chunks() -> None:
    times_ms = np.array([T0 - week * CHUNK_MS for week in (*range(100), 0, 50)], np.int64)

    divided = list(readings.parts(times_ms))

    assert sorted(np.concatenate(divided).tolist()) == list(range(102))
    chunks = [len(set((times_ms[rows] // CHUNK_MS).tolist())) for rows in divided]
    assert max(chunks) == CHUNKS_A_TRANSACTION
    assert len(divided) == 4


def test_chunks_are_as_long_as_the_tables_have_them(homewell_db: HomewellDatabase) -> None:
    with homewell_db.connect_as_administrator() as admin:
        rows = admin.execute(
            """SELECT DISTINCT (extract(epoch FROM time_interval) * 1000)::bigint
               FROM timescaledb_information.dimensions WHERE hypertable_name LIKE '%readings'"""
        ).fetchall()

    assert rows == [(CHUNK_MS,)]


def test_years_of_weather_in_one_batch_come_back_whole(conn: psycopg.Connection) -> None:
    year = 365 * 24 * 60 * MINUTE
    rows = [(9, T0 - i * year, 10.0, 80.0, None) for i in range(10)]

    with conn.transaction():
        first = readings.write(conn, block_of(Kind.WEATHER, rows))
    with conn.transaction():
        again = readings.write(conn, block_of(Kind.WEATHER, rows))

    assert (first.stored, again.already_stored) == (10, 10)
    row = conn.execute("SELECT count(*) FROM weather_readings").fetchone()
    assert row == (10,)
