"""Readings of homes, for people: only through the permits that the tenant's ledger gives.

`api.disclosure` alone may import this module (an import contract says so). Every function takes a
permit, or the tenancy whose own readings they are, and gives no more than that covers.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.consent import Permit, Purpose, Tenancy
from core.quantities import QUANTITIES, Kind
from core.readings import Period, PlaceReadings


class NotCovered(ValueError):
    """The permit is for another home, or does not go so far."""


_FUNCTIONS: dict[Kind, LiteralString] = {
    Kind.ROOM: "room_readings_of_home",
    Kind.BOILER: "boiler_readings_of_home",
}
_BUCKETS: dict[str, LiteralString] = {
    "daily": "time_bucket('1 day', measured_at, 'Europe/London')",
    "half_hourly": "time_bucket('30 minutes', measured_at)",
}
# How a device is, not how a room is.
_NOT_SHARED = ("battery_pct",)


def shared_room_readings(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> list[PlaceReadings]:
    """Readings of the rooms, as finely as the permit to share says: means of days or half hours.

    The caller asks for whole days or half hours: a mean of less would say more than was agreed.
    Raises NotCovered, also for a permit to share no more than the band.
    """
    _check(permit, home_id, (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR))
    names = [q.name for q in QUANTITIES[Kind.ROOM] if q.name not in _NOT_SHARED]
    if permit.choice == "raw":
        return _raw(conn, Kind.ROOM, names, home_id, period)
    if permit.choice not in _BUCKETS:
        raise NotCovered(f"sharing {permit.choice} gives no readings")
    return _means(conn, names, _BUCKETS[permit.choice], home_id, period)


def days_heard(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> dict[str, list[date]]:
    """The local days on which each room was heard, without any reading. Raises NotCovered."""
    _check(permit, home_id, (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR))
    found: dict[str, list[date]] = {}
    for room, day in conn.execute(
        """SELECT DISTINCT room, (measured_at AT TIME ZONE 'Europe/London')::date AS day
           FROM room_readings_of_home(%(home)s, %(since)s, %(until)s) ORDER BY room, day""",
        _values(home_id, period),
    ):
        found.setdefault(room, []).append(day)
    return found


def boiler_readings(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> list[PlaceReadings]:
    """Readings of the boiler, for finding its faults. Raises NotCovered."""
    _check(permit, home_id, (Purpose.FAULT_DETECTION,))
    names = [quantity.name for quantity in QUANTITIES[Kind.BOILER]]
    return _raw(conn, Kind.BOILER, names, home_id, period)


def own_readings(
    conn: psycopg.Connection, tenancy: Tenancy, kind: Kind, period: Period
) -> list[PlaceReadings]:
    """Everything measured in the tenants' own home in the time of their own tenancy.

    The session must act for that tenancy; the database cuts to its time as well.
    """
    until = period.until if tenancy.ended_at is None else min(period.until, tenancy.ended_at)
    names = [quantity.name for quantity in QUANTITIES[kind]]
    theirs = Period(max(period.since, tenancy.began_at), until)
    return _raw(conn, kind, names, tenancy.home_id, theirs)


def _check(permit: Permit, home_id: str, purposes: Iterable[Purpose]) -> None:
    if permit.home_id != home_id:
        raise NotCovered(f"a permit of home {permit.home_id} does not cover {home_id}")
    if permit.purpose not in purposes:
        raise NotCovered(f"a permit for {permit.purpose.value} does not cover these readings")


def _raw(
    conn: psycopg.Connection, kind: Kind, names: Sequence[str], home_id: str, period: Period
) -> list[PlaceReadings]:
    query = sql.SQL(
        "SELECT room, measured_at, {columns} FROM {function}(%(home)s, %(since)s, %(until)s)"
    ).format(
        columns=sql.SQL(", ").join(map(sql.Identifier, names)),
        function=sql.Identifier(_FUNCTIONS[kind]),
    )
    return _places(conn.execute(query, _values(home_id, period)), names)


def _means(
    conn: psycopg.Connection,
    names: Sequence[str],
    bucket: LiteralString,
    home_id: str,
    period: Period,
) -> list[PlaceReadings]:
    query = sql.SQL(
        """SELECT room, {bucket} AS at, {means}
           FROM room_readings_of_home(%(home)s, %(since)s, %(until)s)
           GROUP BY room, at ORDER BY room, at"""
    ).format(
        bucket=sql.SQL(bucket),
        means=sql.SQL(", ").join(sql.SQL("avg({})").format(sql.Identifier(n)) for n in names),
    )
    return _places(conn.execute(query, _values(home_id, period)), names)


def _places(rows: Iterable[tuple[Any, ...]], names: Sequence[str]) -> list[PlaceReadings]:
    by_room: dict[str, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_room.setdefault(row[0], []).append(row)
    return [_place(room, theirs, names) for room, theirs in by_room.items()]


def _place(room: str, rows: Sequence[tuple[Any, ...]], names: Sequence[str]) -> PlaceReadings:
    times, *columns = zip(*(row[1:] for row in rows), strict=True)
    measured = {
        name: column
        for name, column in zip(names, columns, strict=True)
        if any(cell is not None for cell in column)
    }
    return PlaceReadings(room=room, times=times, columns=measured)


def _values(home_id: str, period: Period) -> dict[str, Any]:
    return {"home": home_id, "since": period.since, "until": period.until}
