"""What each person reads on their pages."""

import re
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from core.consent import Purpose
from tests.api.pages_world import DAMP, LEAK, NOW, World, world
from tests.api.reading_pages import Form, Page, read
from tests.fixtures_database import HomewellDatabase

BLAMING = re.compile(
    r"your fault|you failed|you should have|your lifestyle|lifestyle|careless|neglect|misus|"
    r"you caused|because of you|too many people|drying clothes|you did not|you must|blame",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[World]:
    """Home 1 has a leak and damp; home 2 shares everything; home 3 has fallen silent."""
    with world(homewell_db) as made:
        made.alert("home-1", "slow_leak", "boiler", LEAK)
        made.alert("home-1", "mould_risk", "bedroom", DAMP, severity="medium", decision="withheld")
        made.choose(2, Purpose.SHARE_WITH_LANDLORD, "raw", at=NOW - timedelta(days=3))
        made.choose(3, Purpose.SHARE_WITH_LANDLORD, "none", at=NOW - timedelta(days=3))
        made.alert("home-3", "condensation", "bathroom", DAMP, severity="medium")
        made.forget("home-3", since=NOW - timedelta(hours=20))
        made.reject("gw-a", b'{"rel_humidity_pct": 140, "note": "<script>alert(1)</script>"}')
        yield made


def opened(browser: httpx.Client, address: str) -> Page:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text
    return read(answer.text)


def everybodys_pages(here: World) -> list[tuple[httpx.Client, str]]:
    officer, engineer = here.officer(), here.engineer()
    return [
        (here.client, "/"),
        (officer, "/landlord"),
        (officer, "/landlord?band=high"),
        *((officer, f"/landlord/homes/home-{number}") for number in (1, 2, 3)),
        (officer, "/landlord/homes/home-2?days=30"),
        (officer, "/landlord/repairs"),
        *((here.tenant(number), "/my-home") for number in (1, 2, 3)),
        (here.tenant(1), "/my-choices"),
        (here.tenant(2), "/my-choices?saved=share.indoor_readings.landlord"),
        (engineer, "/devices"),
        (engineer, "/devices?gateway=gw-a"),
        (engineer, "/rejected"),
    ]


def test_every_page_can_be_used_without_seeing_it(here: World) -> None:
    faults = {
        address: found
        for browser, address in everybodys_pages(here)
        if (found := opened(browser, address).faults)
    }

    assert faults == {}


def test_no_page_blames_anybody(here: World) -> None:
    found = {
        address: BLAMING.findall(opened(browser, address).text)
        for browser, address in everybodys_pages(here)
    }

    assert {address for address, words in found.items() if words} == set()


def test_homes_are_listed_by_risk_and_a_silent_one_is_never_well(here: World) -> None:
    page = opened(here.officer(), "/landlord")

    homes = [words for href, words in page.links if href.startswith("/landlord/homes/")]
    counts = {words for href, words in page.links if href.startswith("/landlord?band=")}
    assert homes == ["Home 1", "Home 3", "Home 2"]
    assert counts == {
        "0 Emergency",
        "1 High",
        "1 Medium",
        "0 Unknown",
        "0 Low",
        "1 Nothing found",
    }
    assert "Not heard since 20 November 2026 at 13:30: how it is there is unknown." in page.text


def test_a_band_shows_its_homes_alone(here: World) -> None:
    page = opened(here.officer(), "/landlord?band=ok")

    assert [words for href, words in page.links if href.startswith("/landlord/homes/")] == [
        "Home 2"
    ]


def test_a_tenant_who_shares_the_band_is_shown_by_it_alone(here: World) -> None:
    page = opened(here.officer(), "/landlord/homes/home-1")

    assert "Not shared: your tenant has not agreed to share readings." in page.text
    assert page.charts == 2  # the boiler's pressure and flow, to find its faults
    assert DAMP not in page.text
    assert "61" not in page.text  # the humidity that every room has
    assert "Risk of mould in the bedroom: medium." in page.text
    assert LEAK in page.text


def test_a_tenant_who_shares_everything_is_shown_with_charts(here: World) -> None:
    page = opened(here.officer(), "/landlord/homes/home-2")

    assert page.charts == 2 * 3 + 2
    assert "Not shared" not in page.text
    assert "Lowest 19.5 °C, highest 19.5 °C" in page.text.replace("\N{NO-BREAK SPACE}", " ")


def test_a_tenant_who_shares_nothing_keeps_even_the_kind_of_an_alert(here: World) -> None:
    page = opened(here.officer(), "/landlord/homes/home-3")

    assert "There is an alert for this home; it is medium." in page.text
    assert re.findall("ondensation|bathroom|mould", page.text) == []


def test_a_withheld_repair_says_that_consent_is_what_is_wanting(here: World) -> None:
    page = opened(here.officer(), "/landlord/homes/home-1")

    assert "Withheld for want of consent: the tenant has not agreed" in page.text


def test_an_alert_of_a_tenant_who_was_not_asked_cannot_be_raised_by_its_button(
    here: World,
) -> None:
    page = opened(here.officer(), "/landlord/homes/home-1")

    assert {words for form in page.forms for words in form.buttons} == {
        "Sign out",
        "Acknowledge: Boiler slowly losing water",
        "Acknowledge: Risk of mould: bedroom",
    }


def test_a_tenant_sees_all_of_their_own_home(here: World) -> None:
    page = opened(here.tenant(1), "/my-home")

    assert page.charts == 2 * 3 + 2
    assert LEAK in page.text
    assert DAMP in page.text
    assert "you have not said that we may" in page.text


def test_an_engineer_sees_the_silent_devices_first_and_no_reading(here: World) -> None:
    page = opened(here.engineer(), "/devices")

    silent = re.findall(r"(th-\d+|boiler-\d+|weather-1) (Silent|Heard)", page.text)
    assert [state for _, state in silent] == ["Silent"] * 5 + ["Heard"] * 8
    assert silent[0] == ("weather-1", "Silent")
    assert page.charts == 0


def test_a_rejected_message_is_shown_as_what_it_is_and_does_nothing(here: World) -> None:
    page = opened(here.engineer(), "/rejected")

    assert "relative humidity cannot be 140 %" in page.text
    assert '"note": "<script>alert(1)</script>"' in page.text
    assert page.faults == []


def test_what_goes_with_another_alert_says_so_and_is_asked_for_once(here: World) -> None:
    damp = here.alert("home-2", "mould_risk", "bathroom", DAMP, decision="not_needed")
    wet = here.alert("home-2", "condensation", "bathroom", DAMP, decision="withheld")

    mine = opened(here.tenant(2), "/my-home")
    theirs = opened(here.officer(), "/landlord/homes/home-2")

    assert "This goes with “Water forming on cold surfaces: bathroom”" in mine.text
    assert [words for form in mine.forms for words in form.buttons if "Ask" in words] == [
        "Ask for a repair for: Water forming on cold surfaces: bathroom"
    ]
    assert "let us ask for repairs without asking you first" in [words for _, words in mine.links]
    assert "None of its own: it goes with another alert of this home" in theirs.text
    titles = [words for level, words in theirs.headings if level == 3]
    assert titles[:2] == [
        "Water forming on cold surfaces: bathroom High",
        "Risk of mould: bathroom High",
    ]
    here.close(damp)
    here.close(wet)


def test_the_list_says_that_a_repair_waits_for_the_tenant(here: World) -> None:
    page = opened(here.officer(), "/landlord")

    assert "Withheld: the tenant has not agreed" in page.text


def test_an_officer_acknowledges_an_alert_with_one_press(here: World) -> None:
    alert = here.alert("home-2", "low_pressure", "boiler", "The pressure is low.", severity="low")
    officer = here.officer()

    answer = officer.post(f"/landlord/alerts/{alert}/acknowledge")

    assert (answer.status_code, answer.headers["location"]) == (
        303,
        "/landlord/homes/home-2?said=acknowledged",
    )
    page = opened(officer, answer.headers["location"])
    assert "21 November 2026 at 09:30 by officer:officer-demo" in page.text
    here.close(alert)


def test_a_tenant_asks_for_a_repair_and_is_told_what_became_of_it(here: World) -> None:
    alert = here.alert("home-2", "mould_risk", "bathroom", DAMP, decision="withheld")
    tenant = here.tenant(2)

    answer = tenant.post(f"/my-home/alerts/{alert}/ask-for-repair")
    again = tenant.post(f"/my-home/alerts/{alert}/ask-for-repair")

    assert (answer.status_code, answer.headers["location"]) == (303, "/my-home?said=asked")
    assert again.headers["location"] == "/my-home?said=open"
    mine = opened(tenant, "/my-home")
    assert ("Damp and mould repair: asked for") in [words for _, words in mine.headings]
    assert "We asked your landlord for a repair" in mine.text
    theirs = opened(here.officer(), "/landlord/repairs")
    assert [words for level, words in theirs.headings if level == 2] == [
        "Home 2: Damp and mould repair: asked for"
    ]
    here.close(alert)


def test_saying_yes_takes_as_many_steps_as_saying_no(here: World) -> None:
    tenant = here.tenant(1)
    steps = {}

    for answer in ("yes", "no"):
        page = opened(tenant, "/my-choices")
        form = _form(page, "repair.auto_raise")
        assert (form.action, form.method, form.other_inputs) == ("/my-choices", "post", 0)
        assert form.fields["choice"] == answer
        sent = tenant.post(form.action, data=form.fields)
        steps[answer] = (len(form.buttons), sent.status_code, sent.headers["location"])

    assert steps["yes"] == steps["no"] == (1, 303, "/my-choices?saved=repair.auto_raise")


def test_every_level_of_sharing_is_one_press_away(here: World) -> None:
    page = opened(here.tenant(1), "/my-choices")

    offered = [
        form.fields["choice"]
        for form in page.forms
        if form.fields.get("purpose") == "share.indoor_readings.landlord"
    ]
    assert offered == ["none", "daily", "half_hourly", "raw"]  # `band` holds now
    assert [form.other_inputs for form in page.forms] == [0] * len(page.forms)


def test_a_choice_is_kept_in_a_record_that_says_it_is_whole(here: World) -> None:
    tenant = here.tenant(3)

    tenant.post("/my-choices", data={"purpose": "advice.energy", "choice": "yes"})

    page = opened(tenant, "/my-choices?saved=advice.energy")
    assert "Saved. Advice on energy: yes, from 21 November 2026 at 09:30." in page.text
    assert "We have just checked all 2 lines: the record is whole." in page.text


def test_an_answer_that_is_not_offered_is_not_written_down(here: World) -> None:
    tenant = here.tenant(1)
    before = opened(tenant, "/my-choices").text

    answer = tenant.post(
        "/my-choices", data={"purpose": "safety.emergency_response", "choice": "no"}
    )

    assert answer.status_code == 422
    assert read(answer.text).faults == []
    assert opened(tenant, "/my-choices").text == before


def _form(page: Page, purpose: str) -> Form:
    return next(form for form in page.forms if form.fields.get("purpose") == purpose)
