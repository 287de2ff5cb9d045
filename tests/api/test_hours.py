"""Long periods are answered by the hour: as finely as the tenant shares, within their own time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.consent import Purpose
from store.roles import Role
from store.session import act_for
from tests.api.town import FORMER, NOW, Town, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase
from tests.rollups import count_what_stands

OFFICER = ("officer", "officer-1")
LEVELS = {1: "none", 2: "band", 3: "daily", 4: "half_hourly", 5: "raw"}
MONTH = {"from": "2026-10-22T00:00:00Z", "to": "2026-11-21T00:00:00Z"}
MOVED_AT = datetime(2026, 11, 10, 10, 30, tzinfo=UTC)
"""In the middle of an hour one tenancy of home-6 ends and another begins, and in home-7 the sensor
of the bedroom is taken to home-8."""


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=8) as made:
        for number in range(1, 9):
            made.hear("demo", f"home-{number}", NOW - timedelta(days=40), NOW)
        for number, level in LEVELS.items():
            made.choose(number, Purpose.SHARE_WITH_LANDLORD, level, at=SINCE)
            made.alert(f"home-{number}", "mould_risk", "bedroom", severity="medium")
        made.hear("demo", "home-2", SINCE - timedelta(days=2), SINCE - timedelta(minutes=1))
        change_hands(homewell_db)
        count_what_stands(homewell_db, NOW)
        yield made


def change_hands(database: HomewellDatabase) -> None:
    with database.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE tenancies SET ended_at = %(at)s WHERE tenancy_id = 'tenancy-6';
               INSERT INTO tenancies (landlord_id, tenancy_id, home_id, began_at)
               VALUES ('demo', 'tenancy-next', 'home-6', %(at)s);
               INSERT INTO tenants (landlord_id, tenant_id, tenancy_id)
               VALUES ('demo', 'tenant-next', 'tenancy-next');
               UPDATE placements SET removed_at = %(at)s FROM devices d
               WHERE d.device_id = placements.device_id AND wire_name = 'th-0702';
               INSERT INTO placements (device_id, landlord_id, home_id, room, placed_at)
               SELECT device_id, landlord_id, 'home-8', 'box room', %(at)s
               FROM devices WHERE wire_name = 'th-0702'""".replace(
                "%(at)s", f"'{MOVED_AT.isoformat()}'"
            ).encode()
        )


def ask(here: Town, who: tuple[str, str], home: int, **params: str) -> dict[str, Any]:
    answer = here.ask(
        who, "GET", f"/homes/home-{home}/readings", params={"kind": "room"} | MONTH | params
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def by_hour(here: Town, who: tuple[str, str], home: int, **params: str) -> dict[str, Any]:
    return ask(here, who, home, resolution="hour", **params)


def place(found: dict[str, Any], room: str) -> dict[str, Any]:
    return next(one for one in found["places"] if one["room"] == room)


def tenant(home: int) -> tuple[str, str]:
    return ("tenant", f"tenant-{home}")


def test_a_tenants_month_has_an_hour_for_each_with_its_lowest_mean_and_highest(here: Town) -> None:
    found = by_hour(here, tenant(1), 1)

    bedroom = place(found, "bedroom")
    assert (found["granularity"], found["complete"]) == ("hourly", True)
    assert len(bedroom["times"]) == 30 * 24
    assert set(bedroom["columns"]) == {
        f"{name}{which}"
        for name in ("air_temp_c", "rel_humidity_pct")
        for which in ("", "_min", "_max")
    }
    # 20 °C plus the hour of the day, all hour long.
    for which in ("", "_min", "_max"):
        assert bedroom["columns"][f"air_temp_c{which}"][:25] == [*range(20, 44), 20.0]


def test_an_hour_says_what_its_readings_say(here: Town, homewell_db: HomewellDatabase) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """UPDATE room_readings r SET air_temp_c = 10.5
               FROM devices d WHERE d.device_id = r.device_id AND wire_name = 'th-0102'
                 AND measured_at = '2026-11-01T06:20Z'"""
        )
    count_what_stands(homewell_db, NOW)
    span = {"from": "2026-11-01T06:00:00Z", "to": "2026-11-01T07:00:00Z"}

    hour = place(by_hour(here, tenant(1), 1, **span), "bedroom")
    readings = place(ask(here, tenant(1), 1, **span), "bedroom")["columns"]["air_temp_c"]

    assert readings == [26.0, 26.0, 10.5, 26.0, 26.0, 26.0]
    assert hour["times"] == ["2026-11-01T06:00:00Z"]
    assert [hour["columns"][f"air_temp_c{which}"] for which in ("", "_min", "_max")] == [
        [pytest.approx(sum(readings) / 6, rel=1e-6)],
        [10.5],
        [26.0],
    ]


