"""Erasing takes what the detectors carry on, whichever sensors stood in the home when."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from core.quantities import Kind
from store.erasure import Scope, erase, stretches, total
from store.numbers import NameList, names_id
from store.roles import Role
from tests.estate import SINCE, estate
from tests.fixtures_database import HomewellDatabase

DAY = timedelta(days=1)
NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
MOVED_OUT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
SENSORS_WENT = MOVED_OUT - 10 * DAY
BEFORE, AFTER = (MOVED_OUT - DAY).date(), (MOVED_OUT + DAY).date()
HOME = Scope(landlord_id="demo", home_id="home-1")


@pytest.fixture(scope="module")
def admin(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    """Two homes whose room sensors went before the tenant of the first moved out."""
    homewell_db.register(estate(homes_per_gateway=2))
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE placements SET removed_at = %s WHERE device_id IN (
                   SELECT device_id FROM devices WHERE kind = 'room')""",
            (SENSORS_WENT,),
        )
        admin.execute(
            "UPDATE tenancies SET ended_at = %s WHERE tenancy_id = 'tenancy-1'", (MOVED_OUT,)
        )
        yield admin


@pytest.fixture
def eraser(
    homewell_db: HomewellDatabase, admin: psycopg.Connection
) -> Iterator[psycopg.Connection]:
    """The eraser; both homes have days of a room and of the boiler, before the move and after."""
    admin.execute("TRUNCATE home_days, home_judgements")
    for home in ("home-1", "home-2"):
        keep_days(admin, home)
    with homewell_db.connect(Role.ERASER) as conn:
        yield conn


def keep_days(admin: psycopg.Connection, home: str) -> None:
    names = names_id(admin, NameList("1", ("damp_index",)))
    for kind in (Kind.ROOM, Kind.BOILER):
        for day in (BEFORE, AFTER):
            admin.execute(
                """INSERT INTO home_days (landlord_id, home_id, kind, place, day, names_id, numbers)
                   VALUES ('demo', %(home)s, %(kind)s, 'somewhere', %(day)s, %(names)s, '')""",
                {"home": home, "kind": kind.value, "day": day, "names": names},
            )


def keep_judgement(
    admin: psycopg.Connection, *, tenancy: str | None, judged_until: datetime
) -> None:
    admin.execute(
        """INSERT INTO home_judgements (landlord_id, home_id, kind, tenancy_id, version,
               window_from, heard_until, judged_until, days_until, days_due, silent_until,
               fast_until, fast_due, damp_score)
           VALUES ('demo', 'home-1', 'room', %(tenancy)s, '1', %(at)s, %(at)s, %(at)s, %(at)s,
               %(at)s, %(at)s, %(at)s, %(at)s, 80)""",
        {"tenancy": tenancy, "at": judged_until},
    )


def erase_all(eraser: psycopg.Connection, scope: Scope) -> None:
    total(erase(eraser, scope, stretches(eraser, scope, now=NOW)))


def days_left(admin: psycopg.Connection, home: str) -> list[tuple[str, date]]:
    return admin.execute(
        "SELECT kind, day FROM home_days WHERE home_id = %s ORDER BY 1, 2", (home,)
    ).fetchall()


def judgements_left(admin: psycopg.Connection) -> int:
    row = admin.execute("SELECT count(*) FROM home_judgements").fetchone()
    assert row is not None
    return int(row[0])


WHOLE = [("boiler", BEFORE), ("boiler", AFTER), ("room", BEFORE), ("room", AFTER)]


def test_a_homes_days_after_its_sensors_went_are_erased_too(
    admin: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    erase_all(eraser, HOME)

    assert (days_left(admin, "home-1"), days_left(admin, "home-2")) == ([], WHOLE)


def test_a_home_where_nothing_ever_stood_keeps_no_days(
    admin: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    total(erase(eraser, HOME, []))

    assert days_left(admin, "home-1") == []


def test_erasing_what_rooms_told_takes_how_warm_they_were_from_the_boilers_days(
    admin: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    erase_all(eraser, Scope(landlord_id="demo", home_id="home-1", kinds=(Kind.ROOM,)))

    assert days_left(admin, "home-1") == []


def test_erasing_what_the_boiler_told_leaves_the_days_of_rooms(
    admin: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    erase_all(eraser, Scope(landlord_id="demo", home_id="home-1", kinds=(Kind.BOILER,)))

    assert days_left(admin, "home-1") == [("room", BEFORE), ("room", AFTER)]


def test_erasing_a_tenancy_takes_all_its_days_and_none_after_it(
    admin: psycopg.Connection, eraser: psycopg.Connection
) -> None:
    erase_all(eraser, Scope(landlord_id="demo", home_id="home-1", tenancy_id="tenancy-1"))

    assert days_left(admin, "home-1") == [("boiler", AFTER), ("room", AFTER)]


@pytest.mark.parametrize("tenancy", ["tenancy-1", None])
@pytest.mark.parametrize("scope_tenancy", ["tenancy-1", None])
def test_a_home_judged_only_until_before_its_first_reading_is_forgotten(
    admin: psycopg.Connection,
    eraser: psycopg.Connection,
    tenancy: str | None,
    scope_tenancy: str | None,
) -> None:
    keep_judgement(admin, tenancy=tenancy, judged_until=SINCE)
    admin.execute("UPDATE placements SET placed_at = %s", (SINCE + timedelta(hours=2),))

    erase_all(eraser, Scope(landlord_id="demo", home_id="home-1", tenancy_id=scope_tenancy))

    assert judgements_left(admin) == 0


@pytest.mark.parametrize("tenancy", ["tenancy-next", None])
def test_how_far_the_next_tenants_home_is_judged_stays_known(
    admin: psycopg.Connection, eraser: psycopg.Connection, tenancy: str | None
) -> None:
    keep_judgement(admin, tenancy=tenancy, judged_until=NOW)

    erase_all(eraser, Scope(landlord_id="demo", home_id="home-1", tenancy_id="tenancy-1"))

    assert judgements_left(admin) == 1
