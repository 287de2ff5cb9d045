"""What leaves for a landlord's repairs system: a CloudEvent around a HACT body, with consent flags.

Built when it is delivered, from the ledger as it stands then. `api/schemas` describes its form.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from api.hact import raise_repair_body
from core.alerts import Alert, shows_indoor_readings
from core.casework import Work
from core.consent import Permit, Refusal
from core.evidence import Evidence, evidence_for
from core.findings import Severity
from store.homes import Home, Landlord
from store.outbox import RAISE_REQUESTED, Parcel
from store.repairs import Repair

RECEIPT_PATH = "/api/v1/consents/receipt"
"""The record of choices; only the tenant themself can fetch it."""

SCHEMA_PATH = "/schemas/repair-raise-requested/1-0-0.json"


def schema() -> bytes:
    """The JSON Schema of the envelope."""
    return files("api").joinpath("schemas", "repair-raise-requested-1-0-0.json").read_bytes()


def envelope(
    parcel: Parcel,
    repair: Repair,
    alert: Alert,
    *,
    work: Work,
    home: Home,
    landlord: Landlord,
    consent: Mapping[str, Any],
    contact: str,
    detection: Permit | Refusal,
    landlord_share: Permit | Refusal,
    contractor_share: Permit | Refusal,
    public_url: str,
) -> dict[str, Any]:
    """The event, ready for JSON. Its id stays the same however often it is delivered."""
    seen = evidence_for(alert, detection=detection, share=landlord_share)
    data: dict[str, Any] = {
        "idempotencyKey": parcel.idempotency_key,
        "repairId": str(repair.repair_id),
        "alertId": str(alert.alert_id),
        "jurisdiction": landlord.jurisdiction,
        "property": _property(home),
        "tenancyRef": repair.tenancy_id,
        "detection": _detection(alert, seen),
        "hazard": _hazard(alert),
        "consent": {**consent, "receiptUrl": f"{public_url}{RECEIPT_PATH}"},
        "access": {
            "permissionToEnterWithoutAppointment": False,
            "contactFirst": contact,
            "keysafe": None,
        },
        "hact": raise_repair_body(repair, work, place=alert.place, home=home, contact=contact),
    }
    if shows_indoor_readings(alert):
        for_contractor = evidence_for(alert, detection=detection, share=contractor_share)
        if for_contractor.shared == "all":
            data["contractorEvidence"] = _numbers(for_contractor)
    return {
        "specversion": "1.0",
        "id": parcel.idempotency_key,
        "source": f"{public_url}/landlords/{landlord.landlord_id}",
        "type": RAISE_REQUESTED,
        "subject": f"uprn:{home.uprn}" if home.uprn else f"home:{home.home_id}",
        "time": _instant(repair.requested_at),
        "datacontenttype": "application/json",
        "dataschema": f"{public_url}{SCHEMA_PATH}",
        "data": data,
    }


def _property(home: Home) -> dict[str, Any]:
    return {
        "homeId": home.home_id,
        "uprn": home.uprn,
        "landlordPropertyRef": home.property_ref,
    }


def _detection(alert: Alert, seen: Evidence) -> dict[str, Any]:
    found = {
        "kind": alert.detector,
        "detectorVersion": alert.detector_version,
        "severity": alert.severity.word,
        "firstSeenAt": _instant(alert.began_at),
        "raisedAt": _instant(alert.raised_at),
        "confidence": round(alert.confidence, 3),
        "summary": seen.sentence,
        "triggerSource": "EnvironmentalSensor",
        "place": alert.place,
    }
    return found | (_numbers(seen) if seen.shared == "all" else {})


def _numbers(seen: Evidence) -> dict[str, Any]:
    return {
        "evidence": dict(seen.numbers),
        "causes": [{"cause": one.cause, "weight": one.weight} for one in seen.causes],
    }


def _hazard(alert: Alert) -> dict[str, Any] | None:
    """What a detector proposes; only a person says that there is a hazard."""
    if not shows_indoor_readings(alert):
        return None
    worst = alert.severity is Severity.EMERGENCY
    return {
        "proposedCategory": "damp_and_mould_growth",
        "proposedSeverity": "potential_emergency" if worst else "potential_significant",
        "severityConfirmedBy": None,
        "note": "A detector proposes; a competent person decides.",
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
