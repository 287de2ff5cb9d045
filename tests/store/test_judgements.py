"""How far homes are judged, and what is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest

from core.quantities import Kind
from store import judgements
from store.judgements import HomeJudgement
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
_LANDLORDS = count(1)


@pytest.fixture(scope="module")
def conn(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.DETECTORS) as conn:
        yield conn


@pytest.fixture
def landlord(homewell_db: HomewellDatabase) -> str:
    """A landlord of three homes that no other test here has."""
    name = f"landlord-{next(_LANDLORDS)}"
    homewell_db.register(estate((f"gw-{name}",), landlord=name, homes_per_gateway=3))
    return name


def judged(landlord: str, home: str = "home-1", kind: Kind = Kind.BOILER) -> HomeJudgement:
    """A home that is judged wholly."""
    return HomeJudgement(
        landlord_id=landlord,
        home_id=home,
        kind=kind,
        tenancy_id="tenancy-1",
        version="2",
        window_from=START,
        heard_until=START + 3 * DAY,
        days_until=START + 2 * DAY,
        days_due=START + 2 * DAY,
        fast_until=START + 3 * DAY,
        fast_due=START + 3 * DAY,
    )


def test_how_far_homes_are_judged_is_remembered_by_kind(
    conn: psycopg.Connection, landlord: str
) -> None:
    first = replace(judged(landlord), standing={"lockout calm": 3.0, "lockout trouble": 0.0})
    later = replace(first, heard_until=START + 4 * DAY, damp_score=41.5, standing={})
    judgements.keep_home_judgements(conn, [first, judged(landlord, kind=Kind.ROOM)])
    at_first = judgements.home_judgements(conn, [first.home], Kind.BOILER)
    judgements.keep_home_judgements(conn, [later])

    assert at_first == {first.home: first}
    assert judgements.home_judgements(conn, [first.home], Kind.BOILER) == {first.home: later}
    assert judgements.home_judgements(conn, [first.home], Kind.ROOM) == {
        first.home: judged(landlord, kind=Kind.ROOM)
    }


def test_those_least_behind_come_first_so_that_a_wrong_clock_holds_up_nobody_else(
    conn: psycopg.Connection, landlord: str
) -> None:
    ahead, behind, done = (judged(landlord, f"home-{number}") for number in (1, 2, 3))
    late = START + 3 * DAY + 2 * HOUR
    ahead = replace(ahead, days_due=START + 3 * DAY, fast_due=START + 4 * DAY, heard_until=late)
    behind = replace(behind, days_until=START, fast_until=START + DAY, days_due=START + DAY)
    judgements.keep_home_judgements(conn, [ahead, behind, done])

    assert judgements.is_anything_due(conn, area_settles=2 * HOUR)
    assert list(judgements.days_due(conn, Kind.BOILER, area_settles=2 * HOUR, most=5)) == [
        ahead.home,
        behind.home,
    ]
    assert list(judgements.days_due(conn, Kind.BOILER, area_settles=2 * HOUR, most=1)) == [
        ahead.home
    ]
    assert list(judgements.minutes_due(conn, most=5)) == [ahead.home, behind.home]
    judgements.keep_home_judgements(
        conn,
        [replace(one, days_due=one.days_until, fast_due=one.fast_until) for one in (ahead, behind)],
    )
    assert judgements.days_due(conn, Kind.BOILER, area_settles=2 * HOUR, most=5) == {}
    assert not judgements.is_anything_due(conn, area_settles=2 * HOUR)


def test_a_day_waits_for_the_neighbours_that_are_still_in_it(
    conn: psycopg.Connection, landlord: str
) -> None:
    def due() -> list[str]:
        found = judgements.days_due(conn, Kind.BOILER, area_settles=2 * HOUR, most=5)
        assert judgements.is_anything_due(conn, area_settles=2 * HOUR) == bool(found)
        return [home_id for _, home_id in found]

    end = START + 3 * DAY
    first, second, away = (judged(landlord, f"home-{number}") for number in (1, 2, 3))
    first = replace(first, days_due=end, heard_until=end + HOUR)
    second = replace(second, heard_until=end + HOUR / 4)
    away = replace(away, heard_until=START + 2 * DAY - HOUR)
    judgements.keep_home_judgements(conn, [first, second, away])
    while_it_waits = due()
    judgements.keep_home_judgements(conn, [replace(second, days_due=end, heard_until=end + HOUR)])
    together = due()
    settled = replace(first, heard_until=end + 2 * HOUR)
    judgements.keep_home_judgements(conn, [settled, second])
    without_the_second = due()
    judgements.keep_home_judgements(conn, [replace(first, days_due=first.days_until)])

    assert while_it_waits == []
    assert sorted(together) == ["home-1", "home-2"]
    assert without_the_second == ["home-1"]


def test_an_area_is_due_as_a_whole(conn: psycopg.Connection, landlord: str) -> None:
    homes = [
        replace(judged(landlord, f"home-{number}"), days_due=START + 3 * DAY)
        for number in (1, 2, 3)
    ]
    judgements.keep_home_judgements(conn, homes)

    found = judgements.days_due(conn, Kind.BOILER, area_settles=2 * HOUR, most=1)

    assert len(found) == 3
    judgements.keep_home_judgements(conn, [replace(one, days_due=one.days_until) for one in homes])


def test_a_home_is_judged_as_far_as_nothing_is_due() -> None:
    whole = judged("demo")

    assert whole.judged_until == START + 3 * DAY
    assert replace(whole, days_due=START + 3 * DAY).judged_until == START + 2 * DAY
    assert replace(whole, fast_until=START + DAY).judged_until == START + DAY
