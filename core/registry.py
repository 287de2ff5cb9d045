"""A registration: what a landlord tells Homewell of its homes, tenancies and devices.

The same form is a TOML file (`homewell register FILE.toml`, documented in docs/running.md) and what
`store.registry` writes. An unknown member is refused: in a file written by hand it is a mistake.
"""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from core.consent import TERMS, Basis, Purpose
from core.quantities import Kind
from core.wire import NAME

PERIOD_START = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when, where a file does not say: before any reading that ingest accepts."""

BROKER_USERS = ("ingest", "devices")
"""Users of our brokers that are no gateways: a gateway is its own user, and must not be theirs."""

BOILER_PLACE = Kind.BOILER.value
"""Where alerts of a boiler stand; no room may be called so, or it would be taken for one."""

Uprn = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,11}$")]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://")]
Share = Annotated[float, msgspec.Meta(gt=0, le=1)]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
KeptDays = Annotated[int, msgspec.Meta(ge=45, le=36_500)]
"""From what the detectors' windows hold to a century: fewer days would leave them nothing to judge
by, and a slip of the hand would delete what nobody meant to."""
Jurisdiction = Literal["england", "scotland", "wales", "northern_ireland"]


_CONTACT_LENGTH = range(3, 201)  # from the shortest address to what a header bears well


class NotARegistration(ValueError):
    """The registration cannot be used; the text says where and why."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a landlord's repairs system is told; the secret signs what is sent."""

    url: Url
    secret: Annotated[str, msgspec.Meta(min_length=1)]


class Landlord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The landlord; `recording` marks the owner of a replayed recording.

    Readings older than `keep_readings_days` are deleted; where it is absent, what was registered
    before stands, and at first that is: kept for ever. `contact`, an e-mail or web address, is told
    to the forecast service, and to nobody else.
    """

    id: str
    name: str
    basis: Basis = Basis.PUBLIC_TASK
    jurisdiction: Jurisdiction = "england"
    recording: bool = False
    keep_readings_days: KeptDays | None = None
    contact: str | None = None
    webhook: Webhook | None = None


class Area(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Homes under the same weather; `weather` is "gateway/device" of its weather device.

    With `latitude` and `longitude`, in degrees, that device is no station: `homewell weather` asks
    a forecast service for the weather there.
    """

    id: str
    name: str
    weather: str | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None


class GatewayDevice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device that stands in no home: the area's weather station."""

    name: str
    kind: Kind = Kind.WEATHER


