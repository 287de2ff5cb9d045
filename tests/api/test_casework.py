"""Every alert is decided on: raised, withheld with a question to the tenant, or left be."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import msgspec
import psycopg
import pytest

from api.casework import Tally, decide_pending
from core.consent import Purpose
from core.together import likely_cause
from store.roles import Role
from tests.api.town import FORMER, NOW, Town, registration, town
from tests.estate import SINCE
from tests.fixtures_database import HomewellDatabase


@pytest.fixture(scope="module")
def here(homewell_db: HomewellDatabase) -> Iterator[Town]:
    with town(homewell_db, homes=16) as made:
        yield made


@pytest.fixture(scope="module")
def caseworker(here: Town) -> Iterator[psycopg.Connection]:
    with here.database.connect(Role.CASEWORK) as conn:
        yield conn


def decision(here: Town, alert: UUID) -> tuple[str, str]:
    question = "SELECT decision || '|' || decision_reason FROM alerts WHERE alert_id = %s"
    what, why = here.one(question, alert).split("|")
    return what, why


def told(here: Town, home: int) -> list[str]:
    items = here.ask(("tenant", f"tenant-{home}"), "GET", "/notices").json()["items"]
    return [one["subject"] for one in items]


def test_a_repair_is_withheld_until_the_tenant_agrees_and_then_raised(
    here: Town, caseworker: psycopg.Connection
) -> None:
    alert = here.alert("home-1", "mould_risk", "bedroom")

    first = decide_pending(caseworker, now=NOW)
    idle = decide_pending(caseworker, now=NOW)
    withheld = decision(here, alert)
    here.choose(1, Purpose.AUTO_RAISE, "yes")
    second = decide_pending(caseworker, now=NOW + timedelta(minutes=1))

    assert (first, idle, second) == (Tally(withheld=1), Tally(), Tally(raised=1))
    assert withheld == ("withheld", "repair.auto_raise has not been agreed to")
    assert decision(here, alert) == ("raised", "raised by homewell under repair.auto_raise")
    assert told(here, 1) == [
        "We asked your landlord for a repair: a risk of mould in your bedroom",
        "We found something in your home: a risk of mould in your bedroom",
    ]
    assert here.one("SELECT count(*) FROM outbox") == 1


def test_who_was_asked_once_is_not_asked_again(here: Town, caseworker: psycopg.Connection) -> None:
    here.alert("home-3", "condensation", "bathroom")
    decide_pending(caseworker, now=NOW)

    here.choose(3, Purpose.ENERGY_ADVICE, "yes")
    again = decide_pending(caseworker, now=NOW)

    assert again == Tally(withheld=1)
    assert len(told(here, 3)) == 1


def test_information_asks_for_nothing_until_it_grows_worse(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(4, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-4", "low_pressure", "boiler", severity="low")
    light = decide_pending(caseworker, now=NOW)

    here.set_alert(alert, "severity", "medium")
    worse = decide_pending(caseworker, now=NOW)

    assert (light, worse) == (Tally(not_needed=1), Tally(raised=1))


def test_danger_is_raised_without_anybodys_leave(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(5, Purpose.AUTO_RAISE, "no", at=SINCE)
    alert = here.alert("home-5", "low_pressure", "boiler")
    calm = decide_pending(caseworker, now=NOW)

    here.set_alert(alert, "severity", "emergency")
    danger = decide_pending(caseworker, now=NOW)

    assert (calm, danger) == (Tally(withheld=1), Tally(raised=1))
    assert here.one("SELECT priority FROM repairs WHERE alert_id = %s", alert) == "emergency"


def test_what_is_over_asks_for_nothing(here: Town, caseworker: psycopg.Connection) -> None:
    here.choose(6, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-6", "slow_leak", "boiler")
    here.set_alert(alert, "cleared_at", NOW)

    assert decide_pending(caseworker, now=NOW) == Tally(not_needed=1)
    assert decision(here, alert) == ("not_needed", "it was over before anything was decided")


def test_what_was_over_and_opens_again_is_decided_anew(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(8, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-8", "slow_leak", "boiler")
    here.set_alert(alert, "cleared_at", NOW)
    over = decide_pending(caseworker, now=NOW)

    here.set_alert(alert, "cleared_at", None)
    again = decide_pending(caseworker, now=NOW)

    assert (over, again) == (Tally(not_needed=1), Tally(raised=1))


def test_a_silent_sensor_is_no_repair(here: Town, caseworker: psycopg.Connection) -> None:
    here.choose(6, Purpose.AUTO_RAISE, "yes", at=SINCE + timedelta(1))
    here.alert("home-6", "silent", "bedroom")

    assert decide_pending(caseworker, now=NOW) == Tally(not_needed=1)


def test_an_alert_of_those_who_have_moved_out_is_withheld(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(2, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-2", "mould_risk", "bedroom", tenancy=FORMER.id, raised_at=SINCE)

    decide_pending(caseworker, now=NOW)

    assert decision(here, alert) == ("withheld", "no tenancy is in force at that time")
    assert here.one("SELECT count(*) FROM repairs WHERE alert_id = %s", alert) == 0


def test_nobody_is_sent_to_a_home_of_a_recording(
    here: Town, caseworker: psycopg.Connection, homewell_db: HomewellDatabase
) -> None:
    made = registration("museum", "gw-c", 1)
    landlord = msgspec.structs.replace(made.landlord, recording=True)
    homewell_db.register(msgspec.structs.replace(made, landlord=landlord))
    alert = here.alert("home-1", "mould_risk", "bedroom", landlord="museum")

    decide_pending(caseworker, now=NOW)

    assert decision(here, alert)[0] == "not_needed"


def test_a_repair_asked_for_by_the_tenant_meanwhile_is_the_one_that_counts(
    here: Town, caseworker: psycopg.Connection
) -> None:
    alert = here.alert("home-7", "slow_leak", "boiler")
    decide_pending(caseworker, now=NOW)
    here.ask(("tenant", "tenant-7"), "POST", "/repairs", json={"alert_id": str(alert)})

    here.choose(7, Purpose.AUTO_RAISE, "yes")
    again = decide_pending(caseworker, now=NOW)

    assert again == Tally()
    assert here.one("SELECT count(*) FROM repairs WHERE alert_id = %s", alert) == 1


def test_more_alerts_than_one_look_takes_are_all_decided(
    here: Town, caseworker: psycopg.Connection
) -> None:
    with here.database.connect_as_administrator() as conn:
        conn.execute(
            """INSERT INTO alerts (landlord_id, home_id, tenancy_id, detector, detector_version,
                   place, began_at, raised_at, judged_at, severity, severity_max, confidence,
                   evidence, sentence)
               SELECT 'demo', 'home-9', 'tenancy-9', 'silent', '1', 'room ' || n, now(), now(),
                   now(), 'low', 'low', 1, '{}', 'Silent.' FROM generate_series(1, 250) n"""
        )

    assert decide_pending(caseworker, now=NOW) == Tally(not_needed=250)


def test_one_visit_is_asked_for_where_one_finds_both(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(10, Purpose.AUTO_RAISE, "yes")
    mould = here.alert("home-10", "mould_risk", "bedroom", raised_at=NOW - timedelta(days=2))
    wet = here.alert("home-10", "condensation", "bedroom")
    elsewhere = here.alert("home-10", "condensation", "bathroom")

    decide_pending(caseworker, now=NOW)

    covered = "it goes with another alert in the same place (risk of mould)"
    assert decision(here, mould)[0] == "raised"
    assert decision(here, wet) == ("not_needed", covered)
    assert decision(here, elsewhere)[0] == "raised"


def test_what_a_cleared_alert_covered_is_decided_on_by_itself(
    here: Town, caseworker: psycopg.Connection
) -> None:
    leak = here.alert("home-11", "slow_leak", "boiler", raised_at=NOW - timedelta(days=2))
    low = here.alert("home-11", "low_pressure", "boiler", severity="medium")
    decide_pending(caseworker, now=NOW)
    before = decision(here, low)[0]
    here.set_alert(leak, "cleared_at", NOW)

    decide_pending(caseworker, now=NOW + timedelta(minutes=1))

    assert (before, decision(here, low)[0]) == ("not_needed", "withheld")


def test_what_is_worse_than_the_alert_beside_it_is_asked_for_by_itself(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.alert("home-12", "slow_leak", "boiler", severity="medium")
    stopping = here.alert("home-12", "low_pressure", "boiler", severity="high")

    decide_pending(caseworker, now=NOW)

    assert decision(here, stopping)[0] == "withheld"


WAITS = (
    "not_needed",
    "many homes in the area have the same alert, so that one cause is likely: it waits for an "
    "officer",
)
OTHERS = (
    "Other homes in the area reported the same at the same time: one cause for all of them is "
    f"likely: {likely_cause('low_pressure')}."
)


def test_one_of_many_homes_with_the_same_trouble_waits_for_an_officer(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(13, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-13", "low_pressure", "boiler", severity="medium")
    here.group(alert)

    first = decide_pending(caseworker, now=NOW)
    idle = decide_pending(caseworker, now=NOW)
    waits = decision(here, alert)
    asked = here.ask(("officer", "officer-1"), "POST", "/repairs", json={"alert_id": str(alert)})

    assert (first, idle, waits) == (Tally(not_needed=1), Tally(), WAITS)
    assert asked.status_code == 201
    assert OTHERS in here.one("SELECT description FROM repairs WHERE alert_id = %s", alert)
    assert here.one("SELECT decided_group IS NULL FROM alerts WHERE alert_id = %s", alert)


def test_what_is_urgent_is_raised_for_each_of_many_homes_and_says_that_there_are_others(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(14, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-14", "low_pressure", "boiler", severity="medium")
    here.group(alert)
    calm = decide_pending(caseworker, now=NOW)

    here.set_alert(alert, "severity", "high")
    urgent = decide_pending(caseworker, now=NOW)

    assert (calm, urgent) == (Tally(not_needed=1), Tally(raised=1))
    assert OTHERS in here.one("SELECT description FROM repairs WHERE alert_id = %s", alert)


def test_a_home_that_is_in_no_group_any_more_is_decided_anew(
    here: Town, caseworker: psycopg.Connection
) -> None:
    here.choose(15, Purpose.AUTO_RAISE, "yes", at=SINCE)
    alert = here.alert("home-15", "low_pressure", "boiler", severity="medium")
    here.group(alert)
    decide_pending(caseworker, now=NOW)

    here.set_alert(alert, "group_id", None)

    assert decide_pending(caseworker, now=NOW) == Tally(raised=1)
    assert OTHERS not in here.one("SELECT description FROM repairs WHERE alert_id = %s", alert)


def test_a_tenant_of_many_who_did_not_agree_is_asked_as_ever(
    here: Town, caseworker: psycopg.Connection
) -> None:
    alert = here.alert("home-16", "low_pressure", "boiler", severity="medium")
    here.group(alert)

    withheld = decide_pending(caseworker, now=NOW)

    assert withheld == Tally(withheld=1)
    assert len(told(here, 16)) == 1
