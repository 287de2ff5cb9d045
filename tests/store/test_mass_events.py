"""Groups of alerts: written by the detectors, read by a landlord's officers, and by nobody else."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from store import mass_events
from store.mass_events import MassEvent
from store.roles import Role
from store.session import act_for
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NIGHT = datetime(2026, 2, 10, tzinfo=UTC)
COLD = MassEvent(
    landlord_id="demo",
    group_id="area-1/frozen_condensate/2026-02-10T00:00:00Z",
    area_id="area-1",
    detector="frozen_condensate",
    first_at=NIGHT,
    last_at=NIGHT + timedelta(hours=2),
    homes=6,
    homes_there=40,
)


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> HomewellDatabase:
    homewell_db.register(estate(("gw-a",), homes_per_gateway=2))
    homewell_db.register(estate(("gw-b",), landlord="other"))
    with homewell_db.connect(Role.DETECTORS) as conn:
        mass_events.keep_mass_event(conn, COLD)
        mass_events.keep_mass_event(conn, replace(COLD, landlord_id="other", homes=5))
    return homewell_db


@pytest.fixture
def api(here: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with psycopg.connect(here.url(Role.API)) as conn:
        yield conn


def test_a_group_is_read_as_it_was_written_by_its_own_landlord(api: psycopg.Connection) -> None:
    act_for(api, "demo")

    assert mass_events.mass_events(api, "demo", [COLD.group_id]) == [COLD]
    assert mass_events.mass_events(api, "other", [COLD.group_id]) == []
    assert mass_events.area_names(api) == {"area-1": "Area 1"}


def test_a_tenant_is_not_shown_what_their_neighbours_report(api: psycopg.Connection) -> None:
    act_for(api, "demo", home_id="home-1", tenancy_id="tenancy-1")

    assert mass_events.mass_events(api, "demo", [COLD.group_id]) == []


def test_nobody_but_the_detectors_writes_groups(here: HomewellDatabase) -> None:
    for role in (Role.API, Role.CASEWORK, Role.REGISTRAR, Role.OBSERVER):
        with here.connect(role) as conn, pytest.raises(psycopg.errors.InsufficientPrivilege):
            mass_events.keep_mass_event(conn, COLD)


def test_homes_and_areas_are_counted_within_their_landlord(here: HomewellDatabase) -> None:
    with here.connect(Role.DETECTORS) as conn:
        areas = mass_events.areas_of_homes(conn, [("demo", "home-1"), ("other", "home-9")])

        assert areas == {("demo", "home-1"): "area-1"}
        assert mass_events.homes_in_area(conn, "demo", "area-1") == 2
        assert mass_events.homes_in_area(conn, "other", "area-1") == 1
