"""What the ledger says, as it stands on an envelope."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from core.consent import Basis, Choice, Purpose, Tenancy, decide
from core.consent_flags import consent_flags, redactions
from tests.core.ledgers import BEGAN, NOW, instants, ledgers, said, tenancies, tenancy

EXAMPLE = Path(__file__).parents[2].parent / "shared/examples/repair_raised.cloudevent.json"


def flag(
    ledger: list[Choice], purpose: Purpose, *, home: Tenancy | None = None, at: datetime = NOW
) -> dict[str, Any]:
    body = consent_flags(ledger, tenancy=home or tenancy(), at=at)
    return next(one for one in body["purposes"] if one["purpose"] == purpose.value)


def test_every_purpose_is_named_with_its_basis() -> None:
    body = consent_flags([], tenancy=tenancy(), at=NOW)

    assert [(one["purpose"], one["lawfulBasis"], one["state"]) for one in body["purposes"]] == [
        ("safety.emergency_response", "legal_obligation", "not_applicable"),
        ("repair.fault_detection", "public_task", "not_objected"),
        ("hazard.damp_risk", "public_task", "not_objected"),
        ("repair.auto_raise", "public_task", "preference_off"),
        ("share.indoor_readings.landlord", "public_task", "default"),
        ("share.indoor_readings.contractor", "consent", "not_given"),
        ("vulnerability.use_for_priority", "consent", "not_given"),
        ("advice.energy", "consent", "not_given"),
        ("research.model_training", "consent", "not_given"),
        ("contact.channel", "preference", "preference"),
    ]


@pytest.mark.parametrize(
    ("choices", "state"),
    [
        (["raw"], "given"),
        (["none"], "refused"),
        (["daily", "none"], "withdrawn"),
        (["daily", "none", "daily"], "given"),
    ],
)
def test_sharing_is_given_refused_or_withdrawn(choices: list[str], state: str) -> None:
    ledger = [
        said(Purpose.SHARE_WITH_LANDLORD, choice, revision=number, at=BEGAN + timedelta(number))
        for number, choice in enumerate(choices, start=1)
    ]

    found = flag(ledger, Purpose.SHARE_WITH_LANDLORD)

    assert found["state"] == state
    assert found["granularity"] == choices[-1]
    assert found["revision"] == len(choices)


def test_a_yes_says_when_it_was_given_and_how() -> None:
    ledger = [said(Purpose.SHARE_WITH_LANDLORD, "daily", expires_at=NOW + timedelta(days=1))]

    assert flag(ledger, Purpose.SHARE_WITH_LANDLORD) == {
        "purpose": "share.indoor_readings.landlord",
        "lawfulBasis": "consent",
        "consentRequired": True,
        "state": "given",
        "tenantCanRefuse": True,
        "granularity": "daily",
        "recordId": "tenancy-1:1",
        "revision": 1,
        "noticeVersion": "2026-11",
        "givenAt": "2026-01-01T00:00:00Z",
        "expiresAt": "2026-11-22T09:30:00Z",
        "channel": "page",
    }


def test_a_withdrawal_says_when() -> None:
    ledger = [
        said(Purpose.VULNERABILITY, "yes"),
        said(Purpose.VULNERABILITY, "no", revision=2, at=NOW),
    ]

    found = flag(ledger, Purpose.VULNERABILITY)

    assert (found["state"], found["withdrawnAt"]) == ("withdrawn", "2026-11-21T09:30:00Z")
    assert found["article9Condition"] == "explicit_consent"


def test_an_answer_that_has_run_out_says_so() -> None:
    ledger = [said(Purpose.SHARE_WITH_LANDLORD, "raw", expires_at=NOW)]

    found = flag(ledger, Purpose.SHARE_WITH_LANDLORD)

    assert (found["state"], found["granularity"]) == ("expired", "band")


def test_where_the_landlord_rests_on_consent_detection_says_so() -> None:
    home = tenancy(basis=Basis.CONSENT)
    ledger = [said(Purpose.DAMP_RISK, "yes")]

    found = flag(ledger, Purpose.DAMP_RISK, home=home)

    assert (found["lawfulBasis"], found["consentRequired"], found["state"]) == (
        "consent",
        True,
        "given",
    )


@given(ledgers(), tenancies(), instants)
def test_flags_are_json_for_any_ledger_at_any_time(
    ledger: list[Choice], home: Tenancy, at: datetime
) -> None:
    body = consent_flags(ledger, tenancy=home, at=at)

    assert json.loads(json.dumps(body)) == body
    assert len(body["purposes"]) == len(Purpose)


@pytest.mark.parametrize(
    ("landlord", "contractor", "indoor", "left_out"),
    [
        ("band", "none", True, ["contractorEvidence", "detection.causes", "detection.evidence"]),
        ("none", "none", True, ["contractorEvidence", "detection.causes", "detection.evidence"]),
        ("daily", "band", True, ["contractorEvidence"]),
        ("raw", "daily", True, []),
        ("none", "none", False, []),
    ],
)
def test_what_is_not_shared_is_left_out_and_the_envelope_says_so(
    landlord: str, contractor: str, indoor: bool, left_out: list[str]
) -> None:
    ledger = [
        said(Purpose.SHARE_WITH_LANDLORD, landlord),
        said(Purpose.SHARE_WITH_CONTRACTOR, contractor, revision=2),
        said(Purpose.VULNERABILITY, "yes", revision=3),
    ]
    answers = [
        decide(ledger, tenancy=tenancy(), purpose=purpose, at=NOW)
        for purpose in (
            Purpose.SHARE_WITH_LANDLORD,
            Purpose.SHARE_WITH_CONTRACTOR,
            Purpose.VULNERABILITY,
        )
    ]

    found = redactions(*answers, indoor=indoor)
    body = consent_flags(ledger, tenancy=tenancy(), at=NOW, redactions=found)

    assert body["redactions"] == left_out
    assert body["decision"] == ("permit_with_redactions" if left_out else "permit")


@pytest.mark.skipif(
    not EXAMPLE.exists(), reason="the shared examples are not beside the repository"
)
def test_a_flag_has_the_members_of_the_shared_example() -> None:
    example = json.loads(EXAMPLE.read_text("utf-8"))["data"]["consent"]
    ledger = [said(Purpose.SHARE_WITH_LANDLORD, "daily", expires_at=NOW + timedelta(days=1))]

    ours = consent_flags(ledger, tenancy=tenancy(), at=NOW)

    shared = {one["purpose"]: set(one) for one in example["purposes"]}
    for one in ours["purposes"]:
        if one["purpose"] in ("share.indoor_readings.landlord", "safety.emergency_response"):
            assert shared[one["purpose"]] - set(one) == set()
    # Where the receipt is to be had is the envelope's to say.
    assert set(example) - {"receiptUrl"} == set(ours)
