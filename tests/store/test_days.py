"""Days of homes as numbers: kept, found again, written over, forgotten."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count

import numpy as np
import psycopg
import pytest

from core.quantities import Kind
from store import days
from store.days import DayOfPlace, KeptDays
from store.retention import Limit, forget_days
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

FIRST = date(2026, 3, 1)
NAMES = ("damp_index", "heard_steps")
_LANDLORDS = count(1)


@pytest.fixture(scope="module")
def conn(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.DETECTORS) as conn:
        yield conn


@pytest.fixture
def landlord(homewell_db: HomewellDatabase) -> str:
    """A landlord of two homes that no other test here has."""
    name = f"landlord-{next(_LANDLORDS)}"
    homewell_db.register(estate((f"gw-{name}",), landlord=name, homes_per_gateway=2))
    return name


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def bedroom(
    landlord: str, *numbers: int, home: str = "home-1", value: float = 0.5, version: str = "1"
) -> KeptDays:
    """The bedroom's days of these numbers, the last of them not heard."""
    values = np.full((len(numbers), 2), value, dtype=np.float32)
    values[-1, 1] = np.nan
    return KeptDays(
        version=version,
        names=NAMES,
        days=[DayOfPlace(landlord, home, "bedroom", day(number)) for number in numbers],
        numbers=values,
    )


def found(
    conn: psycopg.Connection, landlord: str, since: int = 0, until: int = 100
) -> dict[tuple[str, date, str], dict[str, float]]:
    """What is kept of both homes, by home, day and version."""
    homes = [(landlord, "home-1"), (landlord, "home-2")]
    kept = days.days_between(conn, homes, Kind.ROOM, day(since), day(until))
    return {
        (whose.home_id, whose.day, one.version): dict(
            zip(one.names, one.numbers[number].tolist(), strict=True)
        )
        for one in kept
        for number, whose in enumerate(one.days)
    }


def test_days_come_back_as_they_were_kept(conn: psycopg.Connection, landlord: str) -> None:
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0, 1))

    kept = found(conn, landlord)

    assert list(kept) == [("home-1", day(0), "1"), ("home-1", day(1), "1")]
    assert kept["home-1", day(0), "1"] == {"damp_index": 0.5, "heard_steps": 0.5}
    np.testing.assert_array_equal(kept["home-1", day(1), "1"]["heard_steps"], np.nan)


def test_a_day_worked_out_anew_takes_the_place_of_the_old(
    conn: psycopg.Connection, landlord: str
) -> None:
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0, 1, version="1"))
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 1, value=2.0, version="2"))

    kept = found(conn, landlord)

    assert {key: one["damp_index"] for key, one in kept.items()} == {
        ("home-1", day(0), "1"): 0.5,
        ("home-1", day(1), "2"): 2.0,
    }


def test_only_the_days_that_were_asked_for_are_read(
    conn: psycopg.Connection, landlord: str
) -> None:
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0, 1, 2, 3))
    days.keep_days(conn, Kind.BOILER, bedroom(landlord, 1))

    assert [at for _, at, _ in found(conn, landlord, since=1, until=3)] == [day(1), day(2)]


def test_old_days_of_a_home_are_forgotten_and_its_neighbours_stay(
    conn: psycopg.Connection, landlord: str
) -> None:
    for home in ("home-1", "home-2"):
        days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0, 1, home=home))

    days.forget_days(conn, [(landlord, "home-1")], Kind.ROOM, day(1))

    assert [(home, at) for home, at, _ in sorted(found(conn, landlord))] == [
        ("home-1", day(1)),
        ("home-2", day(0)),
        ("home-2", day(1)),
    ]


def test_days_go_with_the_readings_that_a_landlord_keeps_no_longer(
    conn: psycopg.Connection, landlord: str, homewell_db: HomewellDatabase
) -> None:
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0, 1, 2))
    oldest = datetime(2026, 3, 2, 5, tzinfo=UTC)
    limit = Limit(landlord_id=landlord, keep="1 year", oldest=oldest, done_until=None)

    with homewell_db.connect(Role.UPKEEP) as upkeep:
        gone = forget_days(upkeep, limit)

    assert gone == 2
    assert [at for _, at, _ in found(conn, landlord)] == [day(2)]


def test_numbers_that_are_not_of_their_names_are_not_taken_for_others(
    conn: psycopg.Connection, landlord: str, homewell_db: HomewellDatabase
) -> None:
    days.keep_days(conn, Kind.ROOM, bedroom(landlord, 0))
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            "UPDATE home_days SET numbers = '\\x00000000' WHERE landlord_id = %s", (landlord,)
        )

    with pytest.raises(ValueError, match="cannot reshape"):
        found(conn, landlord)
