"""Gateways hear what they may send: from one worker of all, whatever is restarted meanwhile."""

import asyncio
import secrets
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import msgspec
import pytest

from core.consent import Purpose
from ingest.answers import NotNow, Refused
from ingest.connecting import connect
from ingest.connection import Connection
from ingest.documents import TOLD_TOPIC, Told
from ingest.settings import parse_broker
from ingest.teller import Teller, retained_marker
from local.mosquitto import CENTRAL_ACCESS_LIST, MosquittoServer
from local.place import Place
from local.programs import Programs
from store.gate import newest_version
from store.roles import Role
from tests.estate import estate, say
from tests.fixtures_database import HomewellDatabase, prepared
from tests.ingest.gateway_side import WITHIN_S, GatewaySide, until
from tests.ingest.ingest_process import IngestProcess
from tests.servers import BROKER_USERS, MakeBroker, NewDatabase

BOILER_A = {"boiler-01": ["boiler"], "weather-1": ["weather"]}
ROOMS_A = {f"th-010{number}": ["room"] for number in (1, 2, 3)}
BOILER_B = {"boiler-02": ["boiler"]}
ROOMS_B = {f"th-020{number}": ["room"] for number in (1, 2, 3)}
RIGHT = object()
"""What a listener at the gate is in a worker."""


@pytest.fixture
def database(new_database: NewDatabase, role_passwords: dict[Role, str]) -> HomewellDatabase:
    """Two homes, behind gw-a and gw-b."""
    made = prepared(new_database(), role_passwords)
    made.register(estate(["gw-a", "gw-b"]))
    return made


@pytest.fixture
def central(make_broker: MakeBroker, tmp_path: Path) -> Iterator[MosquittoServer]:
    """A broker of this test's own."""
    with make_broker(f"teller-{tmp_path.name}") as server:
        yield server


def answer(database: HomewellDatabase, tenancy: str, choice: str) -> None:
    """The tenant says whether rooms may be watched."""
    with database.connect(Role.API) as api, api.transaction():
        say(api, Purpose.DAMP_RISK, choice, datetime.now(UTC), tenancy=tenancy)


@asynccontextmanager
async def telling(database: HomewellDatabase, central: MosquittoServer) -> AsyncIterator[Teller]:
    """A teller at work that has the right and is not connected yet."""
    teller = Teller(database.url(Role.INGEST), parse_broker(central.url("ingest")), "ingest-0")
    work = asyncio.create_task(teller.run())
    stirring = asyncio.create_task(_stir(teller))
    yield teller
    stirring.cancel()
    work.cancel()
    await asyncio.gather(work, stirring, return_exceptions=True)
    await teller.close()


async def _stir(teller: Teller) -> None:
    while True:
        teller.stir(RIGHT)
        await asyncio.sleep(0.05)


@asynccontextmanager
async def connected(teller: Teller, central: MosquittoServer) -> AsyncIterator[None]:
    """The teller is connected to the broker."""
    connection = await connect(
        parse_broker(central.url("ingest")), "ingest-0", receive_max=10, session_expiry_s=0
    )
    await teller.greet(connection)
    try:
        yield
    finally:
        await connection.close()


async def until_marked(database: HomewellDatabase, central: MosquittoServer) -> None:
    """Wait until the broker's marker says that all of what stands in the ledger has been told."""
    with database.connect(Role.INGEST) as conn:
        version = newest_version(conn)
    async with asyncio.timeout(WITHIN_S):
        while True:
            marker = await retained_marker(parse_broker(central.url("ingest")), "test")
            if marker and msgspec.json.decode(marker, type=Told).version == version:
                return
            await asyncio.sleep(0.05)


def in_thread(wait: Callable[[], None]) -> Awaitable[None]:
    """Wait for what a client's own thread hears, while the teller works."""
    return asyncio.to_thread(wait)


def test_a_connection_made_anew_tells_only_what_changed(
    database: HomewellDatabase, central: MosquittoServer
) -> None:
    async def scene(first: GatewaySide, second: GatewaySide) -> None:
        async with telling(database, central) as teller:
            async with connected(teller, central):
                await in_thread(lambda: second.until_told({**ROOMS_B, **BOILER_B}))
                answer(database, "tenancy-2", "no")
                await in_thread(lambda: second.until_told(BOILER_B))
                await until_marked(database, central)
            async with connected(teller, central):
                answer(database, "tenancy-2", "yes")
                await in_thread(lambda: second.until_told({**ROOMS_B, **BOILER_B}))
                answer(database, "tenancy-1", "no")
                await in_thread(lambda: first.until_told(BOILER_A))

    with GatewaySide(central.url("gw-a")) as first, GatewaySide(central.url("gw-b")) as second:
        asyncio.run(scene(first, second))

        assert [one["allowed"] for one in first.consent] == [{**ROOMS_A, **BOILER_A}, BOILER_A]
        assert len(second.consent) == 3


def test_a_broker_that_lost_its_memory_is_told_everything_again(
    database: HomewellDatabase, central: MosquittoServer, server_folder: Path, tmp_path: Path
) -> None:
    async def scene() -> None:
        async with telling(database, central) as teller:
            async with connected(teller, central):
                with GatewaySide(central.url("gw-b")) as gateway:
                    await in_thread(lambda: gateway.until_told({**ROOMS_B, **BOILER_B}))
                await until_marked(database, central)
            central.stop()
            (server_folder / f"teller-{tmp_path.name}" / "mosquitto.db").unlink()
            central.start()
            async with connected(teller, central):
                with GatewaySide(central.url("gw-b")) as gateway:
                    await in_thread(lambda: gateway.until_told({**ROOMS_B, **BOILER_B}))

    asyncio.run(scene())


