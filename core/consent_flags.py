"""What the ledger says, written on an envelope: every purpose with its basis and state."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from core.consent import (
    DETECTION,
    TERMS,
    Basis,
    Choice,
    Permit,
    Purpose,
    Refusal,
    Tenancy,
    choice_in_force,
    decide,
)

POLICY_VERSION = "consent-policy/1"
"""Changes whenever the purposes, their defaults or what each gates change."""

_BY_LAW = "legal_obligation"
_PREFERENCE = "preference"


class Flag(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """One purpose as it stood. `granularity` is how finely, where the answer is a level."""

    purpose: str
    lawful_basis: str
    consent_required: bool
    state: str
    tenant_can_refuse: bool
    granularity: str | None = None
    article9_condition: str | None = None
    record_id: str | None = None
    revision: int | None = None
    notice_version: str | None = None
    given_at: datetime | None = None
    withdrawn_at: datetime | None = None
    expires_at: datetime | None = None
    channel: str | None = None


def consent_flags(
    ledger: Sequence[Choice], *, tenancy: Tenancy, at: datetime, redactions: Iterable[str] = ()
) -> dict[str, Any]:
    """The consent member of an envelope (docs/schemas), ready for JSON.

    States: `not_applicable`, `not_objected`, `objected`, `preference_on`, `preference_off`,
    `preference`, `default`, `not_given`, `given`, `refused`, `withdrawn`, `expired`.
    """
    left_out = sorted(redactions)
    flags = [_flag(ledger, tenancy, purpose, at) for purpose in Purpose]
    body: dict[str, Any] = msgspec.to_builtins(
        {
            "evaluatedAt": at,
            "policyVersion": POLICY_VERSION,
            "decision": "permit_with_redactions" if left_out else "permit",
            "purposes": flags,
            "redactions": left_out,
        }
    )
    return body


def redactions(
    landlord: Permit | Refusal,
    contractor: Permit | Refusal,
    vulnerability: Permit | Refusal,
    *,
    indoor: bool,
) -> list[str]:
    """The members of an envelope that consent leaves out, by their path in it.

    `indoor` says whether the alert's evidence are indoor readings; a boiler's are never left out.
    What is to be done, and in which room, is the repair itself and is not left out either.
    """
    left_out = []
    if indoor and not _numbers(landlord):
        left_out += ["detection.evidence", "detection.causes"]
    if indoor and not _numbers(contractor):
        left_out.append("contractorEvidence")
    if isinstance(vulnerability, Refusal):
        left_out.append("hact.PersonAlert")
    return left_out


def _numbers(share: Permit | Refusal) -> bool:
    return isinstance(share, Permit) and share.choice != "band"


def _flag(ledger: Sequence[Choice], tenancy: Tenancy, purpose: Purpose, at: datetime) -> Flag:
    line = choice_in_force(ledger, tenancy=tenancy, purpose=purpose, at=at)
    answer = decide(ledger, tenancy=tenancy, purpose=purpose, at=at)
    last = _last_said(ledger, tenancy, purpose, at)
    required = _needs_consent(purpose, tenancy.basis, answer)
    state = _state(purpose, tenancy.basis, answer, line, last, _ever_given(ledger, last))
    withdrawn = state in ("withdrawn", "objected") and line is not None
    return Flag(
        purpose=purpose.value,
        lawful_basis=_basis(purpose, tenancy.basis, required=required),
        consent_required=required,
        state=state,
        tenant_can_refuse=TERMS[purpose].refusing is not None,
        granularity=_granularity(purpose, answer),
        article9_condition="explicit_consent" if purpose is Purpose.VULNERABILITY else None,
        record_id=f"{tenancy.tenancy_id}:{last.revision}" if last else None,
        revision=last.revision if last else None,
        notice_version=last.notice_version if last else None,
        given_at=line.at if line and isinstance(answer, Permit) else None,
        withdrawn_at=line.at if line and withdrawn else None,
        expires_at=last.expires_at if last else None,
        channel=last.channel if last else None,
    )


def _last_said(
    ledger: Sequence[Choice], tenancy: Tenancy, purpose: Purpose, at: datetime
) -> Choice | None:
    said = [
        line
        for line in ledger
        if line.tenancy_id == tenancy.tenancy_id and line.purpose is purpose and line.at <= at
    ]
    return max(said, key=lambda line: (line.at, line.revision), default=None)


def _ever_given(ledger: Sequence[Choice], last: Choice | None) -> bool:
    return last is not None and any(
        line.purpose is last.purpose
        and line.revision < last.revision
        and line.choice != TERMS[line.purpose].refusing
        for line in ledger
    )


def _needs_consent(purpose: Purpose, basis: Basis, answer: Permit | Refusal) -> bool:
    if purpose in DETECTION.values() or purpose is Purpose.AUTO_RAISE:
        return basis is Basis.CONSENT
    if purpose is Purpose.SHARE_WITH_LANDLORD:
        return _numbers(answer)
    return TERMS[purpose].explicit_consent


def _basis(purpose: Purpose, basis: Basis, *, required: bool) -> str:
    if purpose is Purpose.EMERGENCY:
        return _BY_LAW
    if purpose is Purpose.CONTACT:
        return _PREFERENCE
    return Basis.CONSENT.value if required else basis.value


def _state(
    purpose: Purpose,
    basis: Basis,
    answer: Permit | Refusal,
    line: Choice | None,
    last: Choice | None,
    ever_given: bool,
) -> str:
    allowed = isinstance(answer, Permit)
    if purpose is Purpose.EMERGENCY:
        return "not_applicable"
    if purpose is Purpose.CONTACT:
        return "preference"
    if purpose is Purpose.AUTO_RAISE:
        return "preference_on" if allowed else "preference_off"
    if purpose in DETECTION.values() and basis is not Basis.CONSENT:
        return "not_objected" if allowed else "objected"
    if line is None and last is not None:
        return "expired"
    if line is None:
        return "default" if allowed else "not_given"
    if allowed:
        return "given"
    return "withdrawn" if ever_given else "refused"


def _granularity(purpose: Purpose, answer: Permit | Refusal) -> str | None:
    levels = (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR, Purpose.CONTACT)
    if purpose not in levels:
        return None
    return answer.choice if isinstance(answer, Permit) else TERMS[purpose].refusing
