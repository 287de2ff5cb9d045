"""May we? What the ledger says at every instant."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.consent import (
    DETECTION,
    TERMS,
    Basis,
    Choice,
    Permit,
    Purpose,
    Refusal,
    Tenancy,
    allowed_spans,
    decide,
)
from tests.core.ledgers import BEGAN, NOW, instants, ledgers, said, tenancies, tenancy


@given(ledgers(), tenancies(), st.sampled_from(Purpose), instants)
def test_the_spans_that_are_allowed_are_the_instants_that_are_permitted(
    ledger: list[Choice], home: Tenancy, purpose: Purpose, at: datetime
) -> None:
    spans = allowed_spans(ledger, tenancy=home, purpose=purpose)

    for instant in {at, *(edge for span in spans for edge in span), *(one.at for one in ledger)}:
        if instant is None:
            continue
        inside = any(start <= instant and (end is None or instant < end) for start, end in spans)
        answer = decide(ledger, tenancy=home, purpose=purpose, at=instant)
        assert inside == isinstance(answer, Permit)


@given(ledgers(), tenancies(), st.sampled_from(Purpose))
def test_spans_are_in_order_and_do_not_touch(
    ledger: list[Choice], home: Tenancy, purpose: Purpose
) -> None:
    spans = allowed_spans(ledger, tenancy=home, purpose=purpose)

    edges = [edge for span in spans for edge in span if edge is not None]
    assert edges == sorted(set(edges))


@pytest.mark.parametrize("purpose", [one for one in Purpose if TERMS[one].refusing])
def test_a_withdrawn_consent_refuses_from_the_instant_of_withdrawal(purpose: Purpose) -> None:
    sharing = "raw" if purpose.value.startswith("share") else "yes"
    no = "none" if purpose.value.startswith("share") else "no"
    ledger = [said(purpose, sharing), said(purpose, no, revision=2, at=NOW)]

    before = decide(ledger, tenancy=tenancy(), purpose=purpose, at=NOW - timedelta(microseconds=1))
    after = decide(ledger, tenancy=tenancy(), purpose=purpose, at=NOW)

    assert isinstance(before, Permit)
    assert isinstance(after, Refusal)


def test_nothing_may_withhold_help_in_danger_but_an_empty_home() -> None:
    ledger = [said(purpose, "no") for purpose in DETECTION.values()]

    permit = decide(ledger, tenancy=tenancy(), purpose=Purpose.EMERGENCY, at=NOW)
    void = decide(ledger, tenancy=None, purpose=Purpose.EMERGENCY, at=NOW)

    assert isinstance(permit, Permit)
    assert isinstance(void, Refusal)


@pytest.mark.parametrize("purpose", DETECTION.values())
@pytest.mark.parametrize("basis", Basis)
def test_where_the_landlord_rests_on_consent_detection_waits_for_it(
    purpose: Purpose, basis: Basis
) -> None:
    answer = decide([], tenancy=tenancy(basis=basis), purpose=purpose, at=NOW)

    assert isinstance(answer, Refusal) == (basis is Basis.CONSENT)


def test_what_others_said_in_the_same_home_is_not_asked() -> None:
    theirs = said(Purpose.AUTO_RAISE, "yes", tenancy_id="tenancy-before")

    answer = decide([theirs], tenancy=tenancy(), purpose=Purpose.AUTO_RAISE, at=NOW)

    assert isinstance(answer, Refusal)


def test_an_answer_that_has_run_out_leaves_what_holds_without_a_word() -> None:
    ledger = [said(Purpose.SHARE_WITH_LANDLORD, "raw", expires_at=NOW)]

    answer = decide(ledger, tenancy=tenancy(), purpose=Purpose.SHARE_WITH_LANDLORD, at=NOW)

    assert isinstance(answer, Permit)
    assert (answer.choice, answer.revision) == ("band", 0)


def test_nobody_but_the_ledger_makes_a_permit() -> None:
    with pytest.raises(TypeError, match=r"only core\.consent\.decide makes a Permit"):
        Permit(
            tenancy_id="tenancy-1",
            landlord_id="demo",
            home_id="home-1",
            purpose=Purpose.AUTO_RAISE,
            choice="yes",
            revision=1,
            at=BEGAN,
            issued_by=object(),
        )
