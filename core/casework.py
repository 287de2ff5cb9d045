"""From an alert to a repair: which work it asks for, whether we may, and how a repair goes on.

A repair cannot be raised without a `Permit`, and only `core.consent.decide` makes one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from core.alerts import Alert, purpose_of, shows_indoor_readings
from core.consent import Choice, Permit, Purpose, Refusal, Tenancy, decide
from core.findings import Severity
from core.together import likely_cause
from core.work import SAME_VISIT, WORK_KINDS


class Priority(StrEnum):
    """How soon; the landlord's own calendar turns it into a date."""

    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"


class RepairStatus(StrEnum):
    """Where a repair stands."""

    REQUESTED = "requested"
    SENT = "sent"
    ACCEPTED = "accepted"
    SCHEDULED = "scheduled"
    NO_ACCESS = "no_access"
    COMPLETED = "completed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


_ANSWERS = frozenset(
    {
        RepairStatus.ACCEPTED,
        RepairStatus.SCHEDULED,
        RepairStatus.NO_ACCESS,
        RepairStatus.COMPLETED,
        RepairStatus.DECLINED,
        RepairStatus.CANCELLED,
    }
)
TRANSITIONS: dict[RepairStatus, frozenset[RepairStatus]] = {
    # A landlord's answer may overtake our own note that the request has arrived.
    RepairStatus.REQUESTED: _ANSWERS | {RepairStatus.SENT},
    RepairStatus.SENT: _ANSWERS,
    RepairStatus.ACCEPTED: _ANSWERS - {RepairStatus.ACCEPTED},
    RepairStatus.SCHEDULED: _ANSWERS - {RepairStatus.ACCEPTED, RepairStatus.SCHEDULED},
    RepairStatus.NO_ACCESS: _ANSWERS - {RepairStatus.ACCEPTED, RepairStatus.NO_ACCESS},
    RepairStatus.COMPLETED: frozenset(),
    RepairStatus.DECLINED: frozenset(),
    RepairStatus.CANCELLED: frozenset(),
}
"""What may follow what. A status that nothing follows ends the repair."""

LANDLORD_SETS = _ANSWERS
"""The statuses that the landlord says; `requested` and `sent` are ours to say."""

OPEN = frozenset(status for status, following in TRANSITIONS.items() if following)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a kind of alert asks for: who should come, and to do what.

    `trade` is a HACT trade code; the custom code and name are ours, for landlords to map to their
    own list (schedule-of-rates codes are licensed, so none ship here).
    """

    title: str
    trade: str
    trade_custom_code: str
    trade_custom_name: str
    item_code: str
    item_name: str
    request: str
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRequest:
    """A repair about to be written, with the consent flags that held when it was raised."""

    repair_id: UUID
    landlord_id: str
    home_id: str
    tenancy_id: str
    alert_id: UUID
    priority: Priority
    trade: str
    description: str
    requested_at: datetime
    requested_by: str
    consent_flags: Mapping[str, Any]

    @property
    def idempotency_key(self) -> str:
        """What stays the same however often the request is delivered."""
        return f"{self.landlord_id}:{self.repair_id}:raise:1"


class WrongPermit(ValueError):
    """The permit was given for another home or tenancy, or for another purpose."""


def work_for(detector: str, severity: Severity) -> Work | None:
    """The work that an alert asks for; None when it asks for none.

    Information (`low`) asks for nothing, and a silent device is an engineer's matter.
    """
    kind = WORK_KINDS.get(detector)
    if kind is None or severity < Severity.MEDIUM:
        return None
    return Work(
        title=kind.title,
        trade=kind.trade.code,
        trade_custom_code=kind.trade.custom_code,
        trade_custom_name=kind.trade.custom_name,
        item_code=kind.item_code,
        item_name=kind.item_name,
        request=kind.request,
        priority=_PRIORITY[severity],
    )


def title_of(detector: str) -> str:
    """What the work for a detector is called; the detector's own name when it asks for none."""
    kind = WORK_KINDS.get(detector)
    return detector if kind is None else kind.title


