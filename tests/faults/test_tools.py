"""The tools that find faults are themselves tried: they must see what is wrong, and do harm."""

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace

import mqtt5
import pytest

from tests.faults.audit import Audit, compare
from tests.faults.background import Background
from tests.faults.keepalive import KEEPALIVE_S, with_short_keepalive
from tests.faults.memory import Sample, growth_of
from tests.faults.proxy import FaultProxy
from tests.faults.runs import Result
from tests.faults.spool import DUPLICATES, OUTSTANDING_MAX, RESEND_AFTER_S, Spool
from tests.faults.table import table
from tests.faults.traffic import POISON, Row, SetAside, Traffic
from tests.faults.trigger import COMMIT_ASKED, COMMIT_DONE, Direction, Watch
from tests.ingest.gateway_side import until

_WITHIN_S = 5.0
TRAFFIC = Traffic(
    gateway="gw-a",
    spool="spool-1",
    first_ms=1_790_000_000_000,
    room_devices=["th-0101", "th-0102"],
    boiler="boiler-01",
    poison_every=2,
)
ROW = Row("room", "th-0101", 1_790_000_000_000, (20.1, None, 5.0))
ASIDE = SetAside("gw-a", "spool-1", 7, "message", None, None)


@pytest.mark.parametrize(
    ("stored", "set_aside", "found"),
    [
        ([ROW], [ASIDE], Audit(rows=1, rejected=1)),
        ([], [ASIDE], Audit(lost=1, rejected=1)),
        ([ROW], [], Audit(rows=1, lost=1)),
        ([ROW, ROW], [ASIDE], Audit(rows=1, doubled=1, rejected=1)),
        ([ROW], [ASIDE, ASIDE], Audit(rows=1, doubled=1, rejected=1)),
        (
            [ROW, ROW._replace(device="th-0102")],
            [ASIDE],
            Audit(rows=1, invented=1, rejected=1),
        ),
        ([ROW], [ASIDE, ASIDE._replace(seq=8)], Audit(rows=1, invented=1, rejected=1)),
        ([ROW._replace(values=(20.2, None, 5.0))], [ASIDE], Audit(rows=1, changed=1, rejected=1)),
        ([ROW._replace(values=(20.1, 0.0, 5.0))], [ASIDE], Audit(rows=1, changed=1, rejected=1)),
    ],
    ids=[
        "whole",
        "row lost",
        "rejection lost",
        "row doubled",
        "rejection doubled",
        "row invented",
        "rejection invented",
        "value changed",
        "null changed",
    ],
)
def test_the_audit_sees_whatever_is_wrong(
    stored: list[Row], set_aside: list[SetAside], found: Audit
) -> None:
    assert compare([ROW], stored, [ASIDE], set_aside) == found


def test_traffic_holds_every_kind_of_poison_and_good_messages_between() -> None:
    messages = [TRAFFIC.message(seq) for seq in range(1, 2 * len(POISON) + 1)]

    poison = [message for message in messages if message.set_aside]

    assert [message.seq for message in poison] == [
        seq for seq in range(1, 2 * len(POISON) + 1) if TRAFFIC.is_poison(seq)
    ]
    assert len(poison) == len(POISON)
    assert all(message.rows for message in messages if not message.set_aside)


def test_a_spool_sends_everything_once_or_twice_out_of_order() -> None:
    spool = Spool(TRAFFIC, count=1_000, seed=1)

    sent = [message.seq for message in spool.new(1_000, 0.0)]

    once = list(dict.fromkeys(sent))
    assert sorted(once) == list(range(1, 1_001))
    assert once != sorted(once)
    assert len(sent) - 1_000 == spool.resent
    assert 0 < spool.resent < 3 * DUPLICATES * 1_000


def test_a_spool_sends_again_what_has_no_receipt_in_time_and_nothing_else() -> None:
    spool = Spool(TRAFFIC, count=10, seed=1)
    list(spool.new(10, 0.0))
    spool.settle([(1, 4), (6, 6)], 1.0)

    early = list(spool.due(100, RESEND_AFTER_S - 0.1))
    late = sorted(message.seq for message in spool.due(100, RESEND_AFTER_S + 0.1))
    again = list(spool.due(100, RESEND_AFTER_S + 0.2))

    assert early == []
    assert late == [5, 7, 8, 9, 10]
    assert again == []


