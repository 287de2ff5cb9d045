"""What each template is given: words, instants and drawings, nothing left to decide."""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.pages.words import Band


@dataclass(frozen=True, slots=True)
class Link:
    """A link that narrows what is shown; `current` is what is shown now."""

    href: str
    words: str
    current: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many of something there are, and the link that shows only those."""

    href: str
    words: str
    number: int
    current: bool


@dataclass(frozen=True, slots=True)
class DrawnChart:
    """A chart with its heading and what it shows in words."""

    title: str
    caption: str
    svg: Markup


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day or month of a table, its cells already in words."""

    day: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayTable:
    """The numbers behind the charts of one place, by day or by month (`each`)."""

    caption: str
    each: str
    headings: tuple[str, ...]
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A room or a boiler with its charts."""

    key: str
    name: str
    charts: tuple[DrawnChart, ...]
    days: DayTable | None


@dataclass(frozen=True, slots=True)
class BandTable:
    """The risk by day and room, in words, for a tenant who shares no more than that."""

    rooms: tuple[str, ...]
    rows: tuple[DayRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeRow:
    """One home in an officer's list."""

    home_id: str
    name: str
    address: str
    band: Band
    sentence: str
    more: str
    heard_at: datetime | None
    repair: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLine:
    """What many homes of an area report at once, and which homes these are.

    `query` names the group in the address of what can be done with all of it.
    """

    words: str
    homes: tuple[Link, ...]
    query: str
    can_acknowledge: bool
    can_raise: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomesView:
    """An officer's list of homes; `groups` are what many of them report at once."""

    said: str
    title: str
    landlord: str
    now: datetime
    counts: tuple[Count, ...]
    groups: tuple[GroupLine, ...]
    caption: str
    rows: tuple[HomeRow, ...]
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerAlert:
    """An alert as an officer reads it."""

    alert_id: str
    title: str
    band: Band
    sentence: str
    began_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    cleared_why: str
    decision: str
    repair_href: str
    acknowledged_at: datetime | None
    acknowledged_by: str
    can_acknowledge: bool
    can_raise: bool
    comes_and_goes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeView:
    """One home as an officer sees it."""

    home_id: str
    name: str
    address: str
    uprn: str
    band: Band
    band_reason: str
    heard_at: datetime | None
    now: datetime
    sharing: str
    said: str
    alerts: tuple[OfficerAlert, ...]
    no_alerts: str
    periods: tuple[Link, ...]
    not_shared: str
    bands: BandTable | None
    rooms: tuple[Place, ...]
    boilers: tuple[Place, ...]
    boiler_refused: str
    still_computed: str


@dataclass(frozen=True, slots=True)
class RepairStep:
    """One step of a repair, in words."""

    at: datetime
    words: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficerRepair:
    """A repair as an officer reads it."""

    repair_id: str
    title: str
    status: str
    description: str
    home_id: str
    home: str
    priority: str
    requested_at: datetime
    requested_by: str
    delivery: str
    reference: str
    left_out: str
    events: tuple[RepairStep, ...]


@dataclass(frozen=True, slots=True)
class RepairsView:
    """An officer's list of repairs."""

    repairs: tuple[OfficerRepair, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantAlert:
    """An alert as the tenant reads it."""

    alert_id: str
    title: str
    band: Band
    sentence: str
    began_at: datetime
    cleared_at: datetime | None
    decision: str
    can_ask: bool
    waits_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRepair:
    """A repair as the tenant reads it."""

    repair_id: str
    title: str
    status: str
    meaning: str
    events: tuple[RepairStep, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantNotice:
    """Something the tenant was told."""

    at: datetime
    subject: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoSees:
    """Who sees one thing that is measured."""

    measured: str
    you: str
    landlord: str
    contractor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MyHomeView:
    """A tenant's own home."""

    said: str
    greeting: str
    alerts: tuple[TenantAlert, ...]
    no_alerts: str
    repairs: tuple[TenantRepair, ...]
    notices: tuple[TenantNotice, ...]
    periods: tuple[Link, ...]
    rooms: tuple[Place, ...]
    boilers: tuple[Place, ...]
    still_computed: str
    who: tuple[WhoSees, ...]


@dataclass(frozen=True, slots=True)
class ChoiceButton:
    """The one press that changes an answer."""

    choice: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One of several answers, each one press away."""

    choice: str
    title: str
    example: str
    current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceItem:
    """One purpose with its texts, the answer that holds and how to change it."""

    purpose: str
    anchor: str
    title: str
    what_for: str
    who_benefits: str
    what_stops: str
    answer: str
    button: ChoiceButton | None
    levels: tuple[Level, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One line of the record of choices."""

    at: datetime
    title: str
    answer: str
    how: str
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoicesView:
    """A tenant's choices and their record."""

    landlord: str
    said: str
    over: str
    items: tuple[ChoiceItem, ...]
    chain: str
    history: tuple[HistoryLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """One device, without any reading of it."""

    wire_name: str
    state: Band
    seen_at: datetime | None
    kind: str
    place: str
    gateway_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DevicesView:
    """An engineer's list of devices."""

    now: datetime
    silent_after: str
    counts: tuple[Count, ...]
    caption: str
    rows: tuple[DeviceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """One message or value that was set aside."""

    rejected_id: int
    reason: str
    received_at: datetime
    measured_at: datetime | None
    gateway_id: str
    device: str
    scope: str
    topic: str
    payload: str
    payload_bytes: int
    shown_bytes: int

    @property
    def cut(self) -> bool:
        """Whether the page shows less than what came."""
        return self.shown_bytes < self.payload_bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedView:
    """An engineer's list of rejected messages."""

    gateways: tuple[Link, ...]
    not_kept: tuple[str, ...]
    rows: tuple[RejectedRow, ...]
    nothing: str
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A page that only says what happened, why, and what to do."""

    title: str
    why: str
    what_to_do: str
    href: str = ""
    link_words: str = ""