def covering_detectors(detector: str) -> tuple[str, ...]:
    """The other detectors whose work, in the same place, covers what this one would ask for.

    >>> covering_detectors("condensation")
    ('mould_risk',)
    """
    return tuple(
        other for visit in SAME_VISIT if detector in visit for other in visit if other != detector
    )


def waits_for_officer(alert: Alert) -> bool:
    """Whether nothing is raised for the alert without a person: part of a mass event, not urgent.

    Ten engineers are not sent for one frozen street; danger and what is urgent wait for nobody.
    """
    return alert.group_id is not None and alert.severity < Severity.HIGH


def permission_to_raise(
    ledger: Sequence[Choice],
    *,
    tenancy: Tenancy | None,
    alert: Alert,
    at: datetime,
    asked_by_tenant: bool = False,
) -> Permit | Refusal:
    """Whether a repair may be raised for the alert at the instant `at`.

    Danger needs nobody's leave. Otherwise the purpose that the readings serve must not be objected
    to, and the tenant asks for the repair themself or has agreed that it is raised without asking.
    A tenancy answers only for its own alerts.
    """
    purpose = Purpose.EMERGENCY if alert.severity is Severity.EMERGENCY else purpose_of(alert)
    if tenancy is not None and alert.tenancy_id != tenancy.tenancy_id:
        return Refusal(purpose=purpose, reason="the alert belongs to another tenancy", at=at)
    detection = decide(ledger, tenancy=tenancy, purpose=purpose, at=at)
    if isinstance(detection, Refusal) or purpose is Purpose.EMERGENCY or asked_by_tenant:
        return detection
    return decide(ledger, tenancy=tenancy, purpose=Purpose.AUTO_RAISE, at=at)


def raise_repair(
    alert: Alert,
    permit: Permit,
    *,
    work: Work,
    flags: Mapping[str, Any],
    repair_id: UUID,
    at: datetime,
    requested_by: str,
) -> RepairRequest:
    """The repair for an alert. Raises WrongPermit when the permit is not for this."""
    holder = (permit.landlord_id, permit.home_id, permit.tenancy_id)
    if holder != (alert.landlord_id, alert.home_id, alert.tenancy_id):
        raise WrongPermit(f"a permit of home {permit.home_id} does not cover {alert.home_id}")
    if permit.purpose not in (Purpose.EMERGENCY, Purpose.AUTO_RAISE, purpose_of(alert)):
        raise WrongPermit(f"a permit for {permit.purpose.value} does not allow raising a repair")
    return RepairRequest(
        repair_id=repair_id,
        landlord_id=permit.landlord_id,
        home_id=permit.home_id,
        tenancy_id=permit.tenancy_id,
        alert_id=alert.alert_id,
        priority=work.priority,
        trade=work.trade,
        description=describe(alert, work),
        requested_at=at,
        requested_by=requested_by,
        consent_flags=flags,
    )


def describe(alert: Alert, work: Work) -> str:
    """The description of the work, as whoever carries it out may read it.

    It names the room and what to do. Numbers of a boiler are in it; numbers of rooms are not,
    whoever may see them elsewhere. Of other homes it says no more than that there are some.
    """
    where = "" if shows_indoor_readings(alert) is False else f" Where: {place_words(alert.place)}."
    seen = "" if shows_indoor_readings(alert) else f" {alert.sentence}"
    return (
        f"Raised by sensors, not yet seen by a person. {work.title}, {alert.severity.word}."
        f"{where}{seen}{_together(alert) if alert.group_id else ''} {work.request}"
    )


def may_follow(current: RepairStatus, wanted: RepairStatus) -> bool:
    """Whether a repair that stands at `current` may go to `wanted`."""
    return wanted in TRANSITIONS[current]


def place_words(place: str) -> str:
    """A place as words in a sentence.

    >>> place_words("living-room")
    'living room'
    """
    return place.replace("-", " ").replace("_", " ")


def _together(alert: Alert) -> str:
    return (
        " Other homes in the area reported the same at the same time: one cause for all of them is "
        f"likely: {likely_cause(alert.detector)}."
    )


_PRIORITY = {
    Severity.MEDIUM: Priority.ROUTINE,
    Severity.HIGH: Priority.URGENT,
    Severity.EMERGENCY: Priority.EMERGENCY,
}
