"""What could not be stored, and why. Setting the same thing aside twice keeps it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import LiteralString

import psycopg
from psycopg import sql

PAYLOAD_KEPT_BYTES = 4096  # enough for a person to see what is wrong with a message
TOPIC_KEPT = 512


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


def set_aside(conn: psycopg.Connection, rejections: Sequence[Rejection]) -> int:
    """Write the rejections down, in the caller's transaction; how many were new.

    The landlord is that of the gateway, where there is such a gateway.
    """
    if not rejections:
        return 0
    ordered = sorted(rejections, key=lambda rejection: rejection.dedupe_key)
    columns = {name: [getattr(one, name) for one in ordered] for name in _COLUMNS}
    columns["payload"] = [one.payload[:PAYLOAD_KEPT_BYTES] for one in ordered]
    columns["topic"] = [one.topic[:TOPIC_KEPT].replace("\x00", "\ufffd") for one in ordered]
    columns["reason"] = [one.reason.replace("\x00", "\ufffd") for one in ordered]
    return conn.execute(_INSERT, columns).rowcount


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
_INSERT = sql.SQL(
    """INSERT INTO rejected_messages (landlord_id, {names})
       SELECT g.landlord_id, r.*
       FROM unnest({arrays}) AS r ({names}) LEFT JOIN gateways g USING (gateway_id)
       ON CONFLICT (dedupe_key) DO NOTHING"""
).format(
    names=sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)),
    arrays=sql.SQL(", ").join(
        sql.SQL("{}::{}[]").format(sql.Placeholder(name), sql.SQL(type_))
        for name, type_ in _COLUMNS.items()
    ),
)