def test_a_broker_killed_before_it_saved_a_no_hears_it_again(
    database: HomewellDatabase, central: MosquittoServer, server_folder: Path, tmp_path: Path
) -> None:
    saved = server_folder / f"teller-{tmp_path.name}" / "mosquitto.db"

    async def scene() -> None:
        async with telling(database, central) as teller:
            async with connected(teller, central):
                with GatewaySide(central.url("gw-a")) as gateway:
                    await in_thread(lambda: gateway.until_told({**ROOMS_A, **BOILER_A}))
                    await until_marked(database, central)
                    await in_thread(lambda: until(saved.exists, "the broker to save its state"))
                    answer(database, "tenancy-1", "no")
                    await in_thread(lambda: gateway.until_told(BOILER_A))
            central.kill()
            central.start()
            async with connected(teller, central):
                with GatewaySide(central.url("gw-a")) as gateway:
                    await in_thread(lambda: gateway.until_told(BOILER_A))

    asyncio.run(scene())


def until_heard(gateway: GatewaySide, times: int) -> None:
    """Wait until the gateway has been told this often."""
    until(lambda: len(gateway.consent) == times, f"document {times}")


MakeStrict = Callable[[str], MosquittoServer]


@pytest.fixture
def make_strict(
    place: Place, programs: Programs, server_folder: Path, tmp_path: Path
) -> MakeStrict:
    """Makes a broker whose access list lacks a line."""

    def make(line: str) -> MosquittoServer:
        whole = CENTRAL_ACCESS_LIST.read_text("utf-8")
        assert line in whole
        return MosquittoServer(
            server_folder / f"strict-{tmp_path.name}",
            name="strict",
            programs=programs,
            users={user: secrets.token_urlsafe() for user in BROKER_USERS},
            access_list=whole.replace(line, ""),
            account=place.account,
            ends_with_us=True,
        )

    return make


def test_a_broker_that_lets_nobody_be_told_is_refused_with_the_line_it_needs(
    database: HomewellDatabase, make_strict: MakeStrict
) -> None:
    strict = make_strict("topic write homewell/v1/+/consent\n")

    async def scene() -> None:
        teller = Teller(database.url(Role.INGEST), parse_broker(strict.url("ingest")), "ingest-0")
        async with connected(teller, strict), asyncio.timeout(WITHIN_S):
            teller.stir(RIGHT)
            try:
                await teller.run()
            finally:
                await teller.close()

    with strict, pytest.raises(Refused) as refused:
        asyncio.run(scene())

    assert str(refused.value) == (
        "the broker refused what we published: NOT_AUTHORIZED (what gateways may send). Its access "
        "list must allow ingest 'topic write homewell/v1/+/consent' (see deploy/mosquitto/acl)"
    )


def test_a_broker_that_is_full_for_a_moment_is_told_once_it_is_not(
    database: HomewellDatabase, central: MosquittoServer
) -> None:
    async def scene(first: GatewaySide, second: GatewaySide) -> None:
        broker = parse_broker(central.url("ingest"))
        connection = await connect(broker, "ingest-0", receive_max=10, session_expiry_s=0)
        busy = BusyOnce(connection)
        async with telling(database, central) as teller:
            await teller.greet(cast(Connection, busy))
            await in_thread(lambda: first.until_told({**ROOMS_A, **BOILER_A}))
            await in_thread(lambda: second.until_told({**ROOMS_B, **BOILER_B}))
            await until_marked(database, central)
        await connection.close()
        assert busy.refused == 1

    with GatewaySide(central.url("gw-a")) as first, GatewaySide(central.url("gw-b")) as second:
        asyncio.run(scene(first, second))


class BusyOnce:
    """A connection whose broker has no room for the first message."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.lost = None
        self.refused = 0

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        if not self.refused:
            self.refused += 1
            raise NotNow("the broker refused what we published: QUOTA_EXCEEDED")
        await self._connection.publish(topic, payload, retain=retain)


def test_a_broker_that_keeps_no_marker_for_us_has_everybody_told_at_every_connection(
    database: HomewellDatabase, make_strict: MakeStrict
) -> None:
    strict = make_strict(f"topic readwrite {TOLD_TOPIC}\n")
    everything = {**ROOMS_A, **BOILER_A}

    async def scene(gateway: GatewaySide) -> None:
        async with telling(database, strict) as teller:
            for times in (1, 2):
                async with connected(teller, strict):
                    await asyncio.to_thread(until_heard, gateway, times)

    with strict, GatewaySide(strict.url("gw-a")) as gateway:
        asyncio.run(scene(gateway))

        assert [one["allowed"] for one in gateway.consent] == [everything, everything]


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_of_two_workers_one_tells_and_the_other_goes_on_when_it_is_gone(
    how: signal.Signals, database: HomewellDatabase, central: MosquittoServer, tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
    address = (database.url(Role.INGEST), central.url("ingest"))
    group = "ingest"
    with (
        GatewaySide(central.url("gw-a")) as gateway,
        IngestProcess(folders[0], *address, INGEST_SHARED_GROUP=group) as first,
    ):
        gateway.until_told({**ROOMS_A, **BOILER_A})
        second = IngestProcess(
            folders[1], *address, INGEST_SHARED_GROUP=group, INGEST_CLIENT_ID="ingest-1"
        )
        with second:
            answer(database, "tenancy-1", "no")
            gateway.until_told(BOILER_A)
            while_both_worked = len(gateway.consent)
            first.send(how)
            answer(database, "tenancy-1", "yes")
            gateway.until_told({**ROOMS_A, **BOILER_A})

    assert while_both_worked == 2
