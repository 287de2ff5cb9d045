"""A small estate for tests: homes with three room sensors and a boiler, tenancies, a station."""

from collections.abc import Sequence
from datetime import UTC, datetime

import psycopg

from core.consent import Basis, Choice, Purpose
from core.quantities import Kind
from core.registry import (
    Area,
    Device,
    Gateway,
    GatewayDevice,
    Home,
    Landlord,
    Registration,
    TenancyEntry,
)
from store.consents import append
from store.session import act_for

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
ROOMS = ("living room", "bedroom", "bathroom")


def estate(
    gateways: Sequence[str] = ("gw-a",),
    *,
    landlord: str = "demo",
    homes_per_gateway: int = 1,
    basis: Basis = Basis.PUBLIC_TASK,
    choices: dict[Purpose, str] | None = None,
    since: datetime = SINCE,
) -> Registration:
    """Homes `home-1`, `home-2`, … spread over the gateways in order.

    Home n has the sensors `th-nn01` to `th-nn03` and `boiler-nn`, and the tenancy `tenancy-n` of
    `tenant-n` since `since`. The first gateway carries `weather-1`, the station of area `area-1`.
    """
    homes = [
        _home(number, gateway, choices or {}, since)
        for number, gateway in enumerate(
            (gateway for gateway in gateways for _ in range(homes_per_gateway)), start=1
        )
    ]
    stations = {gateways[0]: [GatewayDevice(name="weather-1")]}
    return Registration(
        landlord=Landlord(id=landlord, name=f"Landlord {landlord}", basis=basis),
        areas=[Area(id="area-1", name="Area 1", weather=f"{gateways[0]}/weather-1")],
        gateways=[Gateway(id=gateway, devices=stations.get(gateway, [])) for gateway in gateways],
        homes=homes,
    )


def say(
    conn: psycopg.Connection,
    purpose: Purpose,
    choice: str,
    at: datetime,
    *,
    tenancy: str = "tenancy-1",
    expires_at: datetime | None = None,
) -> None:
    """Write down what a tenant of landlord `demo` chose, in the caller's transaction (api role)."""
    act_for(conn, "demo")
    said = Choice(
        tenancy_id=tenancy,
        revision=0,
        purpose=purpose,
        choice=choice,
        at=at,
        notice_version="2026-11",
        channel="test",
        actor="tenant",
        expires_at=expires_at,
    )
    append(conn, "demo", said)


def _home(number: int, gateway: str, choices: dict[Purpose, str], since: datetime) -> Home:
    sensors = [
        Device(
            gateway=gateway,
            name=f"th-{number:02}{sensor:02}",
            kind=Kind.ROOM,
            room=room,
            since=since,
        )
        for sensor, room in enumerate(ROOMS, start=1)
    ]
    boiler = Device(
        gateway=gateway, name=f"boiler-{number:02}", kind=Kind.BOILER, room="boiler", since=since
    )
    tenancy = TenancyEntry(
        id=f"tenancy-{number}", since=since, tenants=[f"tenant-{number}"], choices=choices
    )
    return Home(id=f"home-{number}", area="area-1", devices=[*sensors, boiler], tenancies=[tenancy])
