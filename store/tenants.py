"""Readings of homes, for people: only through the permits that the tenant's ledger gives.

`api.disclosure` alone may import this module (an import contract says so). Every function takes a
permit, or the tenancy whose own readings they are, and gives no more than that covers.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.consent import Permit, Purpose, Tenancy
from core.quantities import QUANTITIES, Form, Kind
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
_HOUR_FUNCTIONS: dict[Kind, LiteralString] = {
    Kind.ROOM: "room_hours_of_home",
    Kind.BOILER: "boiler_hours_of_home",
}
_HOUR_BUCKETS: dict[str, LiteralString] = {
    "daily": "time_bucket('1 day', hour, 'Europe/London')",
    "half_hourly": "hour",
    "raw": "hour",
}
_MEAN_OF_HOURS: LiteralString = (
    "(sum({mean}::double precision * {count}) / nullif(sum({count}), 0))::real"
)
_MEAN_IS_CALLED = {Form.REAL: "mean", Form.BOOLEAN: "share"}
_DAYS_BY_READING: LiteralString = """
    SELECT DISTINCT room, (measured_at AT TIME ZONE 'Europe/London')::date AS day
    FROM room_readings_of_home(%(home)s, %(since)s, %(until)s) ORDER BY room, day"""
# The hour that is running is in the readings alone, and it may be the first of its day.
_DAYS_BY_HOUR: LiteralString = """
    SELECT room, (hour AT TIME ZONE 'Europe/London')::date AS day
    FROM room_hours_of_home(%(home)s, %(since)s, %(until)s)
    UNION
    SELECT room, (measured_at AT TIME ZONE 'Europe/London')::date
    FROM room_readings_of_home(
        %(home)s, greatest(%(since)s, %(until)s - interval '2 days'), %(until)s)
    ORDER BY room, day"""
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


def shared_room_hours(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> list[PlaceReadings]:
    """The rooms by the hour, or with a permit to share means of days by the day.

    Only who shares every reading shows the lowest and highest of an hour, in columns that end in
    `_min` and `_max`. The caller asks for whole days or hours. Raises NotCovered, also for a permit
    to share no more than the band.
    """
    _check(permit, home_id, (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR))
    if permit.choice not in _HOUR_BUCKETS:
        raise NotCovered(f"sharing {permit.choice} gives no readings")
    names = [q.name for q in QUANTITIES[Kind.ROOM] if q.name not in _NOT_SHARED]
    columns = _hour_columns(Kind.ROOM, names, extremes=permit.choice == "raw")
    return _hours(conn, Kind.ROOM, columns, _HOUR_BUCKETS[permit.choice], home_id, period)


def days_heard(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> dict[str, list[date]]:
    """The local days on which each room was heard, without any reading. Raises NotCovered."""
    return _days_heard(conn, permit, _DAYS_BY_READING, home_id, period)


def days_heard_by_hour(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> dict[str, list[date]]:
    """The same from the hours, and of the last two days from the readings. Raises NotCovered."""
    return _days_heard(conn, permit, _DAYS_BY_HOUR, home_id, period)


def boiler_readings(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> list[PlaceReadings]:
    """Readings of the boiler, for finding its faults. Raises NotCovered."""
    _check(permit, home_id, (Purpose.FAULT_DETECTION,))
    names = [quantity.name for quantity in QUANTITIES[Kind.BOILER]]
    return _raw(conn, Kind.BOILER, names, home_id, period)


def boiler_hours(
    conn: psycopg.Connection, permit: Permit, home_id: str, period: Period
) -> list[PlaceReadings]:
    """The boiler by the hour, with lowest and highest, for finding its faults. Raises NotCovered.

    A boolean is the share of readings in which it was true; counters and fault codes are left out.
    """
    _check(permit, home_id, (Purpose.FAULT_DETECTION,))
    columns = _hour_columns(Kind.BOILER, [quantity.name for quantity in QUANTITIES[Kind.BOILER]])
    return _hours(conn, Kind.BOILER, columns, "hour", home_id, period)


def own_readings(
    conn: psycopg.Connection, tenancy: Tenancy, kind: Kind, period: Period
) -> list[PlaceReadings]:
    """Everything measured in the tenants' own home in the time of their own tenancy.

    The session must act for that tenancy; the database cuts to its time as well.
    """
    names = [quantity.name for quantity in QUANTITIES[kind]]
    return _raw(conn, kind, names, tenancy.home_id, _within(tenancy, period))


def own_hours(
    conn: psycopg.Connection, tenancy: Tenancy, kind: Kind, period: Period
) -> list[PlaceReadings]:
    """The same by the hour: the hours that lie wholly in the time of their tenancy."""
    columns = _hour_columns(kind, [quantity.name for quantity in QUANTITIES[kind]])
    return _hours(conn, kind, columns, "hour", tenancy.home_id, _within(tenancy, period))


def hours_are_due(conn: psycopg.Connection, home_id: str, kind: Kind, period: Period) -> bool:
    """Whether hours of this period are still to be computed, so that they may lack readings."""
    row = conn.execute(
        "SELECT hours_due_of_home(%(home)s, %(kind)s, %(since)s, %(until)s)",
        _values(home_id, period) | {"kind": kind.value},
    ).fetchone()
    return bool(row and row[0])


def _within(tenancy: Tenancy, period: Period) -> Period:
    until = period.until if tenancy.ended_at is None else min(period.until, tenancy.ended_at)
    return Period(max(period.since, tenancy.began_at), until)


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


def _hour_columns(
    kind: Kind, names: Collection[str], *, extremes: bool = True
) -> dict[str, sql.Composed]:
    """How each column is made of hours: a mean weighs every reading alike."""
    columns: dict[str, sql.Composed] = {}
    for quantity in QUANTITIES[kind]:
        name = quantity.name
        if name not in names or quantity.form not in _MEAN_IS_CALLED:
            continue
        columns[name] = sql.SQL(_MEAN_OF_HOURS).format(
            mean=sql.Identifier(f"{name}_{_MEAN_IS_CALLED[quantity.form]}"),
            count=sql.Identifier(f"{name}_count"),
        )
        if extremes and quantity.form is Form.REAL:
            lowest, highest = f"{name}_min", f"{name}_max"
            columns[lowest] = sql.SQL("min({})").format(sql.Identifier(lowest))
            columns[highest] = sql.SQL("max({})").format(sql.Identifier(highest))
    return columns


def _hours(
    conn: psycopg.Connection,
    kind: Kind,
    columns: Mapping[str, sql.Composed],
    bucket: LiteralString,
    home_id: str,
    period: Period,
) -> list[PlaceReadings]:
    query = sql.SQL(
        """SELECT room, {bucket} AS at, {columns}
           FROM {function}(%(home)s, %(since)s, %(until)s) GROUP BY room, at ORDER BY room, at"""
    ).format(
        bucket=sql.SQL(bucket),
        columns=sql.SQL(", ").join(columns.values()),
        function=sql.Identifier(_HOUR_FUNCTIONS[kind]),
    )
    return _places(conn.execute(query, _values(home_id, period)), list(columns))


def _days_heard(
    conn: psycopg.Connection,
    permit: Permit,
    question: LiteralString,
    home_id: str,
    period: Period,
) -> dict[str, list[date]]:
    _check(permit, home_id, (Purpose.SHARE_WITH_LANDLORD, Purpose.SHARE_WITH_CONTRACTOR))
    found: dict[str, list[date]] = {}
    for room, day in conn.execute(question, _values(home_id, period)):
        found.setdefault(room, []).append(day)
    return found


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