class Gateway(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A gateway and what hangs on it outside any home."""

    id: str
    devices: list[GatewayDevice] = []


class Device(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device in a home: its place from `since` until `until`."""

    gateway: str
    name: str
    kind: Kind
    room: str
    since: datetime = PERIOD_START
    until: datetime | None = None


class TenancyEntry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who lives in a home from `since` on, and what they chose when they were first asked."""

    id: str
    since: datetime
    until: datetime | None = None
    tenants: list[str] = []
    choices: dict[Purpose, str] = {}
    notice_version: str = "2026-11"


class Home(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A home with its devices and tenancies."""

    id: str
    area: str
    uprn: Uprn | None = None
    property_ref: str | None = None
    address: str | None = None
    f_rsi: Share | None = None
    devices: list[Device] = []
    tenancies: list[TenancyEntry] = []


class Registration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything in one file; applying it twice changes nothing."""

    landlord: Landlord
    areas: list[Area] = []
    gateways: list[Gateway] = []
    homes: list[Home] = []


def parse(text: str) -> Registration:
    """The registration in a TOML text; NotARegistration with the place and the reason."""
    try:
        registration = msgspec.toml.decode(text, type=Registration)
    except (msgspec.DecodeError, ValueError) as error:
        purposes = f"; purposes are: {', '.join(Purpose)}" if ".choices" in str(error) else ""
        raise NotARegistration(f"this is not a registration: {error}{purposes}") from None
    check(registration)
    return registration


def check(registration: Registration) -> None:
    """Raise NotARegistration when names are unfit or point nowhere."""
    gateways = {gateway.id for gateway in registration.gateways}
    areas = {area.id for area in registration.areas}
    for what, name in _names(registration):
        if not NAME.fullmatch(name):
            raise NotARegistration(
                f"{what} {name!r}: a name is 1 to 63 of a-z, 0-9, _ and -, "
                "starting with a letter or a digit"
            )
    _check_landlord(registration.landlord)
    for reserved in sorted(gateways.intersection(BROKER_USERS)):
        raise NotARegistration(
            f"a gateway cannot be called {reserved!r}: that is a user of the broker with rights of "
            "its own; give it another name"
        )
    for area in registration.areas:
        weather_device(area)
        _check_place(area, registration.landlord)
    _check_devices_are_in_one_place(registration)
    for home in registration.homes:
        if home.area not in areas:
            raise NotARegistration(f"home {home.id!r} is in area {home.area!r}, not in this file")
        for device in home.devices:
            if device.gateway not in gateways:
                raise NotARegistration(
                    f"device {device.name!r} of home {home.id!r} hangs on gateway "
                    f"{device.gateway!r}, which is not in this file"
                )
            _check_room(home, device)
        _check_choices(home)


def _check_landlord(landlord: Landlord) -> None:
    contact = landlord.contact
    if contact is not None and not is_contact(contact):
        raise NotARegistration(
            f"landlord.contact {contact!r} is no e-mail or web address that can be told to a "
            "forecast service: write it in 3 to 200 plain letters, such as warm@homes.example"
        )
    if landlord.webhook is not None:
        _check_address(landlord.webhook.url)


def is_contact(text: str) -> bool:
    """Whether a request can name this as whom to write to: ASCII that a header may carry."""
    plain = text.isascii() and text.isprintable() and text == text.strip()
    return plain and len(text) in _CONTACT_LENGTH


def _check_place(area: Area, landlord: Landlord) -> None:
    """Where the weather is to be asked for, all that is needed for asking must be there."""
    if area.latitude is None and area.longitude is None:
        return
    if area.latitude is None or area.longitude is None:
        raise NotARegistration(f"area {area.id!r} has one coordinate; give both, or none")
    if area.weather is None:
        raise NotARegistration(
            f"area {area.id!r} has coordinates and no weather device to tell of: name one, such as "
            f"weather = 'weather/{area.id}'"
        )
    if landlord.contact is None:
        raise NotARegistration(
            f"area {area.id!r} has coordinates: set landlord.contact to an e-mail or web address, "
            "for the forecast service wants to know whom it answers"
        )


def weather_device(area: Area) -> tuple[str, str] | None:
    """Gateway and device name of the area's weather device; None where there is none."""
    if area.weather is None:
        return None
    gateway, slash, device = area.weather.partition("/")
    if not slash:
        raise NotARegistration(
            f"area {area.id!r}: weather {area.weather!r} is not of the form 'gateway/device'"
        )
    return gateway, device


def _names(registration: Registration) -> list[tuple[str, str]]:
    names = [("landlord", registration.landlord.id)]
    for gateway in registration.gateways:
        names.append(("gateway", gateway.id))
        names += [("device", device.name) for device in gateway.devices]
    for home in registration.homes:
        names.append(("home", home.id))
        names += [("device", device.name) for device in home.devices]
        for tenancy in home.tenancies:
            names.append(("tenancy", tenancy.id))
            names += [("tenant", tenant) for tenant in tenancy.tenants]
    return names


def _check_address(url: str) -> None:
    try:
        parts = urlsplit(url)
        complete = bool(parts.hostname) and parts.port != 0
    except ValueError:  # what it says of a broken host or port
        complete = False
    if not complete:
        raise NotARegistration(
            f"the landlord's webhook {url!r} is no web address: write it as https://host:port/path"
        )


def _check_room(home: Home, device: Device) -> None:
    where = f"device {device.name!r} of home {home.id!r}"
    if device.kind is Kind.WEATHER:
        raise NotARegistration(f"{where}: a weather device stands in no home, but at its gateway")
    if not device.room:
        raise NotARegistration(f"{where}: the room has no name")
    if device.kind is Kind.ROOM and device.room == BOILER_PLACE:
        raise NotARegistration(
            f"{where}: a room cannot be called {BOILER_PLACE!r}, the place of the boiler itself; "
            "name the room it is in, such as 'kitchen'"
        )


def _check_devices_are_in_one_place(registration: Registration) -> None:
    starts: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
    for home in registration.homes:
        _check_periods(home)
        for device in home.devices:
            starts[device.gateway, device.name].append((device.since, home.id))
    for (gateway, name), entries in starts.items():
        for (since, home_id), (next_since, next_home_id) in pairwise(sorted(entries)):
            if since == next_since:
                raise NotARegistration(
                    f"device {name!r} of gateway {gateway!r} is put in two places at the same "
                    f"instant, in home {home_id!r} and in home {next_home_id!r}"
                )


def _check_periods(home: Home) -> None:
    periods: list[Any] = [*home.devices, *home.tenancies]
    for entry in periods:
        if entry.since.tzinfo is None or (entry.until and entry.until.tzinfo is None):
            raise NotARegistration(
                f"home {home.id!r}: write times with their offset, such as 2026-11-01T00:00:00Z"
            )
        if entry.until is not None and entry.until <= entry.since:
            raise NotARegistration(f"home {home.id!r}: a period ends before it begins")


def _check_choices(home: Home) -> None:
    for tenancy in home.tenancies:
        for purpose, choice in tenancy.choices.items():
            offered = TERMS[purpose].choices
            if choice not in offered:
                raise NotARegistration(
                    f"home {home.id!r}: {purpose.value} cannot be {choice!r}; "
                    f"choose one of: {', '.join(offered)}"
                )
