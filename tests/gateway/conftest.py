"""A block's broker, where devices speak and gateways listen, and a central one to be killed."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.mosquitto import MosquittoServer
from local.place import Place
from local.programs import Programs
from tests.gateway.gateway_process import GatewayProcess
from tests.gateway.homewell_side import Peer
from tests.servers import MakeBroker


@pytest.fixture
def central(make_broker: MakeBroker) -> Iterator[MosquittoServer]:
    """A central broker of this test's own."""
    with make_broker(f"central-{secrets.token_hex(4)}") as server:
        yield server


@pytest.fixture
def block(place: Place, programs: Programs, server_folder: Path) -> Iterator[MosquittoServer]:
    """A block's broker of this test's own; users `devices` and `gw-a`."""
    name = f"block-{secrets.token_hex(4)}"
    with MosquittoServer(
        server_folder / name,
        name=name,
        programs=programs,
        users={user: secrets.token_urlsafe() for user in ("devices", "gw-a")},
        access_list="user devices\ntopic write #\nuser gw-a\ntopic read #\n",
        account=place.account,
        ends_with_us=True,
    ) as server:
        yield server


@pytest.fixture
def gateway(
    tmp_path: Path, central: MosquittoServer, block: MosquittoServer
) -> Iterator[GatewayProcess]:
    """A running gateway `gw-a`."""
    with GatewayProcess(tmp_path, central.url("gw-a"), block.url("gw-a")) as process:
        yield process


@pytest.fixture
def devices(block: MosquittoServer) -> Iterator[Peer]:
    """The bridges of the block."""
    with Peer(block.url("devices"), "devices") as peer:
        yield peer


@pytest.fixture
def homewell(central: MosquittoServer) -> Iterator[Peer]:
    """Homewell's side: hears all readings and states, publishes receipts and consent."""
    topics = [f"homewell/v1/+/+/{kind}" for kind in ("room", "boiler", "weather")]
    with Peer(central.url("ingest"), "ingest-0", *topics, "homewell/v1/+/state") as peer:
        yield peer
