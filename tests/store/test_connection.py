"""A service's connection: what it says of an address it cannot read, and whom it does not hold up.

The address is the database's; it holds a password.
"""

import os
import socket
from threading import Event, Thread

import psycopg
import pytest

from core.consent import Purpose
from store import gate
from store.connection import NotAnAddress, Unavailable, connect, outages
from store.roles import Role
from tests.estate import SINCE, estate, say
from tests.fixtures_database import HomewellDatabase

WITHIN_S = 9.0  # the api gives up a statement after ten seconds


@pytest.mark.parametrize(
    "url",
    [
        "postgres//user:secret@host/db",
        "postgresql://user:secr%zzet@host/db",
        "postgresql://user:sec ret@host/db",
    ],
    ids=["no scheme", "percent", "space"],
)
def test_an_address_that_cannot_be_read_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(NotAnAddress) as refused:
        connect(url, application="test")

    assert str(refused.value) == (
        "the database's URL cannot be read; it is postgresql://user:password@host/db, with what "
        "is special in a password percent-encoded"
    )
    assert refused.value.__suppress_context__


def test_a_tenants_no_does_not_wait_for_a_worker_that_was_stopped_in_its_tracks(
    homewell_db: HomewellDatabase,
) -> None:
    homewell_db.register(estate())
    withdrawn = Event()

    def withdraw() -> None:
        with homewell_db.connect(Role.API) as api, api.transaction():
            say(api, Purpose.DAMP_RISK, "no", SINCE)
        withdrawn.set()

    stopped = connect(homewell_db.url(Role.INGEST), application="stopped")
    stopped.execute("BEGIN")
    gate.hold_still(stopped)
    tenant = Thread(target=withdraw, daemon=True)
    tenant.start()
    in_time = withdrawn.wait(WITHIN_S)
    with pytest.raises(Unavailable), outages():
        stopped.execute("COMMIT")
    stopped.close()
    tenant.join(WITHIN_S)

    assert in_time


def test_both_ends_ask_a_silent_peer_often_enough_to_miss_a_dead_one_within_seconds(
    homewell_db: HomewellDatabase,
) -> None:
    with connect(homewell_db.url(Role.INGEST), application="test") as conn:
        ours = socket.socket(fileno=os.dup(conn.fileno()))
        with ours:
            client = [
                ours.getsockopt(socket.IPPROTO_TCP, option)
                for option in (
                    socket.TCP_KEEPIDLE,
                    socket.TCP_KEEPINTVL,
                    socket.TCP_USER_TIMEOUT,
                )
            ]
        server = [
            _shown(conn, name)
            for name in ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout")
        ]

    assert client == [5, 1, 5_000]
    assert server == ["5", "1", "5000"]


def _shown(conn: psycopg.Connection, name: str) -> str:
    row = conn.execute("SELECT current_setting(%(name)s)", {"name": name}).fetchone()
    return str(row[0]) if row else ""


def test_a_server_that_does_not_answer_is_given_up_and_another_connection_serves(
    homewell_db: HomewellDatabase,
) -> None:
    silent = connect(homewell_db.url(Role.INGEST), application="silent", answer_within_s=0.2)

    with pytest.raises(Unavailable) as given_up, outages(), silent.transaction():
        silent.execute("SELECT pg_sleep(20)")

    with connect(homewell_db.url(Role.INGEST), application="after") as after:
        answer = after.execute("SELECT 1").fetchone()
    assert str(given_up.value) == (
        "the database is not available: the server did not answer within 0.2 s"
    )
    assert silent.closed
    assert answer == (1,)
