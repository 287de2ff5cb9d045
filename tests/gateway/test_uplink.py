"""The way up over a real broker, with a spool filled by hand."""

import asyncio
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from core.quantities import Kind
from core.wire import ConsentDocument, Samples
from gateway.connection import Connection, ConnectionLost
from gateway.edge_consent import EdgeConsent
from gateway.endpoint import parse_endpoint
from gateway.spool import Spool
from gateway.tally import Tally
from gateway.uplink import Uplink
from gateway.window import OUTSTANDING_MAX, Window
from local.mosquitto import MosquittoServer
from tests.gateway.homewell_side import Peer, is_reading, numbers, says_again, until

ALLOWED = ConsentDocument(revision=1, allowed={"bedroom-1": [Kind.ROOM]})
ONE = Samples([1763712000000], {"air_temp_c": [20.1]})


def serve_until(
    true: Callable[[], bool],
    spool: Spool,
    url: str,
    *,
    window: Callable[[], Window] = Window,
    tally: Tally | None = None,
    document: ConsentDocument | None = ALLOWED,
) -> None:
    """Runs the uplink on one connection until something is so."""

    async def run() -> None:
        uplink = Uplink("gw-a", spool, EdgeConsent(document), tally or Tally(), window=window)
        await serve_one(uplink, url, true)

    asyncio.run(run())


async def serve_one(uplink: Uplink, url: str, true: Callable[[], bool]) -> None:
    """Serves one connection until something is so."""
    async with Connection(uplink.terms(parse_endpoint(url)), now_ms=lambda: 1) as connection:
        serving = asyncio.create_task(uplink.serve(connection))
        await asyncio.to_thread(until, true, "the uplink")
        serving.cancel()
        await asyncio.wait([serving])


def heard_as_many(homewell: Peer, readings: int) -> bool:
    return len(homewell.readings()) >= readings


def test_no_more_than_the_window_is_outstanding(
    tmp_path: Path, central: MosquittoServer, homewell: Peer
) -> None:
    spool = Spool(tmp_path / "spool.db")
    for _ in range(OUTSTANDING_MAX + 10):
        spool.append("bedroom-1", Kind.ROOM, ONE)

    def one_more_for_one_receipt() -> bool:
        if len(homewell.readings()) == OUTSTANDING_MAX:
            homewell.receipt("gw-a", spool.id, 1)
        return len(homewell.readings()) > OUTSTANDING_MAX

    # The spool belongs to the loop's thread; this looks only at what Homewell's side heard.
    spool_id = spool.id
    assert spool_id
    serve_until(one_more_for_one_receipt, spool, central.url("gw-a"))

    assert [seq for _, seq, _ in homewell.readings()] == list(range(1, OUTSTANDING_MAX + 2))
    spool.close()


def test_what_has_no_receipt_in_time_is_sent_again_unchanged(
    tmp_path: Path, central: MosquittoServer, homewell: Peer
) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append("bedroom-1", Kind.ROOM, ONE)

    serve_until(
        lambda: len(homewell.readings()) >= 2,
        spool,
        central.url("gw-a"),
        window=lambda: Window(timeout_s=0.1),
    )

    first, second = homewell.readings()[:2]
    assert first == second
    spool.close()


def test_the_gateway_says_of_what_it_sends_whether_it_may_have_been_sent_before(
    tmp_path: Path, central: MosquittoServer, homewell: Peer
) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append("bedroom-1", Kind.ROOM, ONE)  # perhaps sent by the process before this one

    async def serve_two_connections() -> None:
        uplink = Uplink("gw-a", spool, EdgeConsent(ALLOWED), Tally())
        spool.append("bedroom-1", Kind.ROOM, ONE)
        for heard in (2, 4):
            await serve_one(uplink, central.url("gw-a"), partial(heard_as_many, homewell, heard))

    asyncio.run(serve_two_connections())

    said = [(numbers(one)[1], says_again(one)) for one in homewell.heard if is_reading(one)]
    assert said == [(1, True), (2, False), (1, True), (2, True)]
    spool.close()


def test_without_a_document_a_filled_spool_sends_nothing(
    tmp_path: Path, central: MosquittoServer, homewell: Peer
) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append("bedroom-1", Kind.ROOM, ONE)
    spool.append("bedroom-1", Kind.ROOM, ONE)

    def birth_then_document() -> bool:
        if homewell.heard and not homewell.readings():
            homewell.allow("gw-a", 1, bedroom_1=[Kind.ROOM])
        return len(homewell.readings()) == 2

    serve_until(birth_then_document, spool, central.url("gw-a"), document=None)

    assert homewell.heard[0].topic == "homewell/v1/gw-a/state"
    spool.close()


def test_a_receipt_that_cannot_be_read_is_counted_and_changes_nothing(
    tmp_path: Path, central: MosquittoServer, homewell: Peer
) -> None:
    spool, tally = Spool(tmp_path / "spool.db"), Tally()
    spool.append("bedroom-1", Kind.ROOM, ONE)

    def say_nonsense() -> bool:
        if homewell.readings() and not tally.counts:
            homewell.publish("homewell/v1/gw-a/receipt", b'{"spool":7}')
        return bool(tally.counts)

    serve_until(say_nonsense, spool, central.url("gw-a"), tally=tally)

    assert set(tally.counts) == {"unreadable, from Homewell"}
    assert spool.counters().waiting_messages == 1
    spool.close()


def test_a_wrong_password_is_said_in_words(tmp_path: Path, central: MosquittoServer) -> None:
    spool = Spool(tmp_path / "spool.db")
    url = f"mqtt://gw-a:wrong@127.0.0.1:{central.port}"

    with pytest.raises(ConnectionLost, match="the broker refuses us: Not authorized"):
        serve_until(lambda: True, spool, url)

    spool.close()


def test_a_broker_that_is_not_there_is_said_in_words(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")

    with pytest.raises(ConnectionLost, match="refused"):
        serve_until(lambda: True, spool, "mqtt://127.0.0.1:1")

    spool.close()


def test_another_gateways_name_is_not_ours_to_use(
    tmp_path: Path, central: MosquittoServer, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path / "spool.db")

    serve_until(lambda: "refuses what we publish" in caplog.text, spool, central.url("gw-b"))

    assert "Not authorized" in caplog.text
    spool.close()
