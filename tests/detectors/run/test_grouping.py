"""What many homes of an area report at once is kept as one group, whatever comes late."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest

from core.findings import Episode, Severity
from detectors.run.grouping import group_alerts
from detectors.run.telling import Swept
from store import alerts
from store.registry import register
from tests.detectors.run.recorded import BOILER, RecordedHome, Sessions, steady
from tests.estate import SINCE, estate

NIGHT = SINCE + timedelta(days=40)
HOUR = timedelta(hours=1)
FROZEN = Episode(
    home_id="home-1",
    detector="frozen_condensate",
    place="boiler",
    began_at=NIGHT,
    raised_at=NIGHT,
    cleared_at=None,
    severity=Severity.MEDIUM,
    severity_max=Severity.MEDIUM,
    confidence=0.9,
    evidence={},
    sentence="The boiler's drain is frozen.",
)
_LANDLORDS = count(1)


class Street:
    """Forty homes of one area, and what was told of them."""

    def __init__(self, desk: Sessions, landlord: str) -> None:
        self.desk, self.landlord = desk, landlord
        own = estate((f"gw-{landlord}",), landlord=landlord, homes_per_gateway=40)
        register(desk.registrar, own)

    @property
    def conn(self) -> psycopg.Connection:
        return self.desk.detectors

    def frozen(self, *raised: tuple[int, datetime]) -> None:
        """So many homes' drains freeze, in one sweep."""
        told = [replace(FROZEN, home_id=f"home-{home}", raised_at=at) for home, at in raised]
        for one in told:
            self._raise(one)
        self.regroup(*told)

    def regroup(self, *changed: Episode) -> None:
        swept = Swept()
        swept.regroup(self.landlord, changed)
        with self.conn.transaction():
            group_alerts(self.conn, swept, within={})
        assert swept.to_group == {}

    def refute(self, home: int) -> None:
        """Later data do not confirm it."""
        known = alerts.open_alerts(self.conn, [(self.landlord, f"home-{home}")])
        for one in known:
            alerts.close_alert(self.conn, one.alert_id, at=NIGHT, why="not_confirmed")
        self.regroup(*(one.episode for one in known))

    def members(self) -> dict[str, str | None]:
        """The group of each home's alert."""
        return dict(
            self.desk.administrator.execute(
                "SELECT home_id, group_id FROM alerts WHERE landlord_id = %s ORDER BY raised_at",
                (self.landlord,),
            ).fetchall()
        )

    def events(self) -> list[tuple[Any, ...]]:
        """Id, first and last, homes and homes there of each group."""
        return self.desk.administrator.execute(
            """SELECT group_id, first_at, last_at, homes, homes_there FROM mass_events
               WHERE landlord_id = %s ORDER BY first_at""",
            (self.landlord,),
        ).fetchall()

    def _raise(self, episode: Episode) -> None:
        alerts.raise_alert(
            self.conn,
            self.landlord,
            episode,
            tenancy_id=episode.home_id.replace("home", "tenancy"),
            version="frozen_condensate/1",
            judged_at=episode.raised_at,
        )


@pytest.fixture
def street(desk: Sessions) -> Street:
    return Street(desk, f"street-{next(_LANDLORDS)}")


COLD_NIGHT = [(home, NIGHT + home * HOUR / 2) for home in range(1, 7)]
GROUP = "area-1/frozen_condensate/2026-02-10T00:30:00Z"


def test_six_frozen_drains_of_a_street_are_one_group(street: Street) -> None:
    street.frozen(*COLD_NIGHT)

    assert street.events() == [(GROUP, NIGHT + HOUR / 2, NIGHT + 3 * HOUR, 6, 40)]
    assert street.members() == {f"home-{home}": GROUP for home in range(1, 7)}


def test_four_frozen_drains_are_told_one_by_one(street: Street) -> None:
    street.frozen(*COLD_NIGHT[:4])

    assert street.events() == []
    assert set(street.members().values()) == {None}


def test_the_fifth_home_makes_a_group_of_those_before_it(street: Street) -> None:
    for one in COLD_NIGHT[:5]:
        street.frozen(one)

    assert street.members() == {f"home-{home}": GROUP for home in range(1, 6)}
    assert [homes for *_, homes, _ in street.events()] == [5]


def test_a_home_heard_late_joins_at_the_front_and_the_group_keeps_its_name(street: Street) -> None:
    street.frozen(*COLD_NIGHT)

    street.frozen((9, NIGHT - HOUR))

    assert set(street.members().values()) == {GROUP}
    assert street.events() == [(GROUP, NIGHT - HOUR, NIGHT + 3 * HOUR, 7, 40)]


def test_grouping_again_changes_nothing(street: Street) -> None:
    street.frozen(*COLD_NIGHT)
    before = (street.members(), street.events())

    street.regroup(replace(FROZEN, raised_at=NIGHT + HOUR))

    assert (street.members(), street.events()) == before


def test_an_alert_that_was_not_confirmed_leaves_the_group(street: Street) -> None:
    street.frozen(*COLD_NIGHT)

    street.refute(1)

    assert street.members()["home-1"] is None
    assert street.events() == [(GROUP, NIGHT + HOUR, NIGHT + 3 * HOUR, 5, 40)]


def test_a_group_of_which_too_few_were_confirmed_is_none_any_more(street: Street) -> None:
    street.frozen(*COLD_NIGHT)

    for home in (1, 2):
        street.refute(home)

    assert street.events() == []
    assert set(street.members().values()) == {None}


def test_two_cold_nights_are_two_groups(street: Street) -> None:
    street.frozen(*COLD_NIGHT)
    street.frozen(*((home + 10, at + timedelta(days=2)) for home, at in COLD_NIGHT))

    assert [homes for *_, homes, _ in street.events()] == [6, 6]
    assert len(set(street.members().values())) == 2


def test_a_group_of_months_ago_stays_as_it_was_told(street: Street) -> None:
    street.frozen(*COLD_NIGHT)

    street.frozen((20, NIGHT + timedelta(days=50)))

    assert street.members()["home-20"] is None
    assert [name for name, *_ in street.events()] == [GROUP]


def test_a_street_of_another_landlord_is_another_street(street: Street, desk: Sessions) -> None:
    other = Street(desk, f"{street.landlord}-other")
    street.frozen(*COLD_NIGHT[:3])
    other.frozen(*COLD_NIGHT[3:])

    assert (street.events(), other.events()) == ([], [])


def test_a_sweep_leaves_the_alerts_of_an_outage_grouped(desk: Sessions) -> None:
    home = RecordedHome.register(desk, f"outage-{next(_LANDLORDS)}", homes=6)
    for number in range(1, 7):
        boiler = BOILER.replace("01", f"{number:02}")
        home.store(boiler, steady({"pressure_bar": 0.5}, 0.3))

    home.sweep()

    rows = desk.administrator.execute(
        """SELECT a.home_id, m.homes, m.homes_there FROM alerts a
           JOIN mass_events m USING (landlord_id, group_id)
           WHERE a.landlord_id = %s ORDER BY a.home_id""",
        (home.landlord,),
    ).fetchall()
    assert rows == [(f"home-{number}", 6, 6) for number in range(1, 7)]
