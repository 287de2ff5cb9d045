"""Messages on a real broker become rows, acknowledgements and receipts, as consent allows."""

import os
import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest

from core.consent import Purpose
from ingest.carrier import BATCH_MESSAGES
from local.mosquitto import MosquittoServer
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase
from tests.ingest.gateway_side import GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import MakeBroker

T0 = 1_795_219_200_000 - 86_400_000 * 30
ALL = {
    "th-0101": ["room"],
    "th-0102": ["room"],
    "th-0103": ["room"],
    "boiler-01": ["boiler"],
    "weather-1": ["weather"],
}


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """One home behind gw-a."""
    homewell_db.register(estate())
    return homewell_db


@pytest.fixture
def admin(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """The administrator, with tables of readings and rejections that are empty."""
    with database.connect_as_administrator() as conn:
        conn.execute(
            """TRUNCATE room_readings, boiler_readings, weather_readings, arrivals,
                        rejected_messages"""
        )
        yield conn


@pytest.fixture(scope="module")
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A broker of this module's own: consent documents stay at a broker."""
    with make_broker("ingest-end-to-end") as server:
        yield server


@pytest.fixture(scope="module")
def ingest(
    database: HomewellDatabase, central: MosquittoServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[IngestProcess]:
    """A running ingest."""
    folder = tmp_path_factory.mktemp("ingest")
    with IngestProcess(folder, database.url(Role.INGEST), central.url("ingest")) as process:
        yield process


@pytest.fixture
def gateway(central: MosquittoServer, ingest: IngestProcess) -> Iterator[GatewaySide]:
    """The gateway gw-a, with a running ingest behind the broker."""
    with GatewaySide(central.url("gw-a")) as side:
        yield side


def rooms(admin: psycopg.Connection) -> list[tuple[object, ...]]:
    """Wire name, Unix milliseconds, temperature and humidity of what is stored."""
    return admin.execute(
        """SELECT wire_name, (extract(epoch FROM measured_at) * 1000)::bigint, air_temp_c,
                  rel_humidity_pct
           FROM room_readings JOIN devices USING (device_id) ORDER BY 1, 2"""
    ).fetchall()


def test_a_message_becomes_a_row_and_the_gateway_is_told(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    room = gateway.send("th-0101", "room", [T0, T0 + 1], air_temp_c=[20.5, 21], co2_ppm=[None, 9])
    boiler = gateway.send("boiler-01", "boiler", [T0], pressure_bar=[1.5], flame_on=[True])
    weather = gateway.send("weather-1", "weather", [T0], air_temp_c=[-3.5])
    gateway.until_settled(room, boiler, weather)

    assert rooms(admin) == [("th-0101", T0, 20.5, None), ("th-0101", T0 + 1, 21.0, None)]
    assert admin.execute("SELECT pressure_bar, flame_on FROM boiler_readings").fetchall() == [
        (1.5, True)
    ]
    assert admin.execute("SELECT air_temp_c FROM weather_readings").fetchall() == [(-3.5,)]
    assert gateway.withheld() == {}


def test_a_message_sent_again_is_receipted_again_and_changes_nothing(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    seq = gateway.send("th-0101", "room", [T0], air_temp_c=[20.5])
    gateway.until_settled(seq)
    gateway.receipts.clear()

    gateway.send_bytes("th-0101", "room", b'{"t":[%d],"air_temp_c":[20.5]}' % T0, seq=seq)
    gateway.until_settled(seq)

    assert rooms(admin) == [("th-0101", T0, 20.5, None)]


def test_a_backlog_of_several_batches_is_stored_and_receipted_whole(
    gateway: GatewaySide, ingest: IngestProcess, admin: psycopg.Connection
) -> None:
    os.kill(ingest.status()["pid"], signal.SIGSTOP)
    try:
        sent = [
            gateway.send("th-0101", "room", [T0 + n], air_temp_c=[20.5])
            for n in range(2 * BATCH_MESSAGES + 500)
        ]
        gateway.until_published()
    finally:
        os.kill(ingest.status()["pid"], signal.SIGCONT)
    gateway.until_settled(*sent)

    assert len(rooms(admin)) == len(sent)


def test_a_later_message_fills_a_gap(gateway: GatewaySide, admin: psycopg.Connection) -> None:
    gateway.send("th-0101", "room", [T0], air_temp_c=[20.5])
    gateway.until_settled(gateway.send("th-0101", "room", [T0], rel_humidity_pct=[50]))

    assert rooms(admin) == [("th-0101", T0, 20.5, 50.0)]


def test_what_cannot_be_stored_is_set_aside_in_words_and_receipted(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    sent = [
        gateway.send("th-0101", "room", [T0], air_temp_c=[20.5], rel_humidity_pct=[140]),
        gateway.send("th-0199", "room", [T0, T0 + 1], air_temp_c=[20.5, 20.5]),
        gateway.send("th-0101", "boiler", [T0], pressure_bar=[1.5]),
        gateway.send("th-0101", "room", [1], air_temp_c=[20.5]),
        gateway.send_bytes("th-0101", "room", b"\xff\x00"),
    ]
    gateway.until_settled(*sent)

    assert rooms(admin) == [("th-0101", T0, 20.5, None)]
    found = admin.execute(
        """SELECT seq, scope, samples_lost, reason, landlord_id, quantity
           FROM rejected_messages ORDER BY seq"""
    ).fetchall()
    assert found == [
        (
            *(sent[0], "value", 0, "relative humidity cannot be 140 % (possible: 0 to 100 %)"),
            *("demo", "rel_humidity_pct"),
        ),
        (
            *(sent[1], "message", 2, "device 'th-0199' of gateway 'gw-a' is not registered"),
            *("demo", None),
        ),
        (
            sent[2],
            "message",
            1,
            "device 'th-0101' of gateway 'gw-a' is registered as room, not as boiler",
            *("demo", None),
        ),
        (
            sent[3],
            "sample",
            1,
            "measured before the year 2000: the clock of the device was not set",
            *("demo", None),
        ),
        (
            sent[4],
            "message",
            0,
            "not a room message: JSON is malformed: invalid character (byte 0)",
            *("demo", None),
        ),
    ]


def test_a_message_from_no_spool_is_stored_without_a_receipt(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    topic = "homewell/v1/gw-a/th-0101/room"
    gateway.client.publish(topic, b'{"t":[%d],"air_temp_c":[20.5]}' % T0, qos=1)
    gateway.client.publish(topic, b'{"t":[%d],"air_temp_c":[21.5]}' % (T0 + 1), qos=0)
    gateway.until_settled(gateway.send("th-0102", "room", [T0], air_temp_c=[19.5]))

    until(lambda: len(rooms(admin)) == 3, "three rows")
    assert len(gateway.settled()) == 1


def test_what_is_withdrawn_is_withheld_and_what_is_given_again_is_stored(
    gateway: GatewaySide, admin: psycopg.Connection, database: HomewellDatabase
) -> None:
    gateway.until_told(ALL)

    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", datetime.now(UTC))
    gateway.until_told({"boiler-01": ["boiler"], "weather-1": ["weather"]})
    withheld = gateway.send("th-0101", "room", [T0, T0 + 1], air_temp_c=[20.5, 20.5])
    boiler = gateway.send("boiler-01", "boiler", [T0], pressure_bar=[1.5])
    gateway.until_settled(withheld, boiler)
    stored_without_consent = rooms(admin)

    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "yes", datetime.now(UTC))
    gateway.until_told(ALL)
    before = gateway.send("th-0101", "room", [T0], air_temp_c=[20.5])
    gateway.until_settled(before)

    assert stored_without_consent == []
    assert gateway.withheld() == {withheld: 2}
    assert rooms(admin) == [("th-0101", T0, 20.5, None)]


def test_a_withdrawal_that_is_committed_first_stops_a_batch_that_was_judged_before_it(
    gateway: GatewaySide, admin: psycopg.Connection, database: HomewellDatabase
) -> None:
    """The tenant's commit is under way; the batch must wait for its end, then be judged anew."""
    with database.connect(Role.API) as api:
        with api.transaction():
            say(api, Purpose.DAMP_RISK, "no", datetime.now(UTC))
            api.execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit begins by doing
            seq = gateway.send("th-0101", "room", [T0], air_temp_c=[20.5])
            until(lambda: _waits_at_the_gate(admin), "the batch to wait at the gate")
            told_too_soon = seq in gateway.settled()
        gateway.until_settled(seq)
        with api.transaction():
            say(api, Purpose.DAMP_RISK, "yes", datetime.now(UTC))

    assert not told_too_soon
    assert gateway.withheld() == {seq: 1}
    assert rooms(admin) == []
    gateway.until_told(ALL)


def _waits_at_the_gate(admin: psycopg.Connection) -> bool:
    row = admin.execute(
        """SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
           WHERE locktype = 'advisory' AND NOT granted AND datname = current_database()
             AND application_name = 'homewell-ingest'"""
    ).fetchone()
    return row is not None and row[0] > 0


def test_a_device_registered_later_is_known_at_once(
    gateway: GatewaySide, admin: psycopg.Connection, database: HomewellDatabase
) -> None:
    unknown = gateway.send("th-0201", "room", [T0], air_temp_c=[20.5])
    gateway.until_settled(unknown)

    database.register(estate(homes_per_gateway=2))
    known = gateway.send("th-0201", "room", [T0 + 1], air_temp_c=[20.5])
    gateway.until_settled(known)

    assert rooms(admin) == [("th-0201", T0 + 1, 20.5, None)]


def test_while_the_database_is_locked_nothing_is_told_and_afterwards_everything(
    gateway: GatewaySide, admin: psycopg.Connection
) -> None:
    released = Event()

    def lock() -> None:
        with psycopg.connect(admin.info.dsn, password=admin.info.password) as other:
            other.execute("LOCK TABLE room_readings IN ACCESS EXCLUSIVE MODE")
            locked.set()
            released.wait(10)

    locked = Event()
    locker = Thread(target=lock)
    locker.start()
    assert locked.wait(10)
    sent = [gateway.send("th-0101", "room", [T0 + i], air_temp_c=[20.5]) for i in range(50)]
    told_too_soon = not gateway.settled().isdisjoint(sent)
    released.set()
    locker.join()
    gateway.until_settled(*sent)

    assert not told_too_soon
    assert len(rooms(admin)) == 50


def test_a_second_ingest_under_the_same_name_ends_the_first_with_its_reason(
    database: HomewellDatabase, central: MosquittoServer, tmp_path: Path, ingest: IngestProcess
) -> None:
    """Runs last in this module: it takes the session over."""
    with IngestProcess(tmp_path, database.url(Role.INGEST), central.url("ingest")) as second:
        status = ingest.ended()
        stopped = second.end(signal.SIGTERM)

    assert (status, stopped) == (1, 0)
    assert "another process connected as 'ingest-0'" in ingest.log()
