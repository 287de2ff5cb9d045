"""Readings by the hour are what all the readings say, in whatever order these came."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.quantities import Kind
from store import hours, readings
from store import migrate as migrating
from store.blocks import block_of
from store.hours import Due, first_hours
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase, prepared
from tests.rollups import (
    DAY,
    DAY_MS,
    HOUR,
    MINUTE_MS,
    NOW,
    Killed,
    empty,
    erase,
    recomputed,
    roll_up_everything,
    room,
    stored_hours,
    write,
)
from tests.servers import NewDatabase


@pytest.fixture(scope="module")
def connections(
    homewell_db: HomewellDatabase,
) -> Iterator[dict[Role, psycopg.Connection]]:
    """Ingest's and the upkeep's connection."""
    with (
        homewell_db.connect(Role.INGEST) as ingest,
        homewell_db.connect(Role.UPKEEP) as upkeep,
    ):
        readings.prepare(ingest)
        yield {Role.INGEST: ingest, Role.UPKEEP: upkeep}


@pytest.fixture
def admin(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect_as_administrator() as conn:
        empty(conn)
        yield conn


@pytest.fixture
def ingest(
    connections: dict[Role, psycopg.Connection], admin: psycopg.Connection
) -> psycopg.Connection:
    """Ingest's connection to empty tables."""
    assert stored_hours(admin, Kind.ROOM) == {}
    return connections[Role.INGEST]


@pytest.fixture
def upkeep(connections: dict[Role, psycopg.Connection]) -> psycopg.Connection:
    return connections[Role.UPKEEP]


def air_of(conn: psycopg.Connection) -> list[tuple[object, ...]]:
    """Device, hour of the day, samples and the four numbers of the temperature."""
    return conn.execute(
        """SELECT device_id, extract(hour FROM hour)::integer, samples, air_temp_c_min,
                  air_temp_c_mean, air_temp_c_max, air_temp_c_count
           FROM room_hours ORDER BY device_id, hour"""
    ).fetchall()


def test_an_hour_holds_the_lowest_the_mean_and_the_highest_of_its_readings(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, 18.0), room(1, 30, 19.0), room(1, 59, 23.0), room(1, 60, 17.0))

    roll_up_everything(upkeep, NOW)

    assert air_of(admin) == [(1, 0, 3, 18.0, 20.0, 23.0, 3), (1, 1, 1, 17.0, 17.0, 17.0, 1)]


def test_a_missing_temperature_is_not_counted_and_harms_no_neighbour(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, None, 55.0), room(1, 10, 20.0), room(2, 0, None, 60.0))

    roll_up_everything(upkeep, NOW)

    assert air_of(admin) == [(1, 0, 2, 20.0, 20.0, 20.0, 1), (2, 0, 1, None, None, None, 0)]


def test_a_boilers_flame_is_the_share_of_readings_in_which_it_burnt(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    rows = [
        (7, DAY_MS + minute * MINUTE_MS, *[None] * 8, flame, None, True, None, 4, 0, "A01")
        for minute, flame in enumerate((True, True, False, None, False))
    ]
    with ingest.transaction():
        readings.write(ingest, block_of(Kind.BOILER, rows))

    roll_up_everything(upkeep, NOW)

    found = admin.execute(
        """SELECT samples, flame_on_share, flame_on_count, heat_demand_share, pump_on_share,
                  pump_on_count FROM boiler_hours"""
    ).fetchall()
    assert found == [(5, 0.5, 4, 1.0, None, 0)]
    assert stored_hours(admin, Kind.BOILER) == recomputed(admin, Kind.BOILER)


def test_a_reading_that_comes_weeks_late_corrects_its_hour_alone(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, 18.0), room(1, 90, 20.0))
    roll_up_everything(upkeep, NOW)
    # Something a roll-up of the second hour would mend.
    admin.execute("UPDATE room_hours SET samples = 99 WHERE hour = %s", (DAY + HOUR,))

    write(ingest, room(1, 30, 22.0))
    roll_up_everything(upkeep, NOW + timedelta(weeks=6))

    assert air_of(admin) == [(1, 0, 2, 18.0, 20.0, 22.0, 2), (1, 1, 99, 20.0, 20.0, 20.0, 1)]


def test_a_value_filled_in_later_is_counted_and_a_doubled_reading_once(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, None, 50.0), room(1, 5, 21.0))
    roll_up_everything(upkeep, NOW)

    write(ingest, room(1, 0, 19.0), room(1, 5, 21.0))
    roll_up_everything(upkeep, NOW)

    assert air_of(admin) == [(1, 0, 2, 19.0, 20.0, 21.0, 2)]


