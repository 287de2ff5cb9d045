"""Nobody reads somebody else's page, and nobody learns whether it exists."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from fastapi.routing import APIRoute

from api.pages.routes import ROUTERS
from api.signing_in import Claim, Role
from core.consent import Purpose
from tests.api.pages_world import NOW, World, world
from tests.api.reading_pages import read
from tests.fixtures_database import HomewellDatabase

OPEN_TO_ALL = {("GET", "/"), ("GET", "/sign-in"), ("POST", "/sign-out")}
OF = {"/landlord": "officer", "/my-": "tenant", "/devices": "engineer", "/rejected": "engineer"}
PRIVATE = "The boiler of somebody else"


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[World]:
    """What could leak: alerts, repairs, choices and rejected messages of landlord `demo`."""
    with world(homewell_db) as made:
        made.alert("home-1", "slow_leak", "boiler", PRIVATE)
        made.choose(1, Purpose.SHARE_WITH_LANDLORD, "raw", at=NOW - timedelta(days=3))
        made.reject("gw-a", PRIVATE.encode())
        made.lived_before("tenant-0", "home-1")
        yield made


@pytest.fixture(scope="module")
def alert(here: World) -> UUID:
    """An alert of home 1 that asks for a repair."""
    return here.alert("home-1", "low_pressure", "boiler", PRIVATE, decision="withheld")


def pages() -> list[tuple[str, str]]:
    """Method and address of every page there is."""
    return sorted(
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in route.methods or ()
    )


PERSONAL = [page for page in pages() if page not in OPEN_TO_ALL]


def ask(browser: httpx.Client, method: str, path: str, alert: UUID) -> httpx.Response:
    address = path.replace("{home_id}", "home-1").replace("{alert_id}", str(alert))
    return browser.request(method, address, data={} if method == "POST" else None)


def test_the_list_of_pages_is_not_empty() -> None:
    assert len(PERSONAL) == 13


@pytest.mark.parametrize(("method", "path"), PERSONAL)
def test_nobody_sees_a_page_without_signing_in(
    here: World, alert: UUID, method: str, path: str
) -> None:
    answer = ask(here.client, method, path, alert)

    assert answer.status_code == 401
    assert read(answer.text).headings == [(1, "Please sign in")]
    assert PRIVATE not in answer.text


@pytest.mark.parametrize(("method", "path"), PERSONAL)
def test_a_sign_in_whose_time_is_over_opens_nothing(
    here: World, alert: UUID, method: str, path: str
) -> None:
    claim = Claim(role=Role.OFFICER, landlord_id="demo", person_id="officer-demo")
    here.client.cookies.set(
        "homewell_session", here.tokens.issue(claim, now=NOW - timedelta(days=2))
    )
    here.client.headers["Sec-Fetch-Site"] = "same-origin"

    answer = ask(here.client, method, path, alert)

    here.client.cookies.clear()
    assert answer.status_code == 401
    assert PRIVATE not in answer.text


@pytest.mark.parametrize(("method", "path"), PERSONAL)
@pytest.mark.parametrize("role", ["officer", "tenant", "engineer"])
def test_a_page_is_for_its_own_role_alone(
    here: World, alert: UUID, method: str, path: str, role: str
) -> None:
    browsers = {"officer": here.officer, "tenant": lambda: here.tenant(1)}
    meant_for = next(owner for prefix, owner in OF.items() if path.startswith(prefix))
    if role == meant_for:
        return
    browser = browsers.get(role, here.engineer)()

    answer = ask(browser, method, path, alert)

    assert answer.status_code == 403
    assert read(answer.text).headings == [(1, "This page is for somebody else")]
    assert PRIVATE not in answer.text


@pytest.mark.parametrize(("method", "path"), PERSONAL)
def test_another_landlords_people_find_nothing_of_this_one(
    here: World, alert: UUID, method: str, path: str
) -> None:
    role = next(owner for prefix, owner in OF.items() if path.startswith(prefix))
    browser = {
        "officer": lambda: here.officer("other"),
        "tenant": lambda: here.tenant(1, "other"),
        "engineer": lambda: here.engineer("other"),
    }[role]()

    answer = ask(browser, method, path, alert)

    # Both landlords have a home-1: its own page is there, with nothing of the other in it.
    assert answer.status_code == (404 if "{alert_id}" in path else 422 if method == "POST" else 200)
    assert PRIVATE not in answer.text


def test_a_home_of_another_landlord_is_not_there(here: World) -> None:
    theirs = here.officer("other").get("/landlord/homes/home-2")
    nobodys = here.officer("other").get("/landlord/homes/home-99")

    assert (theirs.status_code, theirs.text) == (404, nobodys.text)


def test_a_tenant_sees_nothing_of_a_neighbour(here: World, alert: UUID) -> None:
    neighbour = here.tenant(2)

    home = neighbour.get("/my-home")
    asked = neighbour.post(f"/my-home/alerts/{alert}/ask-for-repair")

    assert PRIVATE not in home.text
    assert asked.status_code == 404


def test_a_former_tenant_sees_nothing_of_those_who_live_there_now(here: World, alert: UUID) -> None:
    former = here.signed_in(Role.TENANT, "tenant-0")

    home = former.get("/my-home")
    choices = former.get("/my-choices")
    asked = former.post(f"/my-home/alerts/{alert}/ask-for-repair")
    chosen = former.post("/my-choices", data={"purpose": "advice.energy", "choice": "yes"})

    assert PRIVATE not in home.text
    assert read(home.text).charts == 0
    assert asked.status_code == 404
    assert "Your tenancy here has ended" in choices.text
    assert [form.buttons for form in read(choices.text).forms] == [["Sign out"]]
    assert chosen.status_code == 409


def test_a_form_on_another_site_changes_nothing(here: World, alert: UUID) -> None:
    officer = here.officer()

    answer = officer.post(
        f"/landlord/alerts/{alert}/acknowledge", headers={"Sec-Fetch-Site": "cross-site"}
    )

    assert answer.status_code == 403
    assert "not yet" in officer.get("/landlord/homes/home-1").text


def test_a_link_signs_in_with_a_cookie_that_no_script_and_no_other_site_can_use(
    here: World,
) -> None:
    claim = Claim(role=Role.TENANT, landlord_id="demo", person_id="tenant-1")
    token = here.tokens.issue(claim, now=NOW)

    answer = here.client.get("/sign-in", params={"token": token})

    here.client.cookies.clear()
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-home")
    attributes = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert attributes == {"httponly", "max-age=43200", "path=/", "samesite=strict"}


def test_a_link_opened_from_another_site_asks_for_one_more_step(here: World) -> None:
    claim = Claim(role=Role.TENANT, landlord_id="demo", person_id="tenant-1")
    token = here.tokens.issue(claim, now=NOW)

    answer = here.client.get(
        "/sign-in", params={"token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )

    here.client.cookies.clear()
    page = read(answer.text)
    assert answer.status_code == 200
    assert ("/my-home", "Go on to your page") in page.links
    assert page.faults == []


@pytest.mark.parametrize("token", ["", "nonsense", "a" * 9000], ids=["none", "other", "long"])
def test_a_link_that_does_not_work_says_so(here: World, token: str) -> None:
    answer = here.client.get("/sign-in", params={"token": token})

    assert answer.status_code == 401
    assert read(answer.text).headings == [(1, "This sign-in link does not work any more")]
    assert "set-cookie" not in answer.headers


def test_signing_out_ends_it(here: World) -> None:
    tenant = here.tenant(1)

    answer = tenant.post("/sign-out")

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert tenant.get("/my-home").status_code == 401


def test_who_is_signed_in_begins_on_their_own_page(here: World) -> None:
    starts = [
        browser.get("/").headers["location"]
        for browser in (here.officer(), here.tenant(1), here.engineer())
    ]

    assert starts == ["/landlord", "/my-home", "/devices"]


def test_the_repairs_system_of_a_landlord_has_no_pages(here: World) -> None:
    claim = Claim(role=Role.LANDLORD_SYSTEM, landlord_id="demo", person_id="system")

    answer = here.client.get("/sign-in", params={"token": here.tokens.issue(claim, now=NOW)})

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_pages_are_kept_nowhere_and_may_load_nothing_from_elsewhere(here: World) -> None:
    answer = here.officer().get("/landlord")

    policy = answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action")
