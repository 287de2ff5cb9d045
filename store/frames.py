"""What the detectors read: which homes changed, who may be judged, and the samples as arrays."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from core.quantities import QUANTITIES, Form, Kind

_TABLES = {kind: sql.Identifier(f"{kind.value}_readings") for kind in Kind}
_COPY_HEADER_BYTES = 19  # signature, flags and the length of an empty extension
_COPY_TRAILER_BYTES = 2
_POSTGRES_EPOCH_MS = 946_684_800_000  # 2000-01-01T00:00:00Z
_ARRIVALS_MAX = 10_000  # of one sweep; the next one takes the rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """What newly stands in the tables for one device: between these instants, both included."""

    device_id: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A device's stay at a place of a home, with what judging there needs to know.

    `weather_device_id` is that of the home's area; `removed_at` is empty while the device stands
    there.
    """

    landlord_id: str
    home_id: str
    room: str
    device_id: int
    gateway_id: str
    kind: Kind
    placed_at: datetime
    removed_at: datetime | None
    f_rsi: float | None
    weather_device_id: int | None


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """Samples of some devices, in no stated order: equally long arrays, NaN for not measured."""

    device_ids: npt.NDArray[np.int32]
    times_ms: npt.NDArray[np.int64]
    values: Mapping[str, npt.NDArray[np.float32]]


def take_arrivals(conn: psycopg.Connection) -> list[Arrival]:
    """Take what arrived since it was last asked, one entry a device.

    It is gone when the caller's transaction commits, and there again when that fails.
    """
    rows = conn.execute(
        """WITH taken AS (
               DELETE FROM arrivals WHERE arrival_id IN (
                   SELECT arrival_id FROM arrivals ORDER BY arrival_id LIMIT %(most)s)
               RETURNING device_ids, first_at, last_at)
           SELECT one.device_id, min(one.since), max(one.until)
           FROM taken, unnest(device_ids, first_at, last_at) AS one (device_id, since, until)
           GROUP BY one.device_id""",
        {"most": _ARRIVALS_MAX},
    )
    return [Arrival(device_id=i, first_at=first, last_at=last) for i, first, last in rows]


def places_touched(conn: psycopg.Connection, device_ids: Sequence[int]) -> list[Place]:
    """Every place of the homes that these devices stand in, or whose weather they measure."""
    return _places(
        conn,
        """(p.landlord_id, p.home_id) IN (
               SELECT landlord_id, home_id FROM placements WHERE device_id = ANY(%(devices)s)
               UNION
               SELECT h.landlord_id, h.home_id FROM homes h JOIN areas USING (landlord_id, area_id)
               WHERE weather_device_id = ANY(%(devices)s))""",
        {"devices": list(device_ids)},
    )


def places_of_gateways(
    conn: psycopg.Connection, gateway_ids: Iterable[str], *, at: datetime
) -> list[Place]:
    """Every place in which a device of these gateways stands at the instant `at`."""
    return _places(
        conn,
        """d.gateway_id = ANY(%(gateways)s) AND p.placed_at <= %(at)s
           AND (p.removed_at IS NULL OR p.removed_at > %(at)s)""",
        {"gateways": list(gateway_ids), "at": at},
    )


def gateways_of_devices(conn: psycopg.Connection, device_ids: Sequence[int]) -> dict[int, str]:
    """The gateway that each of these devices hangs on."""
    rows = conn.execute(
        "SELECT device_id, gateway_id FROM devices WHERE device_id = ANY(%(devices)s)",
        {"devices": list(device_ids)},
    )
    return dict(rows.fetchall())