def test_a_year_is_answered_by_the_hour_and_not_by_reading(here: Town) -> None:
    year = {"kind": "boiler", "from": "2025-11-21T00:00:00Z"}

    found = by_hour(here, tenant(1), 1, **year)
    refused = here.ask(tenant(1), "GET", "/homes/home-1/readings", params=MONTH | year)

    assert found["places"][0]["columns"]["flame_on"][0] == 1.0
    assert found["places"][0]["columns"]["pressure_bar"][0] == 1.25
    assert refused.status_code == 422


def test_the_hour_that_is_running_is_left_out(here: Town) -> None:
    found = by_hour(
        here, tenant(1), 1, **{"from": "2026-11-21T07:10:00Z", "to": "2026-11-21T09:30:00Z"}
    )

    assert place(found, "bedroom")["times"] == ["2026-11-21T07:00:00Z", "2026-11-21T08:00:00Z"]


def test_what_is_not_shared_is_not_shared_by_the_hour(here: Town) -> None:
    answer = here.ask(
        OFFICER, "GET", "/homes/home-1/readings", params={"kind": "room", "resolution": "hour"}
    )

    assert answer.status_code == 403
    assert answer.json()["reason"] == "not shared"


@pytest.mark.parametrize("home", [2, 3], ids=["band", "daily"])
def test_who_shares_less_than_hours_shares_the_same_when_hours_are_asked_for(
    here: Town, home: int
) -> None:
    for until in (MONTH["to"], NOW.isoformat()):
        found = by_hour(here, OFFICER, home, to=until)

        assert found == ask(here, OFFICER, home, to=until)
        assert (found["granularity"], found["complete"]) == (LEVELS[home], True)


def test_the_day_that_has_just_begun_has_a_band_before_its_first_hour_is_over(here: Town) -> None:
    here.clock.now = datetime(2026, 11, 21, 0, 40, tzinfo=UTC)
    try:
        found = by_hour(here, OFFICER, 2, to="2026-11-21T00:40:00Z")
    finally:
        here.clock.now = NOW

    assert found["bands"][-1]["day"] == "2026-11-21"


def test_half_hourly_sharing_gives_means_of_hours_and_no_extremes(here: Town) -> None:
    found = by_hour(here, OFFICER, 4)

    bedroom = place(found, "bedroom")
    assert (found["granularity"], len(bedroom["times"])) == ("hourly", 30 * 24)
    assert set(bedroom["columns"]) == {"air_temp_c", "rel_humidity_pct"}


def test_asking_for_less_than_an_hour_gives_the_whole_hour(here: Town) -> None:
    found = by_hour(
        here, OFFICER, 4, **{"from": "2026-11-19T10:00:00Z", "to": "2026-11-19T10:10:00Z"}
    )

    assert (found["from"], found["to"]) == ("2026-11-19T10:00:00Z", "2026-11-19T11:00:00Z")
    assert {len(one["times"]) for one in found["places"]} == {1}


