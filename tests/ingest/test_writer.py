"""Batches on a real database: whole, once, and without two workers holding each other up."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest

from core.consent import Purpose
from ingest.accept import Message, Reason
from ingest.gate_terms import CLOCK_SKEW_MS
from ingest.plan import Heard, hear
from ingest.spools import SpoolMarks
from ingest.writer import Outcome, Writer
from store.connection import Unavailable
from store.gate import OtherHistory
from store.readings import CHUNK_MS, CHUNKS_A_TRANSACTION
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase
from tests.ingest.batches import batch

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
LIVED_SINCE = datetime(2010, 1, 1, tzinfo=UTC)
TIMES = 200


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """One home behind gw-a, lived in for many years."""
    homewell_db.register(estate(since=LIVED_SINCE))
    return homewell_db


@pytest.fixture
def admin(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """The administrator, with tables of readings and rejections that are empty."""
    with database.connect_as_administrator() as conn:
        conn.execute("TRUNCATE room_readings, boiler_readings, arrivals, rejected_messages")
        yield conn


@pytest.fixture
def writer(database: HomewellDatabase) -> Iterator[Writer]:
    """A writer as a worker has one."""
    writer = Writer(database.url(Role.INGEST))
    yield writer
    writer.close()


def reading(time_ms: int, seq: int, *, device: str = "th-0101", air: float = 20.5) -> Message:
    """A room's single sample out of the spool of gw-a."""
    payload = b'{"t":[%d],"air_temp_c":[%a]}' % (time_ms, air)
    return Message(f"homewell/v1/gw-a/{device}/room", payload, "spool-1", seq)


def heard(messages: Sequence[Message], marks: SpoolMarks | None = None) -> Heard:
    """The messages as a batch that has been read."""
    found = batch(messages)
    seen = np.zeros(len(messages), np.bool_) if marks is None else marks.seen(found)
    return hear(found, seen, NOW)


def stored_times(admin: psycopg.Connection) -> list[int]:
    """The instants of all rooms' rows, in Unix milliseconds."""
    rows = admin.execute(
        "SELECT (extract(epoch FROM measured_at) * 1000)::bigint FROM room_readings ORDER BY 1"
    )
    return [time_ms for (time_ms,) in rows]


