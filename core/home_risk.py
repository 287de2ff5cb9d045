"""How a home stands for its landlord: the worst that is open, unknown when not heard, or well."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.alerts import DEVICE_DETECTORS, Alert
from core.findings import Severity
from core.quantities import Kind

HEARD_WITHIN = timedelta(hours=2)
"""Without a reading for longer a home is unknown, and never taken to be fine."""


class Status(StrEnum):
    """What an officer does about a home: nothing, look at it, or find out why it is silent."""

    OK = "ok"
    ATTENTION = "attention"
    UNKNOWN = "unknown"


class Risk(StrEnum):
    """The bands in the order in which homes are listed, worst first."""

    EMERGENCY = "emergency"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    UNKNOWN = "unknown"
    OK = "ok"


RANK = {risk: rank for rank, risk in enumerate(Risk)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A home's risk, its status and why it is unknown (empty when it is not)."""

    risk: Risk
    status: Status
    unknown_because: str = ""


def standing(
    alerts: Iterable[Alert],
    *,
    expected: Collection[Kind],
    heard: Mapping[Kind, datetime],
    now: datetime,
) -> Standing:
    """How a home stands at `now`.

    `alerts` are the open ones. `expected` are the kinds that a device in the home measures and the
    tenant allows; a home with none of them is unknown, and so is one in which any of them was not
    heard for HEARD_WITHIN. What is known to be wrong stays wrong while a home is silent.
    """
    worst = max(
        (alert.severity for alert in alerts if alert.detector not in DEVICE_DETECTORS), default=None
    )
    because = _unknown_because(expected, heard, now)
    if worst is not None and worst >= Severity.MEDIUM:
        return Standing(risk=Risk(worst.word), status=Status.ATTENTION, unknown_because=because)
    if because:
        return Standing(risk=Risk.UNKNOWN, status=Status.UNKNOWN, unknown_because=because)
    return Standing(risk=Risk.OK if worst is None else Risk.LOW, status=Status.OK)


def _unknown_because(
    expected: Collection[Kind], heard: Mapping[Kind, datetime], now: datetime
) -> str:
    if not expected:
        return "nothing is measured in this home"
    for kind in sorted(expected):
        last = heard.get(kind)
        if last is None:
            return f"no {kind.value} reading has ever been heard"
        if now - last > HEARD_WITHIN:
            return f"no {kind.value} reading since {last:%Y-%m-%dT%H:%M:%SZ}"
    return ""
