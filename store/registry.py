"""Writing the registry: landlords, areas, homes, tenancies, gateways, devices and placements."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

import psycopg

from core.consent import Choice
from core.registry import (
    Area,
    Device,
    Gateway,
    Home,
    NotARegistration,
    Registration,
    TenancyEntry,
    weather_device,
)
from store import consents


def register(conn: psycopg.Connection, registration: Registration) -> None:
    """Create or change everything in `registration`, in one transaction; twice is as once.

    What the file does not name stays as it is. A device that the file puts in a new place leaves
    its old one at that instant. Raises NotARegistration when it contradicts what is there.
    """
    landlord_id = registration.landlord.id
    with conn.transaction():
        _act_for(conn, landlord_id)
        with _contradictions(f"landlord {landlord_id!r}"):
            _landlord(conn, registration)
        for gateway in registration.gateways:
            with _contradictions(f"gateway {gateway.id!r}"):
                _gateway(conn, landlord_id, gateway)
        for area in registration.areas:
            with _contradictions(f"area {area.id!r}"):
                _area(conn, landlord_id, area)
        for home in registration.homes:
            with _contradictions(f"home {home.id!r}"):
                _home(conn, landlord_id, home)


def gateway_ids(conn: psycopg.Connection, landlord_id: str) -> list[str]:
    """The landlord's gateways, in order."""
    with conn.transaction():
        _act_for(conn, landlord_id)
        rows = conn.execute("SELECT gateway_id FROM gateways ORDER BY gateway_id")
        return [row[0] for row in rows]


def tenancy_of_tenant(
    conn: psycopg.Connection, landlord_id: str, tenant_id: str
) -> tuple[str, str] | None:
    """The tenancy and home of a tenant; None when there is no such tenant."""
    with conn.transaction():
        _act_for(conn, landlord_id)
        return conn.execute(
            """SELECT tenancy_id, home_id
               FROM tenants JOIN tenancies USING (landlord_id, tenancy_id)
               WHERE tenant_id = %s""",
            (tenant_id,),
        ).fetchone()


@contextmanager
def _contradictions(what: str) -> Iterator[None]:
    """Say of what it was that the database refused it; nothing of the row that stands against it.

    The detail of the error could show another landlord's row.
    """
    try:
        yield
    except psycopg.errors.UniqueViolation as error:
        raise NotARegistration(f"{what}: that id is taken already; choose another") from error
    except (psycopg.errors.IntegrityError, psycopg.errors.InsufficientPrivilege) as error:
        raise NotARegistration(
            f"{what} contradicts what is already registered: {error.diag.message_primary}"
        ) from error


def _act_for(conn: psycopg.Connection, landlord_id: str) -> None:
    conn.execute("SELECT set_config('app.landlord_id', %s, true)", (landlord_id,))


def _landlord(conn: psycopg.Connection, registration: Registration) -> None:
    landlord = registration.landlord
    conn.execute(
        """INSERT INTO landlords AS l (landlord_id, name, basis, jurisdiction, is_recording,
                                       keep_readings_for)
           VALUES (%(id)s, %(name)s, %(basis)s, %(jurisdiction)s, %(recording)s,
                   make_interval(days => %(keep_days)s::integer))
           ON CONFLICT (landlord_id) DO UPDATE
           SET name = excluded.name, basis = excluded.basis, jurisdiction = excluded.jurisdiction,
               keep_readings_for = coalesce(excluded.keep_readings_for, l.keep_readings_for)
           WHERE (l.name, l.basis, l.jurisdiction, l.keep_readings_for)
                 IS DISTINCT FROM (excluded.name, excluded.basis, excluded.jurisdiction,
                     coalesce(excluded.keep_readings_for, l.keep_readings_for))""",
        {
            "id": landlord.id,
            "name": landlord.name,
            "basis": landlord.basis.value,
            "jurisdiction": landlord.jurisdiction,
            "recording": landlord.recording,
            "keep_days": landlord.keep_readings_days,
        },
    )
    row = conn.execute("SELECT is_recording FROM landlords").fetchone()
    if row is None or row[0] != landlord.recording:
        raise NotARegistration(
            f"landlord {landlord.id!r} is registered already, and one of the two is a recording: "
            "give the other a name of its own"
        )
    if landlord.webhook:
        conn.execute(
            """INSERT INTO landlord_webhooks (landlord_id, url, secret)
               VALUES (%(id)s, %(url)s, %(secret)s)
               ON CONFLICT (landlord_id) DO UPDATE
               SET url = excluded.url, secret = excluded.secret""",
            {"id": landlord.id, "url": landlord.webhook.url, "secret": landlord.webhook.secret},
        )