def test_a_batch_of_six_hundred_different_weeks_is_stored_whole(
    writer: Writer, admin: psycopg.Connection
) -> None:
    times_ms = [NOW_MS - week * CHUNK_MS for week in range(600)]

    outcome = writer.commit(heard([reading(at, seq) for seq, at in enumerate(times_ms)]))

    assert (outcome.stored, outcome.samples, outcome.samples_rejected) == (600, 600, 0)
    assert stored_times(admin) == sorted(times_ms)
    transactions = admin.execute("SELECT count(DISTINCT xmin::text) FROM arrivals").fetchone()
    assert transactions == (-(-600 // CHUNKS_A_TRANSACTION),)


def test_one_message_of_five_hundred_weeks_is_stored_whole_and_once(
    writer: Writer, admin: psycopg.Connection
) -> None:
    times_ms = [NOW_MS - week * CHUNK_MS for week in range(500)]
    cells = b",".join([b"20.5"] * 500)
    payload = b'{"t":%a,"air_temp_c":[%b]}' % (times_ms, cells)
    message = Message("homewell/v1/gw-a/th-0101/room", payload, "spool-1", 1)

    first = writer.commit(heard([message]))
    again = writer.commit(heard([message]))

    assert (first.stored, again.stored, again.already_stored) == (500, 0, 500)
    assert stored_times(admin) == sorted(times_ms)


def test_a_resend_goes_the_way_of_suspects_and_changes_nothing(
    writer: Writer, admin: psycopg.Connection
) -> None:
    marks = SpoolMarks()
    writer.commit(heard([reading(NOW_MS - n, n) for n in range(10)], marks))
    mixed = [reading(NOW_MS - n, n, air=21.0) for n in (3, 10, 4, 11)]

    outcome = writer.commit(heard(mixed, marks))

    assert (outcome.stored, outcome.already_stored, outcome.differing) == (2, 2, 2)
    assert stored_times(admin) == [NOW_MS - n for n in range(11, -1, -1)]


def test_rows_that_another_worker_stored_surprise_nobody_for_long(
    database: HomewellDatabase, writer: Writer, admin: psycopg.Connection
) -> None:
    other = Writer(database.url(Role.INGEST))
    other.commit(heard([reading(NOW_MS - n, n) for n in range(10)]))
    other.close()
    marks = SpoolMarks()

    known = writer.commit(heard([reading(NOW_MS - n, n) for n in range(5, 15)], marks))
    fresh = writer.commit(heard([reading(NOW_MS - n, n) for n in range(15, 20)], marks))

    assert (known.stored, known.already_stored) == (5, 5)
    assert (fresh.stored, fresh.already_stored) == (5, 0)
    assert stored_times(admin) == [NOW_MS - n for n in range(19, -1, -1)]


def test_poison_costs_no_other_row_of_its_batch(writer: Writer, admin: psycopg.Connection) -> None:
    admin.execute("ALTER TABLE room_readings ADD CONSTRAINT no_13 CHECK (air_temp_c <> 13)")
    airs = [13.0, 20.0, 99.0, 21.0]
    batch_of_four = [reading(NOW_MS - n, n, air=air) for n, air in enumerate(airs)]
    unreadable = Message("homewell/v1/gw-a/th-0101/room", b"\xff", "spool-1", 4)

    try:
        outcome = writer.commit(heard([*batch_of_four, unreadable]))
    finally:
        admin.execute("ALTER TABLE room_readings DROP CONSTRAINT no_13")

    assert stored_times(admin) == [NOW_MS - 3, NOW_MS - 1]
    assert outcome.reasons == {
        Reason.REFUSED_BY_DATABASE: 1,
        Reason.IMPOSSIBLE_VALUE: 1,
        Reason.NOTHING_MEASURED: 1,
        Reason.UNREADABLE: 1,
    }
    set_aside = admin.execute("SELECT DISTINCT seq FROM rejected_messages ORDER BY 1").fetchall()
    assert set_aside == [(0,), (2,), (4,)]


def test_two_workers_that_write_the_same_rows_both_come_to_an_end(
    database: HomewellDatabase, admin: psycopg.Connection
) -> None:
    # Each has as fresh what the other suspects, so that they take the rows in opposite order.
    devices = ("th-0101", "th-0102")
    sides = []
    for fresh in devices:
        for start in range(0, TIMES, 20):
            messages = [
                reading(NOW_MS - n, n, device=device)
                for n in range(start, start + 20)
                for device in devices
            ]
            seen = np.array([fresh not in message.topic for message in messages], np.bool_)
            sides.append((fresh, hear(batch(messages), seen, NOW)))

    def write(side: str) -> list[Outcome]:
        writer = Writer(database.url(Role.INGEST))
        try:
            return [until_done(writer, one) for fresh, one in sides if fresh == side]
        finally:
            writer.close()

    with ThreadPoolExecutor(2) as threads:
        outcomes = [one for done in threads.map(write, devices) for one in done]

    assert sum(outcome.stored for outcome in outcomes) == 2 * TIMES
    assert sum(outcome.already_stored for outcome in outcomes) == 2 * TIMES
    assert len(stored_times(admin)) == 2 * TIMES


def until_done(writer: Writer, one: Heard) -> Outcome:
    """Commit as a worker does: again when the database says that it cannot now."""
    while True:
        try:
            return writer.commit(one)
        except Unavailable:
            continue


def test_a_no_that_begins_while_a_batch_waits_for_a_lock_keeps_it_out(
    writer: Writer, admin: psycopg.Connection, database: HomewellDatabase
) -> None:
    begins_at = datetime.now(UTC) + timedelta(seconds=CLOCK_SKEW_MS / 1000 + 1)
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", begins_at)
    writer.refresh()

    with ThreadPoolExecutor(1) as pool:
        with admin.transaction():
            admin.execute("LOCK TABLE room_readings IN ACCESS EXCLUSIVE MODE")
            waiting = pool.submit(writer.commit, heard([reading(NOW_MS, 1)]))
            while datetime.now(UTC) < begins_at:
                time.sleep(0.05)
        outcome = waiting.result(10)
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "yes", begins_at)

    assert (outcome.stored, outcome.withheld) == (0, 1)
    assert stored_times(admin) == []


def test_a_worker_that_is_led_to_another_database_ends_with_that_word(
    database: HomewellDatabase, admin: psycopg.Connection
) -> None:
    writer = Writer(database.url(Role.INGEST))
    writer.refresh()
    writer.close()
    admin.execute("UPDATE gate_history SET history = gen_random_uuid()")

    with pytest.raises(OtherHistory):
        writer.commit(heard([reading(NOW_MS, 1)]))

    assert stored_times(admin) == []
