"""How the whole is doing, and what became of a recording."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import psycopg
import pytest

from core.findings import Episode, Severity
from core.quantities import Kind
from store import alerts, recordings, status
from store.judgements import HomeJudgement, keep_home_judgements
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

START = datetime(2026, 3, 1, tzinfo=UTC)
_LANDLORDS = count(1)


@pytest.fixture(scope="module")
def admin(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect_as_administrator() as conn:
        yield conn


@pytest.fixture(scope="module")
def observer(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.OBSERVER) as conn:
        yield conn


@pytest.fixture
def landlord(homewell_db: HomewellDatabase) -> str:
    """A landlord of one home that no other test here has."""
    name = f"landlord-{next(_LANDLORDS)}"
    homewell_db.register(estate((f"gw-{name}",), landlord=name))
    return name


def hour(number: int) -> datetime:
    return START + timedelta(hours=number)


def measure(admin: psycopg.Connection, landlord: str, device: str, *hours: int) -> None:
    """Readings of a device, without their arrival."""
    kind = {"boiler": "boiler", "weather": "weather"}.get(device.partition("-")[0], "room")
    for number in hours:
        admin.execute(
            f"""INSERT INTO {kind}_readings (device_id, measured_at)
                SELECT device_id, %(at)s FROM devices
                WHERE landlord_id = %(landlord)s AND wire_name = %(device)s""".encode(),  # noqa: S608 - one of three tables
            {"at": hour(number), "landlord": landlord, "device": device},
        )


def arrive(admin: psycopg.Connection, landlord: str, device: str, at: datetime) -> None:
    admin.execute(
        """INSERT INTO arrivals (kind, device_ids, first_at, last_at)
           SELECT 'room', ARRAY[device_id], ARRAY[%(at)s], ARRAY[%(at)s] FROM devices
           WHERE landlord_id = %(landlord)s AND wire_name = %(device)s""",
        {"at": at, "landlord": landlord, "device": device},
    )


def judge(
    admin: psycopg.Connection,
    landlord: str,
    kind: str,
    until: datetime,
    *,
    days_due: datetime = START,
) -> None:
    one = HomeJudgement(
        landlord_id=landlord,
        home_id="home-1",
        kind=Kind(kind),
        tenancy_id="tenancy-1",
        version="1",
        window_from=START,
        heard_until=until,
        days_until=START,
        days_due=days_due,
        fast_until=START,
        fast_due=START,
    )
    keep_home_judgements(admin, [one])


def test_the_newest_reading_is_known_before_and_after_it_is_judged(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    at_first = status.backlog(observer)
    arrive(admin, landlord, "th-0101", hour(5))
    waiting = status.backlog(observer)
    judge(admin, landlord, "room", hour(5))
    admin.execute("DELETE FROM arrivals")
    judged = status.backlog(observer)

    assert (at_first.newest_reading_at, at_first.arrivals) == (None, 0)
    assert (waiting.newest_reading_at, waiting.arrivals) == (hour(5), 1)
    assert (judged.newest_reading_at, judged.arrivals) == (hour(5), 0)


def test_a_home_with_days_to_judge_waits_until_they_are_judged(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    before = status.backlog(observer).homes_due
    judge(admin, landlord, "room", hour(30), days_due=START + timedelta(days=1))
    waiting = status.backlog(observer).homes_due
    judge(admin, landlord, "room", hour(30))

    assert waiting == before + 1
    assert status.backlog(observer).homes_due == before


def test_a_landlords_counts_are_the_landlords_own(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    measure(admin, landlord, "th-0101", 1, 2, 3)
    measure(admin, landlord, "boiler-01", 1)
    measure(admin, landlord, "weather-1", 1)

    counts = status.counts(observer, landlord)

    assert counts.readings == recordings.rows_stored(observer, landlord) == 5
    assert (counts.alerts, counts.repairs, counts.rejections) == (0, 0, 0)
    assert status.counts(observer, "nobody").readings == 0
    assert f"gw-{landlord}" in status.every_gateway(observer)


def test_samples_are_looked_for_one_by_one(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    measure(admin, landlord, "th-0101", 1, 2)
    hour_ms = int(START.timestamp() * 1000) + 3_600_000
    wanted = {"th-0101": [hour_ms, hour_ms + 1, 2 * hour_ms], "th-0102": [hour_ms]}

    found = recordings.instants_present(observer, f"gw-{landlord}", Kind.ROOM, wanted)

    assert found == 1


def passed(observer: psycopg.Connection, landlord: str, **lasts: int) -> bool:
    times = {device.replace("_", "-"): hour(number) for device, number in lasts.items()}
    return recordings.judged_to_the_end(observer, landlord, times)


def test_a_recording_is_judged_when_nothing_waits_and_the_last_row_is_passed(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    measure(admin, landlord, "th-0101", 1, 9)
    arrive(admin, landlord, "th-0101", hour(9))
    judge(admin, landlord, "room", hour(8))
    waiting = passed(observer, landlord, th_0101=9)
    admin.execute("DELETE FROM arrivals")
    not_passed = passed(observer, landlord, th_0101=9)

    judge(admin, landlord, "room", hour(9))

    assert (waiting, not_passed) == (False, False)
    assert passed(observer, landlord, th_0101=9, weather_1=20)


def test_a_last_row_that_was_refused_is_not_waited_for(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    measure(admin, landlord, "th-0101", 1, 8)
    judge(admin, landlord, "room", hour(8))

    assert passed(observer, landlord, th_0101=9, boiler_01=9)


def test_rejections_are_counted_from_where_the_count_began(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    def reject(key: str, lost: int) -> None:
        admin.execute(
            """INSERT INTO rejected_messages (dedupe_key, received_at, landlord_id, gateway_id,
                   scope, samples_lost, reason, topic, payload)
               VALUES (%(key)s, %(at)s, %(landlord)s, %(gateway)s, 'value', %(lost)s, '',
                   '', '')""",
            {
                "key": f"{landlord} {key}",
                "at": START,
                "landlord": landlord,
                "gateway": f"gw-{landlord}",
                "lost": lost,
            },
        )

    reject("before", 5)
    newest = recordings.newest_rejection(admin)
    reject("a value", 0)
    reject("a sample", 1)

    assert recordings.rejections_since(admin, f"gw-{landlord}", newest) == (2, 1)


def test_a_recordings_alerts_are_told_in_order(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    for number, place in ((9, "bedroom"), (3, "kitchen")):
        episode = Episode(
            home_id="home-1",
            detector="mould_risk",
            place=place,
            began_at=hour(1),
            raised_at=hour(number),
            cleared_at=None,
            severity=Severity.MEDIUM,
            severity_max=Severity.MEDIUM,
            confidence=0.9,
            evidence={},
            sentence="It is damp.",
        )
        alerts.raise_alert(
            admin,
            landlord,
            episode,
            tenancy_id="tenancy-1",
            version="mould_risk/1",
            judged_at=hour(9),
        )

    told = recordings.replayed_alerts(observer, landlord)

    assert [(one.place, one.raised_at) for one in told] == [
        ("kitchen", hour(3)),
        ("bedroom", hour(9)),
    ]


def test_the_newest_weather_is_by_gateway(
    admin: psycopg.Connection, observer: psycopg.Connection, landlord: str
) -> None:
    gateway = f"gw-{landlord}"
    before = status.newest_weather(observer, [gateway, "gw-unknown"])
    measure(admin, landlord, "weather-1", 1, 3, 2)

    assert before == {gateway: None}
    assert status.newest_weather(observer, [gateway]) == {gateway: hour(3)}