def _gateway(conn: psycopg.Connection, landlord_id: str, gateway: Gateway) -> None:
    conn.execute(
        """INSERT INTO gateways (gateway_id, landlord_id)
           VALUES (%(gateway)s, %(landlord)s)
           ON CONFLICT (landlord_id, gateway_id) DO NOTHING""",
        {"gateway": gateway.id, "landlord": landlord_id},
    )
    for device in gateway.devices:
        _device(conn, landlord_id, gateway.id, device.name, device.kind.value)


def _area(conn: psycopg.Connection, landlord_id: str, area: Area) -> None:
    conn.execute(
        """INSERT INTO areas (landlord_id, area_id, name, weather_device_id)
           VALUES (%(landlord)s, %(area)s, %(name)s, %(weather)s)
           ON CONFLICT (landlord_id, area_id) DO UPDATE
           SET name = excluded.name,
               weather_device_id = coalesce(excluded.weather_device_id,
                                            areas.weather_device_id)""",
        {
            "landlord": landlord_id,
            "area": area.id,
            "name": area.name,
            "weather": _weather_device_id(conn, area),
        },
    )


def _weather_device_id(conn: psycopg.Connection, area: Area) -> int | None:
    named = weather_device(area)
    if named is None:
        return None
    row = conn.execute(
        """SELECT device_id FROM devices
           WHERE gateway_id = %(gateway)s AND wire_name = %(device)s AND kind = 'weather'""",
        {"gateway": named[0], "device": named[1]},
    ).fetchone()
    if row is None:
        raise NotARegistration(
            f"area {area.id!r}: there is no weather device {area.weather!r}; name it among the "
            "devices of its gateway"
        )
    return int(row[0])


def _home(conn: psycopg.Connection, landlord_id: str, home: Home) -> None:
    conn.execute(
        """INSERT INTO homes (landlord_id, home_id, area_id, uprn, property_ref, address, f_rsi)
           VALUES (%(landlord)s, %(home)s, %(area)s, %(uprn)s, %(property_ref)s, %(address)s,
                   %(f_rsi)s)
           ON CONFLICT (landlord_id, home_id) DO UPDATE
           SET area_id = excluded.area_id, uprn = excluded.uprn, address = excluded.address,
               property_ref = excluded.property_ref, f_rsi = excluded.f_rsi""",
        {
            "landlord": landlord_id,
            "home": home.id,
            "area": home.area,
            "uprn": home.uprn,
            "property_ref": home.property_ref,
            "address": home.address,
            "f_rsi": home.f_rsi,
        },
    )
    for device in home.devices:
        device_id = _device(conn, landlord_id, device.gateway, device.name, device.kind.value)
        _placement(conn, landlord_id, home.id, device_id, device)
    for tenancy in home.tenancies:
        _tenancy(conn, landlord_id, home.id, tenancy)


def _device(
    conn: psycopg.Connection, landlord_id: str, gateway_id: str, wire_name: str, kind: str
) -> int:
    conn.execute(
        """INSERT INTO devices (landlord_id, gateway_id, wire_name, kind)
           VALUES (%(landlord)s, %(gateway)s, %(name)s, %(kind)s)
           ON CONFLICT (gateway_id, wire_name) DO NOTHING""",
        {"landlord": landlord_id, "gateway": gateway_id, "name": wire_name, "kind": kind},
    )
    row = conn.execute(
        "SELECT device_id, kind FROM devices WHERE gateway_id = %s AND wire_name = %s",
        (gateway_id, wire_name),
    ).fetchone()
    if row is None or row[1] != kind:
        raise NotARegistration(
            f"device {wire_name!r} of gateway {gateway_id!r} is registered as another kind"
        )
    return int(row[0])