def test_who_shares_everything_shares_extremes_too_but_no_battery(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute("UPDATE room_readings SET battery_pct = 80")
    count_what_stands(homewell_db, NOW)

    shared = place(by_hour(here, OFFICER, 5), "bedroom")["columns"]
    own = place(by_hour(here, tenant(5), 5), "bedroom")["columns"]

    assert set(shared) == {
        f"{name}{which}"
        for name in ("air_temp_c", "rel_humidity_pct")
        for which in ("", "_min", "_max")
    }
    assert own.keys() - shared.keys() == {"battery_pct", "battery_pct_min", "battery_pct_max"}


def test_an_hour_in_which_the_tenancy_changed_belongs_to_neither(here: Town) -> None:
    span = {"from": "2026-11-10T08:00:00Z", "to": "2026-11-10T13:00:00Z"}

    before = by_hour(here, tenant(6), 6, **span)
    after = by_hour(here, ("tenant", "tenant-next"), 6, **span)

    assert [time[11:13] for time in place(before, "bedroom")["times"]] == ["08", "09"]
    assert [time[11:13] for time in place(after, "bedroom")["times"]] == ["11", "12"]


def test_an_officer_gets_no_hour_that_began_before_the_tenancy_that_shares(here: Town) -> None:
    span = {"from": "2026-11-10T08:00:00Z", "to": "2026-11-10T13:00:00Z"}

    boiler = by_hour(here, OFFICER, 6, kind="boiler", **span)

    assert [time[11:13] for time in boiler["places"][0]["times"]] == ["11", "12"]


def test_the_hour_in_which_a_sensor_moved_is_told_of_neither_home(here: Town) -> None:
    span = {"from": "2026-11-10T08:00:00Z", "to": "2026-11-10T13:00:00Z"}

    left = place(by_hour(here, tenant(7), 7, **span), "bedroom")
    came = place(by_hour(here, tenant(8), 8, **span), "box room")

    assert [time[11:13] for time in left["times"]] == ["08", "09"]
    assert [time[11:13] for time in came["times"]] == ["11", "12"]


def test_a_former_tenant_has_the_hours_of_their_own_time_and_no_later_one(here: Town) -> None:
    then = {"from": "2025-12-20T00:00:00Z", "to": "2026-01-10T00:00:00Z"}
    former = ("tenant", FORMER.tenants[0])

    theirs = by_hour(here, former, 2, **then)
    later = by_hour(here, former, 2)
    new_ones = by_hour(here, tenant(2), 2, **then)

    assert place(theirs, "bedroom")["times"][-1] == "2025-12-31T23:00:00Z"
    assert (later["places"], new_ones["places"]) == ([], [])


@pytest.mark.parametrize(
    ("landlord", "home", "tenancy"),
    [
        ("other", None, None),
        ("demo", "home-2", "tenancy-2"),
        ("other", "home-1", "tenancy-1"),
        ("demo", "home-1", "tenancy-of-nobody"),
    ],
    ids=["another landlord", "a neighbour", "another landlord's tenant", "no tenant"],
)
@pytest.mark.parametrize("kind", ["room", "boiler"])
def test_whose_home_it_is_not_gets_no_hour_from_the_database_itself(
    here: Town, kind: str, landlord: str, home: str | None, tenancy: str | None
) -> None:
    """Homes of two landlords may have one name: home-1 of `other` was never heard."""
    values = {"since": NOW - timedelta(days=30), "until": NOW, "kind": kind}
    hours = f"""SELECT count(*), (SELECT hours_due_of_home('home-1', %(kind)s, %(since)s,
                                                          %(until)s + interval '1 day'))
                FROM {kind}_hours_of_home('home-1', %(since)s, %(until)s)""".encode()  # noqa: S608 - our own names
    with here.database.connect(Role.API) as conn:
        with conn.transaction():
            act_for(conn, "demo", home_id="home-1", tenancy_id="tenancy-1")
            own = conn.execute(hours, values).fetchone()
        with conn.transaction():
            act_for(conn, landlord, home_id=home, tenancy_id=tenancy)
            found = conn.execute(hours, values).fetchone()
        unnamed = conn.execute(hours, values).fetchone()

    # The hour that is running is due, which is no secret to those who live there.
    assert own is not None
    assert own[0] > 0
    assert own[1]
    assert (found, unnamed) == ((0, False), (0, False))


def test_hours_that_are_still_to_be_computed_are_told_of(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """INSERT INTO rollup_due (kind, device_id, spans)
               SELECT 'room', device_id, '{[2026-11-02 00:00Z, 2026-11-03 00:00Z)}'
               FROM devices WHERE wire_name = 'th-0401'
               ON CONFLICT (kind, device_id) DO UPDATE SET spans = excluded.spans"""
        )
    pages = {
        days: here.client.get(
            f"/my-home?days={days}",
            headers={"Cookie": f"homewell_session={here.token(*tenant(4))}"},
        ).text
        for days in (7, 30)
    }

    assert by_hour(here, tenant(4), 4)["complete"] is False
    assert by_hour(here, tenant(4), 4, kind="boiler")["complete"] is True
    assert by_hour(here, tenant(5), 5)["complete"] is True
    assert ask(here, tenant(4), 4)["complete"] is True
    told = {days: "still being added up" in page for days, page in pages.items()}
    assert told == {7: False, 30: True}


def test_a_year_on_the_pages_is_drawn_from_hours_and_told_by_the_month(here: Town) -> None:
    for who, path in (
        (tenant(5), "/my-home?days=365"),
        (OFFICER, "/landlord/homes/home-5?days=365"),
    ):
        page = here.client.get(path, headers={"Cookie": f"homewell_session={here.token(*who)}"})

        assert page.status_code == 200
        assert "Lowest 20.0\N{NO-BREAK SPACE}°C, highest 43.0\N{NO-BREAK SPACE}°C" in page.text
        assert "Bedroom: the numbers by month" in page.text
        assert page.text.count('<th scope="row">October 2026</th>') == 4
        assert "Average of the latest hour 28.0" in page.text


def test_readings_that_nobody_has_taken_in_yet_make_a_period_incomplete(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    """As when the upkeep stands still: ingest's lines wait, and no hour is due yet."""
    arrived = b"""INSERT INTO arrivals (kind, device_ids, first_at, last_at)
                  SELECT 'room', ARRAY[device_id], ARRAY[%(at)s::timestamptz],
                         ARRAY[%(at)s::timestamptz]
                  FROM devices WHERE wire_name = 'th-0501'"""
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(arrived, {"at": NOW - timedelta(days=3)})
        waiting = by_hour(here, tenant(5), 5), by_hour(here, tenant(1), 1)
        admin.execute("TRUNCATE rollup_arrivals")
        admin.execute(arrived, {"at": NOW - timedelta(minutes=50)})
        just_now = by_hour(here, tenant(5), 5, to=NOW.isoformat())
        admin.execute("TRUNCATE rollup_arrivals")

    assert [found["complete"] for found in waiting] == [False, True]
    assert just_now["complete"] is True


def test_where_very_many_lines_wait_no_period_is_called_complete(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """INSERT INTO rollup_arrivals (kind, device_ids, first_at, last_at)
               SELECT 'room', '{}', '{}', '{}' FROM generate_series(1, 500)"""
        )
        found = by_hour(here, tenant(5), 5)
        admin.execute("TRUNCATE rollup_arrivals")

    assert found["complete"] is False


def test_a_whole_year_that_begins_in_the_middle_of_an_hour_is_answered(here: Town) -> None:
    until = NOW - timedelta(days=1)

    found = by_hour(
        here,
        tenant(5),
        5,
        **{"from": (until - timedelta(days=366)).isoformat(), "to": until.isoformat()},
    )

    assert (found["from"], found["to"]) == ("2025-11-19T09:00:00Z", "2026-11-20T10:00:00Z")


def test_a_day_of_which_hours_are_due_tells_no_mean_of_the_others(
    here: Town, homewell_db: HomewellDatabase
) -> None:
    """The mean of 23 hours beside that of 24 would give away the last one."""
    whole = ask(here, OFFICER, 3)
    with homewell_db.connect_as_administrator() as admin:
        admin.execute(
            """WITH late AS (
                   DELETE FROM room_hours USING devices d
                   WHERE d.device_id = room_hours.device_id AND wire_name = 'th-0302'
                     AND hour = '2026-11-20 23:00Z' RETURNING room_hours.device_id)
               INSERT INTO rollup_due (kind, device_id, spans)
               SELECT 'room', device_id, '{[2026-11-20 23:00Z, 2026-11-21 00:00Z)}' FROM late
               ON CONFLICT (kind, device_id) DO UPDATE SET spans = excluded.spans"""
        )

    found = by_hour(here, OFFICER, 3)

    count_what_stands(homewell_db, NOW)
    assert found == whole
