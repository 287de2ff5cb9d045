"""What could not be stored, and why. Setting the same thing aside twice keeps it once.

All of it has bounds: of a payload its beginning is kept, and for a week; the reason for a quarter
of a year; and of a gateway that sends nothing but nonsense so much a day, what comes beyond being
counted alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import LiteralString

import psycopg
from psycopg import sql

PAYLOAD_KEPT_BYTES = 4096  # enough for a person to see what is wrong with a message
TOPIC_KEPT = 512
KEPT_A_DAY = 20_000
"""Of one gateway: of at most 5 kB each, so that a broken one takes 100 MB a day and 700 MB in all.
A sensor that is wrong in every reading, one each five seconds, stays below."""
PAYLOAD_KEPT_FOR = timedelta(days=7)
"""A payload holds readings, and whoever looks after the gateways looks within a week."""
REASON_KEPT_FOR = timedelta(days=90)
"""A quarter's report can still say what went wrong in it."""

_STEP_ROWS = 1_000  # of 5 kB: a transaction of a few milliseconds


class Scope(StrEnum):
    """How much a rejection concerns: the message, one sample of it, or one value of a sample."""

    MESSAGE = "message"
    SAMPLE = "sample"
    VALUE = "value"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One thing set aside. `samples_lost` counts samples of which nothing at all was stored."""

    dedupe_key: str
    received_at: datetime
    scope: Scope
    reason: str
    topic: str
    payload: bytes
    samples_lost: int
    gateway_id: str | None = None
    device: str | None = None
    kind: str | None = None
    spool: str | None = None
    seq: int | None = None
    quantity: str | None = None
    measured_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAside:
    """How many rejections were new, and how many of these were only counted."""

    new: int
    not_kept: int = 0


def set_aside(conn: psycopg.Connection, rejections: Sequence[Rejection]) -> SetAside:
    """Write the rejections down, in the caller's transaction.

    The landlord is that of the gateway, where there is such a gateway. Beyond KEPT_A_DAY of a
    gateway and day of receipt they are only counted, and counted again when they come again;
    gateways that nobody registered share one such count. A recording is an account of its file,
    and kept whole.
    """
    if not rejections:
        return SetAside(new=0)
    ordered = sorted(rejections, key=lambda rejection: rejection.dedupe_key)
    columns: dict[str, object] = {
        name: [getattr(one, name) for one in ordered] for name in _COLUMNS
    }
    columns["payload"] = [one.payload[:PAYLOAD_KEPT_BYTES] for one in ordered]
    columns["topic"] = [one.topic[:TOPIC_KEPT].replace("\x00", "\ufffd") for one in ordered]
    columns["reason"] = [one.reason.replace("\x00", "\ufffd") for one in ordered]
    # First, and by itself: what is read after it is what other workers left.
    conn.execute(
        _HOLD_DAYS, {"gateways": columns["gateway_id"], "received": columns["received_at"]}
    )
    row = conn.execute(_INSERT, columns | {"kept_a_day": KEPT_A_DAY}).fetchone()
    return SetAside(new=int(row[0]), not_kept=int(row[1])) if row else SetAside(new=0)


def forget_payloads(conn: psycopg.Connection, *, now: datetime) -> int:
    """Empty payloads older than PAYLOAD_KEPT_FOR, or than their landlord keeps readings; how many.

    At most a thousand, in a transaction of their own.
    """
    return conn.execute(
        """UPDATE rejected_messages SET payload = '' WHERE rejected_id IN (
               SELECT rejected_id FROM rejected_messages
               WHERE octet_length(payload) > 0 AND received_at < %(limit)s
               UNION ALL
               SELECT m.rejected_id FROM landlords l JOIN rejected_messages m USING (landlord_id)
               WHERE l.keep_readings_for IS NOT NULL AND NOT l.is_recording
                 AND octet_length(m.payload) > 0
                 AND least(m.received_at, m.measured_at) < %(now)s - l.keep_readings_for
               LIMIT %(most)s)""",
        {"limit": now - PAYLOAD_KEPT_FOR, "now": now, "most": _STEP_ROWS},
    ).rowcount


def forget_rejections(conn: psycopg.Connection, *, now: datetime) -> int:
    """Delete rejections and daily counts older than REASON_KEPT_FOR; how many rejections.

    At most a thousand, in a transaction of their own.
    """
    limit = now - REASON_KEPT_FOR
    with conn.transaction():
        conn.execute("DELETE FROM rejected_days WHERE day < %(day)s", {"day": limit.date()})
        return conn.execute(
            """DELETE FROM rejected_messages WHERE rejected_id IN (
                   SELECT rejected_id FROM rejected_messages WHERE received_at < %(limit)s
                   LIMIT %(most)s)""",
            {"limit": limit, "most": _STEP_ROWS},
        ).rowcount


_COLUMNS: dict[str, LiteralString] = {
    "dedupe_key": "text",
    "received_at": "timestamptz",
    "gateway_id": "text",
    "device": "text",
    "kind": "text",
    "spool": "text",
    "seq": "bigint",
    "scope": "text",
    "quantity": "text",
    "measured_at": "timestamptz",
    "samples_lost": "integer",
    "reason": "text",
    "topic": "text",
    "payload": "bytea",
}
_HOLD_DAYS: LiteralString = """
    INSERT INTO rejected_days AS held (gateway_id, day, landlord_id)
    SELECT DISTINCT coalesce(g.gateway_id, ''), (r.received_at AT TIME ZONE 'UTC')::date,
           g.landlord_id
    FROM unnest(%(gateways)s::text[], %(received)s::timestamptz[]) AS r (gateway_id, received_at)
         LEFT JOIN gateways g USING (gateway_id) LEFT JOIN landlords l USING (landlord_id)
    WHERE l.is_recording IS NOT TRUE
    ORDER BY 1, 2
    ON CONFLICT (gateway_id, day) DO UPDATE SET landlord_id = excluded.landlord_id"""
_INSERT = sql.SQL(
    """WITH fresh AS (
           SELECT DISTINCT ON (r.dedupe_key) r.*, g.landlord_id,
                  coalesce(g.gateway_id, '') AS counted_at,
                  (r.received_at AT TIME ZONE 'UTC')::date AS day
           FROM unnest({arrays}) AS r ({names}) LEFT JOIN gateways g USING (gateway_id)
           WHERE NOT EXISTS (
               SELECT FROM rejected_messages m WHERE m.dedupe_key = r.dedupe_key)),
       judged AS (
           SELECT fresh.*, d.kept IS NULL OR %(kept_a_day)s >= d.kept + row_number() OVER (
                      PARTITION BY fresh.counted_at, fresh.day ORDER BY fresh.dedupe_key) AS fits
           FROM fresh LEFT JOIN rejected_days d
                ON (d.gateway_id, d.day) = (fresh.counted_at, fresh.day)),
       kept AS (
           INSERT INTO rejected_messages (landlord_id, {names})
           SELECT landlord_id, {names} FROM judged WHERE fits ORDER BY dedupe_key
           ON CONFLICT (dedupe_key) DO NOTHING),
       counted AS (
           UPDATE rejected_days d SET kept = d.kept + one.kept, not_kept = d.not_kept + one.beyond
           FROM (SELECT counted_at, day, count(*) FILTER (WHERE fits) AS kept,
                        count(*) FILTER (WHERE NOT fits) AS beyond
                 FROM judged GROUP BY counted_at, day) one
           WHERE (d.gateway_id, d.day) = (one.counted_at, one.day))
       SELECT count(*), count(*) FILTER (WHERE NOT fits) FROM judged"""
).format(
    names=sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)),
    arrays=sql.SQL(", ").join(
        sql.SQL("{}::{}[]").format(sql.Placeholder(name), sql.SQL(type_))
        for name, type_ in _COLUMNS.items()
    ),
)