def test_the_hour_that_is_running_waits_until_it_is_over(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, 18.0), room(1, 60, 19.0))

    roll_up_everything(upkeep, DAY + timedelta(minutes=119))
    running = air_of(admin)
    roll_up_everything(upkeep, DAY + timedelta(minutes=120))

    assert [hour for _, hour, *_ in running] == [0]
    assert [hour for _, hour, *_ in air_of(admin)] == [0, 1]
    assert admin.execute("SELECT count(*) FROM rollup_due").fetchone() == (0,)


def test_a_write_that_does_not_commit_leaves_no_hour_due(
    ingest: psycopg.Connection, admin: psycopg.Connection
) -> None:
    with suppress(Killed), ingest.transaction():
        readings.write(ingest, block_of(Kind.ROOM, [room(1, 0, 20.0)]))
        raise Killed

    assert admin.execute("SELECT count(*) FROM rollup_arrivals").fetchone() == (0,)


def test_the_detectors_may_take_the_arrivals_away_before_the_hours_are_computed(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, 20.0))
    admin.execute("DELETE FROM arrivals")

    roll_up_everything(upkeep, NOW)

    assert air_of(admin) == [(1, 0, 1, 20.0, 20.0, 20.0, 1)]


def test_arrivals_that_are_folded_leave_nothing_more_to_compute(
    ingest: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, room(1, 0, 20.0))

    admin.execute(
        """INSERT INTO arrivals (kind, device_ids, first_at, last_at, folded_block)
           SELECT kind, device_ids, first_at, last_at, 0 FROM arrivals"""
    )

    assert admin.execute("SELECT count(*) FROM rollup_arrivals").fetchone() == (1,)


def test_weather_leaves_nothing_to_compute(
    ingest: psycopg.Connection, admin: psycopg.Connection
) -> None:
    with ingest.transaction():
        readings.write(ingest, block_of(Kind.WEATHER, [(9, DAY_MS, 4.0, 90.0, 0.0)]))

    assert admin.execute("SELECT count(*) FROM rollup_arrivals").fetchone() == (0,)


