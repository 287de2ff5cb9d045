"""Does the database hold exactly what was sent? The ledger against the tables."""

import struct
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import LiteralString

import psycopg

from tests.faults.traffic import COLUMNS, STEP_MS, Row, SetAside, Traffic, Values

_AT_ONCE = 50_000  # messages whose rows are held in memory at a time
_REAL = struct.Struct("f")


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Rows and things set aside, counted: what should be there and is not, and so on.

    `changed` are rows of which a value differs from what was sent. `rejected` messages are set
    aside as they must be.
    """

    rows: int = 0
    lost: int = 0
    doubled: int = 0
    invented: int = 0
    changed: int = 0
    rejected: int = 0

    def __add__(self, other: "Audit") -> "Audit":
        return Audit(
            rows=self.rows + other.rows,
            lost=self.lost + other.lost,
            doubled=self.doubled + other.doubled,
            invented=self.invented + other.invented,
            changed=self.changed + other.changed,
            rejected=self.rejected + other.rejected,
        )

    @property
    def faults(self) -> tuple[int, int, int, int]:
        """Lost, doubled, invented, changed."""
        return self.lost, self.doubled, self.invented, self.changed


def compare(
    sent: Iterable[Row],
    stored: Iterable[Row],
    refused: Iterable[SetAside],
    set_aside: Iterable[SetAside],
) -> Audit:
    """What was sent against what stands in the tables. Pure."""
    due = {row[:3]: as_stored(row.values) for row in sent}
    found = Counter(row[:3] for row in stored)
    values = {row[:3]: as_stored(row.values) for row in stored}
    wanted, aside = Counter(refused), Counter(set_aside)
    return Audit(
        rows=len(due.keys() & found.keys()),
        lost=len(due.keys() - found.keys()) + (wanted - aside).total(),
        doubled=sum(n - 1 for n in found.values()) + sum(n - 1 for n in aside.values()),
        invented=len(found.keys() - due.keys()) + len(aside.keys() - wanted.keys()),
        changed=sum(1 for key, row in due.items() if key in values and values[key] != row),
        rejected=len({one[:3] for one in wanted if one in aside}),
    )


def as_stored(values: Values) -> Values:
    """Values with the precision of a `real` column."""
    return tuple(
        _REAL.unpack(_REAL.pack(value))[0] if isinstance(value, float) else value
        for value in values
    )


def audit(conn: psycopg.Connection, traffic: Traffic, count: int) -> Audit:
    """The first `count` messages of a gateway against the tables, in bounded memory."""
    total = Audit()
    for first in range(1, count + 1, _AT_ONCE):
        seqs = range(first, min(first + _AT_ONCE, count + 1))
        messages = [traffic.message(seq) for seq in seqs]
        total += compare(
            [row for message in messages for row in message.rows],
            list(_stored(conn, traffic, seqs)),
            [one for message in messages for one in message.set_aside],
            list(_set_aside(conn, traffic, seqs)),
        )
    return total


def stored(conn: psycopg.Connection, traffic: Traffic, count: int) -> set[int]:
    """Of which of the first `count` messages there are rows."""
    return {traffic.seq(row.time_ms) for row in _stored(conn, traffic, range(1, count + 1))}


def everything(conn: psycopg.Connection) -> tuple[int, int]:
    """How many rows there are in all, and how many things set aside."""
    row = conn.execute(
        """SELECT (SELECT count(*) FROM room_readings) + (SELECT count(*) FROM boiler_readings)
                  + (SELECT count(*) FROM weather_readings),
                  (SELECT count(*) FROM rejected_messages)"""
    ).fetchone()
    return row or (0, 0)


_ROWS: dict[str, LiteralString] = {
    "room": """SELECT d.wire_name, (extract(epoch FROM r.measured_at) * 1000)::bigint,
                      r.air_temp_c, r.rel_humidity_pct, r.battery_pct
               FROM room_readings r JOIN devices d USING (device_id)
               WHERE d.gateway_id = %(gateway)s
                 AND r.measured_at >= to_timestamp(%(first_ms)s / 1000.0)
                 AND r.measured_at < to_timestamp(%(end_ms)s / 1000.0)""",
    "boiler": """SELECT d.wire_name, (extract(epoch FROM r.measured_at) * 1000)::bigint,
                        r.flow_temp_c, r.flame_on, r.burner_starts, r.fault_code
                 FROM boiler_readings r JOIN devices d USING (device_id)
                 WHERE d.gateway_id = %(gateway)s
                   AND r.measured_at >= to_timestamp(%(first_ms)s / 1000.0)
                   AND r.measured_at < to_timestamp(%(end_ms)s / 1000.0)""",
}
assert _ROWS.keys() == COLUMNS.keys()


def _stored(conn: psycopg.Connection, traffic: Traffic, seqs: Sequence[int]) -> Iterator[Row]:
    window = {
        "gateway": traffic.gateway,
        "first_ms": traffic.time_ms(seqs[0]),
        "end_ms": traffic.time_ms(seqs[-1]) + STEP_MS,
    }
    for kind, question in _ROWS.items():
        for device, time_ms, *values in conn.execute(question, window):
            yield Row(kind, device, time_ms, tuple(values))


def _set_aside(
    conn: psycopg.Connection, traffic: Traffic, seqs: Sequence[int]
) -> Iterator[SetAside]:
    rows = conn.execute(
        """SELECT gateway_id, spool, seq, scope, quantity,
                  (extract(epoch FROM measured_at) * 1000)::bigint
           FROM rejected_messages
           WHERE gateway_id = %(gateway)s AND spool = %(spool)s
             AND seq BETWEEN %(first)s AND %(last)s""",
        {
            "gateway": traffic.gateway,
            "spool": traffic.spool,
            "first": seqs[0],
            "last": seqs[-1],
        },
    )
    return (SetAside(*row) for row in rows)