def test_a_spool_holds_back_while_too_much_has_no_receipt() -> None:
    spool = Spool(TRAFFIC, count=2 * OUTSTANDING_MAX, seed=1)

    list(spool.new(2 * OUTSTANDING_MAX, 0.0))

    assert len(spool.outstanding) == OUTSTANDING_MAX
    assert list(spool.new(1, 1.0)) == []


def test_a_receipt_for_what_was_never_sent_is_counted() -> None:
    spool = Spool(TRAFFIC, count=10, seed=1)
    list(spool.new(10, 0.0))

    spool.settle([(10, 12)], 1.0)

    assert spool.misread == 2


def test_recovery_is_when_the_last_message_that_waited_has_its_receipt() -> None:
    spool = Spool(TRAFFIC, count=3, seed=1)
    list(spool.new(3, 0.0))

    waiting = spool.await_recovery(1.0)
    spool.settle([(1, 2)], 2.0)
    before = spool.recovered_at
    spool.settle([(3, 3)], 3.0)

    assert (waiting, before, spool.recovered_at) == (3, None, 3.0)


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_an_instant_is_found_however_its_bytes_are_cut(size: int) -> None:
    asked = b"Q\0\0\0\x20COPY readings\0" + b"d\0\0\0\x30PGCOPY\n\xff\r\n\0rows" + b"COMMIT\0"
    watch = Watch(COMMIT_DONE)
    chunks = [asked[at : at + size] for at in range(0, len(asked), size)]

    up = [found for chunk in chunks for found in watch.feed(Direction.UP, chunk)]
    down = watch.feed(Direction.DOWN, b"Z\0\0\0\x05TC\0\0\0\x0bCOMMIT\0Z")

    assert up == []
    assert down == [6]


def test_a_commit_without_copied_rows_is_not_the_instant() -> None:
    watch = Watch(COMMIT_ASKED)

    found = watch.feed(Direction.UP, b"BEGIN\0SELECT 1\0COMMIT\0")

    assert found == []


def test_a_short_keepalive_is_asked_of_both_ends() -> None:
    hello = mqtt5.ConnectPacket("a", username="gw-a", keep_alive=15, receive_max=10)
    welcome = mqtt5.ConnAckPacket(receive_max=10)

    asked, _ = mqtt5.read(memoryview(with_short_keepalive(Direction.UP, hello.write())))
    answered, _ = mqtt5.read(memoryview(with_short_keepalive(Direction.DOWN, welcome.write())))

    assert isinstance(asked, mqtt5.ConnectPacket)
    assert isinstance(answered, mqtt5.ConnAckPacket)
    assert (asked.keep_alive, asked.username, asked.receive_max) == (KEEPALIVE_S, "gw-a", 10)
    assert (answered.server_keep_alive, answered.receive_max) == (KEEPALIVE_S, 10)


def test_growth_is_that_of_the_trend() -> None:
    flat = [Sample(float(at), 1, 50.0 + at % 2) for at in range(100)]
    growing = [Sample(float(at), 1, 50.0 + at / 10) for at in range(100)]

    assert abs(growth_of(flat)) < 0.1
    assert round(growth_of(growing), 6) == 9.9


def test_the_table_adds_up_runs_of_one_fault() -> None:
    one = Result(
        fault="a",
        seed=1,
        messages=1_000,
        audit=Audit(rows=9, rejected=5),
        unsettled=7,
        peak_mb=50.0,
        recovery_s=1.0,
    )

    lines = table([one, replace(one, seed=2, peak_mb=60.0, recovery_s=3.0)]).splitlines()

    assert lines[2] == ("| a | 2 | 2,000 | 14 | 0 | 0 | 0 | 0 | 10 | 60 | 1.0 / 2.0 / 3.0 | 1, 2 |")


@pytest.fixture
def background() -> Iterator[Background]:
    """A loop for the proxy."""
    with Background() as running:
        yield running


