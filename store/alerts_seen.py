"""Alerts as people and casework read them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from core.alerts import Alert, Decision
from core.bands import SeveritySpan
from core.findings import Cause, Severity

_COLUMNS = sql.SQL(
    """SELECT alert_id, landlord_id, home_id, tenancy_id, detector, detector_version, place,
              began_at, raised_at, cleared_at, cleared_why, severity, severity_max, confidence,
              evidence, sentence, causes, acknowledged_at, acknowledged_by, decision,
              decision_reason, decided_at, decided_severity, decided_revision, group_id,
              decided_group, flapping
       FROM alerts """
)


def alerts(
    conn: psycopg.Connection,
    landlord_id: str,
    *,
    home_id: str | None = None,
    open_only: bool = False,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[Alert]:
    """A landlord's alerts, newest first; of one home if given, from behind the alert `after`."""
    return _ask(
        conn,
        """WHERE landlord_id = %(landlord)s
             AND (%(home)s::text IS NULL OR home_id = %(home)s)
             AND (NOT %(open)s OR cleared_at IS NULL)
             AND (%(after)s::uuid IS NULL OR (raised_at, alert_id) < (
                 SELECT raised_at, alert_id FROM alerts WHERE alert_id = %(after)s))
           ORDER BY raised_at DESC, alert_id DESC LIMIT %(limit)s""",
        {
            "landlord": landlord_id,
            "home": home_id,
            "open": open_only,
            "after": after,
            "limit": limit,
        },
    )


def alerts_of_group(
    conn: psycopg.Connection, landlord_id: str, group_id: str, *, limit: int
) -> list[Alert]:
    """The open alerts of a mass event, in order of raising."""
    return _ask(
        conn,
        """WHERE landlord_id = %(landlord)s AND group_id = %(group)s AND cleared_at IS NULL
           ORDER BY raised_at, alert_id LIMIT %(limit)s""",
        {"landlord": landlord_id, "group": group_id, "limit": limit},
    )


def alert(conn: psycopg.Connection, landlord_id: str, alert_id: UUID) -> Alert | None:
    """One alert; None when there is none, or the session may not see it."""
    found = _ask(
        conn,
        "WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s",
        {"landlord": landlord_id, "alert": alert_id},
    )
    return found[0] if found else None


def alert_to_decide(conn: psycopg.Connection, landlord_id: str, alert_id: UUID) -> Alert | None:
    """`alert`, held by this transaction so that nobody else decides on it meanwhile."""
    found = _ask(
        conn,
        "WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s FOR UPDATE",
        {"landlord": landlord_id, "alert": alert_id},
    )
    return found[0] if found else None


def severity_spans(
    conn: psycopg.Connection,
    landlord_id: str,
    tenancy_id: str,
    *,
    detectors: Iterable[str],
    since: datetime,
    until: datetime,
) -> list[SeveritySpan]:
    """When these detectors' alerts had which severity in a tenancy, if within [since, until).

    An alert's first severity holds from when it was raised, which is before it was judged where
    readings came late.
    """
    rows = conn.execute(
        """SELECT place, severity, began, ended FROM (
               SELECT a.place, f.severity, a.cleared_at,
                      CASE WHEN row_number() OVER told = 1 THEN least(a.raised_at, f.judged_at)
                           ELSE f.judged_at END AS began,
                      least(lead(f.judged_at) OVER told, a.cleared_at) AS ended
               FROM findings f JOIN alerts a USING (landlord_id, alert_id)
               WHERE a.landlord_id = %(landlord)s AND a.tenancy_id = %(tenancy)s
                 AND a.detector = ANY(%(detectors)s)
               WINDOW told AS (PARTITION BY f.alert_id ORDER BY f.judged_at, f.finding_id)
           ) AS spans
           WHERE began < %(until)s AND (ended IS NULL OR ended > %(since)s)
             AND (cleared_at IS NULL OR began < cleared_at)
           ORDER BY place, began""",
        {
            "landlord": landlord_id,
            "tenancy": tenancy_id,
            "detectors": list(detectors),
            "since": since,
            "until": until,
        },
    )
    return [
        SeveritySpan(room=place, severity=Severity.of(severity), since=began, until=ended)
        for place, severity, began, ended in rows
    ]


def _ask(conn: psycopg.Connection, where: LiteralString, values: Mapping[str, Any]) -> list[Alert]:
    with conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_COLUMNS + sql.SQL(where), values).fetchall()
    return [_alert(row) for row in rows]


def _alert(row: dict[str, Any]) -> Alert:
    decided = row["decided_severity"]
    return Alert(
        **{
            **row,
            "severity": Severity.of(row["severity"]),
            "severity_max": Severity.of(row["severity_max"]),
            "decided_severity": Severity.of(decided) if decided else None,
            "decision": Decision(row["decision"]),
            "causes": tuple(
                Cause(cause=one["cause"], weight=one["weight"]) for one in row["causes"]
            ),
        }
    )
