"""What people and casework say about alerts: acknowledged, and decided about a repair."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from core.alerts import Alert, Decision


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
) -> None:
    """Note what was decided about a repair, why, and on which revision of the ledger.

    A decision on an alert that was over rests on no severity: should it open again, that counts as
    a change.
    """
    conn.execute(
        """UPDATE alerts SET decision = %(decision)s, decision_reason = %(reason)s,
               decided_at = %(at)s, decided_severity = %(severity)s,
               decided_revision = %(revision)s
           WHERE landlord_id = %(landlord)s AND alert_id = %(alert)s""",
        {
            "landlord": alert.landlord_id,
            "alert": alert.alert_id,
            "decision": decision.value,
            "reason": reason,
            "at": at,
            "severity": None if alert.cleared_at else alert.severity.word,
            "revision": revision,
        },
    )


def waiting_for_decision(conn: psycopg.Connection, *, limit: int) -> list[Waiting]:
    """The oldest alerts to decide on: new ones, and those that a change puts in question again.

    Changed means that the severity, or the tenancy's ledger, is not what the decision rested on.
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
                          WHERE c.landlord_id = a.landlord_id AND c.tenancy_id = a.tenancy_id))
               ORDER BY a.raised_at, a.alert_id LIMIT %(limit)s""",
            {"limit": limit},
        ).fetchall()
