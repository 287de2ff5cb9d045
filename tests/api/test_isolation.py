"""Nobody gets at what is somebody else's: every route of the app is tried by every outsider.

The routes come from the app itself, so one that is added later is tried too; one that asks for
something this module cannot make up fails until it is taught here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from api.entrance import COOKIE
from core.consent import Purpose
from tests.api.town import FORMER, NOW, Town, mark, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

PUBLIC = {"/", "/sign-in", "/sign-out", "/healthz", "/readyz"}
"""What is there for everybody, besides schemas and the description of the API."""

VICTIM = ("tenant", "tenant-1")
OFFICER = ("officer", "officer-1")
OUTSIDERS = {
    "another landlord's officer": ("officer", "officer-1", "other"),
    "another landlord's tenant": ("tenant", "tenant-1", "other"),
    "another landlord's engineer": ("engineer", "engineer-1", "other"),
    "another landlord's system": ("landlord_system", "system-1", "other"),
    "a neighbour": ("tenant", "tenant-2"),
    "a former tenant": ("tenant", "tenant-before"),
}


@dataclass(frozen=True, slots=True)
class Belongings:
    """What the victims own: home-1 of `demo`, and home-2 now that others have moved in."""

    alert: UUID
    repair: str
    group: str


@dataclass(frozen=True, slots=True)
class Route:
    """One way into the app."""

    method: str
    path: str

    @property
    def is_public(self) -> bool:
        """Whether it shows nothing of anybody."""
        return self.path in PUBLIC or self.path.startswith(("/schemas/", "/openapi"))


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        for number in (1, 2, 3):
            made.hear("demo", f"home-{number}", NOW - timedelta(days=2), NOW)
            made.choose(number, Purpose.SHARE_WITH_LANDLORD, "raw", at=SINCE)
            made.choose(number, Purpose.AUTO_RAISE, "yes", at=SINCE)
        made.hear("demo", "home-2", SINCE - timedelta(days=2), SINCE - timedelta(minutes=1))
        made.hear("other", "home-1", NOW - timedelta(days=2), NOW)
        made.reject("demo", "gw-a")
        made.reject("other", "gw-b")
        made.alert("home-1", "slow_leak", "boiler", landlord="other")
        made.alert("home-2", "mould_risk", "bedroom")
        made.alert("home-2", "mould_risk", "bathroom", tenancy=FORMER.id, raised_at=SINCE)
        yield made


@pytest.fixture(scope="module")
def belongings(here: Town) -> Belongings:
    alert = here.alert("home-1", "slow_leak", "boiler")
    raised = here.ask(VICTIM, "POST", "/repairs", json={"alert_id": str(alert)})
    assert raised.status_code == 201, raised.text
    other = here.alert("home-1", "low_pressure", "boiler")
    return Belongings(alert=other, repair=raised.json()["repair_id"], group=here.group(other))


def routes(app: FastAPI) -> list[Route]:
    found = []
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute) and context.path is not None:
            methods = context.original_route.methods or ()
            found += [Route(method, context.path) for method in sorted(methods)]
    return found


def address(route: Route, mine: Belongings) -> str:
    ids = {"home_id": "home-1", "alert_id": mine.alert, "repair_id": mine.repair}
    return route.path.format(**ids)


def body(route: Route, mine: Belongings) -> dict[str, Any]:
    """What makes the call one that could do harm, if it were let in."""
    given: dict[tuple[str, str], dict[str, Any]] = {
        ("POST", "/api/v1/repairs"): {"json": {"alert_id": str(mine.alert)}},
        ("PATCH", "/api/v1/repairs/{repair_id}"): {"json": {"status": "declined"}},
        ("PUT", "/api/v1/consents"): {"json": {"purpose": "repair.auto_raise", "choice": "yes"}},
        ("GET", "/api/v1/homes/{home_id}/readings"): {"params": {"kind": "room"}},
        ("POST", "/api/v1/groups/acknowledge"): {"json": {"group": mine.group}},
        ("POST", "/api/v1/groups/repairs"): {"json": {"group": mine.group}},
        ("POST", "/landlord/groups/acknowledge"): {"params": {"group": mine.group}},
        ("POST", "/landlord/groups/raise-repairs"): {"params": {"group": mine.group}},
        ("POST", "/my-choices"): {"data": {"purpose": "repair.auto_raise", "choice": "yes"}},
    }
    return given.get((route.method, route.path), {})


def call(here: Town, route: Route, mine: Belongings, token: str | None) -> list[httpx.Response]:
    """The call with the token as a program sends it, and as a browser does."""
    same_origin = {"Sec-Fetch-Site": "same-origin"}
    if token is None:
        ways: list[dict[str, str]] = [{}, same_origin]
    else:
        ways = [
            {"Authorization": f"Bearer {token}"},
            {"Cookie": f"{COOKIE}={token}", **same_origin},
        ]
    return [
        here.client.request(route.method, address(route, mine), headers=way, **body(route, mine))
        for way in ways
    ]


def ledgers_and_casework(here: Town) -> tuple[object, ...]:
    """What an intruder might have changed for others."""
    return tuple(
        here.one(question)
        for question in (
            "SELECT count(*) FROM consent_events WHERE landlord_id = 'demo'"
            " AND tenancy_id IN ('tenancy-1', 'tenancy-3')",
            "SELECT count(*) FROM repairs WHERE home_id <> 'home-2'",
            "SELECT count(*) FROM repair_events",
            "SELECT count(*) FROM alerts WHERE acknowledged_at IS NOT NULL"
            " AND landlord_id = 'demo'",
        )
    )


def test_there_are_routes_to_try(here: Town) -> None:
    found = routes(here.app)

    assert len([route for route in found if route.path.startswith("/api/v1/")]) >= 18


@pytest.mark.parametrize("who", OUTSIDERS)
def test_an_outsider_sees_and_changes_nothing(here: Town, belongings: Belongings, who: str) -> None:
    before = ledgers_and_casework(here)
    token = here.token(*OUTSIDERS[who])
    own = OUTSIDERS[who][2:] == ("other",)
    marks = [mark("demo", "home-1"), mark("demo", "home-3"), str(belongings.alert)]
    marks += [belongings.repair, mark("demo", FORMER.id)] if who != "a former tenant" else []
    marks += [mark("demo", "home-2"), mark("demo", "rejected"), '"gw-a"'] if own else []
    marks += [mark("other", "home-1")] if not own else []
    if who == "a former tenant":
        # The home they lived in is theirs to name; what happens in it now is not.
        marks += [f"{mark('demo', 'home-2')}: it measured"]

    leaks = {
        f"{route.method} {route.path}": leaked
        for route in routes(here.app)
        for answer in call(here, route, belongings, token)
        if (leaked := [one for one in marks if one in answer.text])
        # A call that is not understood proves nothing: it has to be taught above.
        or answer.status_code == 422
        or answer.status_code >= 500
    }

    assert leaks == {}
    assert ledgers_and_casework(here) == before


@pytest.mark.parametrize("who", OUTSIDERS)
def test_the_id_of_somebody_elses_thing_is_not_found(
    here: Town, belongings: Belongings, who: str
) -> None:
    """A home of one's own landlord's may have the same name; alerts and repairs never do."""
    named = [route for route in routes(here.app) if "{alert_id}" in route.path]
    named += [route for route in routes(here.app) if "{repair_id}" in route.path]

    answers = {
        answer.status_code
        for route in named
        for answer in call(here, route, belongings, here.token(*OUTSIDERS[who]))
    }

    assert answers <= {401, 403, 404}
    assert 404 in answers or OUTSIDERS[who][0] == "engineer"


@pytest.mark.parametrize("home", ["home-3", "no-such-home"])
def test_a_neighbours_home_and_one_that_is_not_there_are_told_alike(here: Town, home: str) -> None:
    for path in ("", "/alerts", "/readings?kind=room", "/readings?kind=weather"):
        answer = here.ask(("tenant", "tenant-2"), "GET", f"/homes/{home}{path}")

        assert answer.status_code == 404
        assert answer.json()["title"] == "There is no such home"


@pytest.mark.parametrize("age_h", [None, 13], ids=["no token", "an expired token"])
def test_without_a_valid_token_nobody_gets_in(
    here: Town, belongings: Belongings, age_h: int | None
) -> None:
    token = here.token(*VICTIM, age=timedelta(hours=age_h)) if age_h else None

    let_in = {
        f"{route.method} {route.path}": answer.status_code
        for route in routes(here.app)
        if not route.is_public
        for answer in call(here, route, belongings, token)
        if answer.status_code not in (401, 303)
    }

    assert let_in == {}


def test_a_token_signed_with_another_key_is_refused(here: Town) -> None:
    forged = type(here.tokens)("another key of more than thirty-two characters").issue(
        here.tokens.who(here.token(*VICTIM), now=NOW), now=NOW
    )

    answer = here.client.get("/api/v1/consents", headers={"Authorization": f"Bearer {forged}"})

    assert answer.status_code == 401
    assert answer.json()["detail"] == "the token is not one of ours."


def test_the_owners_do_get_in(here: Town, belongings: Belongings) -> None:
    """So that the tests above do not pass because nobody is ever let in."""
    seen = {
        path: here.ask(who, "GET", path).status_code
        for who, path in (
            (VICTIM, "/homes/home-1"),
            (VICTIM, "/homes/home-1/readings?kind=room"),
            (VICTIM, f"/alerts/{belongings.alert}"),
            (VICTIM, f"/repairs/{belongings.repair}"),
            (VICTIM, "/consents"),
            (OFFICER, "/homes"),
            (OFFICER, "/homes/home-1/readings?kind=boiler"),
            (("engineer", "engineer-1"), "/devices"),
            (("engineer", "engineer-1"), "/rejected-messages"),
            (("landlord_system", "system-1"), "/repairs"),
        )
    }

    assert set(seen.values()) == {200}


def test_a_former_tenant_has_the_readings_of_their_own_time_and_no_later_one(here: Town) -> None:
    former = ("tenant", "tenant-before")
    path = "/homes/home-2/readings?kind=room"

    theirs = here.ask(
        former, "GET", f"{path}&from=2025-12-20T00:00:00Z&to=2026-01-10T00:00:00Z"
    ).json()
    later = here.ask(former, "GET", path).json()

    assert {place["room"] for place in theirs["places"]} == {"living room", "bedroom", "bathroom"}
    assert max(place["times"][-1] for place in theirs["places"]) < "2026-01-01T00:00:00Z"
    assert later["places"] == []


def test_a_new_tenant_does_not_get_the_readings_of_those_before(here: Town) -> None:
    answer = here.ask(
        ("tenant", "tenant-2"),
        "GET",
        "/homes/home-2/readings?kind=room&from=2025-12-20T00:00:00Z&to=2026-01-10T00:00:00Z",
    )

    assert answer.json()["places"] == []


def test_an_officer_does_not_get_what_was_measured_before_the_tenancy_that_shares(
    here: Town,
) -> None:
    answer = here.ask(
        OFFICER,
        "GET",
        "/homes/home-2/readings?kind=room&from=2025-12-20T00:00:00Z&to=2026-01-10T00:00:00Z",
    )

    assert answer.json()["granularity"] == "raw"
    assert answer.json()["places"] == []


def test_who_has_moved_out_is_not_told_that_the_home_is_being_heard(here: Town) -> None:
    answer = here.ask(("tenant", "tenant-before"), "GET", "/homes/home-2").json()

    assert answer["last_heard_at"] is None
    assert answer["heard"] == {}
