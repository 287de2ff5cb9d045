"""Repairs in words, for whoever reads them."""

from collections.abc import Iterable

from api.pages.local_time import moment_words
from api.pages.views import RepairStep
from api.pages.words import REPAIR_STATUS
from store.outbox import Delivery
from store.repairs import Repair, RepairEvent

_LEFT_OUT = {
    "detection.evidence": "the numbers behind the alert",
    "detection.causes": "the likely causes",
    "detection.place": "the room",
    "contractorEvidence": "readings for whoever does the repair",
    "hact.PersonAlert": "anything about health or age",
}
_TRADES = {"HE": "Heating repair", "SP": "Damp and mould repair"}
_BY = {
    "homewell": "by Homewell itself",
    "tenant": "by the tenant",
    "officer": "by an officer",
    "landlord_system": "by the landlord's repairs system",
}


def repair_title(repair: Repair) -> str:
    """What kind of repair it is; no more than the landlord was asked for."""
    return _TRADES.get(repair.trade, "Repair")


def repair_steps(events: Iterable[RepairEvent]) -> tuple[RepairStep, ...]:
    """What happened to a repair, oldest first."""
    return tuple(
        RepairStep(event.at, REPAIR_STATUS.get(event.status, event.status), event.note or "")
        for event in events
    )


def asked_by(actor: str) -> str:
    """Who asked for a repair, without the person's name.

    >>> asked_by("tenant:tenant-3")
    'by the tenant'
    """
    return _BY.get(actor.split(":", 1)[0], f"by {actor}")


def left_out_words(redactions: Iterable[str]) -> str:
    """What the tenant's choices leave out of a repair."""
    return ", ".join(_LEFT_OUT.get(one, one) for one in redactions)


def delivery_words(delivery: Delivery | None) -> str:
    """How the delivery of a repair stands."""
    if delivery is None:
        return "nothing to send"
    if delivery.delivered_at is not None:
        return f"delivered on {moment_words(delivery.delivered_at)}"
    why = f" ({delivery.last_error})" if delivery.last_error else ""
    if delivery.given_up_at is not None:
        return f"given up on {moment_words(delivery.given_up_at)}{why}"
    if delivery.attempts == 0:
        return "about to be sent"
    tries = "once" if delivery.attempts == 1 else f"{delivery.attempts} times"
    return f"tried {tries}, and will be tried again{why}"
