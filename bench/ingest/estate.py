"""Fifty thousand homes in the registry, each with a gateway, four devices and a tenancy."""

from datetime import datetime, timedelta

import psycopg

from bench.ingest.load import DEVICES
from store.session import act_for

LANDLORD = "bench"

_SINCE = timedelta(days=800)  # longer ago than anything the bench sends was measured

# The tables whose rows tell the gate of a change, one line a row: here one line tells of all.
_WATCHED = ("devices", "placements", "tenancies")


def register(owner_url: str, gateways: int, now: datetime) -> None:
    """Register the whole estate under one landlord, as the owner of the tables."""
    with psycopg.connect(owner_url) as conn:
        act_for(conn, LANDLORD)
        for table in _WATCHED:
            conn.execute(
                psycopg.sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(
                    psycopg.sql.Identifier(table)
                )
            )
        for statement in _STATEMENTS:
            conn.execute(
                statement,
                {
                    "landlord": LANDLORD,
                    "gateways": gateways,
                    "since": now - _SINCE,
                    "names": [name for name, _ in DEVICES],
                    "kinds": [kind.value for _, kind in DEVICES],
                },
            )
        for table in _WATCHED:
            conn.execute(
                psycopg.sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(
                    psycopg.sql.Identifier(table)
                )
            )
    with psycopg.connect(owner_url, autocommit=True) as conn:
        conn.execute("ANALYZE")


def device_ids(admin_url: str) -> list[list[int]]:
    """By gateway, the ids of its devices in the order of DEVICES."""
    with psycopg.connect(admin_url) as conn:
        rows = conn.execute(
            """SELECT array_agg(device_id ORDER BY array_position(%(names)s, wire_name))
               FROM devices WHERE landlord_id = %(landlord)s
               GROUP BY gateway_id ORDER BY gateway_id""",
            {"names": [name for name, _ in DEVICES], "landlord": LANDLORD},
        ).fetchall()
    return [ids for (ids,) in rows]


_STATEMENTS = (
    """INSERT INTO landlords (landlord_id, name, basis)
       VALUES (%(landlord)s, 'Bench', 'public_task')""",
    "INSERT INTO areas (landlord_id, area_id, name) VALUES (%(landlord)s, 'area-1', 'Area 1')",
    """INSERT INTO gateways (gateway_id, landlord_id)
       SELECT 'gw-' || to_char(n, 'FM000000'), %(landlord)s
       FROM generate_series(0, %(gateways)s - 1) n""",
    """INSERT INTO homes (landlord_id, home_id, area_id)
       SELECT %(landlord)s, 'home-' || to_char(n, 'FM000000'), 'area-1'
       FROM generate_series(0, %(gateways)s - 1) n""",
    """INSERT INTO devices (landlord_id, gateway_id, wire_name, kind)
       SELECT %(landlord)s, 'gw-' || to_char(n, 'FM000000'), d.name, d.kind
       FROM generate_series(0, %(gateways)s - 1) n,
            unnest(%(names)s::text[], %(kinds)s::text[]) AS d (name, kind)""",
    """INSERT INTO placements (device_id, landlord_id, home_id, room, placed_at)
       SELECT device_id, landlord_id, replace(gateway_id, 'gw-', 'home-'), wire_name, %(since)s
       FROM devices WHERE landlord_id = %(landlord)s""",
    """INSERT INTO tenancies (landlord_id, tenancy_id, home_id, began_at)
       SELECT landlord_id, replace(home_id, 'home-', 'tenancy-'), home_id, %(since)s
       FROM homes WHERE landlord_id = %(landlord)s""",
    "SELECT pg_advisory_xact_lock(gate_lock_key())",
    # No home and no gateway: it concerns every gateway of the landlord.
    "INSERT INTO gate_changes (landlord_id) VALUES (%(landlord)s)",
    "SELECT pg_notify('homewell_gate', '')",
)
