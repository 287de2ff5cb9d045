"""What tenants are told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import psycopg
from psycopg.rows import class_row

from core.notices import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing a tenant was told."""

    notice_id: UUID
    at: datetime
    channel: str
    subject: str
    body: str
    repair_id: UUID | None
    read_at: datetime | None


def write(
    conn: psycopg.Connection,
    landlord_id: str,
    tenancy_id: str,
    letter: Letter,
    *,
    channel: str,
    at: datetime,
    repair_id: UUID | None = None,
) -> None:
    """Tell the tenants of a tenancy."""
    conn.execute(
        """INSERT INTO notices (landlord_id, tenancy_id, at, channel, subject, body, repair_id)
           VALUES (%(landlord)s, %(tenancy)s, %(at)s, %(channel)s, %(subject)s, %(body)s,
               %(repair)s)""",
        {
            "landlord": landlord_id,
            "tenancy": tenancy_id,
            "at": at,
            "channel": channel,
            "subject": letter.subject,
            "body": letter.body,
            "repair": repair_id,
        },
    )


def notices(
    conn: psycopg.Connection,
    landlord_id: str,
    tenancy_id: str,
    *,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[Notice]:
    """What a tenancy was told, newest first, from behind the notice `after`."""
    with conn.cursor(row_factory=class_row(Notice)) as cursor:
        return cursor.execute(
            """SELECT notice_id, at, channel, subject, body, repair_id, read_at FROM notices
               WHERE landlord_id = %(landlord)s AND tenancy_id = %(tenancy)s
                 AND (%(after)s::uuid IS NULL OR (at, notice_id) < (
                     SELECT at, notice_id FROM notices WHERE notice_id = %(after)s))
               ORDER BY at DESC, notice_id DESC LIMIT %(limit)s""",
            {"landlord": landlord_id, "tenancy": tenancy_id, "after": after, "limit": limit},
        ).fetchall()
