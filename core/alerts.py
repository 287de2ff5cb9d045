"""An alert: what a person is told while a detector's episode lasts, and whose purpose it serves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from core.consent import Purpose
from core.findings import Cause, Severity
from core.quantities import Kind

BOILER_DETECTORS = frozenset(
    [
        "slow_leak",
        "fast_leak",
        "low_pressure",
        "high_pressure",
        "expansion_vessel",
        "pump_failure",
        "diverter_stuck_on_heating",
        "diverter_stuck_on_hot_water",
        "ignition_degrading",
        "lockout",
        "flow_temp_not_reached",
        "no_heat",
        "hot_water_scaling",
        "short_cycling",
        "return_too_hot",
        "frozen_condensate",
        "kettling",
        "boiler_sensor_fault",
    ]
)
DEVICE_DETECTORS = frozenset(
    [
        "silent",
        "flapping",
        "implausible",
        "stuck",
        "railed",
        "drifting",
        "telemetry_frozen",
        "clock_wrong",
        "battery_low",
        "swapped_rooms",
    ]
)
"""Trouble of a device, not of the home: an engineer's matter, and no reading of anybody."""


class Decision(StrEnum):
    """What was decided about a repair for an alert."""

    UNDECIDED = "undecided"
    NOT_NEEDED = "not_needed"
    WITHHELD = "withheld"
    RAISED = "raised"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert of one home, detector and place, as it stands now.

    `decided_severity` and `decided_revision` are the severity and the ledger's revision that the
    decision rested on, so that a change of either is noticed. `group_id` is the mass event that it
    is part of, `decided_group` the one for which its repair was left to an officer. `flapping` says
    that it was told of again and again, and stays open while its trouble comes and goes.
    """

    alert_id: UUID
    landlord_id: str
    home_id: str
    tenancy_id: str | None
    detector: str
    detector_version: str
    place: str
    began_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    cleared_why: str | None
    severity: Severity
    severity_max: Severity
    confidence: float
    evidence: Mapping[str, float]
    sentence: str
    causes: tuple[Cause, ...] = field(default=())
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    decision: Decision = Decision.UNDECIDED
    decision_reason: str | None = None
    decided_at: datetime | None = None
    decided_severity: Severity | None = None
    decided_revision: int | None = None
    group_id: str | None = None
    decided_group: str | None = None
    flapping: bool = False


def purpose_of(alert: Alert) -> Purpose:
    """What the readings behind the alert are collected for.

    A device's trouble belongs to the purpose that the device serves. A detector that no table
    names is treated as reading rooms, the more private of the two.
    """
    if alert.detector in BOILER_DETECTORS or alert.place == Kind.BOILER.value:
        return Purpose.FAULT_DETECTION
    return Purpose.DAMP_RISK


def shows_indoor_readings(alert: Alert) -> bool:
    """Whether the alert's numbers tell how a tenant lives, so that sharing them is theirs to say.

    Of a boiler they do not, finding its faults is what they are for; of a device neither.
    """
    return purpose_of(alert) is Purpose.DAMP_RISK and alert.detector not in DEVICE_DETECTORS