def _placement(
    conn: psycopg.Connection, landlord_id: str, home_id: str, device_id: int, device: Device
) -> None:
    values = {
        "device": device_id,
        "landlord": landlord_id,
        "home": home_id,
        "room": device.room,
        "since": device.since,
        "until": device.until,
    }
    # A device leaves a place at the latest when it comes to the next, whatever an older file says.
    conn.execute(
        """UPDATE placements SET removed_at = %(since)s
           WHERE device_id = %(device)s AND placed_at < %(since)s
             AND (removed_at IS NULL OR removed_at > %(since)s)""",
        values,
    )
    conn.execute(
        """INSERT INTO placements AS p
               (device_id, landlord_id, home_id, room, placed_at, removed_at)
           VALUES (%(device)s, %(landlord)s, %(home)s, %(room)s, %(since)s,
               least(%(until)s::timestamptz,
                     (SELECT min(placed_at) FROM placements
                      WHERE device_id = %(device)s AND placed_at > %(since)s)))
           ON CONFLICT (device_id, placed_at) DO UPDATE
           SET home_id = excluded.home_id, room = excluded.room, removed_at = excluded.removed_at
           WHERE (p.home_id, p.room, p.removed_at)
                 IS DISTINCT FROM (excluded.home_id, excluded.room, excluded.removed_at)""",
        values,
    )


def _tenancy(
    conn: psycopg.Connection, landlord_id: str, home_id: str, tenancy: TenancyEntry
) -> None:
    values = {
        "landlord": landlord_id,
        "tenancy": tenancy.id,
        "home": home_id,
        "since": tenancy.since,
        "until": tenancy.until,
    }
    conn.execute(
        """INSERT INTO tenancies AS t (landlord_id, tenancy_id, home_id, began_at, ended_at)
           VALUES (%(landlord)s, %(tenancy)s, %(home)s, %(since)s, %(until)s)
           ON CONFLICT (landlord_id, tenancy_id) DO UPDATE SET ended_at = excluded.ended_at
           WHERE t.ended_at IS DISTINCT FROM excluded.ended_at""",
        values,
    )
    row = conn.execute(
        "SELECT home_id, began_at FROM tenancies WHERE tenancy_id = %(tenancy)s", values
    ).fetchone()
    if row != (home_id, tenancy.since):
        raise NotARegistration(
            f"tenancy {tenancy.id!r} is registered with another home or beginning; what was agreed "
            "in it holds for that home and time, so give this one an id of its own"
        )
    for tenant_id in tenancy.tenants:
        conn.execute(
            """INSERT INTO tenants (landlord_id, tenant_id, tenancy_id)
               VALUES (%(landlord)s, %(tenant)s, %(tenancy)s)
               ON CONFLICT (landlord_id, tenant_id)
               DO UPDATE SET tenancy_id = excluded.tenancy_id""",
            {**values, "tenant": tenant_id},
        )
    has_ledger = conn.execute(
        "SELECT 1 FROM consent_events WHERE tenancy_id = %(tenancy)s LIMIT 1", values
    ).fetchone()
    if not has_ledger:
        for choice in _first_lines(landlord_id, tenancy):
            consents.append(conn, landlord_id, choice)


def _first_lines(landlord_id: str, tenancy: TenancyEntry) -> Iterable[Choice]:
    at: datetime = tenancy.since
    for revision, (purpose, choice) in enumerate(tenancy.choices.items(), start=1):
        yield Choice(
            tenancy_id=tenancy.id,
            revision=revision,
            purpose=purpose,
            choice=choice,
            at=at,
            notice_version=tenancy.notice_version,
            channel="registration",
            actor=f"landlord:{landlord_id}",
        )
