"""A tenant's choices over the API: given and withdrawn in one call, and kept for good."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from core.consent import TERMS, Purpose
from store.roles import Role
from tests.api.town import NOW, Town, town
from tests.fixtures_database import HomewellDatabase

TENANT = ("tenant", "tenant-1")


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db) as made:
        yield made


def choose(here: Town, purpose: str, choice: str, who: tuple[str, str] = TENANT) -> int:
    answer = here.ask(who, "PUT", "/consents", json={"purpose": purpose, "choice": choice})
    return answer.status_code


def test_every_purpose_is_shown_with_its_words_and_what_holds(here: Town) -> None:
    items = here.ask(("tenant", "tenant-3"), "GET", "/consents").json()["items"]

    assert [(one["purpose"], one["choice"], one["since"]) for one in items] == [
        (purpose.value, TERMS[purpose].default, None) for purpose in Purpose
    ]
    assert all(one["what_for"] and one["choices"] for one in items)


def test_a_choice_is_given_and_withdrawn_by_one_call_each_and_says_what_follows(
    here: Town,
) -> None:
    body = {"purpose": "repair.auto_raise", "choice": "yes"}

    given = here.ask(TENANT, "PUT", "/consents", json=body).json()
    withdrawn = here.ask(TENANT, "PUT", "/consents", json={**body, "choice": "no"}).json()

    assert given["effect"] == ("Repairs are asked for straight away, and you are told each time.")
    assert withdrawn["effect"].startswith("We tell you what we found and wait.")
    assert withdrawn["revision"] == given["revision"] + 1
    assert withdrawn["at"] == "2026-11-21T09:30:00Z"


def test_every_choice_on_offer_can_be_made_and_no_other(here: Town) -> None:
    offered = {
        choose(here, purpose.value, choice)
        for purpose in Purpose
        for choice in TERMS[purpose].choices
    }

    assert offered == {200}
    assert choose(here, "repair.auto_raise", "raw") == 422
    assert choose(here, "safety.emergency_response", "no") == 422
    assert choose(here, "a.purpose_of_ours", "yes") == 422


def test_the_record_holds_every_line_with_its_seal_and_says_that_it_is_whole(here: Town) -> None:
    choose(here, "advice.energy", "yes")

    record = here.ask(TENANT, "GET", "/consents/history").json()

    assert record["whole"] is True
    last = record["items"][-1]
    assert (last["purpose"], last["choice"], last["channel"], last["actor"]) == (
        "advice.energy",
        "yes",
        "api",
        "tenant:tenant-1",
    )
    assert last["previous"] == record["items"][-2]["hash"]


def test_a_record_that_somebody_has_changed_is_not_called_whole(here: Town) -> None:
    for choice in ("yes", "no", "yes"):
        choose(here, "advice.energy", choice, ("tenant", "tenant-3"))
    with here.database.connect_as_administrator() as conn:
        conn.execute("ALTER TABLE consent_events DISABLE TRIGGER append_only")
        conn.execute(
            """UPDATE consent_events SET choice = 'yes'
               WHERE landlord_id = 'demo' AND tenancy_id = 'tenancy-3' AND revision = 2"""
        )
        conn.execute("ALTER TABLE consent_events ENABLE TRIGGER append_only")

    record = here.ask(("tenant", "tenant-3"), "GET", "/consents/history").json()

    assert (record["whole"], record["broken_at"]) == (False, 2)


@pytest.mark.parametrize("role", [Role.OWNER, Role.API, Role.REGISTRAR, Role.CASEWORK])
def test_no_process_can_change_or_remove_a_line(here: Town, role: Role) -> None:
    choose(here, "advice.energy", "yes")
    with here.database.connect(role) as conn:
        conn.execute("SET app.landlord_id = 'demo'")
        for statement in (
            "UPDATE consent_events SET choice = 'no'",
            "DELETE FROM consent_events",
            "TRUNCATE consent_events",
        ):
            with pytest.raises(Exception, match=r"never changed|permission denied"):
                conn.execute(statement.encode())


def test_choices_made_at_the_same_time_all_stand_in_one_chain(here: Town) -> None:
    who = ("tenant", "tenant-2")

    with ThreadPoolExecutor(8) as many:
        codes = list(
            many.map(
                lambda n: choose(here, "advice.energy", "yes" if n % 2 else "no", who), range(16)
            )
        )

    record = here.ask(who, "GET", "/consents/history").json()
    assert codes == [200] * 16
    assert (len(record["items"]), record["whole"]) == (16, True)


def test_what_is_said_last_holds_though_a_clock_went_back(here: Town) -> None:
    choose(here, "research.model_training", "yes")
    here.clock.now = NOW - timedelta(minutes=5)
    try:
        choose(here, "research.model_training", "no")
    finally:
        here.clock.now = NOW

    items = here.ask(TENANT, "GET", "/consents").json()["items"]
    choices = {one["purpose"]: one["choice"] for one in items}
    assert choices["research.model_training"] == "no"


def test_who_has_moved_out_has_nothing_left_to_choose_but_keeps_their_record(here: Town) -> None:
    former = ("tenant", "tenant-before")

    assert choose(here, "advice.energy", "yes", former) == 409
    assert here.ask(former, "GET", "/consents/history").json()["items"] == []


@pytest.mark.parametrize(
    "extra", [{"tenancy_id": "tenancy-2"}, {"actor": "tenant:tenant-2"}, {"at": "2020-01-01"}]
)
def test_nothing_but_the_purpose_and_the_answer_is_taken_from_the_caller(
    here: Town, extra: dict[str, str]
) -> None:
    body = {"purpose": "advice.energy", "choice": "yes", **extra}

    assert here.ask(TENANT, "PUT", "/consents", json=body).status_code == 422


def test_the_record_can_be_taken_along_as_a_receipt(here: Town) -> None:
    choose(here, "advice.energy", "no")

    receipt = here.ask(TENANT, "GET", "/consents/receipt").json()

    records = {one["dct:identifier"]: one for one in receipt["dpv:hasRecordOfActivity"]}
    advice = records["demo/tenancy-1/advice.energy"]
    assert advice["dct:conformsTo"] == "https://w3id.org/dpv/schema/dpv-27560#record"
    assert advice["dpv:hasConsentStatus"][-1]["@type"] == [
        "dpv:ConsentRefused",
        "dpv:ExpressedConsent",
    ]


@pytest.mark.parametrize("role", ["officer", "engineer", "landlord_system"])
def test_nobody_chooses_for_a_tenant(here: Town, role: str) -> None:
    assert choose(here, "advice.energy", "yes", (role, "tenant-1")) == 403
