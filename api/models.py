"""The forms in which the API answers; names of quantities are those of the wire."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from api.alert_model import AlertModel
from api.choices import StandingChoice
from api.disclosed import LandlordsHomes, Readings, SeenHome
from api.repairing import RepairSeen
from core.consent import TERMS, Choice
from core.ledger import Link
from core.readings import Cell
from store.rejections import RejectedMessage

PAYLOAD_SHOWN = 1000  # characters of a rejected message: enough to see what is wrong


class _Model(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class HomeModel(_Model):
    """A home and how it stands.

    `status` is `ok`, `attention` or `unknown`; `unknown_because` says why it is not known, also
    beside a known trouble. `heard` says by kind when it was last heard, null for never.
    """

    home_id: str
    address: str | None
    uprn: str | None
    property_ref: str | None
    risk: str
    status: str
    unknown_because: str
    sharing: str
    last_heard_at: datetime | None
    heard: dict[str, datetime | None]
    open_alerts: list[AlertModel]

    @classmethod
    def of(cls, seen: SeenHome) -> "HomeModel":
        """The home as it was disclosed."""
        return cls(
            home_id=seen.home.home_id,
            address=seen.home.address,
            uprn=seen.home.uprn,
            property_ref=seen.home.property_ref,
            risk=seen.standing.risk.value,
            status=seen.standing.status.value,
            unknown_because=seen.standing.unknown_because,
            sharing=seen.sharing,
            last_heard_at=seen.last_heard_at,
            heard={kind.value: at for kind, at in seen.heard.items()},
            open_alerts=[AlertModel.of(alert) for alert in seen.alerts],
        )


class HomesModel(_Model):
    """One page of homes, those at risk first.

    `as_of` is the instant that "recently heard" is counted from: now, or for the landlord of a
    recording its newest reading; `clock` says which, `wall` or `recording`.
    """

    items: list[HomeModel]
    next: str | None
    as_of: datetime
    clock: str

    @classmethod
    def of(
        cls, found: LandlordsHomes, shown: Sequence[SeenHome], following: str | None
    ) -> "HomesModel":
        """One page of the homes that were disclosed."""
        return cls(
            items=[HomeModel.of(one) for one in shown],
            next=following,
            as_of=found.as_of,
            clock="recording" if found.landlord.is_recording else "wall",
        )


class PlaceModel(_Model):
    """What one place measured: equally long columns, null for "not measured"."""

    room: str
    times: list[datetime]
    columns: dict[str, list[Cell]]


class DayBandModel(_Model):
    """The risk of damp in a room on a local day: LOW, MEDIUM or HIGH."""

    day: date
    room: str
    band: str


class ReadingsModel(_Model):
    """Readings as finely as they may be seen; with granularity `band` only `bands` are there.

    Means cover whole days, hours or half hours that are over, so `from` and `to` may differ from
    those asked for. By the hour a boolean is a share of readings, and `_min` and `_max` hold the
    extremes, where all is shared; `complete` is false while hours are still to be computed.
    """

    kind: str
    granularity: str
    since: datetime = Field(serialization_alias="from")
    until: datetime = Field(serialization_alias="to")
    places: list[PlaceModel]
    bands: list[DayBandModel]
    complete: bool

    @classmethod
    def of(cls, found: Readings) -> "ReadingsModel":
        """The readings as they were disclosed."""
        return cls(
            kind=found.kind.value,
            granularity=found.granularity,
            since=found.period.since,
            until=found.period.until,
            places=[PlaceModel.model_validate(one) for one in found.places],
            bands=[DayBandModel.model_validate(one) for one in found.bands],
            complete=found.complete,
        )


class RepairEventModel(_Model):
    """One step of a repair."""

    at: datetime
    status: str
    actor: str
    note: str | None


class DeliveryModel(_Model):
    """How the delivery to the landlord's repairs system stands."""

    attempts: int
    delivered_at: datetime | None
    given_up_at: datetime | None
    last_error: str | None


