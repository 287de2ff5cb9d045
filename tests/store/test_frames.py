"""What the detectors read: arrivals taken once, samples as arrays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pytest

from core.quantities import QUANTITIES, Kind
from store import frames
from store.frames import Arrival, SampleTable
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

START = datetime(2026, 3, 1, tzinfo=UTC)
END = START + timedelta(days=1)
NAN = float("nan")


@pytest.fixture(scope="module")
def ids(homewell_db: HomewellDatabase) -> dict[str, int]:
    """Device ids by wire name."""
    homewell_db.register(estate(homes_per_gateway=2))
    with homewell_db.connect_as_administrator() as conn:
        return dict(conn.execute("SELECT wire_name, device_id FROM devices").fetchall())


@pytest.fixture
def ingest(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.INGEST) as conn:
        yield conn


@pytest.fixture
def detectors(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.DETECTORS) as conn:
        yield conn


def arrive(conn: psycopg.Connection, *spans: tuple[int, datetime, datetime]) -> None:
    """One commit of ingest: device, first and last instant."""
    conn.execute(
        """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
           VALUES ('room', %(devices)s, %(first)s, %(last)s)""",
        {
            "devices": [device for device, _, _ in spans],
            "first": [first for _, first, _ in spans],
            "last": [last for _, _, last in spans],
        },
    )


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def test_what_arrived_is_taken_once_and_folded_by_device(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    bedroom, bathroom = ids["th-0102"], ids["th-0103"]
    arrive(ingest, (bedroom, hour(1), hour(2)), (bathroom, hour(1), hour(1)))
    arrive(ingest, (bedroom, hour(0), hour(1)))

    taken = frames.take_arrivals(detectors)
    again = frames.take_arrivals(detectors)

    assert sorted(taken, key=lambda one: one.device_id) == [
        Arrival(device_id=bedroom, first_at=hour(0), last_at=hour(2)),
        Arrival(device_id=bathroom, first_at=hour(1), last_at=hour(1)),
    ]
    assert again == []


def test_what_a_failed_transaction_took_is_there_again(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    arrive(ingest, (ids["th-0102"], hour(1), hour(2)))

    with detectors.transaction(force_rollback=True):
        in_vain = frames.take_arrivals(detectors)

    assert len(in_vain) == 1
    assert frames.take_arrivals(detectors) == in_vain


def test_what_arrives_while_others_are_taken_is_taken_next(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    with ingest.transaction():
        # This one is written first and seen last.
        arrive(ingest, (ids["th-0102"], hour(1), hour(2)))
        before_the_commit = frames.take_arrivals(detectors)

    assert before_the_commit == []
    assert [one.device_id for one in frames.take_arrivals(detectors)] == [ids["th-0102"]]


def test_a_sweep_takes_no_more_than_it_can_hold(
    ids: dict[str, int],
    ingest: psycopg.Connection,
    detectors: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(frames, "_ARRIVALS_MAX", 2)
    for number in range(3):
        arrive(ingest, (ids["th-0102"], hour(number), hour(number)))

    spans = [
        [(one.first_at, one.last_at) for one in frames.take_arrivals(detectors)] for _ in range(3)
    ]

    assert spans == [[(hour(0), hour(1))], [(hour(2), hour(2))], []]


def rows_of(table: SampleTable, name: str) -> list[tuple[int, int, float]]:
    order = np.lexsort((table.times_ms, table.device_ids))
    return [
        (
            int(table.device_ids[position]),
            int(table.times_ms[position]),
            float(table.values[name][position]),
        )
        for position in order
    ]


def test_samples_come_with_nan_for_what_was_not_measured(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    device = ids["th-0101"]
    ingest.execute(
        """INSERT INTO room_readings (device_id, measured_at, air_temp_c, rel_humidity_pct)
           VALUES (%(device)s, %(first)s, 20.1, NULL), (%(device)s, %(second)s, NULL, 55)""",
        {"device": device, "first": START, "second": START + timedelta(milliseconds=1)},
    )

    table = frames.samples(detectors, Kind.ROOM, [device], START, END)

    start_ms = int(START.timestamp() * 1000)
    temperatures = [(start_ms, np.float32(20.1)), (start_ms + 1, NAN)]
    np.testing.assert_array_equal(
        rows_of(table, "air_temp_c"), [(device, at, value) for at, value in temperatures]
    )
    np.testing.assert_array_equal(
        rows_of(table, "rel_humidity_pct"), [(device, start_ms, NAN), (device, start_ms + 1, 55)]
    )
    np.testing.assert_array_equal(table.values["co2_ppm"], [NAN, NAN])


def test_fault_codes_come_as_places_in_a_list_of_them(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    device = ids["boiler-01"]
    codes = [None, "L2", "E9", "L2"]
    for number, code in enumerate(codes):
        ingest.execute(
            """INSERT INTO boiler_readings (device_id, measured_at, fault_code, pressure_bar)
               VALUES (%(device)s, %(at)s, %(code)s, 1.5)""",
            {"device": device, "at": hour(48 + number), "code": code},
        )

    table = frames.samples(detectors, Kind.BOILER, [device], hour(48), hour(52))
    pressure = frames.samples(
        detectors, Kind.BOILER, [device], hour(48), hour(52), quantities=["pressure_bar"]
    )

    told = [value for _, _, value in rows_of(table, "fault_code")]
    assert table.codes == ("E9", "L2")
    np.testing.assert_array_equal(told, [NAN, 1.0, 0.0, 1.0])
    assert list(pressure.values) == ["pressure_bar"]
    assert pressure.codes == ()


def test_a_fault_code_that_is_erased_while_it_is_read_is_as_if_it_had_never_been_measured(
    ids: dict[str, int],
    ingest: psycopg.Connection,
    detectors: psycopg.Connection,
    homewell_db: HomewellDatabase,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = ids["boiler-02"]
    for number in range(3):
        ingest.execute(
            """INSERT INTO boiler_readings (device_id, measured_at, fault_code)
               VALUES (%(device)s, %(at)s, %(code)s)""",
            {"device": device, "at": hour(48 + number), "code": f"E{number}"},
        )
    asked = psycopg.Connection.execute

    def erased_before(conn: psycopg.Connection, *question: Any, **how: Any) -> psycopg.Cursor:
        with homewell_db.connect_as_administrator() as eraser:
            asked(
                eraser,
                "DELETE FROM boiler_readings WHERE device_id = %s AND measured_at = %s",
                (device, hour(49)),
            )
        return asked(conn, *question, **how)

    monkeypatch.setattr(psycopg.Connection, "execute", erased_before)
    table = frames.samples(detectors, Kind.BOILER, [device], hour(48), hour(51))

    told = [value for _, _, value in rows_of(table, "fault_code")]
    assert table.codes == ("E0", "E2")
    np.testing.assert_array_equal(told, [0.0, NAN, 1.0])


def test_yes_and_no_are_one_and_zero_and_counts_are_numbers(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    device = ids["boiler-01"]
    for number, flame in enumerate((True, False, None)):
        ingest.execute(
            """INSERT INTO boiler_readings
                   (device_id, measured_at, flame_on, burner_starts, fault_code)
               VALUES (%(device)s, %(at)s, %(flame)s, %(number)s, 'F.22')""",
            {"device": device, "at": hour(number), "flame": flame, "number": number},
        )

    table = frames.samples(detectors, Kind.BOILER, [device], START, END)

    np.testing.assert_array_equal(
        [value for _, _, value in rows_of(table, "flame_on")], [1.0, 0.0, NAN]
    )
    assert [value for _, _, value in rows_of(table, "burner_starts")] == [0.0, 1.0, 2.0]
    assert list(table.values) == [quantity.name for quantity in QUANTITIES[Kind.BOILER]]


@pytest.mark.parametrize("devices", [[], [2_000_000_000]], ids=["of no device", "of an unknown"])
@pytest.mark.parametrize("kind", Kind)
def test_nothing_measured_is_an_empty_table(
    detectors: psycopg.Connection, kind: Kind, devices: list[int]
) -> None:
    table = frames.samples(detectors, kind, devices, START, END)

    assert len(table.device_ids) == len(table.times_ms) == 0
    assert {len(values) for values in table.values.values()} == {0}


def test_samples_are_taken_from_the_first_instant_on_and_before_the_last(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    device = ids["th-0201"]
    for number in range(4):
        ingest.execute(
            """INSERT INTO room_readings (device_id, measured_at, air_temp_c)
               VALUES (%(device)s, %(at)s, %(number)s)""",
            {"device": device, "at": hour(number), "number": number},
        )

    table = frames.samples(detectors, Kind.ROOM, [device], hour(1), hour(3))

    assert [value for _, _, value in rows_of(table, "air_temp_c")] == [1.0, 2.0]


def test_a_sample_from_before_postgresqls_own_epoch_keeps_its_instant(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    at = datetime(1999, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)
    device = ids["th-0203"]
    ingest.execute(
        "INSERT INTO room_readings (device_id, measured_at) VALUES (%(device)s, %(at)s)",
        {"device": device, "at": at},
    )

    table = frames.samples(detectors, Kind.ROOM, [device], at, at + timedelta(milliseconds=1))

    assert table.times_ms.tolist() == [946_684_799_999]


def test_the_first_sample_is_that_of_the_tenancys_time(
    ids: dict[str, int], ingest: psycopg.Connection, detectors: psycopg.Connection
) -> None:
    device, silent = ids["th-0202"], ids["boiler-02"]
    for number in (0, 200, 400):
        ingest.execute(
            "INSERT INTO room_readings (device_id, measured_at) VALUES (%(device)s, %(at)s)",
            {"device": device, "at": hour(number)},
        )

    def first(*devices: int, not_before: datetime) -> datetime | None:
        return frames.first_sample_at(detectors, Kind.ROOM, devices, not_before=not_before)

    assert first(device, silent, not_before=hour(0)) == hour(0)
    assert first(device, not_before=hour(1)) == hour(200)
    assert first(device, not_before=hour(401)) is None
    assert first(not_before=hour(0)) is None


def test_weather_touches_every_home_of_its_area(
    ids: dict[str, int], detectors: psycopg.Connection
) -> None:
    by_sensor = frames.places_touched(detectors, [ids["th-0102"]])
    by_weather = frames.places_touched(detectors, [ids["weather-1"]])

    assert {place.home_id for place in by_sensor} == {"home-1"}
    assert {place.home_id for place in by_weather} == {"home-1", "home-2"}
    assert {place.weather_device_id for place in by_weather} == {ids["weather-1"]}
    assert len(by_weather) == 8


def test_the_places_of_a_home_are_those_that_its_sensors_touch(
    ids: dict[str, int], detectors: psycopg.Connection
) -> None:
    by_home = frames.places_of_homes(detectors, [("demo", "home-1"), ("demo", "nowhere")])

    assert by_home == frames.places_touched(detectors, [ids["th-0102"]])


def test_a_gateways_places_are_those_where_its_devices_stand_then(
    detectors: psycopg.Connection, ids: dict[str, int], homewell_db: HomewellDatabase
) -> None:
    with homewell_db.connect_as_administrator() as conn:
        conn.execute(
            "UPDATE placements SET removed_at = %(at)s WHERE device_id = %(device)s",
            {"at": END, "device": ids["th-0103"]},
        )

    def rooms(at: datetime) -> list[str]:
        places = frames.places_of_gateways(detectors, ["gw-a"], at=at)
        return [place.room for place in places if place.home_id == "home-1"]

    assert rooms(END - timedelta(seconds=1)) == ["bathroom", "bedroom", "boiler", "living room"]
    assert rooms(END) == ["bedroom", "boiler", "living room"]
    assert rooms(datetime(2020, 1, 1, tzinfo=UTC)) == []
