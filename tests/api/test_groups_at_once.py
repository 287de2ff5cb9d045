"""What an officer does with a whole mass event at one go, and what no press can bring about."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from uuid import UUID

import httpx
import pytest

from api import grouped
from api.paging import LIMIT_MAX
from api.signing_in import Role as SignInRole
from core.consent import Purpose
from core.together import likely_cause
from tests.api.town import NOW, Town, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase

OFFICER = ("officer", "officer-1")
_ROOMS = count(1)


@dataclass(frozen=True, slots=True)
class Street:
    """A town with one mass event: homes 1 and 2 agreed to repairs, 3 did not, 4 shares nothing."""

    here: Town
    group: str
    alerts: dict[int, UUID]

    def ask(self, what: str, *, who: tuple[str, str] = OFFICER) -> httpx.Response:
        """All of the group at one go."""
        return self.here.ask(who, "POST", f"/groups/{what}", json={"group": self.group})

    def decisions(self) -> dict[int, str]:
        """What was decided about a repair, by home."""
        items = self.here.ask(OFFICER, "GET", f"/alerts?limit={LIMIT_MAX}").json()["items"]
        decided = {one["alert_id"]: one["decision"] for one in items}
        return {home: decided[str(alert)] for home, alert in self.alerts.items()}

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """The officer's, signed in."""
        headers = {"Sec-Fetch-Site": "same-origin"}
        with httpx.Client(
            base_url=self.here.client.base_url, headers=headers, follow_redirects=True
        ) as browser:
            token = self.here.token(SignInRole.OFFICER.value, "officer-1")
            browser.get("/sign-in", params={"token": token})
            yield browser

    def press(self, what: str) -> str:
        """The page after the group's button was pressed."""
        with self.browser() as browser:
            answer = browser.post(f"/landlord/groups/{what}", params={"group": self.group})
            return " ".join(answer.text.split())

    def look(self, path: str) -> str:
        """A page."""
        with self.browser() as browser:
            return browser.get(path).text


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=6) as made:
        for home in (1, 2, 4):
            made.choose(home, Purpose.AUTO_RAISE, "yes", at=SINCE)
        made.choose(4, Purpose.SHARE_WITH_LANDLORD, "none", at=SINCE)
        yield made


@pytest.fixture
def street(here: Town) -> Street:
    room = f"room-{next(_ROOMS)}"
    alerts = {
        home: here.alert(f"home-{home}", "mould_risk", room, severity="medium")
        for home in (1, 2, 3, 4)
    }
    return Street(here, here.group(*alerts.values()), alerts)


def test_one_press_acknowledges_all_that_the_officer_may_see(street: Street) -> None:
    answer = street.ask("acknowledge").json()

    shared = {str(street.alerts[home]) for home in (1, 2, 3)}
    assert set(answer["acknowledged"]) == shared
    assert street.ask("acknowledge").json() == {"acknowledged": [], "more": False}


def test_one_press_raises_the_repairs_that_tenants_agreed_to_and_no_other(street: Street) -> None:
    answer = street.ask("repairs").json()

    assert len(answer["raised"]) == 2
    assert answer["withheld"] == [str(street.alerts[3])]
    assert answer["left"] == []
    assert street.decisions() == {
        1: "raised",
        2: "raised",
        3: "undecided",
        4: "undecided",
    }


def test_a_second_press_raises_nothing_twice(street: Street) -> None:
    street.ask("repairs")

    again = street.ask("repairs").json()

    assert again["raised"] == []
    assert set(again["left"]) == {str(street.alerts[home]) for home in (1, 2)}


def test_of_a_large_group_each_press_acknowledges_the_next(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped, "AT_ONCE_MAX", 2)

    answers = [street.ask("acknowledge").json() for _ in range(2)]

    assert [(len(one["acknowledged"]), one["more"]) for one in answers] == [(2, True), (1, False)]


def test_of_a_large_group_each_press_asks_for_the_next_repairs(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped, "AT_ONCE_MAX", 1)
    street.here.set_alert(street.alerts[3], "decision", "withheld")  # as casework leaves it

    answers = [street.ask("repairs").json() for _ in range(2)]

    assert [(len(one["raised"]), one["more"]) for one in answers] == [(1, True), (1, False)]


def test_the_page_of_a_large_group_asks_for_another_press(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grouped, "AT_ONCE_MAX", 1)

    pages = [street.press("acknowledge"), street.press("raise-repairs")]

    assert ["press again for the others" in one for one in pages] == [True, True]


def test_no_second_visit_is_asked_for_where_one_covers_it(street: Street) -> None:
    room = f"room-{next(_ROOMS)}"
    here = street.here
    mould = here.alert("home-1", "mould_risk", room, severity="medium")
    here.ask(OFFICER, "POST", "/repairs", json={"alert_id": str(mould)})
    covered, alone = (
        here.alert(home, "condensation", room, severity="medium") for home in ("home-1", "home-2")
    )

    answer = replace(street, group=here.group(covered, alone)).ask("repairs").json()

    assert (answer["left"], len(answer["raised"])) == ([str(covered)], 1)


@pytest.mark.parametrize("what", ["acknowledge", "repairs"])
def test_a_group_that_is_over_or_of_somebody_else_is_not_found(street: Street, what: str) -> None:
    other = street.here.ask(
        ("officer", "officer-1", "other"), "POST", f"/groups/{what}", json={"group": street.group}
    )
    with street.here.database.connect_as_administrator() as conn:
        conn.execute("UPDATE alerts SET cleared_at = raised_at, cleared_why = 'recovered'")

    assert (other.status_code, street.ask(what).status_code) == (404, 404)


@pytest.mark.parametrize("what", ["acknowledge", "repairs"])
def test_tenants_have_no_say_over_groups(street: Street, what: str) -> None:
    assert street.ask(what, who=("tenant", "tenant-1")).status_code == 403


def test_the_buttons_on_the_page_do_the_same(street: Street) -> None:
    raised = street.press("raise-repairs")
    seen = street.press("acknowledge")

    assert "A repair has been asked for in each home whose tenant agreed to it" in raised
    assert "All alerts of the group are acknowledged" in seen
    assert street.decisions()[1] == "raised"


def test_the_line_names_the_cause_that_is_likely_for_its_kind() -> None:
    assert likely_cause("overheating") == "a heat wave"
    assert likely_cause("silent") == "radio, internet, power or a gateway"
    assert likely_cause("no_heat").startswith("the gas or power supply")


def test_an_alert_that_comes_and_goes_says_so_where_its_kind_is_shared(street: Street) -> None:
    for home in (1, 4):
        street.here.set_alert(street.alerts[home], "flapping", True)

    items = street.here.ask(OFFICER, "GET", f"/alerts?limit={LIMIT_MAX}").json()["items"]

    flapping = {one["alert_id"]: one["flapping"] for one in items}
    assert [flapping[str(street.alerts[home])] for home in (1, 2, 4)] == [True, False, False]
    on_pages = [
        "This one alert stays open" in street.look(f"/landlord/homes/home-{home}")
        for home in (1, 2, 4)
    ]
    assert on_pages == [True, False, False]


def test_an_alert_that_came_and_went_and_is_over_is_not_said_to_stay_open(street: Street) -> None:
    alert = street.alerts[1]
    street.here.set_alert(alert, "flapping", True)
    before = street.look("/landlord/homes/home-1").count("This one alert stays open")

    street.here.set_alert(alert, "cleared_at", NOW)

    after = street.look("/landlord/homes/home-1").count("This one alert stays open")
    assert after == before - 1