def test_a_month_of_replay_is_computed_in_bounded_steps(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    hours_each = 31 * 24
    write(
        ingest,
        *(room(device, hour * 60, 20.0) for device in range(1, 5) for hour in range(hours_each)),
    )
    hours.take_in(upkeep)
    after = NOW + timedelta(days=60)

    steps: list[int] = []
    while steps[-1:] != [0]:
        steps.append(hours.roll_up(upkeep, Kind.ROOM, now=after))

    assert steps == [hours.HOURS_MAX, 4 * hours_each - hours.HOURS_MAX, 0]
    assert stored_hours(admin, Kind.ROOM) == recomputed(admin, Kind.ROOM)


def test_a_month_of_replay_keeps_no_live_hour_waiting(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, *(room(1, hour * 60, 20.0) for hour in range(hours.HOURS_MAX + 1)))
    live = (hours.HOURS_MAX + 2) * 60
    write(ingest, room(2, live, 19.0))
    hours.take_in(upkeep)

    hours.roll_up(upkeep, Kind.ROOM, now=NOW + timedelta(days=90))

    assert (2, DAY + timedelta(minutes=live)) in stored_hours(admin, Kind.ROOM)


def test_hours_that_are_years_apart_are_not_computed_in_one_step(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    """A statement that spans years is planned and run over every chunk between."""
    for week in (0, 5, 10):
        write(ingest, room(1 + week % 2, week * 7 * 24 * 60, 20.0))
    hours.take_in(upkeep)

    steps = [hours.roll_up(upkeep, Kind.ROOM, now=NOW + timedelta(days=90)) for _ in range(4)]

    assert steps == [1, 1, 1, 0]
    assert stored_hours(admin, Kind.ROOM) == recomputed(admin, Kind.ROOM)


def test_lines_are_taken_in_a_bounded_number_at_a_time(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    for number in range(hours.LINES_MAX + 1):
        write(ingest, room(1, number, 20.0))

    taken = [hours.take_in(upkeep) for _ in range(3)]

    assert taken == [hours.LINES_MAX, 1, 0]
    assert admin.execute("SELECT count(*) FROM rollup_due").fetchone() == (1,)


def test_a_clock_years_wrong_keeps_nobody_waiting(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    """A batch that spans 23 years has its device's hours in between due, and none has a reading."""
    long_ago = int(datetime(2003, 1, 1, tzinfo=UTC).timestamp() * 1000)
    write(ingest, (1, long_ago, 20.0, None, None, None, None), room(1, 0, 21.0), room(2, 0, 19.0))

    roll_up_everything(upkeep, NOW)

    assert stored_hours(admin, Kind.ROOM) == recomputed(admin, Kind.ROOM)
    assert len(stored_hours(admin, Kind.ROOM)) == 3


def test_erasing_takes_whole_hours_away_and_computes_anew_those_it_cuts(
    ingest: psycopg.Connection, upkeep: psycopg.Connection, admin: psycopg.Connection
) -> None:
    write(ingest, *(room(1, minute, float(minute % 60)) for minute in range(0, 240, 15)))
    write(ingest, room(2, 100, 20.0))
    roll_up_everything(upkeep, NOW)

    erase(admin, 1, DAY + timedelta(minutes=30), DAY + timedelta(minutes=135))
    at_once = [row[:2] for row in air_of(admin)]
    roll_up_everything(upkeep, NOW)

    assert at_once == [(1, 3), (2, 1)]
    assert air_of(admin) == [
        (1, 0, 2, 0.0, 7.5, 15.0, 2),
        (1, 2, 3, 15.0, 30.0, 45.0, 3),
        (1, 3, 4, 0.0, 22.5, 45.0, 4),
        (2, 1, 1, 20.0, 20.0, 20.0, 1),
    ]


def test_hours_that_are_being_computed_while_a_home_is_erased_do_not_outlive_it(
    homewell_db: HomewellDatabase,
    ingest: psycopg.Connection,
    upkeep: psycopg.Connection,
    admin: psycopg.Connection,
) -> None:
    """The one who erases waits for the step that has read the readings, and sees what it wrote."""
    write(ingest, room(1, 0, 20.0))
    hours.take_in(upkeep)
    with upkeep.transaction(), homewell_db.connect_as_administrator() as eraser:
        hours.roll_up(upkeep, Kind.ROOM, now=NOW)
        eraser.execute("SET lock_timeout = '100ms'")

        with pytest.raises(psycopg.errors.LockNotAvailable):
            erase(eraser, 1, DAY, DAY + HOUR)

    erase(admin, 1, DAY, DAY + HOUR)
    assert air_of(admin) == []


def test_a_database_from_before_has_the_hours_of_what_it_holds(
    new_database: NewDatabase, role_passwords: dict[Role, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = migrating.migrations()
    before = [one for one in shipped if one.name != "0010_hours.sql"]
    monkeypatch.setattr(migrating, "migrations", lambda: before)
    database = prepared(new_database(), role_passwords)
    database.register(estate())
    with database.connect_as_administrator() as admin:
        device_id = admin.execute(
            """INSERT INTO room_readings (device_id, measured_at, air_temp_c)
               SELECT device_id, measured_at, 20
               FROM devices, unnest(%(times)s::timestamptz[]) AS measured_at
               WHERE wire_name = 'th-0101' RETURNING device_id""",
            {"times": [datetime(2003, 1, 1, tzinfo=UTC), DAY, DAY + timedelta(weeks=30)]},
        ).fetchone()

    monkeypatch.setattr(migrating, "migrations", lambda: shipped)
    with database.connect(Role.OWNER) as owner:
        applied = migrating.migrate(owner)
    with database.connect(Role.UPKEEP) as upkeep, database.connect_as_administrator() as admin:
        due = admin.execute("SELECT count(*) FROM rollup_due").fetchone()
        roll_up_everything(upkeep, DAY + timedelta(days=300))
        stands, expected = stored_hours(admin, Kind.ROOM), recomputed(admin, Kind.ROOM)

    assert applied == ["0010_hours.sql"]
    assert due == (3,)  # the rooms' sensors; nothing of a boiler is stored
    assert device_id is not None
    assert stands == expected
    assert {key[0] for key in stands} == set(device_id)
    assert len(stands) == 3


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 90)), max_size=12), st.integers(1, 200)
)
def test_the_first_hours_of_what_is_due_are_as_many_as_allowed_and_in_order(
    spans: list[tuple[int, int]], most: int
) -> None:
    due = [Due(n, DAY + a * HOUR, DAY + (a + length) * HOUR) for n, (a, length) in enumerate(spans)]

    taken = first_hours(due, most)

    assert sum(one.hours for one in taken) == min(most, sum(one.hours for one in due))
    assert [one.since for one in taken] == [one.since for one in due[: len(taken)]]
    assert taken[:-1] == due[: max(0, len(taken) - 1)]
