"""Registrations written by hand: what is read of them, and what is refused in which words."""

from datetime import UTC, datetime

import pytest

from core.consent import Basis, Purpose
from core.quantities import Kind
from core.registry import (
    PERIOD_START,
    Area,
    Device,
    Gateway,
    GatewayDevice,
    Home,
    Landlord,
    NotARegistration,
    Registration,
    TenancyEntry,
    check,
    parse,
    weather_device,
)

WHOLE = """
[landlord]
id = "harbour"
name = "Harbour Homes"
basis = "legitimate_interests"
jurisdiction = "scotland"

[[areas]]
id = "docks"
name = "The docks"
weather = "gw-1/weather-1"

[[gateways]]
id = "gw-1"
devices = [{ name = "weather-1" }]

[[homes]]
id = "home-1"
area = "docks"
uprn = "100023336956"
f_rsi = 0.7

[[homes.devices]]
gateway = "gw-1"
name = "th-0101"
kind = "room"
room = "bedroom"
since = 2026-01-01T00:00:00Z

[[homes.tenancies]]
id = "tenancy-1"
since = 2026-01-01T00:00:00Z
tenants = ["tenant-1"]
choices = { "repair.auto_raise" = "yes" }
"""
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def test_a_registration_is_read_as_it_is_written() -> None:
    device = Device(gateway="gw-1", name="th-0101", kind=Kind.ROOM, room="bedroom", since=SINCE)
    tenancy = TenancyEntry(
        id="tenancy-1",
        since=SINCE,
        tenants=["tenant-1"],
        choices={Purpose.AUTO_RAISE: "yes"},
    )

    assert parse(WHOLE) == Registration(
        landlord=Landlord(
            id="harbour",
            name="Harbour Homes",
            basis=Basis.LEGITIMATE_INTERESTS,
            jurisdiction="scotland",
        ),
        areas=[Area(id="docks", name="The docks", weather="gw-1/weather-1")],
        gateways=[Gateway(id="gw-1", devices=[GatewayDevice(name="weather-1")])],
        homes=[
            Home(
                id="home-1",
                area="docks",
                uprn="100023336956",
                f_rsi=0.7,
                devices=[device],
                tenancies=[tenancy],
            )
        ],
    )


