"""What many homes report at once: one line for an officer, nothing of others for a tenant."""

from collections.abc import Iterator
from uuid import UUID

import httpx
import pytest

from api.casework import decide_pending
from api.signing_in import Role as SignInRole
from core.consent import Purpose
from store.roles import Role
from tests.api.town import NOW, Town, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=8) as made:
        yield made


@pytest.fixture(scope="module")
def frozen(here: Town) -> list[UUID]:
    """Three boilers of one cold night; the tenant of the first agreed to repairs."""
    here.choose(1, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alerts = [
        here.alert(f"home-{home}", "low_pressure", "boiler", severity="medium")
        for home in (1, 3, 4)
    ]
    here.group(*alerts)
    with here.database.connect(Role.CASEWORK) as conn:
        decide_pending(conn, now=NOW)
    return alerts


@pytest.fixture(scope="module")
def damp(here: Town) -> list[UUID]:
    """Damp in three homes; two of the tenants share nothing with the landlord."""
    for home in (6, 7):
        here.choose(home, Purpose.SHARE_WITH_LANDLORD, "none", at=SINCE)
    alerts = [here.alert(f"home-{home}", "mould_risk", "bedroom") for home in (5, 6, 7)]
    here.group(*alerts)
    return alerts


def groups_in(here: Town, who: tuple[str, str]) -> dict[str, str | None]:
    items = here.ask(who, "GET", "/alerts").json()["items"]
    return {one["alert_id"]: one["group"] for one in items}


def page(here: Town, role: SignInRole, person: str, path: str) -> str:
    headers = {"Sec-Fetch-Site": "same-origin"}
    with httpx.Client(base_url=here.client.base_url, headers=headers) as browser:
        browser.get("/sign-in", params={"token": here.token(role.value, person)})
        return " ".join(browser.get(path).text.split())


def test_alerts_of_one_event_have_one_group(here: Town, frozen: list[UUID]) -> None:
    lone = here.alert("home-8", "low_pressure", "boiler")

    groups = groups_in(here, ("officer", "officer-1"))

    assert len({groups[str(one)] for one in frozen}) == 1
    assert groups[str(frozen[0])] is not None
    assert groups[str(lone)] is None


def test_an_officer_reads_one_line_with_the_homes_beneath_it(
    here: Town, frozen: list[UUID]
) -> None:
    shown = page(here, SignInRole.OFFICER, "officer-1", "/landlord")

    assert shown.count("One cause is likely") == 1
    assert (
        "3 of 40 homes in Area 1: low water pressure in the boiler since 20 November 2026 at 09:30."
        " One cause is likely: frost."
    ) in shown
    assert [f'href="/landlord/homes/home-{home}#alerts"' in shown for home in (1, 2, 3, 4)] == [
        True,
        False,
        True,
        True,
    ]
    assert "Waits for you: many homes report the same" in shown


def test_the_alert_says_that_it_waits_for_the_officer(here: Town, frozen: list[UUID]) -> None:
    shown = page(here, SignInRole.OFFICER, "officer-1", "/landlord/homes/home-1")

    assert "It waits for you: many homes in the area have the same alert" in shown
    assert f"/landlord/alerts/{frozen[0]}/raise-repair" in shown


def test_the_tenant_is_told_why_and_can_ask(here: Town, frozen: list[UUID]) -> None:
    shown = page(here, SignInRole.TENANT, "tenant-1", "/my-home")

    assert "Other homes near yours report the same" in shown
    assert "One cause is likely" not in shown


def test_a_tenant_gets_no_group(here: Town, frozen: list[UUID]) -> None:
    assert groups_in(here, ("tenant", "tenant-1")) == {str(frozen[0]): None}


def test_who_shares_nothing_is_in_no_line_and_in_no_count(here: Town, damp: list[UUID]) -> None:
    groups = groups_in(here, ("officer", "officer-1"))

    assert [groups[str(one)] is None for one in damp] == [False, True, True]
    assert "risk of mould since" not in page(here, SignInRole.OFFICER, "officer-1", "/landlord")
