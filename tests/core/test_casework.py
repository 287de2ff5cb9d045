"""From an alert to a repair: which work, whether we may, and how it goes on."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alerts import Alert
from core.casework import (
    LANDLORD_SETS,
    OPEN,
    TRANSITIONS,
    Priority,
    RepairStatus,
    WrongPermit,
    may_follow,
    permission_to_raise,
    raise_repair,
    work_for,
)
from core.consent import Choice, Permit, Purpose, Refusal, Tenancy, decide
from core.findings import Severity
from tests.core.ledgers import NOW, SENTENCE, alert, ledgers, said, tenancies, tenancy

WORKED = ("mould_risk", "condensation", "low_pressure", "slow_leak")


def asked(
    ledger: list[Choice],
    about: Alert,
    *,
    home: Tenancy | None = None,
    asked_by_tenant: bool = False,
) -> Permit | Refusal:
    return permission_to_raise(
        ledger, tenancy=home or tenancy(), alert=about, at=NOW, asked_by_tenant=asked_by_tenant
    )


@pytest.mark.parametrize("detector", [*WORKED, "silent", "battery_low", "stuck"])
@pytest.mark.parametrize("severity", Severity)
def test_only_trouble_of_the_home_from_medium_on_asks_for_work(
    detector: str, severity: Severity
) -> None:
    work = work_for(detector, severity)

    assert (work is not None) == (detector in WORKED and severity >= Severity.MEDIUM)


@pytest.mark.parametrize(
    ("severity", "priority"),
    [
        (Severity.MEDIUM, Priority.ROUTINE),
        (Severity.HIGH, Priority.URGENT),
        (Severity.EMERGENCY, Priority.EMERGENCY),
    ],
)
def test_the_worse_it_is_the_sooner_somebody_should_come(
    severity: Severity, priority: Priority
) -> None:
    work = work_for("slow_leak", severity)

    assert work is not None
    assert (work.priority, work.trade) == (priority, "HE")


@pytest.mark.parametrize("detector", WORKED)
def test_a_repair_waits_until_the_tenant_agrees_to_it_being_raised(detector: str) -> None:
    silent = asked([], alert(detector))
    agreed = asked([said(Purpose.AUTO_RAISE, "yes")], alert(detector))

    assert isinstance(silent, Refusal)
    assert silent.reason == "repair.auto_raise has not been agreed to"
    assert isinstance(agreed, Permit)


@pytest.mark.parametrize("detector", WORKED)
def test_a_tenant_who_asks_themself_needs_not_have_agreed_before(detector: str) -> None:
    answer = asked([said(Purpose.AUTO_RAISE, "no")], alert(detector), asked_by_tenant=True)

    assert isinstance(answer, Permit)


@pytest.mark.parametrize("asked_by_tenant", [False, True])
@pytest.mark.parametrize(
    ("detector", "purpose"),
    [("mould_risk", Purpose.DAMP_RISK), ("slow_leak", Purpose.FAULT_DETECTION)],
)
def test_what_is_objected_to_raises_nothing(
    detector: str, purpose: Purpose, asked_by_tenant: bool
) -> None:
    ledger = [said(Purpose.AUTO_RAISE, "yes"), said(purpose, "no", revision=2)]

    answer = asked(ledger, alert(detector), asked_by_tenant=asked_by_tenant)

    assert isinstance(answer, Refusal)
    assert answer.purpose is purpose


@given(ledgers())
def test_danger_is_told_whatever_was_said(ledger: list[Choice]) -> None:
    answer = asked(ledger, alert("slow_leak", severity=Severity.EMERGENCY))

    assert isinstance(answer, Permit)
    assert answer.purpose is Purpose.EMERGENCY


@given(ledgers(), tenancies(), st.booleans(), st.sampled_from(WORKED))
def test_who_is_refused_when_asking_is_never_raised_without_asking(
    ledger: list[Choice], home: Tenancy, asked_by_tenant: bool, detector: str
) -> None:
    by_tenant = asked(ledger, alert(detector), home=home, asked_by_tenant=True)
    by_itself = asked(ledger, alert(detector), home=home)

    assert not (isinstance(by_tenant, Refusal) and isinstance(by_itself, Permit))


def test_a_new_tenancy_does_not_answer_for_the_alert_of_the_one_before() -> None:
    ledger = [said(Purpose.AUTO_RAISE, "yes")]

    answer = asked(ledger, alert(tenancy_id="tenancy-before"))

    assert isinstance(answer, Refusal)
    assert answer.reason == "the alert belongs to another tenancy"


def permit(purpose: Purpose = Purpose.AUTO_RAISE, home: Tenancy | None = None) -> Permit:
    ledger = [said(Purpose.AUTO_RAISE, "yes"), said(Purpose.RESEARCH, "yes", revision=2)]
    answer = decide(ledger, tenancy=home or tenancy(), purpose=purpose, at=NOW)
    assert isinstance(answer, Permit)
    return answer


def raised(about: Alert, given: Permit) -> str:
    work = work_for(about.detector, about.severity)
    assert work is not None
    return raise_repair(
        about, given, work=work, flags={}, repair_id=UUID(int=2), at=NOW, requested_by="homewell"
    ).description


def test_the_repair_of_a_room_says_where_and_what_and_holds_no_reading() -> None:
    description = raised(alert(), permit())

    assert SENTENCE not in description
    assert description.startswith(
        "Raised by sensors, not yet seen by a person. Risk of mould, medium. Where: bedroom. "
    )


def test_the_repair_of_a_boiler_says_what_was_measured() -> None:
    description = raised(alert("slow_leak"), permit())

    assert SENTENCE in description


@pytest.mark.parametrize(
    ("about", "given"),
    [
        (alert(home_id="home-2"), permit()),
        (alert(tenancy_id="tenancy-2"), permit()),
        (alert(landlord_id="other"), permit()),
        (alert(), permit(Purpose.RESEARCH)),
        (alert(), permit(Purpose.FAULT_DETECTION)),
    ],
    ids=["another home", "another tenancy", "another landlord", "research", "boiler for damp"],
)
def test_a_permit_for_something_else_raises_nothing(about: Alert, given: Permit) -> None:
    with pytest.raises(WrongPermit):
        raised(about, given)


def test_the_key_that_recognises_a_repair_is_its_own() -> None:
    work = work_for("slow_leak", Severity.HIGH)
    assert work is not None
    one = raise_repair(
        alert("slow_leak"),
        permit(),
        work=work,
        flags={},
        repair_id=UUID(int=2),
        at=NOW,
        requested_by="homewell",
    )

    another = replace(one, repair_id=UUID(int=3))

    assert one.idempotency_key == f"demo:{UUID(int=2)}:raise:1"
    assert one.idempotency_key != another.idempotency_key


@given(st.lists(st.sampled_from(RepairStatus), max_size=12))
def test_a_repair_that_has_ended_stays_ended(wanted: list[RepairStatus]) -> None:
    status = RepairStatus.REQUESTED
    ended_as = None
    for one in wanted:
        if may_follow(status, one):
            assert ended_as is None
            status = one
        ended_as = status if status not in OPEN else None

    assert status is RepairStatus.REQUESTED or may_be_reached(status)


def may_be_reached(status: RepairStatus) -> bool:
    return any(status in following for following in TRANSITIONS.values())


def test_every_status_but_the_first_can_be_reached_and_none_follows_itself() -> None:
    reached = set().union(*TRANSITIONS.values())

    assert reached == set(RepairStatus) - {RepairStatus.REQUESTED}
    assert [one for one in RepairStatus if may_follow(one, one)] == []
    assert {RepairStatus.REQUESTED, RepairStatus.SENT} | LANDLORD_SETS == set(RepairStatus)
