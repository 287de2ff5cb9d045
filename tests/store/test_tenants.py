"""Readings are given for a permit of that home and purpose, and for nothing else."""

from datetime import timedelta

import pytest

from core.consent import Permit, Purpose, decide
from core.readings import Period
from store import tenants
from store.roles import Role
from store.session import act_for
from tests.core.ledgers import NOW, said, tenancy
from tests.fixtures_database import HomewellDatabase

LAST_DAY = Period(NOW - timedelta(days=1), NOW)


def permit(purpose: Purpose, choice: str, home_id: str = "home-1") -> Permit:
    answer = decide(
        [said(purpose, choice)], tenancy=tenancy(home_id=home_id), purpose=purpose, at=NOW
    )
    assert isinstance(answer, Permit)
    return answer


@pytest.mark.parametrize(
    "given",
    [
        permit(Purpose.SHARE_WITH_LANDLORD, "raw", home_id="home-2"),
        permit(Purpose.SHARE_WITH_LANDLORD, "band"),
        permit(Purpose.DAMP_RISK, "yes"),
        permit(Purpose.RESEARCH, "yes"),
    ],
    ids=["another home", "no more than the band", "detection only", "research"],
)
def test_rooms_are_not_given_for_another_permit(
    homewell_db: HomewellDatabase, given: Permit
) -> None:
    with homewell_db.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")

        with pytest.raises(tenants.NotCovered):
            tenants.shared_room_readings(conn, given, "home-1", LAST_DAY)


@pytest.mark.parametrize(
    "given",
    [
        permit(Purpose.FAULT_DETECTION, "yes", home_id="home-2"),
        permit(Purpose.SHARE_WITH_LANDLORD, "raw"),
    ],
    ids=["another home", "sharing of rooms"],
)
def test_a_boiler_is_not_given_for_another_permit(
    homewell_db: HomewellDatabase, given: Permit
) -> None:
    with homewell_db.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")

        with pytest.raises(tenants.NotCovered):
            tenants.boiler_readings(conn, given, "home-1", LAST_DAY)


def test_the_days_a_room_was_heard_are_not_given_for_another_home(
    homewell_db: HomewellDatabase,
) -> None:
    given = permit(Purpose.SHARE_WITH_LANDLORD, "band", home_id="home-2")
    with homewell_db.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")

        with pytest.raises(tenants.NotCovered):
            tenants.days_heard(conn, given, "home-1", LAST_DAY)
