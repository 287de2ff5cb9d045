"""How the whole is doing, without a single reading: for `homewell status` and the demonstration."""

from dataclasses import dataclass
from datetime import datetime

import psycopg

from store.recordings import rows_stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many rows stand where, of one landlord or of all."""

    readings: int
    findings: int
    alerts: int
    repairs: int
    repairs_delivered: int
    repairs_withheld: int
    rejections: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits to be done."""

    newest_reading_at: datetime | None
    arrivals: int
    undelivered: int
    given_up: int
    rejected_today: int


def every_gateway(conn: psycopg.Connection) -> list[str]:
    """Every registered gateway of every landlord."""
    rows = conn.execute("SELECT gateway_id FROM gateways ORDER BY gateway_id")
    return [row[0] for row in rows]


def every_landlord(conn: psycopg.Connection) -> list[str]:
    """Every registered landlord."""
    rows = conn.execute("SELECT landlord_id FROM landlords ORDER BY landlord_id")
    return [row[0] for row in rows]


def counts(conn: psycopg.Connection, landlord_id: str) -> Counts:
    """What stands in the tables for a landlord."""
    row = conn.execute(
        """SELECT (SELECT count(*) FROM findings WHERE landlord_id = %(landlord)s),
                  (SELECT count(*) FROM alerts WHERE landlord_id = %(landlord)s),
                  (SELECT count(*) FROM repairs WHERE landlord_id = %(landlord)s),
                  (SELECT count(*) FROM outbox WHERE landlord_id = %(landlord)s
                                                 AND delivered_at IS NOT NULL),
                  (SELECT count(*) FROM alerts WHERE landlord_id = %(landlord)s
                                                 AND decision = 'withheld'),
                  (SELECT count(rejected_id) FROM rejected_messages
                   WHERE landlord_id = %(landlord)s)""",
        {"landlord": landlord_id},
    ).fetchone()
    if row is None:
        raise RuntimeError("a count gave no row")
    return Counts(
        readings=rows_stored(conn, landlord_id),
        findings=row[0],
        alerts=row[1],
        repairs=row[2],
        repairs_delivered=row[3],
        repairs_withheld=row[4],
        rejections=row[5],
    )


def backlog(conn: psycopg.Connection) -> Backlog:
    """How far behind the whole is.

    Every reading has been judged or waits as an arrival, so the newest is known without a look at
    the readings, which no index holds in order of time alone.
    """
    row = conn.execute(
        """SELECT greatest((SELECT max(judged_until) FROM home_judgements),
                           (SELECT max(last) FROM arrivals, unnest(last_at) AS newest (last))),
                  (SELECT count(*) FROM arrivals),
                  (SELECT count(*) FROM outbox WHERE delivered_at IS NULL AND given_up_at IS NULL),
                  (SELECT count(*) FROM outbox WHERE given_up_at IS NOT NULL),
                  (SELECT count(rejected_id) FROM rejected_messages
                   WHERE received_at > now() - interval '1 day')
                  + (SELECT coalesce(sum(not_kept), 0)::bigint FROM rejected_days
                     WHERE day > (now() - interval '1 day')::date)"""
    ).fetchone()
    if row is None:
        raise RuntimeError("a count gave no row")
    return Backlog(
        newest_reading_at=row[0],
        arrivals=row[1],
        undelivered=row[2],
        given_up=row[3],
        rejected_today=row[4],
    )
