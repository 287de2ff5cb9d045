"""Alerts as the detectors write them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
import pytest

from core.findings import Cause, Episode, Severity
from store import alerts
from store.alerts import KnownAlert
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

START = datetime(2026, 3, 1, tzinfo=UTC)
_LANDLORDS = count(1)


@pytest.fixture(scope="module")
def conn(homewell_db: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with homewell_db.connect(Role.DETECTORS) as conn:
        yield conn


@pytest.fixture
def landlord(homewell_db: HomewellDatabase) -> str:
    """A landlord of one home that no other test here has."""
    name = f"landlord-{next(_LANDLORDS)}"
    homewell_db.register(estate((f"gw-{name}",), landlord=name))
    return name


def day(number: float) -> datetime:
    return START + timedelta(days=number)


DAMP = Episode(
    home_id="home-1",
    detector="mould_risk",
    place="bedroom",
    began_at=day(0),
    raised_at=day(7),
    cleared_at=None,
    severity=Severity.MEDIUM,
    severity_max=Severity.HIGH,
    confidence=0.7321,
    evidence={"mould_index": 1.2345, "growth_share_pct": 61.0},
    sentence="The walls are damp.",
    causes=(Cause(cause="under_heated", weight=0.6),),
)


def raise_alert(conn: psycopg.Connection, landlord: str, episode: Episode = DAMP) -> UUID:
    return alerts.raise_alert(
        conn,
        landlord,
        episode,
        tenancy_id="tenancy-1",
        version="mould_risk/1",
        judged_at=day(8),
    )


def known(conn: psycopg.Connection, landlord: str, *, since: datetime = START) -> list[KnownAlert]:
    return alerts.alerts_since(conn, [(landlord, "home-1")], ["mould_risk"], since)


def findings(conn: psycopg.Connection, alert_id: UUID) -> list[tuple[Any, ...]]:
    return conn.execute(
        """SELECT judged_at, severity FROM findings WHERE alert_id = %(alert)s
           ORDER BY finding_id""",
        {"alert": alert_id},
    ).fetchall()


def test_an_alert_is_read_as_it_was_written(conn: psycopg.Connection, landlord: str) -> None:
    alert_id = raise_alert(conn, landlord)

    expected = KnownAlert(
        alert_id=alert_id,
        landlord_id=landlord,
        tenancy_id="tenancy-1",
        refuted=False,
        episode=DAMP,
    )
    assert known(conn, landlord) == [expected]
    assert alerts.open_alerts(conn, [(landlord, "home-1")]) == [expected]
    assert (landlord, "home-1") in alerts.homes_with_open_alerts(conn)
    assert findings(conn, alert_id) == [(day(8), "medium")]


def test_an_alert_that_comes_and_goes_is_known_as_one(
    conn: psycopg.Connection, landlord: str
) -> None:
    raise_alert(conn, landlord, replace(DAMP, flapping=True))
    (told,) = known(conn, landlord)

    alerts.update_alert(conn, told, replace(DAMP, flapping=False), judged_at=day(9))

    assert told.episode.flapping
    assert [one.episode.flapping for one in known(conn, landlord)] == [False]


def test_what_was_refuted_or_ended_with_consent_was_not_told_of(
    conn: psycopg.Connection, landlord: str
) -> None:
    for number, why in ((1, "not_confirmed"), (2, "consent")):
        alert_id = raise_alert(conn, landlord, replace(DAMP, raised_at=day(number)))
        alerts.close_alert(conn, alert_id, at=day(number), why=why)
    raise_alert(conn, landlord, replace(DAMP, raised_at=day(3), cleared_at=day(4)))
    raise_alert(conn, landlord, replace(DAMP, raised_at=day(5)))

    def raised(until: float, tenancy: str = "tenancy-1") -> list[datetime]:
        found = alerts.raised_between(
            conn, [(landlord, tenancy)], ["mould_risk"], day(0), day(until)
        )
        return [one.raised_at for one in found]

    assert (raised(5), raised(6), raised(6, "tenancy-2")) == ([day(3)], [day(3), day(5)], [])


def test_a_place_has_one_open_alert_of_a_detector(conn: psycopg.Connection, landlord: str) -> None:
    raise_alert(conn, landlord)

    with pytest.raises(psycopg.errors.UniqueViolation):
        raise_alert(conn, landlord, replace(DAMP, raised_at=day(9)))


def test_what_was_cleared_can_be_raised_again(conn: psycopg.Connection, landlord: str) -> None:
    first = replace(DAMP, cleared_at=day(10))
    again = replace(DAMP, raised_at=day(20))
    raise_alert(conn, landlord, first)
    raise_alert(conn, landlord, again)

    assert [one.episode for one in known(conn, landlord)] == [first, again]


def test_an_alert_cleared_before_what_is_looked_at_is_not_known(
    conn: psycopg.Connection, landlord: str
) -> None:
    raise_alert(conn, landlord, replace(DAMP, cleared_at=day(10)))

    assert len(known(conn, landlord, since=day(10))) == 1
    assert known(conn, landlord, since=day(10) + timedelta(seconds=1)) == []


def test_an_update_leaves_what_people_were_told_of_its_time(
    conn: psycopg.Connection, landlord: str
) -> None:
    alert_id = raise_alert(conn, landlord)
    worse = replace(DAMP, severity=Severity.HIGH, evidence={"mould_index": 3.1})
    moved = replace(worse, began_at=day(1), raised_at=day(2))

    alerts.update_alert(conn, known(conn, landlord)[0], moved, judged_at=day(9))

    assert [one.episode for one in known(conn, landlord)] == [worse]
    assert findings(conn, alert_id) == [(day(8), "medium"), (day(9), "high")]


def test_an_update_of_the_numbers_alone_is_no_new_finding(
    conn: psycopg.Connection, landlord: str
) -> None:
    alert_id = raise_alert(conn, landlord)
    told = known(conn, landlord)[0]

    alerts.update_alert(conn, told, replace(DAMP, evidence={"mould_index": 1.3}), judged_at=day(9))

    assert len(findings(conn, alert_id)) == 1


def why_cleared(conn: psycopg.Connection, alert_id: UUID) -> tuple[Any, ...] | None:
    return conn.execute(
        "SELECT cleared_at, cleared_why FROM alerts WHERE alert_id = %(alert)s",
        {"alert": alert_id},
    ).fetchone()


def test_clearing_and_opening_again_are_findings(conn: psycopg.Connection, landlord: str) -> None:
    alert_id = raise_alert(conn, landlord)
    over = replace(DAMP, cleared_at=day(12))
    alerts.update_alert(conn, known(conn, landlord)[0], over, judged_at=day(12))
    cleared = why_cleared(conn, alert_id)

    alerts.update_alert(conn, known(conn, landlord)[0], DAMP, judged_at=day(13))

    assert cleared == (day(12), "recovered")
    assert why_cleared(conn, alert_id) == (None, None)
    assert [at for at, _ in findings(conn, alert_id)] == [day(8), day(12), day(13)]


def test_an_alert_that_was_not_confirmed_is_known_as_refuted(
    conn: psycopg.Connection, landlord: str
) -> None:
    alert_id = raise_alert(conn, landlord)

    alerts.close_alert(conn, alert_id, at=day(9), why="not_confirmed")

    assert [one.refuted for one in known(conn, landlord)] == [True]
    assert why_cleared(conn, alert_id) == (day(9), "not_confirmed")


def test_an_alert_is_never_closed_before_it_was_raised(
    conn: psycopg.Connection, landlord: str
) -> None:
    alert_id = raise_alert(conn, landlord)

    alerts.close_alert(conn, alert_id, at=day(3), why="not_confirmed")

    assert why_cleared(conn, alert_id) == (day(7), "not_confirmed")


def test_closing_leaves_alone_what_is_closed(conn: psycopg.Connection, landlord: str) -> None:
    alert_id = raise_alert(conn, landlord, replace(DAMP, cleared_at=day(10)))

    alerts.close_alert(conn, alert_id, at=day(11), why="consent")

    assert why_cleared(conn, alert_id) == (day(10), "recovered")


def test_a_home_of_the_same_name_of_another_landlord_is_another_home(
    conn: psycopg.Connection, landlord: str, homewell_db: HomewellDatabase
) -> None:
    other = f"{landlord}-other"
    homewell_db.register(estate((f"gw-{other}",), landlord=other))
    raise_alert(conn, landlord)

    assert known(conn, other) == []
