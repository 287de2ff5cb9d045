"""A tenant's record of choices as JSON-LD, after ISO/IEC TS 27560:2023 in W3C's DPV 2."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from api.choices import Record
from core.consent import TERMS, Choice, Purpose

_CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "dct": "http://purl.org/dc/terms/",
    "loc": "https://w3id.org/dpv/loc#",
    "legal-gb": "https://w3id.org/dpv/legal/gb#",
}


def consent_receipt(record: Record, *, now: datetime, public_url: str) -> dict[str, Any]:
    """One record for every purpose that the tenant has said something about."""
    tenancy = record.tenancy
    lines = [link.choice for link in record.links]
    said = sorted({line.purpose for line in lines}, key=list(Purpose).index)
    return {
        "@context": {**_CONTEXT, "ex": f"{public_url}/ns#"},
        "@id": f"{public_url}/consent/receipts/{tenancy.landlord_id}/{tenancy.tenancy_id}",
        "@type": "dpv:ConsentReceipt",
        "dct:created": _instant(now),
        "dpv:hasRecordOfActivity": [
            _record(
                record, purpose, [line for line in lines if line.purpose is purpose], public_url
            )
            for purpose in said
        ],
    }


def _record(
    record: Record, purpose: Purpose, lines: Sequence[Choice], public_url: str
) -> dict[str, Any]:
    tenancy = record.tenancy
    name = f"{tenancy.landlord_id}/{tenancy.tenancy_id}/{purpose.value}"
    return {
        "@id": f"{public_url}/consent/records/{name}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": name,
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
        "dpv:hasDataSubject": {"@id": f"ex:{tenancy.tenancy_id}", "@type": "dpv:DataSubject"},
        "dpv:hasDataController": f"ex:{tenancy.landlord_id}",
        "dpv:hasJurisdiction": "loc:GB",
        "dpv:hasApplicableLaw": "legal-gb:law-GDPR",
        "dpv:hasProcess": [{"@type": "dpv:Process", "dpv:hasPurpose": f"ex:{purpose.value}"}],
        "dpv:hasNotice": {
            "@id": f"{public_url}/notices/{lines[-1].notice_version}",
            "@type": "dpv:ConsentNotice",
            "dct:language": "en-GB",
        },
        "dpv:hasConsentControl": {
            "@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"],
            "dpv:isExercisedAt": f"{public_url}/my-choices",
        },
        "dpv:hasConsentStatus": [_status(line) for line in lines],
    }


def _status(line: Choice) -> dict[str, Any]:
    refused = line.choice == TERMS[line.purpose].refusing
    status = {
        "@type": ["dpv:ConsentRefused" if refused else "dpv:ConsentGiven", "dpv:ExpressedConsent"],
        "ex:choice": line.choice,
        "dpv:isIndicatedBy": "dpv:DataSubject",
        "dpv:hasIndicationMethod": line.channel,
        "dpv:isIndicatedAtTime": _instant(line.at),
    }
    if line.expires_at is not None:
        status["dct:valid"] = f"{_instant(line.at)}/{_instant(line.expires_at)}"
    return status


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
