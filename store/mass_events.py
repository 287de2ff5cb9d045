"""Groups of alerts that many homes of an area raised together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row


@dataclass(frozen=True, slots=True, kw_only=True)
class MassEvent:
    """A group as it stands: `homes` of `homes_there` in the area, raised in [first_at, last_at]."""

    landlord_id: str
    group_id: str
    area_id: str
    detector: str
    first_at: datetime
    last_at: datetime
    homes: int
    homes_there: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaAlert:
    """An alert as far as grouping needs it; `refuted` where later data did not confirm it."""

    alert_id: UUID
    home_id: str
    detector: str
    raised_at: datetime
    refuted: bool
    group_id: str | None


def areas_of_homes(
    conn: psycopg.Connection, homes: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The area of each of these homes (landlord and home id)."""
    pairs = list(homes)
    rows = conn.execute(
        """SELECT landlord_id, home_id, area_id FROM homes
           WHERE (landlord_id, home_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                 %(homes)s::text[]))""",
        {
            "landlords": [landlord_id for landlord_id, _ in pairs],
            "homes": [home_id for _, home_id in pairs],
        },
    )
    return {(landlord_id, home_id): area_id for landlord_id, home_id, area_id in rows}


def homes_in_area(conn: psycopg.Connection, landlord_id: str, area_id: str) -> int:
    """How many homes an area has."""
    row = conn.execute(
        """SELECT count(*) FROM homes
           WHERE landlord_id = %(landlord)s AND area_id = %(area)s""",
        {"landlord": landlord_id, "area": area_id},
    ).fetchone()
    return int(row[0]) if row else 0


def alerts_of_area(
    conn: psycopg.Connection, landlord_id: str, area_id: str, detector: str, *, since: datetime
) -> list[AreaAlert]:
    """Alerts of a detector in the area's homes raised at `since` or later, in that order.

    Those that were not confirmed are among them; which homes are in the area is as of now.
    """
    with conn.cursor(row_factory=class_row(AreaAlert)) as cursor:
        return cursor.execute(
            """SELECT alert_id, home_id, detector, raised_at, group_id,
                      cleared_why IS NOT DISTINCT FROM 'not_confirmed' AS refuted
               FROM alerts JOIN homes USING (landlord_id, home_id)
               WHERE landlord_id = %(landlord)s AND area_id = %(area)s
                 AND detector = %(detector)s AND raised_at >= %(since)s
               ORDER BY raised_at, home_id, place, alert_id""",
            {"landlord": landlord_id, "area": area_id, "detector": detector, "since": since},
        ).fetchall()


def mass_events(
    conn: psycopg.Connection, landlord_id: str, group_ids: Iterable[str]
) -> list[MassEvent]:
    """These groups, the newest first; those there are not, or not to be seen, are left out."""
    with conn.cursor(row_factory=class_row(MassEvent)) as cursor:
        return cursor.execute(
            """SELECT landlord_id, group_id, area_id, detector, first_at, last_at, homes,
                      homes_there
               FROM mass_events
               WHERE landlord_id = %(landlord)s AND group_id = ANY(%(groups)s)
               ORDER BY first_at DESC, group_id""",
            {"landlord": landlord_id, "groups": list(group_ids)},
        ).fetchall()


def keep_mass_event(conn: psycopg.Connection, event: MassEvent) -> None:
    """Write a group, or bring the one of its id up to it."""
    conn.execute(
        """INSERT INTO mass_events (landlord_id, group_id, area_id, detector, first_at, last_at,
               homes, homes_there)
           VALUES (%(landlord)s, %(group)s, %(area)s, %(detector)s, %(first)s, %(last)s, %(homes)s,
               %(there)s)
           ON CONFLICT (landlord_id, group_id) DO UPDATE
           SET first_at = excluded.first_at, last_at = excluded.last_at, homes = excluded.homes,
               homes_there = excluded.homes_there""",
        {
            "landlord": event.landlord_id,
            "group": event.group_id,
            "area": event.area_id,
            "detector": event.detector,
            "first": event.first_at,
            "last": event.last_at,
            "homes": event.homes,
            "there": event.homes_there,
        },
    )


def set_group(
    conn: psycopg.Connection, landlord_id: str, alert_ids: Sequence[UUID], group_id: str | None
) -> None:
    """Put alerts into a group, or with None into none."""
    conn.execute(
        """UPDATE alerts SET group_id = %(group)s
           WHERE landlord_id = %(landlord)s AND alert_id = ANY(%(alerts)s)""",
        {"landlord": landlord_id, "group": group_id, "alerts": list(alert_ids)},
    )


def forget_empty(conn: psycopg.Connection, landlord_id: str, group_ids: Iterable[str]) -> None:
    """Delete those of these groups that no alert is in."""
    conn.execute(
        """DELETE FROM mass_events m
           WHERE landlord_id = %(landlord)s AND group_id = ANY(%(groups)s)
             AND NOT EXISTS (SELECT FROM alerts a WHERE a.landlord_id = m.landlord_id
                                                    AND a.group_id = m.group_id)""",
        {"landlord": landlord_id, "groups": list(group_ids)},
    )


def area_names(conn: psycopg.Connection) -> dict[str, str]:
    """What the areas are called that the session may see, by id."""
    return dict(conn.execute("SELECT area_id, name FROM areas").fetchall())
