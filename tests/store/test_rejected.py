"""What is set aside is kept once, with its reason and its landlord."""

from datetime import UTC, datetime

import pytest

from store.rejected import PAYLOAD_KEPT_BYTES, Rejection, Scope, set_aside
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def rejection(key: str, gateway_id: str | None, payload: bytes = b"{}") -> Rejection:
    """A message set aside."""
    return Rejection(
        dedupe_key=key,
        received_at=NOW,
        scope=Scope.MESSAGE,
        reason="not a room message: \x00",
        topic="homewell/v1/gw-a/th-0101/room",
        payload=payload,
        samples_lost=3,
        gateway_id=gateway_id,
        seq=2**63 - 1,
    )


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    """One landlord with gateway gw-a."""
    homewell_db.register(estate())
    return homewell_db


def test_the_same_thing_set_aside_again_is_kept_once(database: HomewellDatabase) -> None:
    with database.connect(Role.INGEST) as conn:
        new = set_aside(conn, [rejection("a", "gw-a"), rejection("a", "gw-a")])
        again = set_aside(conn, [rejection("b", "gw-a"), rejection("a", "gw-a")])

    assert (new, again) == (1, 1)


def test_the_landlord_is_the_gateways_and_nobody_where_the_gateway_is_unknown(
    database: HomewellDatabase,
) -> None:
    with database.connect(Role.INGEST) as conn:
        set_aside(conn, [rejection("c", "gw-a"), rejection("d", "gw-x"), rejection("e", None)])
        rows = conn.execute(
            """SELECT landlord_id, gateway_id, scope, reason, samples_lost, seq
               FROM rejected_messages WHERE dedupe_key IN ('c', 'd', 'e') ORDER BY dedupe_key"""
        ).fetchall()

    common = ("message", "not a room message: \ufffd", 3, 2**63 - 1)
    assert rows == [("demo", "gw-a", *common), (None, "gw-x", *common), (None, None, *common)]


def test_of_a_huge_payload_its_beginning_is_kept(database: HomewellDatabase) -> None:
    with database.connect(Role.INGEST) as conn:
        set_aside(conn, [rejection("f", None, b"\x00" + b"x" * 10_000)])
        row = conn.execute(
            "SELECT payload FROM rejected_messages WHERE dedupe_key = 'f'"
        ).fetchone()

    assert row == (b"\x00" + b"x" * (PAYLOAD_KEPT_BYTES - 1),)


def test_nothing_to_set_aside_asks_nothing_of_the_database(database: HomewellDatabase) -> None:
    with database.connect(Role.INGEST) as conn:
        assert set_aside(conn, []) == 0
