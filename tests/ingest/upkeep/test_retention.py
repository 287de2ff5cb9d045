"""What a landlord no longer keeps is deleted, and nothing else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import LiteralString

import pytest

from ingest.upkeep.job import Step
from ingest.upkeep.retention import Retention
from store import chunks, retention
from store.connection import Connection
from store.rejected import Rejection, Scope, forget_payloads, forget_rejections, set_aside
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
DAY = timedelta(days=1)
KEEPS_A_MONTH, KEEPS_ALL, RECORDING = "monthly", "ever", "replay"


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """Three landlords with a home each, one of them a recording's."""
    for number, landlord in enumerate((KEEPS_A_MONTH, KEEPS_ALL, RECORDING)):
        homewell_db.register(estate((f"gw-{number}",), landlord=landlord))
    return homewell_db


@pytest.fixture
def here(database: HomewellDatabase) -> HomewellDatabase:
    with database.connect_as_administrator() as admin:
        admin.execute(
            """TRUNCATE room_readings, boiler_readings, weather_readings, room_hours, boiler_hours,
                        retention_passes, rejected_messages, rejected_days"""
        )
        admin.execute(
            """UPDATE landlords SET
                   keep_readings_for = CASE WHEN landlord_id <> 'ever' THEN interval '30 days' END,
                   is_recording = landlord_id = 'replay'"""
        )
    return database


@pytest.fixture
def conn(here: HomewellDatabase) -> Iterator[Connection]:
    with here.connect(Role.UPKEEP) as conn:
        yield conn


def measure(here: HomewellDatabase, *ages: timedelta) -> None:
    """Every device said something at each of these ages, and has its hour."""
    with here.connect_as_administrator() as admin:
        for statement in MEASURE:
            admin.execute(statement, {"times": [NOW - age for age in ages]})


MEASURE: tuple[LiteralString, ...] = (
    """INSERT INTO room_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'room'""",
    """INSERT INTO boiler_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'boiler'""",
    """INSERT INTO weather_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'weather'""",
    """INSERT INTO room_hours (device_id, hour, samples, air_temp_c_count, rel_humidity_pct_count,
                               co2_ppm_count, surface_temp_c_count, battery_pct_count)
       SELECT device_id, time_bucket('1 hour', measured_at), 1, 0, 0, 0, 0, 0
       FROM room_readings ON CONFLICT DO NOTHING""",
)


def rows(here: HomewellDatabase, landlord: str) -> list[tuple[str, int, timedelta]]:
    """How many rows of a landlord stand in which table, and how old the oldest is."""
    with here.connect_as_administrator() as admin:
        found = admin.execute(
            """SELECT name, count(*), %(now)s - min(at) FROM (
                   SELECT 'room' AS name, device_id, measured_at AS at FROM room_readings
                   UNION ALL SELECT 'boiler', device_id, measured_at FROM boiler_readings
                   UNION ALL SELECT 'weather', device_id, measured_at FROM weather_readings
                   UNION ALL SELECT 'hours', device_id, hour + interval '30 minutes'
                             FROM room_hours) stored
               JOIN devices USING (device_id) WHERE landlord_id = %(landlord)s
               GROUP BY name ORDER BY name""",
            {"now": NOW, "landlord": landlord},
        ).fetchall()
    return [(name, count, age) for name, count, age in found]


def run(conn: Connection, now: datetime = NOW) -> list[Step]:
    """The job from its beginning to its end."""
    job = Retention()
    steps = [job.step(conn, now)]
    while steps[-1].more:
        steps.append(job.step(conn, now))
    return steps


def test_a_landlords_readings_go_when_they_are_older_than_it_keeps_and_nobody_elses(
    here: HomewellDatabase, conn: Connection
) -> None:
    measure(here, 400 * DAY, 31 * DAY, 29 * DAY, DAY)

    run(conn)

    kept = [("boiler", 2, 29 * DAY), ("hours", 6, 29 * DAY), ("room", 6, 29 * DAY)]
    assert rows(here, KEEPS_A_MONTH) == [*kept, ("weather", 2, 29 * DAY)]
    everything = [("boiler", 4, 400 * DAY), ("hours", 12, 400 * DAY), ("room", 12, 400 * DAY)]
    assert rows(here, KEEPS_ALL) == [*everything, ("weather", 4, 400 * DAY)]
    assert rows(here, RECORDING) == [*everything, ("weather", 4, 400 * DAY)]


def test_a_second_pass_looks_at_what_has_grown_too_old_since(
    here: HomewellDatabase, conn: Connection
) -> None:
    measure(here, 31 * DAY, 29 * DAY, 28 * DAY)
    run(conn)

    (limit,) = retention.limits(conn, now=NOW + 2 * DAY)
    run(conn, NOW + 2 * DAY - timedelta(hours=12))

    assert limit.since == NOW.replace(minute=0) - 31 * DAY
    assert rows(here, KEEPS_A_MONTH)[0] == ("boiler", 1, 28 * DAY)


def test_a_landlord_that_keeps_less_from_now_on_is_looked_at_from_the_first_reading_on(
    here: HomewellDatabase, conn: Connection
) -> None:
    measure(here, 29 * DAY, 20 * DAY, DAY)
    run(conn)
    with here.connect_as_administrator() as admin:
        admin.execute(
            "UPDATE landlords SET keep_readings_for = '10 days' WHERE landlord_id = 'monthly'"
        )

    run(conn)

    assert rows(here, KEEPS_A_MONTH)[0] == ("boiler", 1, DAY)


