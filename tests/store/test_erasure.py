"""Erasing what was measured in a home takes all of it, and nothing of anybody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import LiteralString

import psycopg
import pytest

from core.consent import Purpose
from core.quantities import Kind
from local.erasing import Asked, erase_home
from store import hours, retention
from store.erasure import Contents, NotThere, Scope, erase, staying, stretches, survey, total
from store.numbers import NameList, names_id
from store.rejected import Rejection, set_aside
from store.rejected import Scope as Width
from store.roles import Role
from tests.estate import SINCE, estate, say
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
MOVED_OUT = datetime(2026, 6, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
HOME = Scope(landlord_id="demo", home_id="home-1")


@pytest.fixture(scope="module")
def homes(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """Two homes and one of another landlord's; somebody else moved into the first."""
    homewell_db.register(estate(("gw-a",), homes_per_gateway=2))
    homewell_db.register(estate(("gw-b",), landlord="other"))
    homewell_db.register(estate(("gw-c",), landlord="moving", homes_per_gateway=2))
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE tenancies SET ended_at = %s
               WHERE landlord_id = 'demo' AND tenancy_id = 'tenancy-1'""",
            (MOVED_OUT,),
        )
        admin.execute(
            """INSERT INTO tenancies (landlord_id, tenancy_id, home_id, began_at)
               VALUES ('demo', 'tenancy-next', 'home-1', %s)""",
            (MOVED_OUT,),
        )
    return homewell_db


@pytest.fixture
def here(homes: HomewellDatabase) -> HomewellDatabase:
    """The homes, each with readings from before and after the first changed hands."""
    times = {"times": EVERYTHING}
    with homes.connect_as_administrator() as admin:
        admin.execute(
            """TRUNCATE room_readings, boiler_readings, weather_readings, room_hours, boiler_hours,
                        arrivals, rollup_arrivals, rollup_due, rejected_messages, alerts,
                        home_days, home_judgements CASCADE"""
        )
        for statement in MEASURE:
            admin.execute(statement, times)
    arrive(homes)
    roll_up(homes)
    return homes


EVERYTHING = [MOVED_OUT - DAY, MOVED_OUT - HOUR, MOVED_OUT, NOW]
MEASURE: tuple[LiteralString, ...] = (
    """INSERT INTO room_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'room'""",
    """INSERT INTO boiler_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'boiler'""",
    """INSERT INTO weather_readings (device_id, measured_at)
       SELECT device_id, unnest(%(times)s::timestamptz[]) FROM devices WHERE kind = 'weather'""",
)


def arrive(here: HomewellDatabase) -> None:
    """As ingest tells of it: one arrival of every device for all that it said."""
    with here.connect_as_administrator() as admin:
        for kind in ("room", "boiler"):
            admin.execute(
                """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
                   SELECT kind, array_agg(device_id), array_agg(%(first)s::timestamptz),
                          array_agg(%(last)s::timestamptz)
                   FROM devices WHERE kind = %(kind)s GROUP BY kind""",
                {"kind": kind, "first": MOVED_OUT - DAY, "last": NOW},
            )


def roll_up(here: HomewellDatabase) -> None:
    with here.connect(Role.UPKEEP) as upkeep:
        hours.take_in(upkeep)
        for kind in hours.ROLLED_KINDS:
            while hours.roll_up(upkeep, kind, now=NOW + DAY):
                pass


@pytest.fixture
def eraser(here: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(here.url(Role.ERASER), autocommit=True, options="-c TimeZone=UTC") as conn:
        yield conn


def erased(eraser: psycopg.Connection, scope: Scope) -> Contents:
    """Erase, as much as was foreseen."""
    found = stretches(eraser, scope, now=NOW)
    foreseen = survey(eraser, scope, found)
    done = total(erase(eraser, scope, found))
    assert done == foreseen
    return done


def left(here: HomewellDatabase, home: str, landlord: str = "demo") -> dict[str, list[datetime]]:
    """When what is left of a home was measured, once for all of its devices."""
    with here.connect_as_administrator() as admin:
        rows = admin.execute(
            """SELECT name, array_agg(DISTINCT at ORDER BY at) FROM (
                   SELECT 'room' AS name, device_id, measured_at AS at FROM room_readings
                   UNION ALL SELECT 'boiler', device_id, measured_at FROM boiler_readings
                   UNION ALL SELECT 'room hours', device_id, hour FROM room_hours
                   UNION ALL SELECT 'boiler hours', device_id, hour FROM boiler_hours) stored
               JOIN placements USING (device_id)
               WHERE landlord_id = %s AND home_id = %s GROUP BY name""",
            (landlord, home),
        ).fetchall()
    return {name: [at.astimezone(UTC) for at in times] for name, times in rows}


def whole(times: list[datetime]) -> list[datetime]:
    return sorted({at.replace(minute=0) for at in times})


UNTOUCHED = {
    "room": EVERYTHING,
    "boiler": EVERYTHING,
    "room hours": whole(EVERYTHING),
    "boiler hours": whole(EVERYTHING),
}


def test_a_home_is_erased_and_its_neighbour_and_the_weather_are_not(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    done = erased(eraser, HOME)

    assert done == Contents(readings=16, hours=16, rejections=0, arrivals=4)
    assert left(here, "home-1") == {}
    assert left(here, "home-2") == UNTOUCHED
    assert left(here, "home-1", "other") == UNTOUCHED
    with here.connect_as_administrator() as admin:
        assert admin.execute("SELECT count(*) FROM weather_readings").fetchone() == (12,)


def test_of_one_tenancy_only_its_own_time_is_erased(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    done = erased(eraser, Scope(landlord_id="demo", home_id="home-1", tenancy_id="tenancy-1"))
    roll_up(here)

    rest = [MOVED_OUT, NOW]
    assert done.readings == 8
    assert left(here, "home-1") == {
        "room": rest,
        "boiler": rest,
        "room hours": whole(rest),
        "boiler hours": whole(rest),
    }


def test_of_one_purpose_only_what_was_collected_for_it_is_erased(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    erased(eraser, Scope(landlord_id="demo", home_id="home-1", kinds=(Kind.BOILER,)))

    assert left(here, "home-1") == {
        name: times for name, times in UNTOUCHED.items() if name.startswith("room")
    }


def test_rejected_messages_of_the_home_go_and_those_of_others_stay(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    with here.connect(Role.INGEST) as ingest:
        for gateway, device in (("gw-a", "th-0101"), ("gw-a", "th-0201"), ("gw-b", "th-0101")):
            set_aside(ingest, [rejection(gateway, device)])

    done = erased(eraser, HOME)

    with here.connect_as_administrator() as admin:
        rest = admin.execute("SELECT dedupe_key FROM rejected_messages ORDER BY 1").fetchall()
    assert done.rejections == 1
    assert rest == [("gw-a/th-0201",), ("gw-b/th-0101",)]


def rejection(gateway: str, device: str) -> Rejection:
    return Rejection(
        dedupe_key=f"{gateway}/{device}",
        received_at=NOW - HOUR,
        scope=Width.SAMPLE,
        reason="air temperature cannot be 99.0",
        topic=f"homewell/v1/{gateway}/{device}/room",
        payload=b'{"t":[1],"air_temp_c":[99.0]}',
        samples_lost=1,
        gateway_id=gateway,
        device=device,
        kind="room",
    )


def test_what_the_detectors_have_not_judged_yet_of_the_home_is_not_told_them_any_more(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    erased(eraser, HOME)

    with here.connect_as_administrator() as admin:
        homes = admin.execute(
            """SELECT DISTINCT p.landlord_id, p.home_id FROM arrivals, unnest(device_ids) AS one
               JOIN placements p ON p.device_id = one ORDER BY 1, 2"""
        ).fetchall()
    assert homes == [
        ("demo", "home-2"),
        ("moving", "home-1"),
        ("moving", "home-2"),
        ("other", "home-1"),
    ]


def carry_on(here: HomewellDatabase) -> None:
    """Both homes of `demo` have days kept around the move, and are judged until now."""
    with here.connect_as_administrator() as admin:
        names = names_id(admin, NameList("1", ("damp_index",)))
        for home in ("home-1", "home-2"):
            for day in (MOVED_OUT - DAY, MOVED_OUT + 2 * DAY):
                admin.execute(
                    """INSERT INTO home_days (landlord_id, home_id, kind, place, day, names_id,
                                              numbers)
                       VALUES ('demo', %(home)s, 'room', 'bedroom', %(day)s, %(names)s, '')""",
                    {"home": home, "day": day.date(), "names": names},
                )
            admin.execute(
                """INSERT INTO home_judgements (landlord_id, home_id, kind, tenancy_id, version,
                       window_from, heard_until, judged_until, days_until, days_due, silent_until,
                       fast_until, fast_due, damp_score)
                   VALUES ('demo', %(home)s, 'room', 'tenancy-next', '1', %(at)s, %(at)s, %(at)s,
                       %(at)s, %(at)s, %(at)s, %(at)s, %(at)s, 80)""",
                {"home": home, "at": NOW - DAY},
            )


def carried_on(here: HomewellDatabase) -> tuple[list[tuple[str, date]], list[str]]:
    """Homes and days that are kept, and homes that are known to be judged."""
    with here.connect_as_administrator() as admin:
        days = admin.execute("SELECT home_id, day FROM home_days ORDER BY 1, 2").fetchall()
        judged = admin.execute("SELECT home_id FROM home_judgements ORDER BY 1").fetchall()
    return days, [home for (home,) in judged]


def test_what_the_detectors_carry_on_from_erased_readings_goes_with_them(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    carry_on(here)

    erased(eraser, HOME)

    before, after = (MOVED_OUT - DAY).date(), (MOVED_OUT + 2 * DAY).date()
    assert carried_on(here) == ([("home-2", before), ("home-2", after)], ["home-2"])


def test_the_days_of_the_next_tenant_stay_when_one_tenancy_is_erased(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    carry_on(here)

    erased(eraser, replace(HOME, tenancy_id="tenancy-1"))

    before, after = (MOVED_OUT - DAY).date(), (MOVED_OUT + 2 * DAY).date()
    assert carried_on(here) == (
        [("home-1", after), ("home-2", before), ("home-2", after)],
        ["home-1", "home-2"],
    )


def test_the_ledger_and_the_alerts_stay(here: HomewellDatabase, eraser: psycopg.Connection) -> None:
    with here.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, "no", SINCE + DAY)
    with here.connect_as_administrator() as admin:
        admin.execute(
            """INSERT INTO alerts (landlord_id, home_id, tenancy_id, detector, detector_version,
                   place, began_at, raised_at, judged_at, severity, severity_max, confidence,
                   evidence, sentence)
               VALUES ('demo', 'home-1', 'tenancy-1', 'mould_risk', '1', 'bedroom', %(at)s, %(at)s,
                       %(at)s, 'high', 'high', 0.9, '{}', 'Mould may grow.')""",
            {"at": MOVED_OUT - DAY},
        )
    before = staying(eraser, HOME)

    erased(eraser, HOME)

    assert (before.ledger_lines, before.alerts, before.repairs) == (1, 1, 0)
    assert staying(eraser, HOME) == before


def test_an_erasure_that_was_broken_off_is_finished_by_the_next(
    here: HomewellDatabase, eraser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PORTION_ROWS", 1)
    found = stretches(eraser, HOME, now=NOW)
    first = next(erase(eraser, HOME, found))

    rest = erased(eraser, HOME)

    assert 0 < first.readings < 16
    assert first.readings + rest.readings == 16
    assert left(here, "home-1") == {}


def test_a_device_that_came_from_another_home_leaves_what_it_said_there(
    here: HomewellDatabase, eraser: psycopg.Connection
) -> None:
    with here.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE placements SET removed_at = %s
               WHERE landlord_id = 'moving' AND home_id = 'home-1' AND room = 'bedroom'""",
            (MOVED_OUT,),
        )
        admin.execute(
            """INSERT INTO placements (device_id, landlord_id, home_id, room, placed_at)
               SELECT device_id, landlord_id, 'home-2', 'hall', removed_at FROM placements
               WHERE removed_at IS NOT NULL"""
        )

    done = erased(eraser, Scope(landlord_id="moving", home_id="home-1"))

    assert done.readings == 14
    assert left(here, "home-2", "moving")["room"] == EVERYTHING