class RepairModel(_Model):
    """A repair, with the consent flags that held when it was raised."""

    repair_id: UUID
    home_id: str
    alert_id: UUID
    status: str
    priority: str
    trade: str
    description: str
    requested_at: datetime
    requested_by: str
    status_at: datetime
    landlord_reference: str | None
    consent_flags: dict[str, Any]
    events: list[RepairEventModel]
    delivery: DeliveryModel | None

    @classmethod
    def of(cls, seen: RepairSeen) -> "RepairModel":
        """The repair with its history."""
        repair = seen.repair
        return cls(
            repair_id=repair.repair_id,
            home_id=repair.home_id,
            alert_id=repair.alert_id,
            status=repair.status.value,
            priority=repair.priority.value,
            trade=repair.trade,
            description=repair.description,
            requested_at=repair.requested_at,
            requested_by=repair.requested_by,
            status_at=repair.status_at,
            landlord_reference=repair.landlord_reference,
            consent_flags=dict(repair.consent_flags),
            events=[RepairEventModel.model_validate(one) for one in seen.events],
            delivery=DeliveryModel.model_validate(seen.delivery) if seen.delivery else None,
        )


class ConsentModel(_Model):
    """One purpose as it stands: what it is for, what a no stops, and the answer that holds.

    `since` is empty while the tenant has said nothing and the default holds.
    """

    purpose: str
    title: str
    what_for: str
    who_benefits: str
    what_stops: str
    choices: list[str]
    choice: str
    since: datetime | None
    expires_at: datetime | None

    @classmethod
    def of(cls, standing: StandingChoice) -> "ConsentModel":
        """The purpose with its words."""
        said = standing.said
        return cls(
            purpose=standing.purpose.value,
            title=standing.words.title,
            what_for=standing.words.what_for,
            who_benefits=standing.words.who_benefits,
            what_stops=standing.words.what_stops,
            choices=list(TERMS[standing.purpose].choices),
            choice=standing.choice,
            since=said.at if said else None,
            expires_at=said.expires_at if said else None,
        )


class ConsentLineModel(_Model):
    """One line of the record; its hash seals it and, through `previous`, all before it."""

    revision: int
    purpose: str
    choice: str
    at: datetime
    expires_at: datetime | None
    notice_version: str
    channel: str
    actor: str
    previous: str
    hash: str

    @classmethod
    def of(cls, link: Link) -> "ConsentLineModel":
        """The line with its seals in hexadecimal."""
        line: Choice = link.choice
        return cls(
            revision=line.revision,
            purpose=line.purpose.value,
            choice=line.choice,
            at=line.at,
            expires_at=line.expires_at,
            notice_version=line.notice_version,
            channel=line.channel,
            actor=line.actor,
            previous=link.previous.hex(),
            hash=link.hash.hex(),
        )


class DeviceModel(_Model):
    """A device, where it stands and when it was last heard; no reading of it."""

    device_id: int
    gateway_id: str
    wire_name: str
    kind: str
    home_id: str | None
    room: str | None
    last_seen_at: datetime | None


class NotKeptModel(_Model):
    """How many rejections of a gateway on a day (UTC) were too many to be kept one by one."""

    gateway_id: str
    day: date
    count: int


class RejectedModel(_Model):
    """What could not be stored, and why; the beginning of it as text, made harmless."""

    rejected_id: int
    received_at: datetime
    gateway_id: str | None
    device: str | None
    kind: str | None
    scope: str
    quantity: str | None
    measured_at: datetime | None
    samples_lost: int
    reason: str
    topic: str
    payload_begins: str

    @classmethod
    def of(cls, message: RejectedMessage) -> "RejectedModel":
        """The message with its payload as text."""
        text = message.payload.decode("utf-8", errors="backslashreplace")[:PAYLOAD_SHOWN]
        return cls(
            rejected_id=message.rejected_id,
            received_at=message.received_at,
            gateway_id=message.gateway_id,
            device=message.device,
            kind=message.kind,
            scope=message.scope,
            quantity=message.quantity,
            measured_at=message.measured_at,
            samples_lost=message.samples_lost,
            reason=message.reason,
            topic=message.topic,
            payload_begins=text.replace("\x00", "\\x00"),
        )