def samples(
    conn: psycopg.Connection,
    kind: Kind,
    device_ids: Iterable[int],
    since: datetime,
    until: datetime,
) -> SampleTable:
    """The devices' samples in [since, until); every quantity of the kind that is a number.

    Booleans are 0 and 1; what was not measured is NaN.
    """
    names = [quantity.name for quantity in QUANTITIES[kind] if quantity.form is not Form.TEXT]
    columns = [
        _as_number(quantity.name, quantity.form)
        for quantity in QUANTITIES[kind]
        if quantity.form is not Form.TEXT
    ]
    query = sql.SQL(
        """COPY (SELECT device_id, measured_at, {columns} FROM {table}
                 WHERE device_id = ANY({devices}) AND measured_at >= {since}
                   AND measured_at < {until})
           TO STDOUT (FORMAT binary)"""
    ).format(
        columns=sql.SQL(", ").join(columns),
        table=_TABLES[kind],
        devices=sql.Literal(sorted(set(device_ids))),
        since=sql.Literal(since),
        until=sql.Literal(until),
    )
    with conn.cursor().copy(query) as copy:
        raw = b"".join(copy)
    rows = _parse(raw, names)
    return SampleTable(
        device_ids=rows["device_id"].astype(np.int32),
        times_ms=rows["measured_at"].astype(np.int64) // 1000 + _POSTGRES_EPOCH_MS,
        values={name: rows[name].astype(np.float32) for name in names},
    )


def first_sample_at(
    conn: psycopg.Connection, kind: Kind, device_ids: Iterable[int], *, not_before: datetime
) -> datetime | None:
    """When the first of these devices was heard from `not_before` on; None when none was."""
    row = conn.execute(
        sql.SQL(
            """SELECT min(first_at) FROM unnest(%(devices)s::integer[]) AS device (device_id),
               LATERAL (SELECT measured_at AS first_at FROM {table} r
                        WHERE r.device_id = device.device_id
                          AND r.measured_at >= %(not_before)s
                        ORDER BY measured_at LIMIT 1) earliest"""
        ).format(table=_TABLES[kind]),
        {"devices": sorted(set(device_ids)), "not_before": not_before},
    ).fetchone()
    return row[0] if row else None


def _places(conn: psycopg.Connection, where: str, values: Mapping[str, Any]) -> list[Place]:
    rows = conn.execute(
        sql.SQL(
            """SELECT p.landlord_id, p.home_id, p.room, p.device_id, d.gateway_id, d.kind,
                      p.placed_at, p.removed_at, h.f_rsi, a.weather_device_id
               FROM placements p
               JOIN devices d USING (device_id)
               JOIN homes h ON (h.landlord_id, h.home_id) = (p.landlord_id, p.home_id)
               JOIN areas a ON (a.landlord_id, a.area_id) = (h.landlord_id, h.area_id)
               WHERE {where}
               ORDER BY p.landlord_id, p.home_id, p.room, p.placed_at"""
        ).format(where=sql.SQL(where)),
        values,
    )
    return [
        Place(
            landlord_id=landlord_id,
            home_id=home_id,
            room=room,
            device_id=device_id,
            gateway_id=gateway_id,
            kind=Kind(kind),
            placed_at=placed_at,
            removed_at=removed_at,
            f_rsi=f_rsi,
            weather_device_id=weather_device_id,
        )
        for (
            landlord_id,
            home_id,
            room,
            device_id,
            gateway_id,
            kind,
            placed_at,
            removed_at,
            f_rsi,
            weather_device_id,
        ) in rows
    ]


def _as_number(name: str, form: Form) -> sql.Composed:
    cast = sql.SQL("::integer::real") if form is Form.BOOLEAN else sql.SQL("::real")
    return sql.SQL("coalesce({}{}, 'NaN')").format(sql.Identifier(name), cast)


def _parse(raw: bytes, names: Sequence[str]) -> npt.NDArray[np.void]:
    """Rows of PostgreSQL's binary COPY in which no field is null, so that all are equally long."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name, type_ in [
        ("device_id", ">i4"),
        ("measured_at", ">i8"),
        *((name, ">f4") for name in names),
    ]:
        fields += [(f"{name} bytes", ">i4"), (name, type_)]
    body = raw[_COPY_HEADER_BYTES : len(raw) - _COPY_TRAILER_BYTES]
    return np.frombuffer(body, dtype=np.dtype(fields))
