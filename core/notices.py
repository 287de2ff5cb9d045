"""What a tenant is told when something is found, asked for, or done. Plain, warm, no blame."""

from dataclasses import dataclass
from typing import Any

from core.alerts import Alert
from core.casework import RepairStatus, place_words

_SIGNED = (
    "You can see all of this, and change what your data may be used for, on your Homewell page."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """The words of a notice; paragraphs of `body` are parted by an empty line."""

    subject: str
    body: str


def repair_raised(alert: Alert, flags: dict[str, Any]) -> Letter:
    """Told when the landlord has been asked for a repair."""
    found = found_words(alert)
    sharing = (
        "With it goes what you allow to be shared, and nothing more."
        if flags["redactions"]
        else "With it go the readings that led to it, as you allow."
    )
    return _letter(
        f"We asked your landlord for a repair: {found}",
        f"We found this in your home: {found}. {alert.sentence}",
        f"We have asked your landlord to see to it. {sharing} Nobody comes in without arranging it "
        "with you.",
    )


def repair_withheld(alert: Alert) -> Letter:
    """Told when a repair waits for the tenant's word."""
    found = found_words(alert)
    return _letter(
        f"We found something in your home: {found}",
        f"We found this in your home: {found}. {alert.sentence}",
        "May we ask your landlord for a repair? We have not asked for it, because you have not "
        "said that we may. You can ask for this one on your Homewell page, or let us ask for "
        "repairs without asking you first. If you do nothing, nothing is asked for.",
    )


def repair_not_sent(alert: Alert, reason: str) -> Letter:
    """Told when consent was withdrawn before a repair had left us."""
    return _letter(
        "We did not pass on a repair",
        f"We had prepared a repair for your home: {found_words(alert)}. Before it was sent you "
        f"changed your choices ({reason}), so it was not sent.",
        "If you want the repair, you can ask for it on your Homewell page or from your landlord.",
    )


def repair_undelivered(alert: Alert) -> Letter:
    """Told when the landlord's system could not be reached for good."""
    return _letter(
        "We could not reach your landlord's repairs system",
        f"We tried to ask your landlord for a repair: {found_words(alert)}. Their system did not "
        "take it, however often we tried.",
        "Please call your landlord's repairs line and ask for it. We are sorry that this falls to "
        "you.",
    )


def repair_moved(alert: Alert, status: RepairStatus, note: str | None) -> Letter:
    """Told when the landlord has said how a repair goes on."""
    said = f" They write: {note}" if note else ""
    return _letter(
        f"Your repair: {_STATUS[status][0]}",
        f"The repair for your home ({found_words(alert)}): {_STATUS[status][1]}{said}",
    )


def found_words(alert: Alert) -> str:
    """What was found and where, as the object of a sentence."""
    words, in_a_room = _FOUND.get(alert.detector, (place_words(alert.detector), False))
    return f"{words} in your {place_words(alert.place)}" if in_a_room else words


def _letter(subject: str, *paragraphs: str) -> Letter:
    return Letter(subject=subject, body="\n\n".join([*paragraphs, _SIGNED]))


_FOUND = {
    "mould_risk": ("a risk of mould", True),
    "condensation": ("water forming on cold surfaces", True),
    "low_pressure": ("low water pressure in your boiler", False),
    "slow_leak": ("your boiler slowly losing water", False),
}
_STATUS = {
    RepairStatus.ACCEPTED: ("your landlord will do it", "your landlord will do it."),
    RepairStatus.SCHEDULED: (
        "a visit is booked",
        "a visit is booked. Your landlord tells you the day and time.",
    ),
    RepairStatus.NO_ACCESS: (
        "the visit did not take place",
        "the visit did not take place. Your landlord will arrange another with you.",
    ),
    RepairStatus.COMPLETED: (
        "done",
        "the work is done. If something is still wrong, please tell your landlord.",
    ),
    RepairStatus.DECLINED: (
        "your landlord has decided not to do it now",
        "your landlord has decided not to do it now. You can ask them why.",
    ),
    RepairStatus.CANCELLED: ("taken back", "it was taken back, and nothing will be done."),
}
