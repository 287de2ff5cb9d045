"""What people and casework say about alerts: acknowledged, and decided about a repair."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from core.alerts import Alert, Decision
from core.findings import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An alert that asks for a decision, and whose landlord's recording it belongs to."""

    landlord_id: str
    alert_id: UUID
    is_recording: bool


def acknowledge(
    conn: psycopg.Connection, landlord_id: str, alert_id: UUID, *, by: str, at: datetime
) -> bool:
    """Note who saw the alert first; whether this was it. Later ones change nothing."""
    done = conn.execute(
        """UPDATE alerts SET acknowledged_at = %(at)s, acknowledged_by = %(by)s
           WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s AND acknowledged_at IS NULL""",
        {"landlord": landlord_id, "alert": alert_id, "by": by, "at": at},
    )
    return done.rowcount == 1


def write_decision(
    conn: psycopg.Connection,
    alert: Alert,
    decision: Decision,
    *,
    reason: str,
    revision: int,
    at: datetime,
    decided_with: UUID | None = None,
    decided_group: str | None = None,
) -> None:
    """Note what was decided about a repair, why, and on which revision of the ledger.

    A decision on an alert that was over rests on no severity: should it open again, that counts as
    a change. `decided_with` is the open alert that covers this one, `decided_group` the mass event
    for which it is left to an officer.
    """
    conn.execute(
        """UPDATE alerts SET decision = %(decision)s, decision_reason = %(reason)s,
               decided_at = %(at)s, decided_severity = %(severity)s,
               decided_revision = %(revision)s, decided_with = %(with)s,
               decided_group = %(group)s
           WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s""",
        {
            "landlord": alert.landlord_id,
            "alert": alert.alert_id,
            "decision": decision.value,
            "reason": reason,
            "at": at,
            "severity": None if alert.cleared_at else alert.severity.word,
            "revision": revision,
            "with": decided_with,
            "group": decided_group,
        },
    )


def covering_alert(
    conn: psycopg.Connection, alert: Alert, detectors: Sequence[str]
) -> tuple[UUID, str] | None:
    """An open alert of one of these detectors in the same place, at least as severe, that a repair
    was raised or withheld for: its id and detector."""
    return conn.execute(
        """SELECT alert_id, detector FROM alerts
           WHERE landlord_id = %(landlord)s AND home_id = %(home)s AND place = %(place)s
             AND tenancy_id = %(tenancy)s AND detector = ANY(%(detectors)s)
             AND cleared_at IS NULL AND severity = ANY(%(severities)s)
             AND (decision = 'withheld' OR EXISTS (
                 SELECT FROM repairs r
                 WHERE r.alert_id = alerts.alert_id
                   AND r.status NOT IN ('completed', 'declined', 'cancelled')))
           ORDER BY raised_at LIMIT 1""",
        {
            "landlord": alert.landlord_id,
            "home": alert.home_id,
            "place": alert.place,
            "tenancy": alert.tenancy_id,
            "detectors": list(detectors),
            "severities": [one.word for one in Severity if one >= alert.severity],
        },
    ).fetchone()


def waiting_for_decision(conn: psycopg.Connection, *, limit: int) -> list[Waiting]:
    """The oldest alerts to decide on: new ones, and those that a change puts in question again.

    Changed means that the severity, the tenancy's ledger, the alert that covered it, or the mass
    event that it waited for is not what the decision rested on.
    """
    with conn.cursor(row_factory=class_row(Waiting)) as cursor:
        return cursor.execute(
            """SELECT a.landlord_id, a.alert_id, l.is_recording
               FROM alerts a JOIN landlords l USING (landlord_id)
               WHERE (a.decision = 'undecided'
                      OR (a.decision IN ('withheld', 'not_needed') AND a.cleared_at IS NULL))
                 AND (a.decision = 'undecided'
                      OR a.decided_severity IS DISTINCT FROM a.severity
                      OR a.decided_revision IS DISTINCT FROM (
                          SELECT coalesce(max(c.revision), 0) FROM consent_events c
                          WHERE c.landlord_id = a.landlord_id AND c.tenancy_id = a.tenancy_id)
                      OR (a.decided_group IS NOT NULL
                          AND a.decided_group IS DISTINCT FROM a.group_id)
                      OR EXISTS (
                          SELECT FROM alerts w
                          WHERE w.alert_id = a.decided_with AND w.cleared_at IS NOT NULL))
               ORDER BY a.raised_at, a.alert_id LIMIT %(limit)s""",
            {"limit": limit},
        ).fetchall()
