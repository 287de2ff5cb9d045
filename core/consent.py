"""May we? The consent ledger of a tenancy, read as a pure function.

Whatever needs the tenant's permission takes a `Permit`, and only `decide` makes one. The purposes,
their defaults and what each gates are a contract with tenants: docs/privacy.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.quantities import Kind


class Purpose(StrEnum):
    """What data may be used for, one by one."""

    EMERGENCY = "safety.emergency_response"
    FAULT_DETECTION = "repair.fault_detection"
    DAMP_RISK = "hazard.damp_risk"
    AUTO_RAISE = "repair.auto_raise"
    SHARE_WITH_LANDLORD = "share.indoor_readings.landlord"
    SHARE_WITH_CONTRACTOR = "share.indoor_readings.contractor"
    VULNERABILITY = "vulnerability.use_for_priority"
    ENERGY_ADVICE = "advice.energy"
    RESEARCH = "research.model_training"
    CONTACT = "contact.channel"


class Basis(StrEnum):
    """The lawful basis on which a landlord detects faults and damp (UK GDPR, Article 6)."""

    PUBLIC_TASK = "public_task"
    LEGITIMATE_INTERESTS = "legitimate_interests"
    CONSENT = "consent"


YES, NO = "yes", "no"
SHARE_LEVELS = ("none", "band", "daily", "half_hourly", "raw")
CHANNELS = ("letter", "email", "sms", "phone")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a tenant may choose for a purpose, what holds without a word, and what is a no."""

    choices: tuple[str, ...]
    default: str
    refusing: str | None
    explicit_consent: bool = False


_ON_OFF = (YES, NO)
TERMS: dict[Purpose, Terms] = {
    Purpose.EMERGENCY: Terms((YES,), YES, None),
    Purpose.FAULT_DETECTION: Terms(_ON_OFF, YES, NO),
    Purpose.DAMP_RISK: Terms(_ON_OFF, YES, NO),
    Purpose.AUTO_RAISE: Terms(_ON_OFF, NO, NO),
    Purpose.SHARE_WITH_LANDLORD: Terms(SHARE_LEVELS, "band", "none"),
    Purpose.SHARE_WITH_CONTRACTOR: Terms(SHARE_LEVELS, "none", "none", explicit_consent=True),
    Purpose.VULNERABILITY: Terms(_ON_OFF, NO, NO, explicit_consent=True),
    Purpose.ENERGY_ADVICE: Terms(_ON_OFF, NO, NO, explicit_consent=True),
    Purpose.RESEARCH: Terms(_ON_OFF, NO, NO, explicit_consent=True),
    Purpose.CONTACT: Terms(CHANNELS, "letter", None),
}

DETECTION: dict[Kind, Purpose] = {
    Kind.ROOM: Purpose.DAMP_RISK,
    Kind.BOILER: Purpose.FAULT_DETECTION,
}
"""The purpose that a kind of reading is collected for; weather is nobody's personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tenancy:
    """Who lives where and since when: [began_at, ended_at), open while `ended_at` is empty."""

    tenancy_id: str
    landlord_id: str
    home_id: str
    basis: Basis
    began_at: datetime
    ended_at: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Whether the tenancy covers the instant `at`."""
        return self.began_at <= at and (self.ended_at is None or at < self.ended_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One line of the ledger: from `at` on (until `expires_at`, excluded) this is the answer."""

    tenancy_id: str
    revision: int
    purpose: Purpose
    choice: str
    at: datetime
    notice_version: str
    channel: str
    actor: str
    expires_at: datetime | None = None


_ISSUED_BY_DECIDE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Proof that the ledger allows `purpose` for this tenancy at this instant.

    `choice` is the tenant's answer (for sharing, how finely); `revision` the ledger line it rests
    on, 0 when it rests on the default.
    """

    tenancy_id: str
    landlord_id: str
    home_id: str
    purpose: Purpose
    choice: str
    revision: int
    at: datetime
    issued_by: object

    def __post_init__(self) -> None:
        if self.issued_by is not _ISSUED_BY_DECIDE:
            raise TypeError("only core.consent.decide makes a Permit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """The ledger does not allow it; `reason` can be shown to the person who asked."""

    purpose: Purpose
    reason: str
    at: datetime


def decide(
    ledger: Iterable[Choice], *, tenancy: Tenancy | None, purpose: Purpose, at: datetime
) -> Permit | Refusal:
    """Whether `purpose` is allowed for the tenancy at the instant `at`.

    Without a tenancy in force there is nobody who could have been asked, and everything is
    refused, emergencies too: there is no home to act for.
    """
    if tenancy is None or not tenancy.in_force(at):
        return Refusal(purpose=purpose, reason="no tenancy is in force at that time", at=at)
    line = _in_force(ledger, tenancy, purpose, at)
    answer = line.choice if line else default_choice(purpose, tenancy.basis)
    if answer == TERMS[purpose].refusing:
        return Refusal(purpose=purpose, reason=_refusal_words(purpose, line), at=at)
    return Permit(
        tenancy_id=tenancy.tenancy_id,
        landlord_id=tenancy.landlord_id,
        home_id=tenancy.home_id,
        purpose=purpose,
        choice=answer,
        revision=line.revision if line else 0,
        at=at,
        issued_by=_ISSUED_BY_DECIDE,
    )


def default_choice(purpose: Purpose, basis: Basis) -> str:
    """What holds while the tenant has said nothing.

    Detection is on unless objected to, but where the landlord's basis is consent it waits for it.
    """
    if basis is Basis.CONSENT and purpose in DETECTION.values():
        return NO
    return TERMS[purpose].default


def choice_in_force(
    ledger: Iterable[Choice], *, tenancy: Tenancy, purpose: Purpose, at: datetime
) -> Choice | None:
    """The tenant's own answer at the instant `at`; None while only the default holds."""
    return _in_force(ledger, tenancy, purpose, at)


def allowed_spans(
    ledger: Sequence[Choice], *, tenancy: Tenancy, purpose: Purpose
) -> list[tuple[datetime, datetime | None]]:
    """The half-open spans of the tenancy in which `decide` permits `purpose`, in order."""
    edges = {tenancy.began_at}
    for line in ledger:
        if line.tenancy_id == tenancy.tenancy_id and line.purpose is purpose:
            edges |= {edge for edge in (line.at, line.expires_at) if edge is not None}
    inside = sorted(edge for edge in edges if tenancy.in_force(edge))
    spans: list[tuple[datetime, datetime | None]] = []
    for start, end in zip(inside, [*inside[1:], tenancy.ended_at], strict=True):
        answer = decide(ledger, tenancy=tenancy, purpose=purpose, at=start)
        if isinstance(answer, Refusal):
            continue
        if spans and spans[-1][1] == start:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _in_force(
    ledger: Iterable[Choice], tenancy: Tenancy, purpose: Purpose, at: datetime
) -> Choice | None:
    said = [
        line
        for line in ledger
        if line.tenancy_id == tenancy.tenancy_id and line.purpose is purpose and line.at <= at
    ]
    latest = max(said, key=lambda line: (line.at, line.revision), default=None)
    if latest is None or (latest.expires_at is not None and latest.expires_at <= at):
        return None
    return latest


def _refusal_words(purpose: Purpose, line: Choice | None) -> str:
    if line is None:
        return f"{purpose.value} has not been agreed to"
    return f"{purpose.value} was declined on {line.at:%d %B %Y}"
