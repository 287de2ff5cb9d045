"""A repair in the words of HACT's UK Housing Data Standards: RaiseRepair, M3SoR v7.

Its schema refuses any further member, so the consent flags travel in the envelope around it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.casework import Priority, Work, place_words
from store.homes import Home
from store.repairs import Repair

# Codes as Hackney uses them: 2 emergency, 3 urgent, 4 normal. Meanings of class and type are not
# in the standard's files; 0 and 10 are what Hackney's and the standard's own examples send.
_PRIORITY_CODE = {Priority.EMERGENCY: "2", Priority.URGENT: "3", Priority.ROUTINE: "4"}
_WORK_CLASS = {"WorkClassCode": "0", "WorkClassDescription": "Responsive repair"}
_WORK_TYPE = "10"

# What the standard demands as a date; what is promised to the tenant is the landlord's to say.
_WISHED_WITHIN = {
    Priority.EMERGENCY: timedelta(hours=24),
    Priority.URGENT: timedelta(days=7),  # at least five working days
    Priority.ROUTINE: timedelta(days=29),  # at least twenty-one working days
}


def raise_repair_body(
    repair: Repair, work: Work, *, place: str, home: Home, contact: str
) -> dict[str, Any]:
    """The RaiseRepair body. It holds no reading of a room and nothing about a person's health."""
    return {
        "DescriptionOfWork": repair.description,
        "Priority": {
            "PriorityCode": _PRIORITY_CODE[repair.priority],
            "RequiredCompletionDateTime": _instant(
                repair.requested_at + _WISHED_WITHIN[repair.priority]
            ),
        },
        "WorkClass": _WORK_CLASS,
        "WorkType": _WORK_TYPE,
        "LocationOfRepair": place_words(place).capitalize(),
        "DateReported": _instant(repair.requested_at),
        "WorkElement": [_element(work)],
        "AccessInformation": {
            "Description": f"By arrangement with the tenant; they prefer to be told by {contact}."
        },
        "PersonAlert": [],
        "LocationAlert": [],
        "SitePropertyUnit": [_property(home)],
    }


def _element(work: Work) -> dict[str, Any]:
    return {
        "Reference": {"ID": "1", "AllocatedBy": "homewell"},
        "Trade": [
            {
                "Code": work.trade,
                "CustomCode": work.trade_custom_code,
                "CustomName": work.trade_custom_name,
            }
        ],
        "RateScheduleItem": [
            {
                "CustomCode": work.item_code,
                "CustomName": work.item_name,
                "Quantity": {"Amount": [1], "UnitOfMeasurementCode": "EA"},
            }
        ],
    }


def _property(home: Home) -> dict[str, Any]:
    references = [{"ID": home.home_id, "AllocatedBy": "homewell"}]
    if home.uprn:
        references.append({"ID": home.uprn, "AllocatedBy": "UPRN"})
    if home.property_ref:
        references.append({"ID": home.property_ref, "AllocatedBy": "landlord-property-ref"})
    unit: dict[str, Any] = {"Reference": references}
    if home.address:
        unit["Address"] = {"AddressLine": [home.address], "Country": "GB"}
    return unit


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
