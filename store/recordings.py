"""What became of a replayed recording: its landlord's rows, rejections, judgements and alerts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from core.quantities import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedAlert:
    """One alert of a recording, as it is printed."""

    home_id: str
    detector: str
    place: str
    severity: str
    began_at: datetime
    raised_at: datetime
    cleared_at: datetime | None
    sentence: str


def rows_stored(conn: psycopg.Connection, landlord_id: str) -> int:
    """How many readings the landlord's devices have in the tables."""
    row = conn.execute(
        """WITH mine AS (SELECT device_id FROM devices WHERE landlord_id = %(landlord)s)
           SELECT (SELECT count(device_id) FROM room_readings JOIN mine USING (device_id))
                + (SELECT count(device_id) FROM boiler_readings JOIN mine USING (device_id))
                + (SELECT count(device_id) FROM weather_readings JOIN mine USING (device_id))""",
        {"landlord": landlord_id},
    ).fetchone()
    return int(row[0]) if row else 0


def instants_present(
    conn: psycopg.Connection,
    gateway_id: str,
    kind: Kind,
    times_ms_by_device: Mapping[str, Iterable[int]],
) -> int:
    """How many of these samples (epoch milliseconds by device) stand in the tables."""
    found = 0
    for device, times_ms in times_ms_by_device.items():
        row = conn.execute(
            sql.SQL(
                """SELECT count(*) FROM unnest(%(times)s::bigint[]) AS sample (ms)
                   WHERE EXISTS (
                       SELECT FROM {table} r
                       WHERE r.device_id = (SELECT device_id FROM devices
                                            WHERE gateway_id = %(gateway)s
                                              AND wire_name = %(device)s)
                         AND r.measured_at = to_timestamp(sample.ms / 1000.0))"""
            ).format(table=sql.Identifier(f"{kind.value}_readings")),
            {"gateway": gateway_id, "device": device, "times": list(times_ms)},
        ).fetchone()
        found += int(row[0]) if row else 0
    return found


def rejections_since(conn: psycopg.Connection, gateway_id: str, since_id: int) -> tuple[int, int]:
    """Rejections of a gateway after the one numbered `since_id`, and samples lost by them."""
    row = conn.execute(
        """SELECT count(rejected_id), coalesce(sum(samples_lost), 0) FROM rejected_messages
           WHERE gateway_id = %(gateway)s AND rejected_id > %(since)s""",
        {"gateway": gateway_id, "since": since_id},
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def samples_rejected_of_spool(
    conn: psycopg.Connection, gateway_id: str, spool: str, after_seq: int
) -> int:
    """Samples lost by rejections of the messages that a spool numbered after `after_seq`."""
    row = conn.execute(
        """SELECT coalesce(sum(samples_lost), 0) FROM rejected_messages
           WHERE gateway_id = %(gateway)s AND spool = %(spool)s AND seq > %(after)s""",
        {"gateway": gateway_id, "spool": spool, "after": after_seq},
    ).fetchone()
    return int(row[0]) if row else 0


def newest_rejection(conn: psycopg.Connection) -> int:
    """The number of the last rejection of all; 0 when there is none."""
    row = conn.execute("SELECT coalesce(max(rejected_id), 0) FROM rejected_messages").fetchone()
    return int(row[0]) if row else 0


def judged_to_the_end(
    conn: psycopg.Connection, landlord_id: str, last_by_device: Mapping[str, datetime]
) -> bool:
    """Whether the detectors have taken everything that arrived and passed these last instants.

    Weather is judged with the rooms. A last sample that was refused is not waited for, nor is a
    device of which nothing is stored.
    """
    waiting = conn.execute(
        """SELECT count(*) FROM arrivals WHERE device_ids && ARRAY(
               SELECT device_id FROM devices WHERE landlord_id = %(landlord)s)""",
        {"landlord": landlord_id},
    ).fetchone()
    if waiting is None or waiting[0]:
        return False
    rows = conn.execute(
        """SELECT d.wire_name, j.judged_until, stored.last FROM devices d
           JOIN placements p USING (device_id)
           CROSS JOIN LATERAL (
               (SELECT r.measured_at FROM room_readings r
                WHERE d.kind = 'room' AND r.device_id = d.device_id
                ORDER BY r.measured_at DESC LIMIT 1)
               UNION ALL
               (SELECT r.measured_at FROM boiler_readings r
                WHERE d.kind = 'boiler' AND r.device_id = d.device_id
                ORDER BY r.measured_at DESC LIMIT 1)
           ) stored (last)
           LEFT JOIN home_judgements j ON (j.landlord_id, j.home_id, j.kind)
                                        = (p.landlord_id, p.home_id, d.kind)
           WHERE d.landlord_id = %(landlord)s""",
        {"landlord": landlord_id},
    )
    return all(
        judged_until is not None and judged_until >= min(last_by_device[device], last_stored)
        for device, judged_until, last_stored in rows
        if device in last_by_device
    )


def replayed_alerts(conn: psycopg.Connection, landlord_id: str) -> list[ReplayedAlert]:
    """Every alert of the recording, in order of raising."""
    rows: Iterable[tuple[Any, ...]] = conn.execute(
        """SELECT home_id, detector, place, severity, began_at, raised_at, cleared_at, sentence
           FROM alerts WHERE landlord_id = %(landlord)s ORDER BY raised_at, home_id, place""",
        {"landlord": landlord_id},
    )
    return [
        ReplayedAlert(
            home_id=home_id,
            detector=detector,
            place=place,
            severity=severity,
            began_at=began_at,
            raised_at=raised_at,
            cleared_at=cleared_at,
            sentence=sentence,
        )
        for home_id, detector, place, severity, began_at, raised_at, cleared_at, sentence in rows
    ]