@pytest.mark.parametrize(
    ("scope", "words"),
    [
        (Scope(landlord_id="demo", home_id="home-9"), "landlord demo has no home home-9"),
        (Scope(landlord_id="else", home_id="home-1"), "landlord else has no home home-1"),
        (
            Scope(landlord_id="demo", home_id="home-2", tenancy_id="tenancy-1"),
            "home home-2 has no tenancy tenancy-1",
        ),
    ],
)
def test_a_home_that_is_not_there_is_named(
    eraser: psycopg.Connection, scope: Scope, words: str
) -> None:
    with pytest.raises(NotThere) as refused:
        stretches(eraser, scope, now=NOW)

    assert str(refused.value) == words


ASKED = Asked(
    landlord_id="demo",
    home_id="home-1",
    tenancy_id=None,
    purpose=None,
    dry_run=False,
    confirmed=False,
)


@pytest.mark.parametrize(
    ("answer", "goes_on"), [("home-1", True), ("yes", False), ("", False), (None, False)]
)
def test_a_person_is_told_what_goes_and_asked_first(
    here: HomewellDatabase, answer: str | None, goes_on: bool
) -> None:
    said: list[str] = []

    def answering(question: str) -> str:
        said.append(question)
        if answer is None:
            raise EOFError
        return answer

    agreed = erase_home(here.url(Role.ERASER), ASKED, said.append, answering)

    counts = "readings 16, hours 16, rejected messages 0, arrivals not judged yet 4"
    assert agreed == goes_on
    assert said[0] == f"Measured in home-1 of demo: {counts}."
    assert said[2] == "This cannot be undone. Type home-1 to delete it: "
    assert said[3] == (f"Deleted: {counts}." if goes_on else "Nothing was deleted.")
    assert (left(here, "home-1") == {}) == goes_on


def test_a_dry_run_says_what_there_is_and_asks_nobody(here: HomewellDatabase) -> None:
    said: list[str] = []
    asked = Asked(
        landlord_id="demo",
        home_id="home-1",
        tenancy_id="tenancy-1",
        purpose=Purpose.FAULT_DETECTION.value,
        dry_run=True,
        confirmed=False,
    )

    assert erase_home(here.url(Role.ERASER), asked, said.append, lambda _: "home-1")

    whose = "Measured in home-1 of demo in the time of tenancy-1 for repair.fault_detection"
    assert said[0].startswith(f"{whose}: readings 2, hours 3,")  # the last is cut by the move
    assert said[-1] == "Nothing was deleted."
    assert left(here, "home-1") == UNTOUCHED