def test_a_device_without_a_beginning_stood_there_always() -> None:
    registration = parse(
        WHOLE.replace('room = "bedroom"\nsince = 2026-01-01T00:00:00Z', 'room = "bedroom"')
    )

    assert registration.homes[0].devices[0].since == PERIOD_START


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            'id = "home-1"',
            'id = "Home 1"',
            "home 'Home 1': a name is 1 to 63 of a-z, 0-9, _ and -, starting with a letter or a "
            "digit",
        ),
        (
            'area = "docks"',
            'area = "dock"',
            "home 'home-1' is in area 'dock', not in this file",
        ),
        (
            'gateway = "gw-1"',
            'gateway = "gw-9"',
            "device 'th-0101' of home 'home-1' hangs on gateway 'gw-9', which is not in this file",
        ),
        (
            'weather = "gw-1/weather-1"',
            'weather = "weather-1"',
            "area 'docks': weather 'weather-1' is not of the form 'gateway/device'",
        ),
        (
            'kind = "room"',
            'kind = "weather"',
            "device 'th-0101' of home 'home-1': a weather device stands in no home, but at its "
            "gateway",
        ),
        (
            'room = "bedroom"',
            'room = ""',
            "device 'th-0101' of home 'home-1': the room has no name",
        ),
        (
            'room = "bedroom"',
            'room = "boiler"',
            "device 'th-0101' of home 'home-1': a room cannot be called 'boiler', the place of "
            "the boiler itself; name the room it is in, such as 'kitchen'",
        ),
        (
            'room = "bedroom"\nsince = 2026-01-01T00:00:00Z',
            'room = "bedroom"\nsince = 2026-01-01T00:00:00',
            "home 'home-1': write times with their offset, such as 2026-11-01T00:00:00Z",
        ),
        (
            'id = "tenancy-1"\nsince = 2026-01-01T00:00:00Z',
            'id = "tenancy-1"\nsince = 2026-01-01T00:00:00Z\nuntil = 2026-01-01T00:00:00Z',
            "home 'home-1': a period ends before it begins",
        ),
        (
            '"repair.auto_raise" = "yes"',
            '"repair.auto_raise" = "maybe"',
            "home 'home-1': repair.auto_raise cannot be 'maybe'; choose one of: yes, no",
        ),
        (
            '"repair.auto_raise" = "yes"',
            '"repair.raise" = "yes"',
            "this is not a registration: Invalid enum value 'repair.raise' - at `key` in "
            "`$.homes[0].tenancies[0].choices`; purposes are: "
            + ", ".join(purpose.value for purpose in Purpose),
        ),
        (
            'uprn = "100023336956"',
            'uprn = "0012"',
            "this is not a registration: Expected `str` matching regex '^[1-9][0-9]{0,11}$' - at "
            "`$.homes[0].uprn`",
        ),
        (
            "f_rsi = 0.7",
            "f_rsi = 70.0",
            "this is not a registration: Expected `float` <= 1.0 - at `$.homes[0].f_rsi`",
        ),
        (
            'jurisdiction = "scotland"',
            'jurisdiction = "ireland"',
            "this is not a registration: Invalid enum value 'ireland' - at "
            "`$.landlord.jurisdiction`",
        ),
        (
            'name = "The docks"',
            'name = "The docks"\nwheather = "gw-1/weather-1"',
            "this is not a registration: Object contains unknown field `wheather` - at "
            "`$.areas[0]`",
        ),
    ],
)
def test_a_mistake_in_a_file_is_refused_in_words(old: str, new: str, reason: str) -> None:
    assert WHOLE.count(old) == 1

    with pytest.raises(NotARegistration) as refusal:
        parse(WHOLE.replace(old, new))

    assert str(refusal.value) == reason


def test_a_text_that_is_no_toml_is_refused() -> None:
    with pytest.raises(NotARegistration):
        parse("landlord: harbour")


def test_a_device_cannot_be_in_two_places_from_the_same_instant() -> None:
    twice = WHOLE + WHOLE[WHOLE.index("[[homes]]") :].replace('"home-1"', '"home-2"').replace(
        '"tenancy-1"', '"tenancy-2"'
    )

    with pytest.raises(NotARegistration) as refusal:
        parse(twice)

    assert str(refusal.value) == (
        "device 'th-0101' of gateway 'gw-1' is put in two places at the same instant, in home "
        "'home-1' and in home 'home-2'"
    )


@pytest.mark.parametrize(
    ("weather", "device"),
    [(None, None), ("gw-1/weather-1", ("gw-1", "weather-1"))],
)
def test_an_area_has_one_weather_device_or_none(
    weather: str | None, device: tuple[str, str] | None
) -> None:
    assert weather_device(Area(id="docks", name="The docks", weather=weather)) == device


@pytest.mark.parametrize(
    "contact", ["", "ab", "warm@höme.example", "a\x7fb@c.example", " a@b.example", "a" * 201]
)
def test_a_landlords_contact_that_no_request_can_carry_is_refused(contact: str) -> None:
    landlord = Landlord(id="harbour", name="Harbour Homes", contact=contact)

    with pytest.raises(NotARegistration, match="no e-mail or web address"):
        check(Registration(landlord=landlord))


@pytest.mark.parametrize("contact", [None, "warm@homes.example", "https://homes.example/"])
def test_a_landlords_contact_is_an_address_or_absent(contact: str | None) -> None:
    check(Registration(landlord=Landlord(id="harbour", name="Harbour Homes", contact=contact)))