@pytest.fixture
def echo() -> Iterator[socket.socket]:
    """A listening socket, to be accepted from by the test."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(_WITHIN_S)
        yield server


@pytest.fixture
def proxy(background: Background, echo: socket.socket) -> Iterator[FaultProxy]:
    """A proxy before that socket."""
    with FaultProxy(background, echo.getsockname()[1]) as running:
        yield running


Ends = Callable[[], tuple[socket.socket, socket.socket]]


@pytest.fixture
def ends(proxy: FaultProxy, echo: socket.socket) -> Iterator[Ends]:
    """Makes a connection through the proxy and returns its two ends."""
    opened: list[socket.socket] = []

    def _connect() -> tuple[socket.socket, socket.socket]:
        near = socket.create_connection(("127.0.0.1", proxy.port), _WITHIN_S)
        far, _ = echo.accept()
        far.settimeout(_WITHIN_S)
        opened.extend((near, far))
        until(lambda: proxy.connections == len(opened) / 2, "the proxy to carry it")
        return near, far

    yield _connect
    for one in opened:
        one.close()


def test_bytes_and_goodbyes_pass(ends: Ends) -> None:
    near, far = ends()
    near.sendall(b"up")
    far.sendall(b"down")

    assert (far.recv(9), near.recv(9)) == (b"up", b"down")
    near.close()
    assert far.recv(9) == b""


def test_a_partition_resets_and_refuses_until_it_heals(
    proxy: FaultProxy, ends: Ends, echo: socket.socket
) -> None:
    near, _ = ends()

    proxy.partition()

    with pytest.raises(ConnectionResetError):
        near.recv(9)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", proxy.port), _WITHIN_S)
    proxy.heal()
    with (
        closing(socket.create_connection(("127.0.0.1", proxy.port), _WITHIN_S)) as again,
        closing(echo.accept()[0]) as far,
    ):
        again.sendall(b"up")
        assert far.recv(9) == b"up"


def test_what_a_half_open_connection_swallows_never_comes(proxy: FaultProxy, ends: Ends) -> None:
    near, far = ends()
    far.settimeout(0.2)

    proxy.half_open()
    near.sendall(b"lost")
    with pytest.raises(TimeoutError):
        far.recv(9)
    proxy.heal()
    near.sendall(b"lost too")

    with pytest.raises(TimeoutError):
        far.recv(9)
    assert proxy.bytes_swallowed == len(b"lost") + len(b"lost too")


def test_a_trickle_lets_single_bytes_pass(proxy: FaultProxy, ends: Ends) -> None:
    near, far = ends()

    proxy.trickle(20.0)
    near.sendall(b"abc")

    assert far.recv(9) == b"a"
    proxy.heal()
    rest = far.recv(9)
    while len(rest) < 2:
        rest += far.recv(9)
    assert rest == b"bc"


def test_a_reset_comes_after_as_many_bytes_as_were_said(proxy: FaultProxy, ends: Ends) -> None:
    near, far = ends()
    count = random.Random(1).randint(1, 8)  # noqa: S311

    reset = proxy.reset_after(Direction.UP, count)
    near.sendall(b"0123456789")

    assert reset.wait(_WITHIN_S)
    assert far.recv(99) == b"0123456789"[:count]
    with pytest.raises(ConnectionResetError):
        near.recv(9)


@pytest.mark.parametrize("dropped", [True, False], ids=["dropped", "let go"])
def test_what_is_held_goes_on_only_when_it_is_let_go(
    proxy: FaultProxy, ends: Ends, dropped: bool
) -> None:
    near, far = ends()
    steps = [(Direction.UP, b"two"), (Direction.DOWN, b"three")]

    held = proxy.hold_at(steps, nth=1)
    near.sendall(b"one two")
    assert far.recv(99) == b"one two"
    far.sendall(b"and three")
    assert held.wait(_WITHIN_S)
    assert near.recv(99) == b"and "

    if dropped:
        proxy.drop_held()
        with pytest.raises(ConnectionResetError):
            near.recv(99)
    else:
        proxy.let_go()
        assert near.recv(99) == b"three"
