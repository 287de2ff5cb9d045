"""Chunks: dropped when they are empty, and few enough whatever a wrong clock says."""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime

import psycopg
import pytest

from ingest.upkeep.jobs import jobs
from store import chunks
from store.erasure import Scope, erase, stretches, survey, total
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime.now(UTC)
WEEKS = 157
"""From 2000-01-01 to 2003-01-01."""


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    homewell_db.register(estate(homes_per_gateway=2, since=datetime(2000, 1, 1, tzinfo=UTC)))
    return homewell_db


@pytest.fixture
def upkeep(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with database.connect(Role.UPKEEP) as conn:
        yield conn


def ranges(conn: psycopg.Connection) -> list[tuple[datetime, datetime]]:
    return conn.execute(
        """SELECT range_start, range_end FROM timescaledb_information.chunks
           WHERE hypertable_name = 'boiler_readings' ORDER BY range_start"""
    ).fetchall()


def boiler(conn: psycopg.Connection, name: str) -> int:
    row = conn.execute("SELECT device_id FROM devices WHERE wire_name = %s", (name,)).fetchone()
    assert row is not None
    return int(row[0])


def test_a_clock_that_was_wrong_for_years_opens_a_chunk_a_week_and_they_go_with_its_erasure(
    database: HomewellDatabase, upkeep: psycopg.Connection
) -> None:
    with database.connect_as_administrator() as admin:
        wrong, right = boiler(admin, "boiler-01"), boiler(admin, "boiler-02")
        admin.execute(
            """INSERT INTO boiler_readings (device_id, measured_at)
               SELECT %s, generate_series('2000-01-01', '2003-01-01', interval '7 days')""",
            (wrong,),
        )
        admin.execute("INSERT INTO boiler_readings VALUES (%s, now())", (right,))
        most = len(ranges(admin))

    scope = Scope(landlord_id="demo", home_id="home-1")
    with database.connect(Role.ERASER) as eraser:
        found = stretches(eraser, scope, now=NOW)
        there = survey(eraser, scope, found).readings
        erased = total(erase(eraser, scope, found)).readings
    steps = []
    while dropped := chunks.drop_empty_chunks(upkeep):
        steps.append(dropped)

    assert most == WEEKS + 1
    assert there == erased == WEEKS
    assert max(steps) <= chunks.EMPTY_CHUNKS_MAX
    assert len(ranges(upkeep)) == 1


def test_an_insert_that_meets_a_chunk_as_it_is_dropped_is_stored(
    database: HomewellDatabase, upkeep: psycopg.Connection
) -> None:
    with database.connect_as_administrator() as admin:
        device = boiler(admin, "boiler-02")
        admin.execute("INSERT INTO boiler_readings VALUES (%s, '2010-01-01')", (device,))
        admin.execute("DELETE FROM boiler_readings WHERE measured_at = '2010-01-01'")
        with psycopg.connect(database.url(Role.INGEST), autocommit=True) as ingest:
            with upkeep.transaction():
                dropped = chunks.drop_empty_chunks(upkeep)
                ingest.execute("SET lock_timeout = '100ms'")
                with pytest.raises(psycopg.errors.LockNotAvailable):
                    ingest.execute(
                        "INSERT INTO boiler_readings VALUES (%s, '2010-01-02')", (device,)
                    )
            ingest.execute("INSERT INTO boiler_readings VALUES (%s, '2010-01-02')", (device,))
        rows = admin.execute(
            "SELECT count(*) FROM boiler_readings WHERE measured_at < '2011-01-01'"
        ).fetchone()

    assert (dropped, rows) == (1, (1,))


def test_a_chunk_that_someone_writes_to_is_not_dropped(
    database: HomewellDatabase, upkeep: psycopg.Connection
) -> None:
    with database.connect_as_administrator() as admin:
        device = boiler(admin, "boiler-02")
        admin.execute("INSERT INTO boiler_readings VALUES (%s, '2012-01-01')", (device,))
        admin.execute("DELETE FROM boiler_readings WHERE measured_at = '2012-01-01'")
        upkeep.execute("SET lock_timeout = '100ms'")

        with admin.transaction():
            admin.execute("INSERT INTO boiler_readings VALUES (%s, '2012-01-02')", (device,))
            with pytest.raises(psycopg.errors.LockNotAvailable):
                chunks.drop_empty_chunks(upkeep)
        chunks.drop_empty_chunks(upkeep)

        rows = admin.execute(
            "SELECT count(*) FROM boiler_readings WHERE measured_at = '2012-01-02'"
        ).fetchone()
    assert rows == (1,)


def test_the_server_says_which_edition_it_is(upkeep: psycopg.Connection) -> None:
    """Where it is the Community edition the same call sets the policies up."""
    if chunks.edition(upkeep) is chunks.Edition.COMMUNITY:
        chunks.keep_policies(upkeep)
        row = upkeep.execute(
            """SELECT count(*) FROM timescaledb_information.jobs
               WHERE proc_name IN ('policy_compression', 'policy_columnstore')"""
        ).fetchone()
        assert row == (5,)
    else:
        with pytest.raises(psycopg.errors.FeatureNotSupported, match='"apache" license'):
            chunks.keep_policies(upkeep)


def test_the_servers_own_policies_are_asked_for_where_it_says_that_it_has_them(
    upkeep: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[psycopg.Connection] = []
    (policies,) = [job for job in jobs() if job.name == "policies"]
    monkeypatch.setattr(chunks, "keep_policies", asked.append)

    for edition in chunks.Edition:
        monkeypatch.setattr(chunks, "edition", lambda _, said=edition: said)
        policies.step(upkeep, NOW)

    assert asked == [upkeep]


@pytest.mark.parametrize(
    ("keeps", "goes"), [("20 days", False), ("30 days", False), ("31 days", True), (None, True)]
)
def test_a_landlord_that_keeps_more_takes_the_servers_own_policy_away_at_once(
    database: HomewellDatabase, keeps: str | None, goes: bool
) -> None:
    """The policy stands in the server's catalogue; the Apache edition refuses to remove it."""
    refused = psycopg.errors.FeatureNotSupported
    with database.connect_as_administrator() as admin, admin.transaction(force_rollback=True):
        admin.execute(
            """UPDATE landlords SET keep_readings_for = '30 days';
               INSERT INTO _timescaledb_config.bgw_job (id, application_name, schedule_interval,
                   max_runtime, max_retries, retry_period, proc_schema, proc_name, owner,
                   scheduled, fixed_schedule, hypertable_id, config)
               SELECT 2000, 'retention', '1 day', '1 hour', -1, '1 hour',
                      '_timescaledb_functions', 'policy_retention', 'homewell_owner', false, false,
                      id, '{"drop_after": "30 days"}'
               FROM _timescaledb_catalog.hypertable WHERE table_name = 'room_readings'"""
        )
        refuses = goes and chunks.edition(admin) is chunks.Edition.APACHE
        with pytest.raises(refused, match="remove_retention") if refuses else nullcontext():
            admin.execute("UPDATE landlords SET keep_readings_for = %s", (keeps,))
        if not refuses:
            standing = admin.execute(
                "SELECT count(*) FROM timescaledb_information.jobs WHERE job_id = 2000"
            ).fetchone()
            assert standing == (int(not goes),)


def test_as_much_as_a_step_asks_for_may_be_deleted_from_compressed_chunks(
    upkeep: psycopg.Connection,
) -> None:
    chunks.lift_decompression_limit(upkeep)

    row = upkeep.execute("SHOW timescaledb.max_tuples_decompressed_per_dml_transaction").fetchone()
    assert row == ("0",)
