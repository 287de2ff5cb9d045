"""Whatever happens in whatever order, hours are what all the readings say."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.quantities import Kind
from store import hours, readings
from store.blocks import block_of
from store.roles import Role
from tests.fixtures_database import HomewellDatabase
from tests.rollups import (
    DAY,
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

Connections = tuple[psycopg.Connection, psycopg.Connection, psycopg.Connection]


@pytest.fixture(scope="module")
def connections(homewell_db: HomewellDatabase) -> Iterator[Connections]:
    """Those of ingest, of the upkeep and of the administrator."""
    with (
        homewell_db.connect(Role.INGEST) as ingest,
        homewell_db.connect(Role.UPKEEP) as upkeep,
        homewell_db.connect_as_administrator() as admin,
    ):
        readings.prepare(ingest)
        yield ingest, upkeep, admin


QUARTERS = st.integers(-40, 240).map(lambda n: n / 4)
CELLS = st.one_of(st.none(), QUARTERS)
ROWS = st.lists(
    st.builds(room, st.integers(1, 3), st.integers(0, 47).map(lambda n: n * 7), CELLS, CELLS),
    min_size=1,
    max_size=12,
)
SPANS = st.tuples(st.integers(1, 3), st.integers(0, 400), st.integers(1, 200))
EVENTS = st.lists(
    st.one_of(
        st.tuples(st.just("write"), ROWS),
        st.tuples(st.just("write, killed before the commit"), ROWS),
        st.tuples(st.just("take in"), st.booleans()),
        st.tuples(st.just("roll up"), st.booleans()),
        st.tuples(st.just("erase"), SPANS),
    ),
    max_size=14,
)


def happen(
    event: tuple[str, object],
    ingest: psycopg.Connection,
    upkeep: psycopg.Connection,
    admin: psycopg.Connection,
) -> None:
    """One thing of a home's day; with True the upkeep is killed just before its commit."""
    match event:
        case ("write", list(rows)):
            write(ingest, *rows)
        case (_, list(rows)):
            with suppress(Killed), ingest.transaction():
                readings.write(ingest, block_of(Kind.ROOM, rows))
                raise Killed
        case ("erase", (int(device), int(minute), int(length))):
            since = DAY + timedelta(minutes=minute)
            erase(admin, device, since, since + timedelta(minutes=length))
        case (step, killed):
            with suppress(Killed), upkeep.transaction():
                if step == "take in":
                    hours.take_in(upkeep)
                else:
                    hours.roll_up(upkeep, Kind.ROOM, now=NOW)
                if killed:
                    raise Killed


def waiting(conn: psycopg.Connection) -> set[tuple[int, datetime]]:
    """Every device and hour of the day that is due or in a line not yet taken in."""
    return set(
        conn.execute(
            """SELECT device_id, hour
               FROM generate_series(%(day)s, %(day)s + interval '10 hours', interval '1 hour') hour
               CROSS JOIN generate_series(1, 3) device_id
               WHERE EXISTS (SELECT FROM rollup_due d
                             WHERE d.device_id = device_id.device_id AND d.spans @> hour)
                  OR EXISTS (SELECT FROM rollup_arrivals a,
                                  unnest(a.device_ids, a.first_at, a.last_at)
                                  AS one (device_id, since, until)
                             WHERE one.device_id = device_id.device_id
                               AND hour BETWEEN date_trunc('hour', since) AND until)""",
            {"day": DAY},
        ).fetchall()
    )


@settings(max_examples=60)
@given(EVENTS)
def test_the_hours_are_always_what_a_full_recomputation_gives(
    connections: Connections, events: list[tuple[str, object]]
) -> None:
    """But for those that are still due; and in the end for all of them."""
    ingest, upkeep, admin = connections
    empty(admin)

    for event in events:
        happen(event, ingest, upkeep, admin)
        due = waiting(admin)
        stands, expected = stored_hours(admin, Kind.ROOM), recomputed(admin, Kind.ROOM)
        assert {key: stands[key] for key in stands.keys() - due} == {
            key: expected[key] for key in expected.keys() - due
        }
    roll_up_everything(upkeep, NOW)

    assert stored_hours(admin, Kind.ROOM) == recomputed(admin, Kind.ROOM)
    assert waiting(admin) == set()
