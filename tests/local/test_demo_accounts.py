"""The demonstration's account says of every sample what became of it, and hides none."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from core.quantities import Kind
from core.wire import Receipt, Samples
from gateway.spool import Spool
from local.demo_accounts import Account, Opening, account, opening
from store.roles import Role
from tests.estate import estate
from tests.fixtures_database import HomewellDatabase

T0 = 1_763_712_000_000


@pytest.fixture(scope="module")
def database(homewell_db: HomewellDatabase) -> HomewellDatabase:
    homewell_db.register(estate())
    return homewell_db


@pytest.fixture
def admin(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with database.connect_as_administrator() as conn:
        conn.execute("TRUNCATE room_readings, rejected_messages")
        yield conn


@pytest.fixture
def observer(database: HomewellDatabase) -> Iterator[psycopg.Connection]:
    with database.connect(Role.OBSERVER) as conn:
        yield conn


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db", keep_settled=True)
    yield opened
    opened.close()


def accept(spool: Spool, *times_ms: int) -> int:
    return spool.append(
        "th-0101", Kind.ROOM, Samples(times_ms, {"air_temp_c": [20.0] * len(times_ms)})
    )


def settle(spool: Spool, *numbers: int) -> None:
    spool.settle(Receipt(spool=spool.id, seq=[(number, number) for number in numbers]))


def store(admin: psycopg.Connection, *times_ms: int) -> None:
    admin.execute(
        """INSERT INTO room_readings (device_id, measured_at, air_temp_c)
           SELECT device_id, to_timestamp(ms / 1000.0), 20
           FROM devices, unnest(%s::bigint[]) AS ms WHERE wire_name = 'th-0101'""",
        (list(times_ms),),
    )


def reject(admin: psycopg.Connection, spool: Spool, seq: int, samples: int) -> None:
    admin.execute(
        """INSERT INTO rejected_messages (dedupe_key, received_at, landlord_id, gateway_id, spool,
               seq, scope, samples_lost, reason, topic, payload)
           VALUES (%(key)s, now(), 'demo', 'gw-a', %(spool)s, %(seq)s, 'message', %(lost)s, '', '',
               '')""",
        {"key": f"{spool.id} {seq}", "spool": spool.id, "seq": seq, "lost": samples},
    )


def begin(observer: psycopg.Connection, tmp_path: Path) -> Opening:
    return opening(observer, "demo", {"gw-a": tmp_path / "spool.db"})


def end(observer: psycopg.Connection, tmp_path: Path, begun: Opening) -> Account:
    return account(observer, "demo", {"gw-a": tmp_path / "spool.db"}, begun, [])


def test_a_sample_that_is_nowhere_is_lost_whatever_else_was_rejected(
    admin: psycopg.Connection, observer: psycopg.Connection, spool: Spool, tmp_path: Path
) -> None:
    before = accept(spool, T0)
    begun = begin(observer, tmp_path)
    nowhere, refused = accept(spool, T0 + 1), accept(spool, T0 + 2)
    settle(spool, before, nowhere, refused)
    reject(admin, spool, before, 1)
    reject(admin, spool, refused, 1)

    found = end(observer, tmp_path, begun)

    assert (found.sent, found.rejected, found.lost) == (2, 1, 1)


def test_what_an_earlier_run_left_waiting_is_none_of_this_runs_samples(
    admin: psycopg.Connection, observer: psycopg.Connection, spool: Spool, tmp_path: Path
) -> None:
    before = accept(spool, T0, T0 + 1, T0 + 2)
    begun = begin(observer, tmp_path)
    after = accept(spool, T0 + 3)
    store(admin, T0, T0 + 1, T0 + 2, T0 + 3)
    settle(spool, before, after)

    found = end(observer, tmp_path, begun)

    assert (found.sent, found.stored, found.already_stored, found.lost) == (1, 1, 0, 0)
