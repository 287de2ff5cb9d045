"""How the whole is doing, without a single reading: for `homewell status` and the demonstration."""

from collections.abc import Iterable
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
    """What waits to be done; `homes_due` have days or minutes that are not judged yet."""

    newest_reading_at: datetime | None
    arrivals: int
    homes_due: int
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


def newest_weather(
    conn: psycopg.Connection, gateway_ids: Iterable[str]
) -> dict[str, datetime | None]:
    """When the newest weather was that each of these gateways has told; None before the first.

    A gateway without a weather device is left out.
    """
    rows = conn.execute(
        """SELECT d.gateway_id, max(newest.measured_at)
           FROM devices d LEFT JOIN LATERAL (
               SELECT r.measured_at FROM weather_readings r WHERE r.device_id = d.device_id
               ORDER BY r.measured_at DESC LIMIT 1) newest ON true
           WHERE d.gateway_id = ANY(%(gateways)s) AND d.kind = 'weather'
           GROUP BY d.gateway_id""",
        {"gateways": list(gateway_ids)},
    )
    return dict(rows.fetchall())


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
                  (SELECT count(DISTINCT (landlord_id, home_id)) FROM home_judgements
                   WHERE days_until < days_due OR fast_until < fast_due),
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
        homes_due=row[2],
        undelivered=row[3],
        given_up=row[4],
        rejected_today=row[5],
    )
