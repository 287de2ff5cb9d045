"""Days of homes that are over, as the numbers they came to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
import psycopg

from core.quantities import Kind
from store.numbers import NameList, Names, name_lists, names_id, packed_rows, unpacked_rows


@dataclass(frozen=True, slots=True, order=True)
class DayOfPlace:
    """A UTC day of a room or a boiler, by place."""

    landlord_id: str
    home_id: str
    place: str
    day: date


@dataclass(frozen=True, slots=True, eq=False)
class KeptDays:
    """Days whose numbers have the same names: `numbers` is (days, names), NaN for not known."""

    version: str
    names: Names
    days: Sequence[DayOfPlace]
    numbers: npt.NDArray[np.float32]


def days_between(
    conn: psycopg.Connection,
    homes: Iterable[tuple[str, str]],
    kind: Kind,
    since: date,
    until: date,
) -> list[KeptDays]:
    """What is kept of these homes' days from `since` on, before `until`, whatever the version."""
    landlords, ids = _columns(homes)
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(
            """SELECT d.names_id, d.landlord_id, d.home_id, d.place, d.day, d.numbers
               FROM unnest(%(landlords)s::text[], %(homes)s::text[]) AS one (landlord_id, home_id)
               JOIN home_days d USING (landlord_id, home_id)
               WHERE d.kind = %(kind)s AND d.day >= %(since)s AND d.day < %(until)s
               ORDER BY d.names_id""",
            {
                "landlords": landlords,
                "homes": ids,
                "kind": kind.value,
                "since": since,
                "until": until,
            },
        ).fetchall()
    by_names: dict[int, list[tuple[DayOfPlace, bytes]]] = {}
    for number, landlord_id, home_id, place, day, raw in rows:
        whose = DayOfPlace(landlord_id, home_id, place, day)
        by_names.setdefault(number, []).append((whose, raw))
    lists = name_lists(conn, by_names)
    return [
        KeptDays(
            version=lists[number].version,
            names=lists[number].names,
            days=[day for day, _ in found],
            numbers=unpacked_rows([raw for _, raw in found], lists[number].names),
        )
        for number, found in by_names.items()
    ]


def keep_days(conn: psycopg.Connection, kind: Kind, kept: KeptDays) -> None:
    """Keep days, in the place of what was kept of them before."""
    if not kept.days:
        return
    conn.execute(
        """INSERT INTO home_days (landlord_id, home_id, kind, place, day, names_id, numbers)
           SELECT landlord_id, home_id, %(kind)s, place, day, %(names)s, numbers
           FROM unnest(%(landlords)s::text[], %(homes)s::text[], %(places)s::text[],
                       %(days)s::date[], %(numbers)s::bytea[])
                AS one (landlord_id, home_id, place, day, numbers)
           ON CONFLICT (landlord_id, home_id, kind, place, day) DO UPDATE
           SET names_id = excluded.names_id, numbers = excluded.numbers""",
        {
            "kind": kind.value,
            "names": names_id(conn, NameList(kept.version, kept.names)),
            "landlords": [day.landlord_id for day in kept.days],
            "homes": [day.home_id for day in kept.days],
            "places": [day.place for day in kept.days],
            "days": [day.day for day in kept.days],
            "numbers": packed_rows(kept.numbers),
        },
    )


def forget_days(
    conn: psycopg.Connection, homes: Iterable[tuple[str, str]], kind: Kind, before: date
) -> None:
    """Delete what is kept of these homes' days before a day."""
    landlords, ids = _columns(homes)
    conn.execute(
        """DELETE FROM home_days d
           USING unnest(%(landlords)s::text[], %(homes)s::text[]) AS one (landlord_id, home_id)
           WHERE (d.landlord_id, d.home_id) = (one.landlord_id, one.home_id)
             AND d.kind = %(kind)s AND d.day < %(before)s""",
        {"landlords": landlords, "homes": ids, "kind": kind.value, "before": before},
    )


def _columns(homes: Iterable[tuple[str, str]]) -> tuple[list[str], list[str]]:
    pairs = list(homes)
    return [landlord_id for landlord_id, _ in pairs], [home_id for _, home_id in pairs]
