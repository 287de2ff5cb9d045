"""The words people read for what the tables keep as short keys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from api.disclosed import SeenAlert
from core.alerts import Alert, Decision
from core.casework import covering_detectors, place_words
from core.findings import Severity
from core.home_risk import Risk
from core.quantities import Kind
from core.work import WORK_KINDS


@dataclass(frozen=True, slots=True)
class Band:
    """How bad it is: the key names its look in the style sheet, the words say it."""

    key: str
    words: str


EMERGENCY = Band("emergency", "Emergency")
HIGH = Band("high", "High")
MEDIUM = Band("medium", "Medium")
LOW = Band("low", "Low")
UNKNOWN = Band("unknown", "Unknown")
OK = Band("ok", "Nothing found")
BANDS: dict[Risk, Band] = {
    Risk.EMERGENCY: EMERGENCY,
    Risk.HIGH: HIGH,
    Risk.MEDIUM: MEDIUM,
    Risk.UNKNOWN: UNKNOWN,
    Risk.LOW: LOW,
    Risk.OK: OK,
}

SILENT_DEVICE = Band("unknown", "Silent")
HEARD_DEVICE = Band("ok", "Heard")

_OF_SEVERITY = {
    Severity.EMERGENCY: EMERGENCY,
    Severity.HIGH: HIGH,
    Severity.MEDIUM: MEDIUM,
    Severity.LOW: LOW,
}

_DEVICES = {
    "silent": "Nothing heard",
    "stuck": "Sensor standing still",
    "railed": "Sensor at the end of its scale",
    "drifting": "Sensor drifting away",
    "implausible": "Sensor saying what cannot be",
    "flapping": "Sensor coming and going",
    "clock_wrong": "Clock wrong",
    "telemetry_frozen": "Boiler's readings standing still",
    "battery_low": "Battery nearly empty",
    "swapped_rooms": "Sensors that have changed rooms",
}

REPAIR_STATUS = {
    "requested": "asked for",
    "sent": "sent to the landlord",
    "accepted": "accepted by the landlord",
    "scheduled": "booked in",
    "no_access": "nobody could be let in",
    "completed": "done",
    "declined": "declined by the landlord",
    "cancelled": "cancelled",
}

REPAIR_MEANING = {
    "requested": "We are about to send it to your landlord.",
    "sent": "Your landlord's repairs system has it. We wait for their answer.",
    "accepted": "Your landlord will do it. They will tell you when.",
    "scheduled": "A visit is booked. Your landlord tells you the day; letting anybody in is always "
    "arranged with you.",
    "no_access": "A visit did not come about. Your landlord will arrange another with you.",
    "completed": "The work is done. We go on watching whether it helped.",
    "declined": "Your landlord has decided not to do it now. You can ask them why.",
    "cancelled": "It was taken back and nothing will be done about it.",
}

PRIORITY = {"emergency": "Emergency", "urgent": "Urgent", "routine": "Routine"}

CLEARED_WHY = {
    "recovered": "the readings are back to normal",
    "not_confirmed": "later readings did not confirm it",
    "consent": "the tenant chose that this is no longer watched",
}

KINDS = {
    Kind.ROOM: "temperature and humidity of a room",
    Kind.BOILER: "boiler",
    Kind.WEATHER: "outdoor weather",
}

SCOPES = {
    "message": "the whole message",
    "sample": "one reading",
    "value": "one value; the rest of the reading was stored",
}


def severity_band(severity: Severity) -> Band:
    """The band of a severity."""
    return _OF_SEVERITY[severity]


def spaced(key: str) -> str:
    """A key as words, first letter large, for keys that have no words of their own.

    >>> spaced("short_cycling")
    'Short cycling'
    """
    return key.replace("_", " ").replace("-", " ").capitalize()


def alert_title(alert: Alert, place: str | None) -> str:
    """What an alert is about, and where if that may be said; a boiler says it by itself."""
    words = _DEVICES.get(alert.detector)
    if words is None:
        kind = WORK_KINDS.get(alert.detector)
        words = spaced(alert.detector) if kind is None else kind.title
    if not place or place == Kind.BOILER.value:
        return words
    return f"{words}: {place_words(place)}"


def goes_with(alert: Alert, others: Iterable[Alert]) -> Alert | None:
    """The open alert of the same place whose repair, asked for or waiting, looks into this one too.

    None where this alert has a repair or a decision of its own.
    """
    if alert.decision is not Decision.NOT_NEEDED or alert.cleared_at is not None:
        return None
    covering = covering_detectors(alert.detector)
    return next(
        (
            other
            for other in others
            if other.detector in covering
            and (other.home_id, other.place) == (alert.home_id, alert.place)
            and other.cleared_at is None
            and other.decision in (Decision.RAISED, Decision.WITHHELD)
        ),
        None,
    )


def in_reading_order(seen: Sequence[SeenAlert]) -> list[SeenAlert]:
    """Open alerts before past ones, and an alert before those that go with it; else as given."""
    alerts = [one.alert for one in seen]
    return sorted(
        seen,
        key=lambda one: (
            one.alert.cleared_at is not None,
            goes_with(one.alert, alerts) is not None,
        ),
    )


def room_words(room: str) -> str:
    """A room's name as a heading.

    >>> room_words("living-room")
    'Living room'
    """
    return spaced(room)


def home_words(home_id: str) -> str:
    """A home's id as a heading; an id that is only a number says what it numbers.

    >>> home_words("home-12"), home_words("0042")
    ('Home 12', 'Home 0042')
    """
    words = spaced(home_id)
    return f"Home {words}" if words.replace(" ", "").isdigit() else words
