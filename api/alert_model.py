"""What the API says of an alert, as OpenAPI publishes it."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from api.disclosed import SeenAlert
from core.evidence import NONE


class CauseModel(BaseModel):
    """One possible cause and its weight."""

    cause: str
    weight: float


class AlertModel(BaseModel):
    """An alert, with the evidence that the tenant's choices leave to whoever asks.

    `shared` is `all`, `band` (no numbers) or `none` (that there is one, and its severity); what may
    name place or purpose is empty where not shared. `group` joins what many homes raised together;
    `flapping` says that the trouble comes and goes, and that this alert stays while it does.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "alert_id": "5f0c5f7e-6d0e-4f5e-9a53-0f2f4c1f8f11",
                "home_id": "home-12",
                "detector": "slow_leak",
                "place": "boiler",
                "severity": "medium",
                "began_at": "2026-01-04T00:00:00Z",
                "raised_at": "2026-01-07T06:10:00Z",
                "cleared_at": None,
                "cleared_why": None,
                "shared": "all",
                "sentence": "The boiler's water pressure falls by 0.04 bar a day.",
                "evidence": {"pressure_fall_bar_per_day": 0.041},
                "causes": [],
                "confidence": 0.97,
                "acknowledged_at": None,
                "acknowledged_by": None,
                "decision": "withheld",
                "decision_reason": "repair.auto_raise has not been agreed to",
                "decided_at": "2026-01-07T06:10:01Z",
                "group": None,
                "flapping": False,
            }
        }
    )

    alert_id: UUID
    home_id: str
    detector: str | None
    place: str | None
    severity: str
    began_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    cleared_why: str | None
    shared: str
    sentence: str
    evidence: dict[str, float]
    causes: list[CauseModel]
    confidence: float
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    decision: str
    decision_reason: str | None
    decided_at: datetime | None
    group: str | None
    flapping: bool

    @classmethod
    def of(cls, seen: SeenAlert) -> "AlertModel":
        """The alert as it was disclosed."""
        alert, evidence = seen.alert, seen.evidence
        is_named = evidence.shared != NONE
        return cls(
            alert_id=alert.alert_id,
            home_id=alert.home_id,
            detector=alert.detector if is_named else None,
            place=evidence.place,
            severity=alert.severity.word,
            began_at=alert.began_at,
            raised_at=alert.raised_at,
            cleared_at=alert.cleared_at,
            cleared_why=alert.cleared_why,
            shared=evidence.shared,
            sentence=evidence.sentence,
            evidence=dict(evidence.numbers),
            causes=[CauseModel(cause=one.cause, weight=one.weight) for one in evidence.causes],
            confidence=alert.confidence,
            acknowledged_at=alert.acknowledged_at,
            acknowledged_by=alert.acknowledged_by,
            decision=alert.decision.value,
            decision_reason=alert.decision_reason if is_named else None,
            decided_at=alert.decided_at,
            group=seen.group,
            flapping=alert.flapping and is_named,
        )
