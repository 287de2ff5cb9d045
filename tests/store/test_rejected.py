"""What is set aside is kept once, with its reason and its landlord."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from store import rejected
from store.rejected import PAYLOAD_KEPT_BYTES, Rejection, Scope, SetAside, set_aside
from store.rejections import NotKept, rejections_not_kept
from store.roles import Role
from store.session import act_for
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

    assert (new, again) == (SetAside(new=1), SetAside(new=1))


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
        assert set_aside(conn, []) == SetAside(new=0)


@pytest.fixture
def few_a_day(database: HomewellDatabase, monkeypatch: pytest.MonkeyPatch) -> HomewellDatabase:
    """A day holds three rejections of a gateway."""
    monkeypatch.setattr(rejected, "KEPT_A_DAY", 3)
    with database.connect_as_administrator() as admin:
        admin.execute("TRUNCATE rejected_messages, rejected_days")
        admin.execute("UPDATE landlords SET is_recording = false")
    return database


def kept(database: HomewellDatabase) -> list[str]:
    with database.connect_as_administrator() as admin:
        rows = admin.execute("SELECT dedupe_key FROM rejected_messages ORDER BY 1").fetchall()
    return [key for (key,) in rows]


def not_kept(database: HomewellDatabase, gateway_id: str | None = None) -> list[NotKept]:
    with database.connect(Role.API) as conn, conn.transaction():
        act_for(conn, "demo")
        return rejections_not_kept(conn, "demo", gateway_id=gateway_id, limit=10)


def test_a_gateway_that_sends_nothing_but_nonsense_is_kept_in_part_and_counted_whole(
    few_a_day: HomewellDatabase,
) -> None:
    with few_a_day.connect(Role.INGEST) as conn:
        first = set_aside(conn, [rejection(key, "gw-a") for key in "ab"])
        then = set_aside(conn, [rejection(key, "gw-a") for key in "abcdef"])
        others = set_aside(conn, [rejection(key, "gw-x") for key in "gh"])

    assert (first, then) == (SetAside(new=2), SetAside(new=4, not_kept=3))
    assert others == SetAside(new=2)
    assert kept(few_a_day) == ["a", "b", "c", "g", "h"]
    assert not_kept(few_a_day) == [NotKept(gateway_id="gw-a", day=NOW.date(), count=3)]
    assert not_kept(few_a_day, "gw-b") == []


def test_what_is_set_aside_again_takes_nobodys_place(few_a_day: HomewellDatabase) -> None:
    with few_a_day.connect(Role.INGEST) as conn:
        for _ in range(3):
            set_aside(conn, [rejection(key, "gw-a") for key in "ab"])
        set_aside(conn, [rejection("c", "gw-a")])

    assert kept(few_a_day) == ["a", "b", "c"]
    assert not_kept(few_a_day) == []


def test_gateways_that_nobody_registered_share_a_day_so_that_new_names_win_no_place(
    few_a_day: HomewellDatabase,
) -> None:
    with few_a_day.connect(Role.INGEST) as conn:
        for number in range(6):
            set_aside(conn, [rejection(f"{number}", f"gw-new-{number}" if number % 2 else None)])

    assert kept(few_a_day) == ["0", "1", "2"]


def test_two_workers_together_keep_no_more_than_one_would(few_a_day: HomewellDatabase) -> None:
    with (
        few_a_day.connect(Role.INGEST) as one,
        few_a_day.connect(Role.INGEST) as other,
        ThreadPoolExecutor() as threads,
    ):
        with one.transaction():
            set_aside(one, [rejection(key, "gw-a") for key in "ab"])
            waiting = threads.submit(set_aside, other, [rejection(key, "gw-a") for key in "cdef"])
        waiting.result(30)

    assert kept(few_a_day) == ["a", "b", "c"]


def test_a_recording_is_kept_whole_for_it_is_an_account_of_its_file(
    few_a_day: HomewellDatabase,
) -> None:
    with few_a_day.connect_as_administrator() as admin:
        admin.execute("UPDATE landlords SET is_recording = true")

    with few_a_day.connect(Role.INGEST) as conn:
        set_aside(conn, [rejection(key, "gw-a") for key in "abcdef"])

    assert kept(few_a_day) == list("abcdef")
    assert not_kept(few_a_day) == []