def test_what_came_in_while_a_landlord_kept_everything_goes_when_it_has_a_limit_again(
    here: HomewellDatabase, conn: Connection
) -> None:
    run(conn)
    with here.connect_as_administrator() as admin:
        for keeps in (None, "30 days"):
            admin.execute(
                "UPDATE landlords SET keep_readings_for = %s WHERE landlord_id = 'monthly'",
                (keeps,),
            )
            if keeps is None:
                measure(here, 200 * DAY, DAY)

    run(conn)

    assert rows(here, KEEPS_A_MONTH)[0] == ("boiler", 1, DAY)


def test_a_pass_goes_on_where_it_stood_and_other_jobs_have_their_turn_between(
    here: HomewellDatabase, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION_ROWS", 1)
    measure(here, *(number * DAY for number in range(40, 90)))

    steps = run(conn)

    assert len(steps) > 2
    assert all(step.more for step in steps[:-1])
    assert rows(here, KEEPS_A_MONTH) == []


def test_a_pass_that_was_broken_off_is_done_by_the_next_one(
    here: HomewellDatabase, conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION_ROWS", 1)
    measure(here, *(number * DAY for number in range(40, 90)))
    Retention().step(conn, NOW)
    left = rows(here, KEEPS_A_MONTH)

    run(conn)

    assert left != []
    assert rows(here, KEEPS_A_MONTH) == []


def test_what_was_kept_for_years_is_counted_a_quarter_of_a_year_at_a_time(
    here: HomewellDatabase, conn: Connection
) -> None:
    """A count of all of it could take longer than the database lets a statement take."""
    measure(here, 800 * DAY, 400 * DAY, 31 * DAY)
    devices = retention.devices_after(conn, KEEPS_A_MONTH, 0, most=100)

    spans = retention.portions(conn, retention.TABLES[0], devices, None, NOW - 30 * DAY)

    assert len(spans) == 3
    assert max(until - since for since, until in spans) <= DAY


def chunk_count(here: HomewellDatabase, table: str) -> int:
    with here.connect_as_administrator() as admin:
        row = admin.execute(
            """SELECT count(*) FROM timescaledb_information.chunks
               WHERE hypertable_name = %s AND hypertable_schema = 'public'""",
            (table,),
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_chunk_goes_whole_once_no_landlord_keeps_it_and_not_while_one_does(
    here: HomewellDatabase, conn: Connection
) -> None:
    age = datetime.now(UTC) - NOW  # the database reckons by its own clock
    measure(here, 400 * DAY - age, 399 * DAY - age, DAY - age)
    before = chunk_count(here, "boiler_readings")

    one_keeps_all = chunks.drop_chunks_past_every_limit(conn)
    with here.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET keep_readings_for = '300 days', is_recording = false")
    dropped = chunks.drop_chunks_past_every_limit(conn)

    assert one_keeps_all == 0
    assert dropped >= 4
    assert chunk_count(here, "boiler_readings") < before
    assert [name for name, *_ in rows(here, KEEPS_ALL)] == ["boiler", "hours", "room", "weather"]
    assert max(age for *_, age in rows(here, KEEPS_ALL)) <= DAY


def test_a_recordings_landlord_keeps_every_chunk(here: HomewellDatabase, conn: Connection) -> None:
    measure(here, 400 * DAY)
    with here.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET keep_readings_for = '30 days'")

    assert chunks.drop_chunks_past_every_limit(conn) == 0


def rejection(key: str, received_at: datetime, measured_at: datetime | None = None) -> Rejection:
    return Rejection(
        dedupe_key=key,
        received_at=received_at,
        scope=Scope.SAMPLE,
        reason="a reason",
        topic="homewell/v1/gw-0/th-0101/room",
        payload=b"{}",
        samples_lost=1,
        gateway_id="gw-0",
        measured_at=measured_at,
    )


def test_a_rejected_payload_goes_after_a_week_and_its_reason_after_a_quarter(
    here: HomewellDatabase, conn: Connection
) -> None:
    with here.connect(Role.INGEST) as ingest:
        for days in (1, 6, 8, 89, 91):
            set_aside(ingest, [rejection(f"{days}", NOW - days * DAY)])

    forgotten = forget_payloads(conn, now=NOW), forget_rejections(conn, now=NOW)
    again = forget_payloads(conn, now=NOW), forget_rejections(conn, now=NOW)

    with here.connect_as_administrator() as admin:
        left = admin.execute(
            "SELECT dedupe_key, payload FROM rejected_messages ORDER BY received_at DESC"
        ).fetchall()
        counted = admin.execute("SELECT count(*) FROM rejected_days").fetchone()
    assert (forgotten, again) == ((3, 1), (0, 0))
    assert left == [("1", b"{}"), ("6", b"{}"), ("8", b""), ("89", b"")]
    assert counted == (4,)


def test_what_was_measured_before_a_landlords_limit_is_not_kept_as_a_rejection_either(
    here: HomewellDatabase, conn: Connection
) -> None:
    with here.connect(Role.INGEST) as ingest:
        set_aside(ingest, [rejection("old", NOW - DAY, NOW - 31 * DAY)])
        set_aside(ingest, [rejection("young", NOW - DAY, NOW - 29 * DAY)])

    assert forget_payloads(conn, now=NOW) == 1
