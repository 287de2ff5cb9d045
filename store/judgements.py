"""How far homes are judged, and which of them have something left to judge."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from core.quantities import Kind
from store.numbers import NameList, name_lists, names_id, packed, unpacked


@dataclass(frozen=True, slots=True, kw_only=True)
class HomeJudgement:
    """How far a home's readings of one kind are judged, by detectors of `version`.

    `window_from` is the home's first day, `heard_until` its newest reading of this kind. Days are
    judged until `days_until` and over until `days_due`; a boiler's minutes until `fast_until` of
    `fast_due`. Verdicts given until `silent_until` are told to nobody; None: all are told.
    `standing` is what detectors of minutes count on from `fast_until`; None has it counted again
    from the readings before.
    """

    landlord_id: str
    home_id: str
    kind: Kind
    tenancy_id: str | None
    version: str
    window_from: datetime
    heard_until: datetime
    days_until: datetime
    days_due: datetime
    fast_until: datetime
    fast_due: datetime
    silent_until: datetime | None = None
    standing: Mapping[str, float] | None = None
    damp_score: float | None = None

    @property
    def home(self) -> tuple[str, str]:
        """Landlord and home id."""
        return self.landlord_id, self.home_id

    @property
    def judged_until(self) -> datetime:
        """Until when everything heard is judged."""
        left = [
            until
            for until, due in ((self.days_until, self.days_due), (self.fast_until, self.fast_due))
            if until < due
        ]
        return min([self.heard_until, *left])


def home_judgements(
    conn: psycopg.Connection, homes: Iterable[tuple[str, str]], kind: Kind
) -> dict[tuple[str, str], HomeJudgement]:
    """How far these homes are judged, by landlord and home; those never judged are left out."""
    pairs = list(homes)
    return _by_home(
        conn,
        """SELECT * FROM home_judgements WHERE kind = %(kind)s
             AND (landlord_id, home_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                 %(homes)s::text[]))""",
        {
            "kind": kind.value,
            "landlords": [landlord_id for landlord_id, _ in pairs],
            "homes": [home_id for _, home_id in pairs],
        },
    )


def tenancies_judged(
    conn: psycopg.Connection, homes: Iterable[tuple[str, str]], kind: Kind
) -> dict[tuple[str, str], str | None]:
    """In which tenancy these homes are judged; those of which nothing is kept are left out."""
    pairs = list(homes)
    rows = conn.execute(
        """SELECT landlord_id, home_id, tenancy_id FROM home_judgements
           WHERE kind = %(kind)s
             AND (landlord_id, home_id) IN (SELECT * FROM unnest(%(landlords)s::text[],
                                                                 %(homes)s::text[]))""",
        {
            "kind": kind.value,
            "landlords": [landlord_id for landlord_id, _ in pairs],
            "homes": [home_id for _, home_id in pairs],
        },
    )
    return {(landlord_id, home_id): tenancy for landlord_id, home_id, tenancy in rows}


def days_due(
    conn: psycopg.Connection, kind: Kind, *, area_settles: timedelta, most: int
) -> dict[tuple[str, str], HomeJudgement]:
    """The homes with days that are over and not judged, by area; those least behind first.

    A day waits for the other homes of the area that were heard in it and are not so far yet, until
    something in the area was heard so long after its end. At most so many homes, but an area whole.
    """
    return _by_home(
        conn,
        _SETTLED
        + "ORDER BY days_until DESC, landlord_id, area_id FETCH FIRST (%(most)s) ROWS WITH TIES",
        {"kinds": [kind.value], "settles_s": area_settles.total_seconds(), "most": most},
    )


def minutes_due(conn: psycopg.Connection, *, most: int) -> dict[tuple[str, str], HomeJudgement]:
    """The boilers with minutes that are not judged, at most so many; those least behind first."""
    return _by_home(
        conn,
        """SELECT * FROM home_judgements WHERE kind = 'boiler' AND fast_until < fast_due
           ORDER BY fast_until DESC, landlord_id, home_id LIMIT %(most)s""",
        {"most": most},
    )


def is_anything_due(conn: psycopg.Connection, *, area_settles: timedelta) -> bool:
    """Whether any home has days or minutes that are not judged, and wait for no other home."""
    row = conn.execute(
        sql.SQL(
            """SELECT EXISTS (SELECT FROM home_judgements WHERE fast_until < fast_due)
                   OR EXISTS ({settled})"""
        ).format(settled=sql.SQL(_SETTLED)),
        {"kinds": [kind.value for kind in Kind], "settles_s": area_settles.total_seconds()},
    ).fetchone()
    return bool(row and row[0])


def keep_home_judgements(conn: psycopg.Connection, judgements: Iterable[HomeJudgement]) -> None:
    """Remember how far homes are judged."""
    kept = list(judgements)
    if not kept:
        return
    lists = {
        listed: names_id(conn, listed)
        for listed in {_listed(one) for one in kept}
        if listed is not None
    }
    standing_names = [lists.get(listed) if (listed := _listed(one)) else None for one in kept]
    conn.execute(
        """INSERT INTO home_judgements (landlord_id, home_id, kind, tenancy_id, version,
               window_from, heard_until, judged_until, days_until, days_due, silent_until,
               fast_until, fast_due, damp_score, standing, standing_names)
           SELECT * FROM unnest(%(landlords)s::text[], %(homes)s::text[], %(kinds)s::text[],
               %(tenancies)s::text[], %(versions)s::text[], %(window_from)s::timestamptz[],
               %(heard_until)s::timestamptz[], %(judged_until)s::timestamptz[],
               %(days_until)s::timestamptz[], %(days_due)s::timestamptz[],
               %(silent_until)s::timestamptz[], %(fast_until)s::timestamptz[],
               %(fast_due)s::timestamptz[], %(scores)s::real[], %(standing)s::bytea[],
               %(standing_names)s::integer[])
           ON CONFLICT (landlord_id, home_id, kind) DO UPDATE
           SET tenancy_id = excluded.tenancy_id, version = excluded.version,
               window_from = excluded.window_from,
               heard_until = excluded.heard_until, judged_until = excluded.judged_until,
               days_until = excluded.days_until, days_due = excluded.days_due,
               silent_until = excluded.silent_until, fast_until = excluded.fast_until,
               fast_due = excluded.fast_due, damp_score = excluded.damp_score,
               standing = excluded.standing, standing_names = excluded.standing_names""",
        {
            "landlords": [one.landlord_id for one in kept],
            "homes": [one.home_id for one in kept],
            "kinds": [one.kind.value for one in kept],
            "tenancies": [one.tenancy_id for one in kept],
            "versions": [one.version for one in kept],
            "window_from": [one.window_from for one in kept],
            "heard_until": [one.heard_until for one in kept],
            "judged_until": [one.judged_until for one in kept],
            "days_until": [one.days_until for one in kept],
            "days_due": [one.days_due for one in kept],
            "silent_until": [one.silent_until for one in kept],
            "fast_until": [one.fast_until for one in kept],
            "fast_due": [one.fast_due for one in kept],
            "scores": [one.damp_score for one in kept],
            "standing": [_packed(one) for one in kept],
            "standing_names": standing_names,
        },
    )


# A day is a span of 86,400 s here: the session's time zone has no say.
_SETTLED: LiteralString = """
    WITH due AS (
        SELECT j.*, h.area_id FROM home_judgements j JOIN homes h USING (landlord_id, home_id)
        WHERE j.kind = ANY(%(kinds)s) AND j.days_until < j.days_due),
    waiting AS (
        SELECT d.landlord_id, d.area_id, d.kind, d.days_until
        FROM (SELECT DISTINCT landlord_id, area_id, kind, days_until FROM due) d
             JOIN homes h USING (landlord_id, area_id)
             JOIN home_judgements o ON o.landlord_id = h.landlord_id AND o.home_id = h.home_id
                                   AND o.kind = d.kind
        GROUP BY d.landlord_id, d.area_id, d.kind, d.days_until
        HAVING bool_or(o.days_until = d.days_until AND o.days_due = o.days_until
                       AND o.heard_until >= d.days_until)
           AND max(o.heard_until) < d.days_until + make_interval(secs => 86400 + %(settles_s)s))
    SELECT due.* FROM due LEFT JOIN waiting USING (landlord_id, area_id, kind, days_until)
    WHERE waiting.landlord_id IS NULL
    """


def _by_home(
    conn: psycopg.Connection, chosen: LiteralString, values: Mapping[str, Any]
) -> dict[tuple[str, str], HomeJudgement]:
    """Those that the question `chosen` gives, in its order."""
    query = sql.SQL(
        """SELECT landlord_id, home_id, kind, tenancy_id, version, window_from, heard_until,
                  days_until, days_due, silent_until, fast_until, fast_due, damp_score, standing,
                  standing_names
           FROM ({chosen}) AS chosen"""
    ).format(chosen=sql.SQL(chosen))
    with conn.cursor(binary=True) as cursor:
        rows = cursor.execute(query, values).fetchall()
    lists = name_lists(conn, (names for *_, names in rows if names is not None))
    return {
        (landlord_id, home_id): HomeJudgement(
            landlord_id=landlord_id,
            home_id=home_id,
            kind=Kind(kind),
            tenancy_id=tenancy_id,
            version=version,
            window_from=window_from,
            heard_until=heard_until,
            days_until=days_until,
            days_due=due,
            silent_until=silent_until,
            fast_until=fast_until,
            fast_due=fast_due,
            damp_score=damp_score,
            standing=None if standing is None else unpacked(standing, lists[names].names),
        )
        for (
            landlord_id,
            home_id,
            kind,
            tenancy_id,
            version,
            window_from,
            heard_until,
            days_until,
            due,
            silent_until,
            fast_until,
            fast_due,
            damp_score,
            standing,
            names,
        ) in rows
    }


def _listed(one: HomeJudgement) -> NameList | None:
    return None if one.standing is None else NameList(one.version, tuple(sorted(one.standing)))


def _packed(one: HomeJudgement) -> bytes | None:
    return None if one.standing is None else packed(one.standing, sorted(one.standing))
