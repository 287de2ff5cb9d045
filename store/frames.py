"""What the detectors read: which homes changed, who may be judged, and the samples as arrays."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from psycopg import sql

from core.quantities import QUANTITIES, Form, Kind

_TABLES = {kind: sql.Identifier(f"{kind.value}_readings") for kind in Kind}
_ARRAY_HEADER_BYTES = 20  # dimensions, flags, type of the elements, their number, lower bound
_POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_MS = 946_684_800_000
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

    `weather_device_id` is that of the home's area `area_id`; `removed_at` is empty while the device
    stands there.
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
    area_id: str
    weather_device_id: int | None


@dataclass(frozen=True, slots=True, eq=False)
class SampleTable:
    """Samples of some devices, in no stated order: equally long arrays, NaN for not measured.

    Texts are places in `codes`.
    """

    device_ids: npt.NDArray[np.int32]
    times_ms: npt.NDArray[np.int64]
    values: Mapping[str, npt.NDArray[np.float32]]
    codes: tuple[str, ...] = ()


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


def places_of_homes(conn: psycopg.Connection, homes: Iterable[tuple[str, str]]) -> list[Place]:
    """Every place of these homes (landlord and home id), past ones too."""
    pairs = list(homes)
    return _places(
        conn,
        """(p.landlord_id, p.home_id) IN (
               SELECT * FROM unnest(%(landlords)s::text[], %(homes)s::text[]))""",
        {
            "landlords": [landlord_id for landlord_id, _ in pairs],
            "homes": [home_id for _, home_id in pairs],
        },
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
    *,
    quantities: Collection[str] | None = None,
) -> SampleTable:
    """The devices' samples in [since, until): every quantity of the kind, or those that are named.

    Booleans are 0 and 1, texts places in `codes`; what was not measured is NaN. They come as one
    row of arrays: row by row our own part of the work would be twenty times as long.
    """
    wanted = [one for one in QUANTITIES[kind] if quantities is None or one.name in quantities]
    query = sql.SQL(
        """SELECT array_agg(device_id), array_agg(measured_at){columns} FROM {table}
           WHERE device_id = ANY(%(devices)s) AND measured_at >= %(since)s
             AND measured_at < %(until)s"""
    ).format(
        columns=sql.Composed([_as_number(one.name, one.form) for one in wanted]),
        table=_TABLES[kind],
    )
    bounds = {"devices": sorted(set(device_ids)), "since": since, "until": until}
    with conn.cursor(binary=True) as cursor:
        # Never prepared: the planner has to see the bounds to leave other chunks alone.
        result = cursor.execute(query, bounds, prepare=False).pgresult
        if result is None:
            raise RuntimeError("the database answered a question about readings with nothing")
        device_of = _array(result.get_value(0, 0), ">i4").astype(np.int32)
        times_us = _array(result.get_value(0, 1), ">i8").astype(np.int64)
        values = {
            one.name: _array(result.get_value(0, 2 + place), ">f4").astype(np.float32)
            for place, one in enumerate(wanted)
        }
    codes: tuple[str, ...] = ()
    for one in wanted:
        if one.form is Form.TEXT:
            coded = np.flatnonzero(~np.isnan(values[one.name]))
            texts = _texts(conn, kind, one.name, device_of[coded], times_us[coded])
            codes = tuple(sorted({text for text in texts if text is not None}))
            place_of = {text: place for place, text in enumerate(codes)}
            values[one.name][coded] = [np.nan if text is None else place_of[text] for text in texts]
    return SampleTable(
        device_ids=device_of,
        times_ms=times_us // 1000 + _POSTGRES_EPOCH_MS,
        values=values,
        codes=codes,
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
                      p.placed_at, p.removed_at, h.f_rsi, h.area_id, a.weather_device_id
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
            area_id=area_id,
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
            area_id,
            weather_device_id,
        ) in rows
    ]


def _as_number(name: str, form: Form) -> sql.Composed:
    """A column as an array without nulls; of a text whether there is one."""
    if form is Form.TEXT:
        return sql.SQL(", array_agg(CASE WHEN {} IS NULL THEN 'NaN'::real ELSE 0 END)").format(
            sql.Identifier(name)
        )
    cast = sql.SQL("::integer::real") if form is Form.BOOLEAN else sql.SQL("::real")
    return sql.SQL(", array_agg(coalesce({}{}, 'NaN'))").format(sql.Identifier(name), cast)


def _texts(
    conn: psycopg.Connection,
    kind: Kind,
    name: str,
    device_ids: npt.NDArray[np.int32],
    times_us: npt.NDArray[np.int64],
) -> list[str | None]:
    """The text of each of these samples, in their order; few have one.

    None for one that was erased since the samples were read.
    """
    if not len(device_ids):
        return []
    rows = conn.execute(
        sql.SQL(
            """SELECT r.{name}
               FROM unnest(%(devices)s::integer[], %(times)s::timestamptz[])
                    WITH ORDINALITY AS one (device_id, measured_at, place)
               LEFT JOIN {table} r ON r.device_id = one.device_id
                    AND r.measured_at = one.measured_at
                    AND r.measured_at BETWEEN %(first)s AND %(last)s
               ORDER BY one.place"""
        ).format(name=sql.Identifier(name), table=_TABLES[kind]),
        {
            "devices": device_ids.tolist(),
            "times": (
                instants := [
                    _POSTGRES_EPOCH + timedelta(microseconds=at) for at in times_us.tolist()
                ]
            ),
            "first": min(instants),
            "last": max(instants),
        },
        prepare=False,  # as above
    )
    return [text for (text,) in rows]


def _array(raw: bytes | None, form: str) -> npt.NDArray[Any]:
    """PostgreSQL's binary form of an array without nulls, whose elements all have this form."""
    if raw is None:  # of no rows
        return np.empty(0, dtype=form)
    elements = np.dtype([("size", ">i4"), ("value", form)])
    array: npt.NDArray[Any] = np.frombuffer(raw, dtype=elements, offset=_ARRAY_HEADER_BYTES)
    return array["value"]
